"""`import hcl --evaluate`: Terraform evaluates a copy of the files, on the sandbox, with nothing of the caller's."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from conftest import Run

FILES = {
    "main.tf": """\
terraform {
  backend "s3" {
    bucket = "corp-tfstate"
    key    = "pki.tfstate"
    region = "eu-west-1"
  }
}
provider "aws" {
  region              = "eu-west-1"
  profile             = "corp"
  allowed_account_ids = ["123456789012"]
}
module "ca" {
  source = "../modules/ca"
  name   = yamldecode(file("names.yaml"))["root"]
}
resource "aws_acmpca_certificate_authority" "old" {
  type = "ROOT"
  certificate_authority_configuration {
    key_algorithm     = "RSA_2048"
    signing_algorithm = "SHA256WITHRSA"
    subject {
      common_name = "Old CA"
    }
  }
  lifecycle {
    prevent_destroy = false
  }
}
import {
  to = aws_acmpca_certificate_authority.old
  id = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-4333-8444-555555555555"
}
""",
    "names.yaml": "root: Corp Root CA\n",
    "terraform.tfstate": "not for the copy",
    "../modules/ca/main.tf": """\
variable "name" {}
resource "aws_acmpca_certificate_authority" "this" {
  type = "ROOT"
  certificate_authority_configuration {
    key_algorithm     = "RSA_4096"
    signing_algorithm = "SHA512WITHRSA"
    subject {
      common_name = var.name
    }
  }
}
resource "aws_acmpca_certificate" "this" {
  certificate_authority_arn   = aws_acmpca_certificate_authority.this.arn
  certificate_signing_request = aws_acmpca_certificate_authority.this.certificate_signing_request
  signing_algorithm           = "SHA512WITHRSA"
  template_arn                = "arn:aws:acm-pca:::template/RootCACertificate/V1"
  validity {
    type  = "YEARS"
    value = 10
  }
}
resource "aws_acmpca_certificate_authority_certificate" "this" {
  certificate_authority_arn = aws_acmpca_certificate_authority.this.arn
  certificate               = aws_acmpca_certificate.this.certificate
  certificate_chain         = aws_acmpca_certificate.this.certificate_chain
}
""",
}
HOSTILE = {"AWS_PROFILE": "corp", "AWS_REGION": "us-gov-west-1", "TF_CLI_ARGS": "-bogus", "TF_VAR_name": "Evil"}


@pytest.fixture
def here(tmp_path: Path) -> Path:
    home = tmp_path / "root"
    for name, text in FILES.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return home


def test_without_it_the_report_names_it(pcaform: Run, here: Path) -> None:
    done = pcaform("import", "hcl", ".", "--stack", "corp", cwd=here)
    assert (done.returncode, "Corp Root CA" in done.stdout) == (2, False)
    assert "'--evaluate' lets it evaluate a copy on the sandbox" in done.stderr


def test_it_needs_terraform(pcaform: Run, here: Path, without_terraform: Mapping[str, str]) -> None:
    done = pcaform("import", "hcl", ".", "--stack", "corp", "--evaluate", cwd=here, env=without_terraform)
    assert (done.returncode, done.stdout) == (1, "")
    assert "neither terraform nor tofu is on PATH" in done.stderr


@pytest.mark.terraform
def test_terraform_evaluates_the_rest(pcaform: Run, here: Path) -> None:
    """What the files say themselves stays: `import`, `backend`, `lifecycle`; and the directory is as it was."""
    before = sorted(path.name for path in here.iterdir())
    done = pcaform("import", "hcl", ".", "--stack", "corp", "--evaluate", cwd=here, env=HOSTILE)
    assert done.returncode == 0, done.stderr
    for entry in ("common_name: Corp Root CA", "validity: {type: YEARS, value: 10}", "bucket: corp-tfstate"):
        assert entry in done.stdout
    assert "-8444-555555555555" in done.stdout
    assert "deletion_protection: false" in done.stdout
    assert sorted(path.name for path in here.iterdir()) == before


@pytest.mark.terraform
def test_what_fails_is_said_and_the_rest_is_taken(pcaform: Run, here: Path) -> None:
    text = 'data "aws_ssm_parameter" "x" {\n  name = "/none"\n}\n'
    (here / "data.tf").write_text(text, encoding="utf-8")
    done = pcaform("import", "hcl", ".", "--stack", "corp", "--evaluate", cwd=here)
    assert (done.returncode, "common_name: Corp Root CA" in done.stdout) == (2, True), done.stderr
    assert "unknown: .: terraform plan failed:" in done.stderr
    assert "use 'pcaform import plan'" in done.stderr
