"""The examples in the modules' READMEs are one stack: applied, changed and destroyed on the sandbox as a user would."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from modules.fixtures import NAMES, PROTECTED, UNPROTECTED, example, lay_out
from pcaform.cli.sandbox_process import open_sandbox
from pcaform.sandbox.server import Sandbox
from pcaform.terraform.plan_json import Changes, list_changes
from pcaform.terraform.runner import Terraform, TerraformError, find_binary
from terraform_steps import init_once

pytestmark = pytest.mark.terraform
EXAMPLES = {f"{name}.tf": example(name) for name in NAMES}
EDITS = {
    "private-ca.tf": ('country = "DE" }\n', 'country = "DE" }\n  tags = { owner = "pki" }\n'),
    "ca-certificate.tf": ('"5" }', '"4" }'),
    "crl-bucket.tf": ("  policy = jsonencode", "  force_destroy = true\n  policy        = jsonencode"),
    "ca-share.tf": ("template/EndEntityCertificate/V1", "template/EndEntityClientAuthCertificate/V1"),
    "acm-certificate.tf": ("key_algorithm  ", 'tags = { owner = "pki" }\n  key_algorithm  '),
    "issuer-user.tf": ('"acm-pca:GetCertificate", ', '"acm-pca:GetCertificate", "acm-pca:RevokeCertificate", '),
    "issuer-role.tf": ('"acm-pca:GetCertificate"', '["acm-pca:GetCertificate", "acm-pca:RevokeCertificate"]'),
    "issuer-attachment.tf": ('"acm-pca:RevokeCertificate"', '"acm-pca:GetCertificate"'),
}
"""One edit of each example; all but the certificate's validity, which is ignored, are done in place."""
EDITED: Changes = {
    "module.ca_root.aws_acmpca_certificate_authority.this": ("update",),
    "module.crl_bucket.aws_s3_bucket.this": ("update",),
    "module.ca_issuing_share.aws_acmpca_policy.this": ("update",),
    "module.certificate_intranet.aws_acm_certificate.this": ("update",),
    'module.issuer_ci.aws_iam_policy.this["ci-signer"]': ("update",),
    'module.issuer_pipeline.aws_iam_policy.this["pki-pipeline"]': ("update",),
    'module.issuer_revoker.aws_iam_policy.this["ci-signer-revokes"]': ("update",),
}
PREVENTED = re.compile(r"Resource (\S+) has\s+lifecycle.prevent_destroy set")
FIRST_IN_THE_WAY = {
    "module.ca_issuing_certificate.aws_acmpca_certificate.this",
    "module.ca_partner.aws_acmpca_certificate_authority.this",
}
"""What a destroy meets first; everything else that is protected is above these."""


@pytest.fixture
def account(tmp_path: Path) -> Iterator[tuple[Sandbox, Terraform]]:
    with open_sandbox(account_id="123456789012", region="eu-west-1") as (server, environment):
        yield server, Terraform(find_binary(environment), tmp_path, environment)


def edited() -> dict[str, str]:
    """Return the examples after their edits, each of which must be possible."""
    found = dict(EXAMPLES)
    for name, (before, after) in EDITS.items():
        assert before in found[name]
        found[name] = found[name].replace(before, after, 1)
    return found


def unprotected(text: str) -> str:
    """Return an example with the source of every protected module switched."""
    for name in PROTECTED:
        text = text.replace(f'"./modules/{name}"', f'"./modules/{name}{UNPROTECTED}"')
    return text


def states(server: Sandbox) -> dict[str, str]:
    """Return the state of each CA at AWS, by its common name."""
    found = server.client("acm-pca").list_certificate_authorities()["CertificateAuthorities"]
    return {each["CertificateAuthorityConfiguration"]["Subject"]["CommonName"]: each["Status"] for each in found}


def applied(terraform: Terraform, *arguments: str) -> Changes:
    """Plan, apply, and return what the plan changed."""
    file = terraform.directory / "tfplan"
    found = list_changes(terraform.plan(file, *arguments))
    terraform.apply(file)
    return found


def test_what_is_protected() -> None:
    assert PROTECTED == ["ca-certificate", "crl-bucket", "private-ca"]


def test_examples_are_formatted(tmp_path: Path) -> None:
    lay_out(tmp_path, EXAMPLES)
    command = [find_binary(), "fmt", "-check", "-diff", "-recursive"]
    done = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"")


def test_examples_are_applied_changed_and_destroyed(account: tuple[Sandbox, Terraform]) -> None:
    server, terraform = account
    lay_out(terraform.directory, EXAMPLES)
    init_once(terraform)
    terraform.validate()
    assert set(applied(terraform).values()) == {("create",)}
    assert states(server) == {
        "Corp Root CA": "ACTIVE",
        "Corp Issuing CA 1": "ACTIVE",
        "Corp Partner CA": "PENDING_CERTIFICATE",
    }

    lay_out(terraform.directory, edited())
    assert applied(terraform) == EDITED

    with pytest.raises(TerraformError, match="Instance cannot be destroyed") as refused:
        terraform.plan(terraform.directory / "tfplan", "-destroy")
    assert set(PREVENTED.findall(str(refused.value))) == FIRST_IN_THE_WAY

    lay_out(terraform.directory, {name: unprotected(text) for name, text in edited().items()})
    init_once(terraform)
    assert applied(terraform) == {}
    assert set(applied(terraform, "-destroy").values()) == {("delete",)}
    assert set(states(server).values()) == {"DELETED"}
    assert server.client("s3").list_buckets()["Buckets"] == []
