"""Sets have no indexes: in Terraform their keys are their values."""

from pathlib import Path

import pytest

from conftest import Run

PROVIDER = 'provider "aws" {\n  region              = "eu-west-1"\n  allowed_account_ids = ["123456789012"]\n}\n'
NAMES = 'variable "names" {\n  type    = set(string)\n  default = ["web", "device"]\n}\n'
AUTHORITY = """\
resource "aws_acmpca_certificate_authority" "issuing" {{
  {line}
  type = "ROOT"
  certificate_authority_configuration {{
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    {subject}
  }}
}}
"""
DYNAMIC = """\
dynamic "subject" {
      for_each = toset(["corp"])
      content {
        common_name = "${subject.key} ${subject.value}"
      }
    }
"""


@pytest.mark.parametrize(
    ("line", "subject", "names"),
    [
        (
            "for_each = { for key, value in var.names : key => value }",
            "subject {\n      common_name = each.key\n    }",
            ["device", "web"],
        ),
        ("", DYNAMIC, ["corp corp"]),
    ],
)
def test_the_keys_of_a_set_are_its_values(
    pcaform: Run, tmp_path: Path, line: str, subject: str, names: list[str]
) -> None:
    text = PROVIDER + NAMES + AUTHORITY.format(line=line, subject=subject)
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    done = pcaform("import", "hcl", ".", "--stack", "pki", cwd=tmp_path)
    assert (done.returncode, done.stdout.count("common_name: ")) == (0, len(names)), done.stderr
    assert [name for name in names if f"subject: {{common_name: {name}}}" not in done.stdout] == []
