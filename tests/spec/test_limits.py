"""Each limit of a value at both edges: the last that is allowed, and the first that is refused, with the reason."""

import copy
from collections.abc import Iterable, Iterator
from typing import Any

import jsonschema
import pytest
import yaml

from pcaform.core.problems import Invalid
from pcaform.spec import parse as reading
from pcaform.spec.schema import json_schema
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import parse
from spec.limits import REFUSED, SPEC
from spec.limits_cas import Limit

SCHEMA = json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
LIMITS = frozenset(
    {"enum", "const", "pattern", "minimum", "maximum", "minLength", "maxLength"}
    | {"minItems", "maxItems", "minProperties", "maxProperties"}
)


def data_with(loc: tuple[str | int, ...], value: Any) -> Any:
    """Return the spec's data with one value in place."""
    spec = copy.deepcopy(SPEC)
    at: Any = spec
    for step in loc[:-1]:
        at = at.setdefault(step, {}) if isinstance(step, str) else at[step]
    at[loc[-1]] = value
    return spec


def spec_with(loc: tuple[str | int, ...], value: Any) -> bytes:
    """Return the same as YAML."""
    return yaml.safe_dump(data_with(loc, value), allow_unicode=True).encode()


def shaped(content: bytes, name: str) -> Spec:
    """Return the spec by its shape alone, before any rule."""
    return reading.parse_spec(parse(content, name))


def names(case: Limit) -> str:
    loc, _, _, reason = case
    return f"{loc[-1]}: {reason.strip()}"


@pytest.mark.parametrize(("loc", "last", "first", "reason"), REFUSED, ids=map(names, REFUSED))
def test_both_edges_of_a_limit(loc: tuple[str | int, ...], last: Any, first: Any, reason: str) -> None:
    shaped(spec_with(loc, last), "spec.yaml")
    with pytest.raises(Invalid) as caught:
        shaped(spec_with(loc, first), "spec.yaml")
    (problem,) = caught.value.problems
    assert problem.rule == "shape"
    assert f"{reason}" in f"{problem.message} "


@pytest.mark.parametrize(("loc", "last", "first", "reason"), REFUSED, ids=map(names, REFUSED))
def test_the_schema_has_the_same_edges(loc: tuple[str | int, ...], last: Any, first: Any, reason: str) -> None:
    assert reason
    assert list(VALIDATOR.iter_errors(data_with(loc, last))) == []
    if first != "a\n":  # a `$` of Python's also stands before the last line feed, one of JSON Schema's does not
        assert list(VALIDATOR.iter_errors(data_with(loc, first))) != []


def limits(schema: Any, at: str = "") -> Iterator[tuple[tuple[int, str], str]]:
    """Yield each limit in a schema: the node and the word that say it, and its path."""
    if isinstance(schema, dict):
        yield from (((id(schema), word), f"{at}/{word}") for word in LIMITS & set(schema))
        for key, value in schema.items():
            if not key.endswith("Partial"):
                yield from limits(value, f"{at}/{key}")
    elif isinstance(schema, list):
        for index, value in enumerate(schema):
            yield from limits(value, f"{at}/{index}")


def leaves(errors: Iterable[Any]) -> Iterator[tuple[int, str]]:
    """Yield the node and the word of each limit that was broken, inside unions too."""
    for error in errors:
        yield id(error.schema), error.validator
        yield from leaves(error.context)


def test_every_limit_has_its_edges_above() -> None:
    broken = {leaf for loc, _, first, _ in REFUSED for leaf in leaves(VALIDATOR.iter_errors(data_with(loc, first)))}
    unbroken = [path for limit, path in limits(SCHEMA) if limit not in broken]
    aside = ("/then/", "/else/then/", "/properties/extends/")  # what holds besides bases and defaults; the next test
    assert [path for path in unbroken if not path.startswith(aside)] == []


@pytest.mark.parametrize("bases", ["", [], [""]])
def test_a_base_has_a_name(bases: Any) -> None:
    assert list(VALIDATOR.iter_errors({"extends": bases, "stack": "x"})) != []
    assert list(VALIDATOR.iter_errors({"extends": "base.yaml", "stack": "x"})) == []


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("123456789012", "123456789012"),
        ("012345670123", "012345670123"),
        ("000000000000", "000000000000"),
        ('"012345670123"', "012345670123"),
        ("'123456789012'", "123456789012"),
    ],
)
def test_an_account_id_keeps_its_zeros_with_and_without_quotes(written: str, read: str) -> None:
    text = f"version: 1\nstack: x\naws: {{region: eu-west-1, account_id: {written}}}\n"
    assert shaped(text.encode(), "spec.yaml").aws.account_id == read
