"""The table of arguments is the provider's: its schema, its defaults, and what replaces a resource.

One instance for each argument of each resource type, all applied once and then planned with that argument changed.
"""

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from pcaform.cli.sandbox_process import open_sandbox
from pcaform.terraform.arguments import ARGUMENTS, FLOOR, Argument
from pcaform.terraform.plan_json import Change, read
from pcaform.terraform.resource_types import AUTHORITY, PERMISSION
from pcaform.terraform.runner import Terraform, find_binary
from pcaform.terraform.schema import arguments_of, forces_replacement
from terraform.mutations import MUTATIONS, configuration
from terraform_steps import apply_without_plan

pytestmark = [
    pytest.mark.terraform,
    pytest.mark.holds_for(
        provider="5.100", reason="newer releases are held by test_newest_provider.py, from what was read"
    ),
]
ROWS = [pytest.param(row, id=f"{row.resource}.{row.name}") for row in ARGUMENTS if row.resource]
KINDS = tuple(dict.fromkeys(row.resource for row in ARGUMENTS if row.resource))
UNCHANGEABLE = {
    (PERMISSION, "principal"): "acm.amazonaws.com is the only one that the provider takes",
    (AUTHORITY, "timeouts.create"): "is about waiting, and nothing at AWS",
}


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mapping[str, Change], Mapping[str, Any]]]:
    """Return the changes by address, and the provider's schemas of its resources."""
    directory = tmp_path_factory.mktemp("replacing")
    with open_sandbox(account_id="123456789012", region="eu-west-1") as (_, environment):
        terraform = Terraform(find_binary(), directory, environment)
        _lay(directory, is_changed=False)
        apply_without_plan(terraform)
        _lay(directory, is_changed=True)
        plan = terraform.plan(directory / "tfplan")
        schemas = _schemas(terraform)
        yield {change.address: change for change in read(json.dumps(plan).encode(), "plan").changes}, schemas


def _schemas(terraform: Terraform) -> Any:
    command = [terraform.binary, "providers", "schema", "-json"]
    environment = dict(terraform.environment)
    done = subprocess.run(command, cwd=terraform.directory, env=environment, capture_output=True, check=True)
    (schemas,) = json.loads(done.stdout)["provider_schemas"].values()
    return schemas["resource_schemas"]


def _lay(directory: Path, *, is_changed: bool) -> None:
    (directory / "main.tf.json").write_text(configuration(is_changed=is_changed), encoding="utf-8")


@pytest.mark.parametrize("name", MUTATIONS)
def test_argument_replaces_if_and_only_if_the_table_says_so(planned: Any, name: str) -> None:
    kind, _, mutation = MUTATIONS[name]
    change = planned[0][f"{kind}.{name}"]
    expected = {path for path in mutation if forces_replacement(kind, path)}
    assert {path for path in mutation if any(each.startswith(path) for each in change.paths)} == expected
    assert ("delete" in change.actions) == bool(expected)


def test_every_argument_that_is_judged_is_changed() -> None:
    judged = {(row.resource, row.name) for row in ARGUMENTS if row.resource and _is_there(row) and row.is_read}
    changed = {(kind, path) for kind, _, mutation in MUTATIONS.values() for path in _paths(mutation)}
    blocks = {(row.resource, row.name) for row in ARGUMENTS if row.kind == "block"}
    covered = {next((block for block in blocks if _is_within(each, block)), each) for each in changed}
    assert covered == judged - set(UNCHANGEABLE)


@pytest.mark.parametrize("kind", KINDS)
def test_every_argument_of_the_provider_has_its_row(planned: Any, kind: str) -> None:
    rows = {(kind, row.name) for row in arguments_of(kind) if _is_there(row)}
    theirs = {(kind, path) for path, _ in _arguments(planned[1][kind]["block"])} - {(kind, "id"), (kind, "tags_all")}
    assert {each for each in theirs if not any(_is_within(each, row) for row in rows)} == set()
    assert {row for row in rows if not any(_is_within(each, row) for each in theirs)} == set()


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_what_the_provider_says(planned: Any, row: Argument) -> None:
    attribute = dict(_arguments(planned[1][row.resource]["block"])).get(row.name)
    if attribute is None:
        assert row.kind == "block" or not _is_there(row)
        return
    assert _is_there(row)
    kind = attribute["type"] if isinstance(attribute["type"], str) else attribute["type"][0]
    assert row.kind == kind
    if row.is_read and row.name not in ("name", "bucket"):  # computed only since they have a prefix as another half
        assert row.is_computed == bool(attribute.get("computed"))
    assert not (row.default is not None and attribute.get("required"))


def _is_there(row: Argument) -> bool:
    """Tell whether the release that runs here, the first that stacks accept, has an argument."""
    return bool(row.name) and row.since == FLOOR


def _left_out() -> Iterator[Any]:
    """Yield each argument that some instance leaves out: what is in effect then is a fact of its row."""
    for row in ARGUMENTS:
        names = [name for name, (kind, given, _) in MUTATIONS.items() if kind == row.resource and row.name not in given]
        if names and _is_there(row) and row.is_read and "." not in row.name and row.kind != "block":
            yield pytest.param(row, f"{row.resource}.{names[0]}", id=f"{row.resource}.{row.name}")


@pytest.mark.parametrize(("row", "address"), list(_left_out()))
def test_the_default_is_what_is_there_after_an_apply(planned: Any, row: Argument, address: str) -> None:
    there = planned[0][address].before.get(row.name) or None
    expected = row.default if row.default is not None else row.aws_default
    assert there == (expected or None) or (row.is_computed and expected is None)


def _is_within(argument: tuple[str, str], row: tuple[str, str]) -> bool:
    return argument == row or (argument[0] == row[0] and argument[1].startswith(f"{row[1]}."))


def _arguments(block: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, attribute in block.get("attributes", {}).items():
        if attribute.get("optional") or attribute.get("required"):
            yield f"{path}{name}", attribute
    for name, inner in block.get("block_types", {}).items():
        yield from _arguments(inner["block"], f"{path}{name}.")


def _paths(value: Any, path: str = "") -> Iterator[str]:
    """Yield the paths of what a mutation changes, without indices; a map of tags is one argument."""
    if isinstance(value, Mapping) and path != "tags":
        for name, inner in value.items():
            yield from _paths(inner, f"{path}.{name}".lstrip(".").replace("[0]", ""))
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        yield from _paths(value[0], path)
    else:
        yield path
