"""Arguments that Terraform converts are read; a CA with arguments that it rejects is left out."""

from pathlib import Path

import pytest

from pcaform.cli.commands.import_hcl import command as import_hcl
from pcaform.cli.options import ImportOptions
from sources.hcl.builders import authority

ADVICE = "import from the state instead, if there is one"
ROOT = "aws_acmpca_certificate_authority.root"


HEAD = f"""\
provider "aws" {{
  region              = "eu-west-1"
  allowed_account_ids = ["123456789012"]
}}
variable "x" {{}}
variable "off" {{
  type    = bool
  default = "0"
}}
{authority("other")}
"""


def imported(home: Path, line: str, capfd: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    (home / "main.tf").write_text(HEAD + authority("root", line), encoding="utf-8")
    code = import_hcl(str(home), options=ImportOptions("x"))
    out, err = capfd.readouterr()
    return code, out, err.replace(f"{home}/", "")


@pytest.mark.parametrize(
    ("line", "entry", "times"),
    [
        ('enabled = "0"', "enabled: false", 1),
        ('enabled = "false"', "enabled: false", 1),
        ("enabled = var.off", "enabled: false", 1),
        ('enabled = "1"', "enabled: false", 0),
        ("enabled = null", "enabled: false", 0),
        ('lifecycle {\n    prevent_destroy = "true"\n  }', "deletion_protection: false", 0),
        ('lifecycle {\n    prevent_destroy = "1"\n  }', "deletion_protection: false", 0),
        ('lifecycle {\n    prevent_destroy = "false"\n  }', "deletion_protection: false", 1),
        ("lifecycle {\n    prevent_destroy = false\n  }", "deletion_protection: false", 1),
        ("lifecycle {\n    prevent_destroy = null\n  }", "deletion_protection: false", 0),
    ],
)
def test_booleans_may_be_strings(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], line: str, entry: str, times: int
) -> None:
    code, out, err = imported(tmp_path, line, capfd)
    assert (code, out.count(entry), out.count("type: ROOT")) == (0, times, 2), err


@pytest.mark.parametrize(
    ("line", "name", "reason"),
    [
        ('enabled = "maybe"', "enabled", "'enabled' must be true or false"),
        ("enabled = 0", "enabled", "'enabled' must be true or false"),
        ("enabled = [true]", "enabled", "'enabled' must be true or false"),
        (
            'revocation_configuration {\n    ocsp_configuration {\n      enabled = "yes"\n    }\n  }',
            "revocation_configuration",
            "'enabled' must be true or false",
        ),
        ('lifecycle {\n    prevent_destroy = "no"\n  }', "prevent_destroy", "'prevent_destroy' must be true or false"),
        (
            "lifecycle {\n    prevent_destroy = var.x\n  }",
            "prevent_destroy",
            "var.x has no value (set it with '--var-file')",
        ),
    ],
)
def test_an_invalid_boolean_leaves_its_ca_out(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], line: str, name: str, reason: str
) -> None:
    code, out, err = imported(tmp_path, line, capfd)
    assert (code, out.count("type: ROOT"), out.count("common_name: other")) == (2, 1, 1)
    assert f"unknown: {ROOT}: main.tf:" in err
    assert f": cannot evaluate '{name}': {reason}; {ADVICE}\n" in err


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('tags = "x"', "it is not a map"),
        ('tags = ["x"]', "it is not a map"),
        ("timeouts = []", "it is not a block"),
        ('timeouts = "x"', "it is not a block"),
        ("timeouts = [1]", "it is not a block"),
    ],
)
def test_invalid_tags_and_timeouts_are_reported(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], line: str, reason: str
) -> None:
    code, out, err = imported(tmp_path, line, capfd)
    number = (HEAD + authority("root", line)).splitlines().index(f"  {line}") + 1
    name = line.partition(" ")[0]
    note = f"unknown: {ROOT}: main.tf:{number}: cannot evaluate '{name}': {reason}; {ADVICE}\n"
    assert note in err
    assert (code, out.count("type: ROOT"), name in out) == (2, 2, False)


@pytest.mark.parametrize(
    ("account", "times", "note"),
    [
        ('"210987654321"', 0, "left out: aws_acmpca_permission.acm: it is for ACM in account 210987654321: it renews"),
        ("var.x", 0, "unknown: aws_acmpca_permission.acm: main.tf:"),
        ('"123456789012"', 1, ""),
        ("data.aws_caller_identity.me.account_id", 1, ""),
        ("null", 1, ""),
    ],
)
def test_source_account_of_a_permission(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], account: str, times: int, note: str
) -> None:
    """Only a permission for the account of the provider, where the CA is, renews there."""
    permission = f"""\
data "aws_caller_identity" "me" {{}}
resource "aws_acmpca_certificate" "other" {{
  certificate_authority_arn   = aws_acmpca_certificate_authority.other.arn
  certificate_signing_request = aws_acmpca_certificate_authority.other.certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/RootCACertificate/V1"
  validity {{
    type  = "YEARS"
    value = 10
  }}
}}
resource "aws_acmpca_certificate_authority_certificate" "other" {{
  certificate_authority_arn = aws_acmpca_certificate_authority.other.arn
  certificate               = aws_acmpca_certificate.other.certificate
}}
resource "aws_acmpca_permission" "acm" {{
  certificate_authority_arn = aws_acmpca_certificate_authority.other.arn
  actions                   = ["IssueCertificate", "GetCertificate", "ListPermissions"]
  principal                 = "acm.amazonaws.com"
  source_account            = {account}
}}
"""
    (tmp_path / "more.tf").write_text(permission, encoding="utf-8")
    _, out, err = imported(tmp_path, "", capfd)
    assert out.count("principal: acm.amazonaws.com") == times
    assert (note or "found ") in err.replace("more.tf", "main.tf")
    assert ("aws_acmpca_permission.acm: " in err) is bool(note)
