"""Credentials, profiles, roles and regions: what works, and one clear message for each that does not."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import Run
from sources.aws.conftest import ACCOUNT, OTHER, REGION, Live, live

KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
ROLE = f"arn:aws:iam::{OTHER}:role/reader"


@pytest.fixture(scope="module")
def account() -> Iterator[Live]:
    with live(iam=True) as found:
        found.pki.root()
        other = found.server.client("iam", account_id=OTHER)
        trust = {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Condition": {"StringEquals": {"sts:ExternalId": "shibboleth"}},
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        other.create_role(RoleName="reader", AssumeRolePolicyDocument=document)
        allowed = {"Effect": "Allow", "Action": ["acm-pca:*", "acm:*", "iam:*"], "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        other.put_role_policy(RoleName="reader", PolicyName="read", PolicyDocument=policy)
        yield found


def test_the_caller_is_printed_first(pcaform: Run, account: Live) -> None:
    done = pcaform("import", "aws", "--stack", "x", "--region", "us-east-1", env=account.environment)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"account {ACCOUNT}, as arn:aws:iam::{ACCOUNT}:user/sandbox-administrator, in us-east-1",
        "pcaform: no CA was found in these regions and with these filters",
    ]


@pytest.mark.parametrize(
    ("changes", "arguments", "message"),
    [
        (dict.fromkeys(KEYS, ""), (), "no credentials: name a --profile, or set AWS_PROFILE or AWS_ACCESS_KEY_ID"),
        ({"AWS_PROFILE": "nope"}, (), "the profile in AWS_PROFILE is not in ~/.aws/config"),
        (
            {},
            ("--profile", "nope"),
            "profile 'nope' is not in ~/.aws/config or ~/.aws/credentials; profiles there: pki",
        ),
        (
            {"AWS_REGION": "", "AWS_DEFAULT_REGION": ""},
            (),
            "no region: set one or more with --region, or use --all-regions",
        ),
        (
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"},
            (),
            (
                "the caller's identity cannot be read: the endpoint cannot be reached or closes the connection: "
                f"check the region '{REGION}', AWS_ENDPOINT_URL and the proxy"
            ),
        ),
        (
            {},
            ("--assume-role", ROLE),
            f"{ROLE}: this role cannot be assumed: it does not exist, does not trust the caller or needs an",
        ),
        ({}, ("--region", "mars"), "'mars' is not a region, expected one such as eu-west-1"),
        ({}, ("--region", REGION, "--all-regions"), "--region and --all-regions exclude each other"),
        ({}, ("--external-id", "x"), "--external-id needs a role: name it with --assume-role"),
        ({}, ("--tag", "x"), "--tag 'x': expected KEY=VALUE"),
        ({}, ("--arn", "arn:x"), "'arn:x' is not the ARN of a CA, expected arn:aws:acm-pca:REGION:ACCOUNT:"),
    ],
)
def test_failures_are_one_line(  # noqa: PLR0917 - pytest passes them
    pcaform: Run,
    account: Live,
    tmp_path: Path,
    changes: dict[str, str],
    arguments: tuple[str, ...],
    message: str,
) -> None:
    config = tmp_path / "config"
    config.write_text("[profile pki]\nregion = eu-west-1\n", encoding="utf-8")
    environment = {**account.environment, "AWS_CONFIG_FILE": str(config), **changes}
    done = pcaform("import", "aws", "--stack", "x", *arguments, env=environment)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert message in line


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("expiry", "the caller's identity cannot be read: the credentials expired (ExpiredToken): log in again"),
        ("failures", "the caller's identity cannot be read: AWS failed ("),
        ("resets", "the caller's identity cannot be read: the endpoint cannot be reached or closes the connection"),
    ],
)
def test_failures_of_sts_are_reported(pcaform: Run, account: Live, kind: str, message: str) -> None:
    with account.server.inject_faults(**{kind: {"sts:*": 1.0}}):
        done = pcaform("import", "aws", "--stack", "x", env=account.environment)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert message in line


def test_an_unknown_access_key_is_reported(pcaform: Run, account: Live) -> None:
    done = pcaform("import", "aws", "--stack", "x", env={**account.environment, KEYS[0]: "AKIAAAAAAAAAAAAAAAAA"})
    assert done.returncode == 1
    assert "CAs of this account: ListCertificateAuthorities: AWS does not recognize these credentials" in done.stderr


def test_a_role_of_another_account_is_assumed(pcaform: Run, account: Live) -> None:
    role = ("--assume-role", ROLE, "--external-id", "shibboleth")
    done = pcaform("import", "aws", "--stack", "x", *role, env=account.environment)
    assert f"account {OTHER}, as arn:aws:sts::{OTHER}:assumed-role/reader/pcaform-import, in {REGION}" in done.stderr


def test_a_profile_sets_credentials_and_region(
    pcaform: Run, account: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = "\n".join(f"{name.lower()} = {account.environment[name]}" for name in KEYS)
    config = tmp_path / "config"
    config.write_text(f"[profile pki]\nregion = eu-west-3\n{keys}\n", encoding="utf-8")
    for name in (*KEYS, "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    done = pcaform("import", "aws", "--stack", "x", "--profile", "pki", env={"AWS_CONFIG_FILE": str(config)})
    assert f"account {ACCOUNT}, as " in done.stderr
    assert "in eu-west-3" in done.stderr
