"""The provider of a resource: its alias, in quotes or not, and the resource's own region."""

from pathlib import Path

import pytest

from conftest import Run
from pcaform.rules.load import load_text

PROVIDERS = """\
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["123456789012"]
}
provider "aws" {
  alias               = "west"
  region              = "us-west-2"
  allowed_account_ids = ["123456789012"]
}
"""
AUTHORITY = """\
resource "aws_acmpca_certificate_authority" "{name}" {{
  {line}
  type = "ROOT"
  certificate_authority_configuration {{
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject {{
      common_name = "{name}"
    }}
  }}
}}
"""
HOME = AUTHORITY.format(name="home", line="")
INNER = """\
terraform {
  required_providers {
    aws = {
      configuration_aliases = [aws.west]
    }
  }
}
"""


def imported(pcaform: Run, home: Path, **files: str) -> tuple[int, str, str]:
    for name, content in files.items():
        (home / name).mkdir(exist_ok=True)
        (home / name / "main.tf").write_text(content, encoding="utf-8")
    done = pcaform("import", "hcl", "root", "--stack", "pki", cwd=home)
    if done.returncode != 1:
        assert load_text(done.stdout.encode(), "spec.yaml", directory=home).problems == ()
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("written", ["aws.west", '"aws.west"', '"${aws.west}"'])
def test_a_provider_may_be_named_in_quotes(pcaform: Run, tmp_path: Path, written: str) -> None:
    text = PROVIDERS + HOME + AUTHORITY.format(name="far", line=f"provider = {written}")
    code, out, err = imported(pcaform, tmp_path, root=text)
    assert (code, out.count("provider: {region: us-west-2}")) == (0, 1), err


@pytest.mark.parametrize("written", ["aws = aws.west", 'aws = "aws.west"', "aws = aws\n    aws.west = aws.west"])
def test_a_provider_may_be_passed_to_a_module_in_quotes(pcaform: Run, tmp_path: Path, written: str) -> None:
    line = "provider = aws.west" if "aws.west =" in written else ""
    call = f'module "far" {{\n  source = "../far"\n  providers = {{\n    {written}\n  }}\n}}\n'
    far = INNER + AUTHORITY.format(name="far", line=line)
    code, out, err = imported(pcaform, tmp_path, root=PROVIDERS + HOME + call, far=far)
    assert (code, out.count("provider: {region: us-west-2}")) == (0, 1), err


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ('"aws.nope"', "no provider block configures 'aws.nope': add it, or correct the alias"),
        ("aws.west[each.key]", "the provider reference cannot be evaluated: write aws.ALIAS"),
        ('lower("AWS.WEST")', "the provider reference cannot be evaluated: write aws.ALIAS"),
        ("1", "the provider reference cannot be evaluated: write aws.ALIAS"),
    ],
)
def test_an_unclear_provider_is_never_the_default_one(pcaform: Run, tmp_path: Path, written: str, message: str) -> None:
    far = AUTHORITY.format(name="far", line=f"provider = {written}")
    code, _, err = imported(pcaform, tmp_path, root=PROVIDERS + HOME + far)
    assert (code, err) == (1, f"pcaform: root/main.tf:22: {message}\n")
    call = f'module "far" {{\n  source = "../far"\n  providers = {{\n    aws = {written}\n  }}\n}}\n'
    code, _, err = imported(pcaform, tmp_path, root=PROVIDERS + HOME + call, far=AUTHORITY.format(name="far", line=""))
    assert (code, err) == (1, f"pcaform: root/main.tf:21: {message}\n")


def test_providers_that_are_not_a_map_are_never_the_default_ones(pcaform: Run, tmp_path: Path) -> None:
    call = 'module "far" {\n  source = "../far"\n  providers = ["x"]\n}\n'
    far = AUTHORITY.format(name="far", line="")
    code, _, err = imported(pcaform, tmp_path, root=PROVIDERS + HOME + call, far=far)
    assert (code, err) == (
        1,
        "pcaform: root/main.tf:21: the provider reference cannot be evaluated: write aws.ALIAS\n",
    )


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('region = "us-west-2"', {"region: us-west-2": 1}),
        ('region = "eu-west-1"', {"provider:": 0}),
        ('provider = aws.west\n  region = "eu-west-1"', {"provider:": 0}),
        ('provider = aws.west\n  region = "us-east-1"', {"region: us-east-1": 1, "us-west-2": 0}),
        ("region = null", {"provider:": 0}),
    ],
)
def test_a_resource_is_in_its_own_region(pcaform: Run, tmp_path: Path, lines: str, expected: dict[str, int]) -> None:
    far = AUTHORITY.format(name="far", line=lines)
    code, out, err = imported(pcaform, tmp_path, root=PROVIDERS + HOME + far)
    assert (code, {part: out.count(part) for part in expected}) == (0, expected), err


def test_a_region_of_its_own_keeps_the_role_of_its_provider(pcaform: Run, tmp_path: Path) -> None:
    role = 'assume_role {\n    role_arn = "arn:aws:iam::123456789012:role/pki"\n  }\n  region = "us-west-2"'
    providers = PROVIDERS.replace('region              = "us-west-2"', role)
    far = AUTHORITY.format(name="far", line='provider = aws.west\n  region = "us-east-1"')
    code, out, err = imported(pcaform, tmp_path, root=providers + HOME + far)
    assert (code, err.count("left out"), out.count("role_arn: 'arn:aws:iam::123456789012:role/pki'")) == (0, 0, 1), err
    assert "region: us-east-1" in out


@pytest.mark.parametrize(
    ("value", "reason"), [("var.x", "var.x has no value (set it with '--var-file')"), ("1", "it is not a string")]
)
def test_an_unknown_region_leaves_its_resource_out(pcaform: Run, tmp_path: Path, value: str, reason: str) -> None:
    far = AUTHORITY.format(name="far", line=f"region = {value}")
    text = f'{PROVIDERS}{HOME}{far}variable "x" {{}}\n' + AUTHORITY.format(
        name="near", line="tags = { far = aws_acmpca_certificate_authority.far.arn }"
    )
    code, out, err = imported(pcaform, tmp_path, root=text)
    address = "aws_acmpca_certificate_authority.far"
    advice = "import from the state instead, if there is one"
    assert f"unknown: {address}: root/main.tf:22: cannot evaluate 'region': {reason}; {advice}\n" in err
    assert (code, out.count("type: ROOT"), out.count("tags")) == (2, 2, 0)
