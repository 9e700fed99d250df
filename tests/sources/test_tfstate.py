"""Reading Terraform states: formats, damage, secrets, and instances that a plan would destroy."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from conftest import ROOT, Run
from importer.infer.infer_state import infer_state
from importer.infer.state_builders import arn_of, authority, certificate, resource, root, state
from pcaform.core.problems import Failure
from pcaform.sources import tfstate
from yaml_strategies import damaged

SECRETS = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI", "hunter2hunter2", "BEGIN RSA PRIVATE KEY", "s3cr3t-output")


KEY = f"-----{SECRETS[3]}-----\nMII"
REFUSED: list[tuple[bytes, str]] = [
    (b"", "the state is empty: nothing has been applied yet, or the wrong workspace is selected"),
    (b" \n", "the state is empty"),
    (b"{", "not a complete JSON document: use the output of 'terraform state pull'"),
    (b"version: 4", "not a complete JSON document"),
    (b"\xff\xfe", "not a complete JSON document"),
    (
        b"PK\x03\x04",
        "a plan file, which only Terraform can read: use the output of 'terraform show -json some.tfstate'",
    ),
    (b'{"version": 3, "backend": {"type": "s3"}}', "this file only describes the backend of a state"),
    (b'{"format_version": "1.2", "terraform_version": "1.11.4"}', "nothing has been applied or planned yet"),
    (
        b'{"format_version": "1.2", "values": {"root_module": {"resources": [{"type": "aws_iam_user"}]}}}',
        "a resource in the state is incomplete",
    ),
    (b"[" * 100_000, "not a complete JSON document"),
    (state(*root())[:-20], "not a complete JSON document"),
    (b"[]", "not a Terraform state: use the output of 'terraform state pull'"),
    (b"null", "not a Terraform state"),
    (b"{}", "not a Terraform state"),
    (b'{"format_version": "1.0", "terraform_version": "1.11.4", "values": {}}', "no private CA in the source"),
    (
        b'{"version": 3, "modules": []}',
        "state version 3 is not supported, only 4: upgrade the state with Terraform 0.12 or later",
    ),
    (b'{"version": 5, "resources": []}', "state version 5 is not supported, only 4"),
    (b'{"version": 4}', "the state has no list of resources: it is damaged or incomplete"),
    (b'{"version": 4, "resources": {}}', "the state has no list of resources"),
    (
        b'{"serial": 1, "meta": {"key_provider": 1}, "encrypted_data": "x", "encryption_version": "v0"}',
        "the state is encrypted: use 'tofu state pull' or 'tofu show -json', which decrypt it",
    ),
    (b'{"version": 4, "resources": [1]}', "a resource in the state is incomplete"),
    (
        b'{"version": 4, "resources": [{"mode": "managed", "instances": null}]}',
        "a resource in the state is incomplete",
    ),
    (
        (b'{"version": 4, "resources": [{"mode": "managed", "type": "aws_iam_user", "name": "x", "instances": [1]}]}'),
        "a resource in the state is incomplete",
    ),
    (
        (
            b'{"version": 4, "resources": [{"mode": "managed", "type": "aws_iam_user", '
            b'"instances": [{"attributes": [1]}]}]}'
        ),
        "a resource in the state is incomplete",
    ),
]


@pytest.mark.parametrize(("content", "message"), REFUSED)
def test_other_content_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(Failure) as failure:
        infer_state(content, "some.tfstate", stack="corp-pki")
    assert message in str(failure.value)


def test_the_page_has_the_actual_messages() -> None:
    page = (ROOT / "docs" / "import-state.md").read_text(encoding="utf-8")
    table = page.partition("## Content that is not a state")[2].partition("##")[0]
    messages = [line.split(" | ")[1].removesuffix(" |") for line in table.strip().splitlines()[2:]]
    assert [
        line for line in messages if not any(line in f"{message}" or message in line for _, message in REFUSED)
    ] == []


def test_a_state_without_cas_is_refused() -> None:
    with pytest.raises(Failure, match="no private CA in the source"):
        infer_state(state(), "some.tfstate", stack="corp-pki")


@pytest.mark.parametrize(
    ("module", "index", "address"),
    [
        (None, None, "aws_acmpca_certificate_authority.this"),
        (None, 0, "aws_acmpca_certificate_authority.this[0]"),
        (None, "a", 'aws_acmpca_certificate_authority.this["a"]'),
        ("module.ca_root", None, "module.ca_root.aws_acmpca_certificate_authority.this"),
        ("module.ca_root[0]", None, "module.ca_root[0].aws_acmpca_certificate_authority.this"),
        (None, 'a.b"c[0]é${x}', 'aws_acmpca_certificate_authority.this["a.b\\"c[0]é$${x}"]'),
        ('module.pki["eu.west"]', 1, 'module.pki["eu.west"].aws_acmpca_certificate_authority.this[1]'),
    ],
)
def test_addresses_are_those_of_terraform(module: str | None, index: Any, address: str) -> None:
    more = {} if index is None else {"index_key": index}
    (found,) = tfstate.read(state(authority("root", module=module, **more)), "x").resources
    assert found.address == address


def test_all_instances_but_deposed_ones_are_read() -> None:
    both = authority("root")
    both["instances"].append({**authority("old")["instances"][0], "deposed": "00000001"})
    both["instances"].append({**authority("second")["instances"][0], "index_key": "b"})
    found = tfstate.read(state(both), "x").resources
    assert [one.attributes["arn"] for one in found] == [arn_of("root"), arn_of("second")]


DESTROYED = {
    "deposed": (
        "aws_acmpca_certificate_authority.this (deposed object 00000001)",
        "it was replaced and is still to be deleted: a plan with its address in it deletes it",
    ),
    "tainted": (
        "aws_acmpca_certificate_authority.this (tainted)",
        (
            "it is tainted, so a plan replaces it: if it is intact, run 'terraform untaint "
            "aws_acmpca_certificate_authority.this' first"
        ),
    ),
}


@pytest.mark.parametrize(
    ("mark", "in_state", "in_json"),
    [
        ("deposed", {"deposed": "00000001"}, {"deposed_key": "00000001"}),
        ("tainted", {"status": "tainted"}, {"tainted": True}),
    ],
)
def test_deposed_and_tainted_instances_are_reported(
    mark: str, in_state: dict[str, Any], in_json: dict[str, Any]
) -> None:
    pulled = authority("root")
    pulled["instances"][0] |= in_state
    printed = show_json(authority("root"))
    printed["root_module"]["resources"][0] |= in_json
    for document in (state(pulled), json.dumps({"format_version": "1.0", "values": printed}).encode()):
        (note,) = tfstate.read(document, "x").notes
        assert (note.kind, (note.address, note.reason)) == ("left out", DESTROYED[mark])


def test_data_sources_of_cas_are_references() -> None:
    looked_up = {**authority("elsewhere"), "mode": "data"}
    account = {**resource("aws_iam_user", None, {"name": "x"}), "mode": "data"}
    (found,) = tfstate.read(state(looked_up, account, resource("aws_vpc", None, {})), "x").resources
    assert (found.address, found.is_reference) == ("data.aws_acmpca_certificate_authority.this", True)


def test_an_unsupported_resource_type_is_left_out() -> None:
    (note,) = tfstate.read(state(resource("aws_acmpca_new_thing", "module.x", {"policy": "{}"})), "x").notes
    assert (note.kind, note.address) == ("left out", "module.x.aws_acmpca_new_thing.this")
    assert note.reason == "a spec has no field for 'aws_acmpca_new_thing'"


def show_json(*resources: dict[str, Any]) -> dict[str, Any]:
    """Return the values of hand-made resources as `terraform show -json` prints them, one module deep."""
    listed = [
        {
            "address": each.get("module", "") + ("." if "module" in each else "") + f"{each['type']}.this",
            "mode": each["mode"],
            "type": each["type"],
            "name": "this",
            "values": each["instances"][0]["attributes"],
            "sensitive_values": {},
        }
        for each in resources
    ]
    return {"root_module": {"resources": listed[:1], "child_modules": [{"address": "x", "resources": listed[1:]}]}}


SHOWN = show_json(*root())
TO_CREATE = show_json(authority("root", arn=None))


@pytest.mark.parametrize(
    "document",
    [
        {"format_version": "1.0", "values": SHOWN},
        {"format_version": "1.2", "planned_values": SHOWN, "resource_changes": []},
        {
            "format_version": "1.2",
            "planned_values": TO_CREATE,
            "prior_state": {"format_version": "1.0", "values": SHOWN},
        },
        {"format_version": "1.2", "planned_values": SHOWN, "prior_state": {"values": {"root_module": {}}}},
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_of_states_and_plans_is_read(document: dict[str, Any], encoding: str) -> None:
    """Also in the encodings of a PowerShell redirect."""
    (found,) = infer_state(json.dumps(document).encode(encoding), "shown.json", stack="corp-pki")
    assert list(found.spec.managed) == ["root"]
    assert found.notes == ()


def test_what_else_is_in_a_state_is_counted_by_address() -> None:
    others = [resource(kind, None, {"id": kind}) for kind in ("aws_sqs_queue", "aws_sqs_queue", "aws_vpc")]
    shown = json.dumps({"format_version": "1.0", "values": show_json(*root(), *others)}).encode()
    for content in (shown, state(*root(), *others)):
        assert tfstate.read(content, "x").others == {"aws_sqs_queue.this": 2, "aws_vpc.this": 1}


@pytest.mark.parametrize(
    ("provider", "alias"),
    [
        ('provider["registry.terraform.io/hashicorp/aws"]', ""),
        ('provider["registry.opentofu.org/hashicorp/aws"].us-east-1', "us-east-1"),
        ('module.pki.provider["registry.terraform.io/hashicorp/aws"].virginia', "virginia"),
        (None, ""),
    ],
)
def test_the_alias_of_a_provider_is_read(provider: str | None, alias: str) -> None:
    (found,) = tfstate.read(state({**authority("root"), "provider": provider}), "x").resources
    assert found.provider == alias


def state_with_marks() -> bytes:
    """Return a state with tags that are marked sensitive."""
    tagged = authority("root", tags={"contact": SECRETS[2]})
    tagged["instances"][0]["sensitive_attributes"] = [
        [{"type": "get_attr", "value": "tags"}, {"type": "index", "value": {"value": "contact", "type": "string"}}]
    ]
    return state(tagged, certificate("root"))


def json_with_marks() -> bytes:
    values = show_json(authority("root", tags={"contact": SECRETS[2]}), certificate("root"))
    values["root_module"]["resources"][0]["sensitive_values"] = {"tags": {"contact": True}, "subject": [{}]}
    return json.dumps({"format_version": "1.0", "values": values}).encode()


@pytest.mark.parametrize("content", [state_with_marks(), json_with_marks()])
def test_sensitive_attributes_are_not_read(content: bytes) -> None:
    (found,) = infer_state(content, "x", stack="corp-pki")
    assert found.spec.managed["root"].tags == {}
    (note,) = found.notes
    assert (note.kind, note.reason) == ("unknown", "'tags' is marked sensitive in the state, so it was not read")
    assert SECRETS[2] not in repr(found)


@pytest.mark.parametrize("where", [{"tags": {"oops": KEY}}, {"tags": [KEY]}, {"subject": [{"title": ["x", KEY]}]}])
def test_a_private_key_in_another_attribute_is_not_read(where: dict[str, Any]) -> None:
    found = tfstate.read(state(authority("root", **where), certificate("root")), "x")
    assert SECRETS[3] not in repr(found)


def state_with_secrets() -> bytes:
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
            resource("aws_acmpca_policy", None, {"secret": SECRETS[1]}),
        )
    )
    content["outputs"] = {"secret": {"value": SECRETS[4], "type": "string", "sensitive": True}}
    return json.dumps(content).encode()


def test_secrets_never_leave_the_source() -> None:
    taken = repr(tfstate.read(state_with_secrets(), "x"))
    assert "certificate of root" in taken
    assert [secret for secret in SECRETS if secret in taken] == []


def test_secrets_are_never_printed(tmp_path: Path, pcaform: Run) -> None:
    path = tmp_path / "terraform.tfstate"
    path.write_bytes(state_with_secrets())
    done = pcaform("import", "state", path, "--stack", "corp-pki")
    assert done.returncode == 2
    assert "common_name: root" in done.stdout
    assert [secret for secret in SECRETS if secret in done.stdout + done.stderr] == []


@given(damaged(state(*root(), authority("second"))))
def test_a_damaged_state_gives_a_spec_or_a_message(content: bytes) -> None:
    try:
        infer_state(content, "some.tfstate", stack="corp-pki")
    except Failure as failure:
        assert str(failure)
