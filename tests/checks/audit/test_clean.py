"""`pcaform audit` on accounts where nothing is wrong."""

from collections.abc import Iterator

import pytest

from conftest import Run
from sources.aws.conftest import ACCOUNT, REGION, Live, live


@pytest.fixture(scope="module")
def account() -> Iterator[Live]:
    with live() as live_account:
        yield live_account


def test_an_account_without_cas_is_clean_and_one_with_healthy_ones(account: Live, pcaform: Run) -> None:
    empty = pcaform("audit", env=account.environment)
    assert empty.returncode == 0
    assert empty.stdout.startswith("0 USD a month for 0 CAs")
    assert empty.stderr.splitlines()[-1] == "0 CAs, 0 managed certificates: nothing found"
    root = account.pki.root()
    account.pki.grant(account.pki.subordinate(root, days=2000))
    account.pki.disable(root)
    healthy = pcaform("audit", env=account.environment)
    assert healthy.returncode == 0
    assert healthy.stderr.splitlines() == [
        f"account {ACCOUNT}, as arn:aws:iam::{ACCOUNT}:user/sandbox-administrator, in {REGION}",
        "2 CAs, 0 managed certificates: nothing found",
    ]


def test_a_region_that_may_not_be_listed_is_unknown(account: Live, pcaform: Run) -> None:
    with account.server.inject_faults(denials=["acm-pca:ListCertificateAuthorities"]):
        done = pcaform("audit", env=account.environment)
    assert done.returncode == 2
    assert f"unknown     {ACCOUNT}/{REGION}: CAs of this account: ListCertificateAuthorities: " in done.stdout
