"""The JSON Schema against an independent validator: what we take it takes, what has a wrong shape it refuses too."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from conftest import ROOT
from pcaform.core.problems import Invalid
from pcaform.rules.load import load_text
from pcaform.spec.schema import json_schema
from pcaform.spec.yaml_reader import parse
from spec.reference_specs import ROOT as ARN

SCHEMA = json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
TESTS = ROOT / "tests"
GOOD = sorted(
    [
        *(ROOT / "examples").glob("*.yaml"),
        *(TESTS / "render" / "cases").glob("*.yaml"),
        *(TESTS / "rules" / "cases").glob("*.ok.yaml"),
        TESTS / "end_to_end" / "spec.yaml",
    ]
)
BAD = sorted((TESTS / "spec" / "cases").glob("*.yaml"))


def data_of(path: Path) -> Any:
    return parse(path.read_bytes(), path.name).data


def test_it_is_a_schema_of_its_dialect() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_what_we_take_it_takes(path: Path) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(data_of(path))] == []


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_what_has_a_wrong_shape_it_refuses_too(path: Path) -> None:
    ours = [problem for problem in load_text(path.read_bytes(), path.name).problems if problem.rule == "shape"]
    try:
        theirs = [error.message for error in VALIDATOR.iter_errors(data_of(path))]
    except Invalid:
        return  # not YAML: no schema ever sees it
    assert bool(theirs) == bool(ours)


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_what_extends_may_be_any_part(path: Path) -> None:
    data = data_of(path)
    for key in sorted(set(data) - {"stack"}):
        part = {name: each for name, each in data.items() if name != key}
        assert [error.message for error in VALIDATOR.iter_errors({**part, "extends": "base.yaml"})] == []
    none: list[Any] = ["", [], [1], {}, None]
    for wrong in none:
        assert list(VALIDATOR.iter_errors({**data, "extends": wrong}))
    assert list(VALIDATOR.iter_errors({"extends": ["a.yaml"], "version": 1}))
    assert list(VALIDATOR.iter_errors({"extends": "a.yaml", "stack": "a", "aws": {"regio": "x"}}))


@pytest.mark.parametrize(
    "names", [(), ("stack",), ("certificate_authority",), ("arn", "certificate_authority")], ids=str
)
def test_a_reference_names_one_ca(names: tuple[str, ...]) -> None:
    values = {"arn": ARN, "stack": "security", "certificate_authority": "root"}
    whole = {"version": 1, "stack": "a", "aws": {"region": "eu-west-1", "account_id": "123456789012"}}
    chosen = {name: value for name, value in values.items() if name in names}
    spec = {**whole, "certificate_authorities": {"root": {"managed": False, **chosen}}}
    assert list(VALIDATOR.iter_errors(spec))
    assert not list(VALIDATOR.iter_errors({**spec, "extends": "base.yaml"}))


def properties(schema: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(schema, dict):
        for name, value in schema.get("properties", {}).items():
            yield f"{at}.{name}", value
        for key, value in schema.items():
            yield from properties(value, f"{at}/{key}")
    elif isinstance(schema, list):
        for value in schema:
            yield from properties(value, at)


def test_every_property_says_what_it_is() -> None:
    silent = [
        path
        for path, value in properties(SCHEMA)
        if "description" not in value and not path.startswith(("/then", "/else"))
    ]
    assert silent == []
