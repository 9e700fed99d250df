"""States before and after: what is added, what is put back, and that the model of a backend is the real one's."""

import json
from pathlib import Path
from typing import Any

import pytest

from adopt.backends import Backend, state
from conftest import Offline
from pcaform.adopt.state import Entry, is_same, parse, patch, restore
from pcaform.core.problems import Failure
from pcaform.terraform.runner import Terraform, TerraformError

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


def test_an_entry_is_written_as_terraform_writes_it() -> None:
    document = json.loads(patch(parse(state(7, "L", "a")), [PERMISSION]))
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
    assert [address for _, address, _ in parse(json.dumps(document).encode()).instances()] == [
        "terraform_data.a",
        PERMISSION.address,
    ]


def test_a_second_instance_joins_the_resource_that_is_there() -> None:
    once = patch(parse(state(1, "L")), [PERMISSION])
    again = json.loads(patch(parse(once), [PERMISSION]))
    assert [len(resource["instances"]) for resource in again["resources"]] == [2]


@pytest.mark.parametrize("content", [b"", b"\n", state(0, "")])
def test_a_state_that_was_never_written_gets_a_lineage(content: bytes) -> None:
    document = json.loads(patch(parse(content), [PERMISSION]))
    assert (document["serial"], len(document["lineage"])) == (1, 36)


DAMAGED = [b"{", b"[]", b'{"version": 4}', b'{"version":4,"serial":1,"lineage":"","resources":[{"mode":"managed"}]}']


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_state_stops(content: bytes) -> None:
    with pytest.raises(Failure, match="the pulled state is damaged"):
        parse(content)


def test_what_is_put_back_follows_what_is_stored() -> None:
    document = json.loads(restore(parse(state(3, "L", "a")), parse(state(5, "L", "a", "b"))))
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
def test_what_is_stored_is_ours_only_with_our_serial_and_content(now: bytes, same: bool) -> None:  # noqa: FBT001
    assert is_same(parse(state(4, "L", "a")), parse(now)) is same


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
def test_the_model_of_a_backend_is_the_real_one(tmp_path: Path, offline: Offline) -> None:
    (tmp_path / "main.tf").write_text("terraform {}\n", encoding="utf-8")
    terraform, model = offline(tmp_path), Backend()
    terraform.init()
    for title, serial, lineage, names in PUSHES:
        content = state(serial, lineage, *names)
        assert (title, _outcome(terraform, tmp_path, content)) == (title, _of_model(model, content))


def _outcome(terraform: Terraform, directory: Path, content: bytes) -> Any:
    (directory / "pushed.json").write_bytes(content)
    try:
        terraform.state_push(directory / "pushed.json")
    except TerraformError:
        return "refused"
    return _told(terraform.state_pull())


def _of_model(model: Backend, content: bytes) -> Any:
    try:
        model.push(content)
    except Failure:
        return "refused"
    return _told(model.pull())


def _told(content: bytes) -> Any:
    found = json.loads(content)
    return found["serial"], found["lineage"], [each["name"] for each in found["resources"]]
