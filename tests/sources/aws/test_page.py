"""The output blocks of the pages about accounts are real output; PCAFORM_UPDATE_GOLDEN=1 rewrites them."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from conftest import ROOT, Run
from sources.aws.conftest import ACCOUNT, Live, live, statement

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DENIED = "import aws --stack corp-pki, without acm-pca:ListPermissions"
BLOCKS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("import-aws.md", "import aws --stack corp-pki", {}),
    ("import-aws.md", DENIED, {"denials": ["acm-pca:ListPermissions"]}),
    ("access.md", "access --live", {}),
)
"""Page, the command of its block, and the faults injected meanwhile."""


@dataclass(frozen=True)
class World:
    """The account of the documentation."""

    live: Live
    pcaform: Run
    restorable: datetime

    def run(self, command: str, **faults: Any) -> tuple[str, str]:
        """Return a command's stdout and stderr, with ids and dates replaced by constant ones."""
        with self.live.server.with_faults(**faults):
            done = self.pcaform(*command.partition(",")[0].split(), env=self.live.environment)
        ids: dict[str, str] = {}

        def replace_id(match: re.Match[str]) -> str:
            return ids.setdefault(match[0], f"{len(ids) + 1:08d}-0000-0000-0000-000000000000")

        text = UUID.sub(replace_id, f"{done.stdout}\0{done.stderr}")
        text = text.replace(f"{self.restorable:%Y-%m-%d}", "2027-01-31").replace(ACCOUNT, "123456789012")
        out, _, err = text.partition("\0")
        return out, err


@pytest.fixture(scope="module")
def world(pcaform: Run) -> Iterator[World]:
    with live() as account:
        os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
        pki, iam = account.pki, account.server.client("iam")
        root = pki.root(configuration={"Subject": {"CommonName": "Corp Root CA", "Organization": "Corp"}})
        issuing = pki.subordinate(
            root,
            configuration={"Subject": {"CommonName": "Corp Issuing CA"}},
            Tags=[{"Key": "team", "Value": "pki"}],
            RevocationConfiguration={"OcspConfiguration": {"Enabled": True}},
        )
        pki.grant(issuing)
        deleted = pki.root(configuration={"Subject": {"CommonName": "Old Root CA"}})
        pki.disable(deleted)
        pki.client.delete_certificate_authority(CertificateAuthorityArn=deleted, PermanentDeletionTimeInDays=7)
        template = {"ArnLike": {"acm-pca:TemplateArn": "arn:aws:acm-pca:::template/EndEntityCertificate/V1"}}
        reading = ["acm-pca:GetCertificateAuthorityCertificate", "acm-pca:GetCertificate"]
        document = statement("acm-pca:IssueCertificate", issuing, Condition=template)
        document["Statement"] += statement([*reading, "acm-pca:DescribeCertificateAuthority"], issuing)["Statement"]
        account.user("ci", issue=document)
        for name, policy in (("old", "AWSPrivateCAUser"), ("boss", "AdministratorAccess")):
            account.user(name)
            iam.attach_user_policy(UserName=name, PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
        yield World(account, pcaform, pki.describe(deleted)["RestorableUntil"])


def format_block(command: str, out: str, err: str) -> str:
    """Return the block of a page; for an incomplete import only its notes."""
    lines = [line for line in err.splitlines() if not line.startswith("not in ")]
    if command == DENIED:
        return "\n".join(line for line in lines if not line.startswith(("account", "listed", "found")))
    return f"$ pcaform {command}\n{out}" + "\n".join(lines)


@pytest.mark.parametrize(("page", "command", "faults"), BLOCKS)
def test_a_page_shows_real_output(world: World, page: str, command: str, faults: Any) -> None:
    path = ROOT / "docs" / page
    text = path.read_text(encoding="utf-8")
    before, mark, rest = text.partition(f"<!-- run: {command} -->\n```text\n")
    shown, end, after = rest.partition("```\n")
    assert mark, f"{page}: there is no block for '{command}'"
    printed = format_block(command, *world.run(command, **faults)) + "\n"
    if os.environ.get("PCAFORM_UPDATE_GOLDEN"):
        path.write_text(f"{before}{mark}{printed}{end}{after}", encoding="utf-8")
    else:
        assert shown == printed
