"""A sandbox that enforces IAM, with a CA that may be used and one that may not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pcaform.sandbox.server import Sandbox
from sandbox.conftest import ACCOUNT, REGION, Pki


@pytest.fixture(scope="module")
def iam_sandbox() -> Iterator[Sandbox]:
    with Sandbox(account_id=ACCOUNT, region=REGION, iam=True) as running:
        yield running


@pytest.fixture(scope="module")
def admin(iam_sandbox: Sandbox) -> Pki:
    return Pki(iam_sandbox.client("acm-pca"))


@pytest.fixture(scope="module")
def root(admin: Pki) -> str:
    return admin.root()


@pytest.fixture(scope="module")
def ca(admin: Pki, root: str) -> str:
    ca_arn = admin.subordinate(root)
    admin.grant(ca_arn)
    return ca_arn


@pytest.fixture(scope="module")
def other_ca(admin: Pki, root: str) -> str:
    return admin.subordinate(root)
