"""States before and after: added entries, restored content, and a model of a backend compared with the real one."""

import json
from pathlib import Path
from typing import Any

import pytest

from adopt.backends import Backend, state
from conftest import Offline
from pcaform.adopt.permissions import match_permissions
from pcaform.adopt.state import Entry, add_entries, is_same_state, parse_state, planned_entries, restore_state
from pcaform.core.problems import Failure
from pcaform.terraform.runner import Terraform, TerraformError

_ACTIONS = ("GetCertificate", "IssueCertificate", "ListPermissions")
PERMISSION = Entry(
    address='module.pki["eu.a"].aws_acmpca_permission.acm[1]',
    module='module.pki["eu.a"]',
    type="aws_acmpca_permission",
    name="acm",
    index=1,
    provider='provider["registry.terraform.io/hashicorp/aws"].us-east-1',
    schema_version=0,
    attributes={"id": "arn,acm.amazonaws.com,", "principal": "acm.amazonaws.com"},
)


def test_entry_has_terraforms_format() -> None:
    document = json.loads(add_entries(parse_state(state(7, "L", "a")), [PERMISSION]))
    assert (document["serial"], document["lineage"], document["resources"][0]["name"]) == (8, "L", "a")
    assert document["resources"][1] == {
        "module": 'module.pki["eu.a"]',
        "mode": "managed",
        "type": "aws_acmpca_permission",
        "name": "acm",
        "provider": 'provider["registry.terraform.io/hashicorp/aws"].us-east-1',
        "instances": [
            {
                "index_key": 1,
                "schema_version": 0,
                "attributes": {"id": "arn,acm.amazonaws.com,", "principal": "acm.amazonaws.com"},
                "sensitive_attributes": [],
            }
        ],
    }
    assert [address for _, address, _ in parse_state(json.dumps(document).encode()).instances()] == [
        "terraform_data.a",
        PERMISSION.address,
    ]


def test_second_instance_joins_its_resource() -> None:
    once = add_entries(parse_state(state(1, "L")), [PERMISSION])
    again = json.loads(add_entries(parse_state(once), [PERMISSION]))
    assert [len(resource["instances"]) for resource in again["resources"]] == [2]


def test_entry_has_the_region_that_provider_6_plans() -> None:
    """6 plans it, and reads the id of 5.100: its permission has no identity, and no version of its schema."""
    arn = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
    after = {"actions": list(_ACTIONS), "certificate_authority_arn": arn, "principal": "acm.amazonaws.com"}
    block = {"type": PERMISSION.type, "name": "acm", "provider_config_key": "aws.far", "schema_version": 0}
    provider = {"name": "aws", "alias": "far"}
    change = {
        "address": f"{PERMISSION.type}.acm",
        "type": PERMISSION.type,
        "name": "acm",
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {"actions": ["create"], "before": None, "after": {**after, "region": "us-east-1"}},
    }
    configuration = {"root_module": {"resources": [block]}, "provider_config": {"aws.far": provider}}
    plan = {"resource_changes": [change], "configuration": configuration}
    (planned,) = planned_entries(plan, "arn:aws:iam::123456789012")
    found = match_permissions(planned, [{"Principal": after["principal"], "Actions": _ACTIONS}], "123456789012")
    assert found is not None
    upgraded = {"schema_version": 1, "attributes": {"region": "eu-west-1"}, "identity_schema_version": 0}
    before = json.loads(state(7, "L", "a"))
    before["resources"][0]["instances"] = [{**upgraded, "identity": {"arn": "x"}, "private": "bnVsbA=="}]
    first, added = json.loads(add_entries(parse_state(json.dumps(before).encode()), [found.entry]))["resources"]
    assert first == before["resources"][0]
    assert added["provider"].endswith("].far")
    assert added["instances"] == [
        {
            "schema_version": 0,
            "attributes": {
                **after,
                "id": f"{arn},acm.amazonaws.com,",
                "policy": "",
                "region": "us-east-1",
                "source_account": "",
            },
            "sensitive_attributes": [],
        }
    ]


@pytest.mark.parametrize("content", [b"", b"\n", state(0, "")])
def test_new_state_gets_a_lineage(content: bytes) -> None:
    document = json.loads(add_entries(parse_state(content), [PERMISSION]))
    assert (document["serial"], len(document["lineage"])) == (1, 36)


DAMAGED = [b"{", b"[]", b'{"version": 4}', b'{"version":4,"serial":1,"lineage":"","resources":[{"mode":"managed"}]}']


@pytest.mark.parametrize("content", DAMAGED)
def test_damaged_state_is_refused(content: bytes) -> None:
    with pytest.raises(Failure, match="the pulled state is damaged"):
        parse_state(content)


def test_restored_state_succeeds_the_stored_one() -> None:
    document = json.loads(restore_state(parse_state(state(3, "L", "a")), parse_state(state(5, "L", "a", "b"))))
    assert (document["serial"], [each["name"] for each in document["resources"]]) == (6, ["a"])


@pytest.mark.parametrize(
    ("now", "same"),
    [
        (state(4, "L", "a"), True),
        (state(5, "given", "a"), True),
        (state(6, "L", "a"), False),
        (state(4, "L", "a", "b"), False),
        (state(5, "L"), False),
    ],
)
def test_stored_state_is_ours_only_with_our_serial_and_content(now: bytes, same: bool) -> None:  # noqa: FBT001
    assert is_same_state(parse_state(state(4, "L", "a")), parse_state(now)) is same


def test_stored_state_with_other_outputs_is_not_ours() -> None:
    """Another run changed nothing but an output: putting back the state of before would undo that."""
    ours, theirs = ({**json.loads(state(4, "L", "a")), "outputs": {"x": {"value": value}}} for value in "ab")
    assert is_same_state(*(parse_state(json.dumps(each).encode()) for each in (ours, ours)))
    assert not is_same_state(*(parse_state(json.dumps(each).encode()) for each in (ours, theirs)))


def test_data_sources_are_not_managed() -> None:
    document = json.loads(state(4, "L", "a", "b"))
    document["resources"][1]["mode"] = "data"
    assert [address for _, address, _ in parse_state(json.dumps(document).encode()).instances()] == ["terraform_data.a"]


PUSHES: list[tuple[str, int, str, tuple[str, ...]]] = [
    ("onto nothing", 1, "L1", ("a",)),
    ("the successor", 2, "L1", ("a", "b")),
    ("the same content", 4, "L1", ("a", "b")),
    ("a lower serial", 3, "L1", ("a",)),
    ("the stored serial", 4, "L1", ("c",)),
    ("another lineage", 99, "L2", ("c",)),
    ("an empty successor", 5, "L1", ()),
    ("anything onto an empty one", 2, "L3", ("d",)),
]


@pytest.mark.terraform
def test_model_of_a_backend_behaves_like_the_real_one(tmp_path: Path, offline: Offline) -> None:
    (tmp_path / "main.tf").write_text("terraform {}\n", encoding="utf-8")
    terraform, model = offline(tmp_path), Backend()
    terraform.init()
    for title, serial, lineage, names in PUSHES:
        content = state(serial, lineage, *names)
        assert (title, _push_to_terraform(terraform, tmp_path, content)) == (title, _push_to_model(model, content))


def _push_to_terraform(terraform: Terraform, directory: Path, content: bytes) -> Any:
    (directory / "pushed.json").write_bytes(content)
    try:
        terraform.state_push(directory / "pushed.json")
    except TerraformError:
        return "refused"
    return _summarize(terraform.state_pull())


def _push_to_model(model: Backend, content: bytes) -> Any:
    try:
        model.push(content)
    except Failure:
        return "refused"
    return _summarize(model.pull())


def _summarize(content: bytes) -> Any:
    document = json.loads(content)
    return document["serial"], document["lineage"], [resource["name"] for resource in document["resources"]]
