"""What holds for all policies: a deny never opens, an allow never closes, order never matters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from iam.evaluator import reference
from iam.evaluator.strategies import (
    CA,
    World,
    a_statement,
    a_world,
    decide,
    policies_of,
    policy,
    request_of,
    without_conditions,
)
from pcaform.iam.documents import read_document
from pcaform.iam.evaluator.evaluate import Effect, Policies, evaluate

AGREED = (Path(__file__).parent / "agreed.jsonl").read_text(encoding="utf-8").splitlines()


def with_statement(world: World, kind: str, statement: dict[str, Any], effect: str) -> World:
    return {**world, kind: [*world[kind], {**statement, "Effect": effect}]}


def a_kind(world: World) -> st.SearchStrategy[str]:
    return st.sampled_from(
        [kind for kind in ("identity", "boundary", "session", "resource") if world[kind] is not None]
    )


@given(a_world(), st.data())
def test_another_deny_never_allows_more(world: World, data: st.DataObject) -> None:
    kind = data.draw(a_kind(world))
    statement = data.draw(a_statement(has_principal=kind == "resource"))
    if decide(with_statement(world, kind, statement, "Deny")) is Effect.ALLOW:
        assert decide(world) is Effect.ALLOW


@given(a_world(), st.data())
def test_another_allow_never_denies_more(world: World, data: st.DataObject) -> None:
    kind = data.draw(a_kind(world))
    statement = data.draw(a_statement(has_principal=kind == "resource"))
    if decide(world) is Effect.ALLOW:
        assert decide(with_statement(world, kind, statement, "Allow")) is Effect.ALLOW


@given(a_world(), st.data())
def test_a_narrower_resource_never_allows_more(world: World, data: st.DataObject) -> None:
    kind = data.draw(a_kind(world))
    at = data.draw(st.integers(0, len(world[kind]) - 1))
    statement = world[kind][at]
    assume(statement["Effect"] == "Allow" and "Resource" in statement)
    narrower = data.draw(st.sampled_from([[], [CA] if "*" in statement["Resource"] else [], statement["Resource"][:1]]))
    narrow = {**world, kind: [*world[kind][:at], {**statement, "Resource": narrower}, *world[kind][at + 1 :]]}
    if decide(narrow) is Effect.ALLOW:
        assert decide(world) is Effect.ALLOW


@given(a_world())
def test_the_order_of_statements_and_documents_does_not_matter(world: World) -> None:
    kinds = ("identity", "boundary", "session", "resource")
    turned = {**world, **{kind: world[kind][::-1] for kind in kinds if world[kind] is not None}}
    assert decide(turned) is decide(world)
    each = tuple(read_document(policy([statement]), "one") for statement in turned["identity"])
    whole = policies_of(turned)
    apart = Policies(each, whole.boundary, whole.session, whole.resource)
    assert evaluate(request_of(world), apart).effect is decide(world)


@given(a_world())
def test_the_core_is_what_the_documentation_says(world: World) -> None:
    core = without_conditions(world)
    assert decide(core) == reference.decide(core)


@pytest.mark.parametrize("line", AGREED, ids=[str(number) for number in range(1, len(AGREED) + 1)])
def test_it_decides_as_other_evaluators_do(line: str) -> None:
    """Each line is a world on which two evaluators by others agree: docs/decisions/policy-evaluator.md."""
    agreed = json.loads(line)
    assert decide(agreed["world"]) == agreed["decision"]
