"""What is taken from a Terraform state, and what never is: other formats, damage, secrets, what is going anyway."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from conftest import Run
from infer.states import authority, certificate, resource, root, state
from pcaform.commands.import_state import from_state
from pcaform.problems import Failure
from pcaform.sources import tfstate
from strategies import damaged

SECRETS = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI", "hunter2hunter2", "BEGIN RSA PRIVATE KEY", "s3cr3t-output")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the state is empty: nothing was applied yet, or the wrong workspace is selected"),
        (b" \n", "the state is empty"),
        (b"{", "not a whole JSON document: take the output of 'terraform state pull'"),
        (b"version: 4", "not a whole JSON document"),
        (b"\xff\xfe", "not a whole JSON document"),
        (b"PK\x03\x04", "not a whole JSON document"),
        (b"[" * 100_000, "not a whole JSON document"),
        (state(*root())[:-20], "not a whole JSON document"),
        (b"[]", "not a Terraform state: take the output of 'terraform state pull'"),
        (b"null", "not a Terraform state"),
        (b"{}", "not a Terraform state"),
        (b'{"format_version": "1.0", "terraform_version": "1.11.4", "values": {}}', "not a Terraform state"),
        (b'{"version": 3, "modules": []}', "state version 3, only 4 is read: upgrade with Terraform 0.12"),
        (b'{"version": 5, "resources": []}', "state version 5, only 4 is read"),
        (b'{"version": 4}', "the state has no list of resources: it is damaged or cut off"),
        (b'{"version": 4, "resources": {}}', "the state has no list of resources"),
        (
            b'{"serial": 1, "meta": {"key_provider": 1}, "encrypted_data": "x", "encryption_version": "v0"}',
            "the state is encrypted: use 'tofu state pull', which decrypts it",
        ),
        (b'{"version": 4, "resources": [1]}', "a resource in the state is not whole"),
        (
            b'{"version": 4, "resources": [{"mode": "managed", "instances": null}]}',
            "a resource in the state is not whole",
        ),
        (
            b'{"version": 4, "resources": [{"mode": "managed", "instances": [1]}]}',
            "a resource in the state is not whole",
        ),
        (
            (
                b'{"version": 4, "resources": [{"mode": "managed", "type": "aws_iam_user", '
                b'"instances": [{"attributes": [1]}]}]}'
            ),
            "a resource in the state is not whole",
        ),
    ],
)
def test_what_is_no_state_is_said(content: bytes, message: str) -> None:
    with pytest.raises(Failure) as failure:
        from_state(content, "some.tfstate", stack="corp-pki")
    assert message in str(failure.value)


def test_a_state_without_authorities_is_said() -> None:
    with pytest.raises(Failure, match="no private CA in what was read"):
        from_state(state(), "some.tfstate", stack="corp-pki")


@pytest.mark.parametrize(
    ("module", "index", "address"),
    [
        (None, None, "aws_acmpca_certificate_authority.this"),
        (None, 0, "aws_acmpca_certificate_authority.this[0]"),
        (None, "a", 'aws_acmpca_certificate_authority.this["a"]'),
        ("module.ca_root", None, "module.ca_root.aws_acmpca_certificate_authority.this"),
        ("module.ca_root[0]", None, "module.ca_root[0].aws_acmpca_certificate_authority.this"),
        ('module.pki["eu.west"]', 1, 'module.pki["eu.west"].aws_acmpca_certificate_authority.this[1]'),
    ],
)
def test_a_resource_is_named_as_terraform_names_it(module: str | None, index: Any, address: str) -> None:
    more = {} if index is None else {"index_key": index}
    (found,) = tfstate.read(state(authority("root", module=module, **more)), "x").resources
    assert found.address == address


def test_every_instance_is_read_but_what_waits_for_its_deletion() -> None:
    both = authority("root")
    both["instances"].append({**authority("old")["instances"][0], "deposed": "00000001"})
    both["instances"].append({**authority("second")["instances"][0], "index_key": "b"})
    found = tfstate.read(state(both), "x").resources
    assert [one.attributes["arn"].rsplit("/")[-1] for one in found] == ["root", "second"]


def test_data_sources_and_other_resources_are_not_read() -> None:
    looked_up = {**authority("elsewhere"), "mode": "data"}
    bucket = resource("aws_s3_bucket", None, {"bucket": "b"})
    assert tfstate.read(state(looked_up, bucket), "x") == tfstate.read(state(), "x")


def test_what_is_ours_and_not_read_yet_is_listed() -> None:
    policy = resource("aws_acmpca_policy", "module.share", {"policy": "{}"})
    (remark,) = tfstate.read(state(policy), "x").remarks
    assert remark.kind == "left out"
    assert remark.address == "module.share.aws_acmpca_policy.this"
    assert remark.reason == "'aws_acmpca_policy' is not built yet in this release"


def secretive() -> bytes:
    key = {"id": SECRETS[0], "secret": SECRETS[1], "user": "ci", "ses_smtp_password_v4": SECRETS[2]}
    hidden: dict[str, Any] = {
        "private_key": SECRETS[3],
        "password": SECRETS[2],
        "private": SECRETS[1],
        "sensitive": SECRETS[0],
    }
    content = json.loads(
        state(
            authority("root", module="module.ca_root", **hidden),
            certificate("root", **hidden),
            resource("aws_iam_access_key", None, key),
            resource("random_password", None, {"result": SECRETS[2]}),
            resource("tls_private_key", None, {"private_key_pem": SECRETS[3]}),
            resource("aws_acmpca_policy", None, {"policy": SECRETS[1]}),
        )
    )
    content["outputs"] = {"secret": {"value": SECRETS[4], "type": "string", "sensitive": True}}
    return json.dumps(content).encode()


def test_secrets_never_leave_the_source() -> None:
    taken = repr(tfstate.read(secretive(), "x"))
    assert "certificate of root" in taken
    assert [secret for secret in SECRETS if secret in taken] == []


def test_secrets_are_never_printed(tmp_path: Path, pcaform: Run) -> None:
    path = tmp_path / "terraform.tfstate"
    path.write_bytes(secretive())
    done = pcaform("import", "state", path, "--stack", "corp-pki")
    assert done.returncode == 2
    assert "common_name: root" in done.stdout
    assert [secret for secret in SECRETS if secret in done.stdout + done.stderr] == []


@given(damaged(state(*root(), authority("second"))))
def test_a_damaged_state_gives_a_spec_or_a_message(content: bytes) -> None:
    try:
        from_state(content, "some.tfstate", stack="corp-pki")
    except Failure as failure:
        assert str(failure)
