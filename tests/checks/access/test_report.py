"""Output and exit code of `pcaform access` for a spec, a rendered stack, and policies that allow too much."""

import json
from collections.abc import Mapping
from pathlib import Path

import jsonschema
import pytest

from conftest import EXAMPLE, Run

HEAD = """\
version: 1
stack: corp-pki
aws: {region: eu-west-1, account_id: "123456789012"}
certificate_authorities:
  root:
    type: ROOT
    subject: {common_name: Root}
    key_algorithm: EC_prime256v1
    validity: {type: YEARS, value: 20}
issuers:
"""
AUTHORITY = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"


def verbatim(tmp_path: Path, *statements: Mapping[str, object]) -> Path:
    """Write a spec with an issuer that has a verbatim policy."""
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    path = tmp_path / "spec.yaml"
    path.write_text(f"{HEAD}  old: {{policy: {{name: old, document: {document}}}}}\n", encoding="utf-8")
    return path


def test_spec_allows_what_it_grants(pcaform: Run) -> None:
    done = pcaform("access", EXAMPLE)
    assert (done.returncode, done.stdout) == (0, (Path(__file__).parent / "example.txt").read_text(encoding="utf-8"))
    assert done.stderr.splitlines()[-1].endswith("requests checked: nothing found")


def test_rendered_stack_has_the_same_result(pcaform: Run, tmp_path: Path) -> None:
    pcaform("render", EXAMPLE, "--out", tmp_path)
    done = pcaform("access", tmp_path / "corp-pki")
    assert done.returncode == 0
    of_spec = pcaform("access", EXAMPLE).stdout.splitlines()
    assert [line.partition(" requests checked")[0] for line in done.stdout.splitlines()] == [
        line.partition(" requests checked")[0] for line in of_spec
    ]


def test_stack_widened_by_hand_is_a_finding(pcaform: Run, tmp_path: Path) -> None:
    pcaform("render", EXAMPLE, "--out", tmp_path)
    issuers = tmp_path / "corp-pki" / "issuers.tf"
    text = issuers.read_text(encoding="utf-8")
    issuers.write_text(
        text.replace('["acm-pca:GetCertificate",', '["acm-pca:GetCertificate", "acm-pca:PutPolicy",', 1).replace(
            '"acm-pca:DescribeCertificateAuthority",', '"acm-pca:DescribeCertificateAuthority", "acm-pca:PutPolicy",', 1
        ),
        encoding="utf-8",
    )
    done = pcaform("access", tmp_path / "corp-pki")
    assert done.returncode == 2
    first = "issuer ci: acm-pca:PutPolicy on issuing: lets an issuer administer CAs"
    assert done.stdout.splitlines()[0] == first


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        (
            {"Effect": "Allow", "Action": "acm-pca:*", "Resource": AUTHORITY},
            "acm-pca:CreatePermission on 11111111-2222-3333-4444-555555555555: lets an issuer administer CAs",
        ),
        (
            {"Effect": "Allow", "Action": "acm-pca:IssueCertificate", "Resource": "*"},
            "acm-pca:IssueCertificate on another CA, RootCACertificate/V1: lets an issuer issue CA certificates",
        ),
        (
            {"Effect": "Allow", "Action": "acm-pca:Create*", "Resource": "*"},
            "acm-pca:CreateCertificateAuthority on no CA: lets an issuer administer CAs",
        ),
    ],
)
def test_verbatim_policy_is_checked(pcaform: Run, tmp_path: Path, statement: dict[str, object], line: str) -> None:
    done = pcaform("access", verbatim(tmp_path, statement))
    assert done.returncode == 2
    assert f"issuer old: {line}" in done.stdout.splitlines()


def test_verbatim_policy_is_not_compared_with_grants(pcaform: Run, tmp_path: Path) -> None:
    reading = {"Effect": "Allow", "Action": "acm-pca:GetCertificate", "Resource": AUTHORITY}
    done = pcaform("access", verbatim(tmp_path, reading))
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].endswith("requests checked, not compared with grants")


def test_json_follows_its_schema(pcaform: Run, tmp_path: Path) -> None:
    schema = json.loads(pcaform("schema", "access").stdout)
    for spec in (EXAMPLE, verbatim(tmp_path, {"Effect": "Allow", "Action": "acm-pca:*", "Resource": "*"})):
        report = json.loads(pcaform("access", spec, "--format", "json").stdout)
        jsonschema.validate(report, schema)
        assert report["format_version"] == "1.3"


def test_markdown_is_a_table(pcaform: Run) -> None:
    lines = pcaform("access", EXAMPLE, "--format", "markdown").stdout.splitlines()
    assert lines[0] == "| principal | on | itself | through ACM |"
    assert [line.split(" | ")[:2] for line in lines[2:4]] == [
        ["| issuer `ci`", "issuing"],
        ["| issuer `web`", "issuing"],
    ]


PROVIDER = 'provider "aws" {\n  region = "eu-west-1"\n  allowed_account_ids = ["123456789012"]\n}\n'
ISSUER = 'module "issuer_a" {{\n  source = "./modules/issuer-user"\n  user_name = "a"\n  policies = {{a = {}}}\n}}\n'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no '*.tf' in this directory: name a rendered stack, or a spec"),
        (
            "locals {}\n",
            "no provider block with a literal region and account ID: this is not a stack that pcaform rendered",
        ),
        ("module {", "main.tf:1:8: '{' is never closed"),
        (
            PROVIDER + ISSUER.format('file("x")'),
            "module.issuer_a: this policy is not a jsonencode of literal values and cannot be checked",
        ),
        (
            PROVIDER + ISSUER.format("jsonencode({Statement = [var.x]})"),
            "module.issuer_a: this policy contains var.x, which only Terraform can evaluate: it cannot be checked",
        ),
        (
            PROVIDER + ISSUER.format('jsonencode({Statement = "${local.a}"})'),
            "module.issuer_a: this policy contains local.a, which only Terraform can evaluate: it cannot be checked",
        ),
    ],
)
def test_policies_that_cannot_be_checked_are_an_error(
    pcaform: Run, tmp_path: Path, content: str | None, message: str
) -> None:
    if content is not None:
        (tmp_path / "main.tf").write_text(content, encoding="utf-8")
    done = pcaform("access", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr


def test_a_policy_that_iam_refuses_is_an_error(pcaform: Run, tmp_path: Path) -> None:
    done = pcaform("access", verbatim(tmp_path, {"Effect": "Perhaps", "Action": "*", "Resource": "*"}))
    assert done.returncode == 1
    assert "policy 'old', statement 1 has the effect 'Perhaps', allowed: Allow, Deny" in done.stderr


USER, ROLE = "arn:aws:iam::123456789012:user/old", "arn:aws:iam::123456789012:role/pki"
ADMINISTRATOR = 'administrators: {pki: {role_name: pki, trust: {accounts: ["123456789012"]}}}\n'
TAKES, KEYS = (
    "lets an issuer take rights over CAs",
    "lets an issuer take certificates of others with their private keys",
)


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("iam:*", "*", TAKES),
        ("iam:PutUserPolicy", USER, TAKES),
        ("iam:AttachUserPolicy", "arn:aws:iam::123456789012:user/${aws:username}", TAKES),
        ("iam:CreateAccessKey", "*", TAKES),
        ("sts:AssumeRole", "*", TAKES),
        ("sts:AssumeRole", ROLE, TAKES),
        ("cloudformation:*", "*", TAKES),
        ("ram:*", "*", TAKES),
        ("iam:BrandNew", "*", TAKES),
        ("acm:ExportCertificate", "*", KEYS),
        ("iam:CreateAccessKey", "arn:aws:iam::*:user/${aws:username}", ""),
        ("sts:AssumeRole", "arn:aws:iam::123456789012:role/app", ""),
        ("sts:AssumeRole", "arn:aws:iam::999999999999:role/*", ""),
        ("iam:Get*", "*", ""),
        ("acm:Get*", "*", ""),
    ],
)
def test_rights_that_a_verbatim_policy_may_take(
    pcaform: Run, tmp_path: Path, action: str, resource: str, expected: str
) -> None:
    """One finding for each principal and kind, also where a condition has to be met; none for the twins."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    for condition in ({}, {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}):
        spec = verbatim(tmp_path, {**statement, "Condition": condition})
        spec.write_text(spec.read_text(encoding="utf-8") + ADMINISTRATOR, encoding="utf-8")
        done = pcaform("access", spec)
        lines = [line for line in done.stdout.splitlines() if "lets an issuer" in line]
        assert (done.returncode, len(lines)) == ((2, 1) if expected else (0, 0)), done.stderr
        assert all(expected in line and line.startswith("issuer old: ") for line in lines)


def test_what_is_denied_is_not_taken(pcaform: Run, tmp_path: Path) -> None:
    allowed, denied = ({"Effect": effect, "Action": "iam:*", "Resource": "*"} for effect in ("Allow", "Deny"))
    assert pcaform("access", verbatim(tmp_path, allowed, denied)).returncode == 0
