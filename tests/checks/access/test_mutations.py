"""Breaks every statement of every kind of grant in every way, one by one: `access` must notice each mutation."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pcaform.checks.access import expected
from pcaform.checks.access.check import decide_by_class
from pcaform.checks.access.scenario import Scenario, Subject, build_scenario
from pcaform.iam import actions
from pcaform.iam.documents import PolicyError
from pcaform.render.plan.stack import plan
from pcaform.render.templates import render
from pcaform.rules.load import load_file
from pcaform.sources.account_snapshot import Policy
from pcaform.sources.hcl.static_config import read_configuration

SPEC = load_file(str(Path(__file__).parent / "spec.yaml"))
Statement = dict[str, Any]
Change = tuple[str, Callable[[Statement], None]]
NEGATED = {"ArnLike": "ArnNotLike", "ArnEquals": "ArnNotEquals", "NumericEquals": "NumericNotEquals"}
NEGATED |= {"StringEquals": "StringNotEquals", "StringLike": "StringNotLike"}
NEGATED |= {negated: operator for operator, negated in NEGATED.items()}
SETS = {"ForAllValues:": "ForAnyValue:"}


def build() -> Scenario:
    files = render(plan(SPEC, source="spec")).files
    names = {ca.arn: key for key, ca in SPEC.certificate_authorities.items() if ca.arn is not None}
    return build_scenario(
        read_configuration({path: text for path, text in files.items() if path.endswith(".tf") and "/" not in path}),
        names,
    )


SCENARIO = build()
SAMPLES = expected.sample_names(SPEC.issuers)


def is_noticed(subject: Subject) -> bool:
    """Tell whether `access` reports a fault of one principal; a policy that IAM refuses counts as one."""
    try:
        return any(
            decision.message
            for decision in decide_by_class(SCENARIO, subject, expected.expected_decision(SPEC, subject), SAMPLES).kept
        )
    except PolicyError:
        return True


def changes(statement: Statement) -> Iterator[Change]:
    """Yield each way to break a statement, with a name."""
    yield "the other effect", lambda mutant: mutant.update(Effect="Deny" if mutant["Effect"] == "Allow" else "Allow")
    if statement["Resource"] != ["*"]:
        yield "any resource", lambda mutant: mutant.update(Resource=["*"])
        yield "one resource more", lambda mutant: mutant["Resource"].append("arn:aws:acm*:*:*:*")
    yield from ((f"{action} too", _add_action(action)) for action in more_actions(statement))
    if statement.get("Condition"):
        yield "no condition", lambda mutant: mutant.pop("Condition")
    for operator, keys in statement.get("Condition", {}).items():
        yield f"{operator}IfExists", _rename_operator(operator, f"{operator}IfExists")
        yield from ((f"{operator} as {other}", _rename_operator(operator, other)) for other in flipped(operator))
        yield from ((f"without {operator} {key}", _drop_key(operator, key)) for key in keys)
        if operator in ("Bool", "Null"):
            yield from ((f"{key} the other way", _negate_value(operator, key)) for key in keys)


def more_actions(statement: Statement) -> Iterator[str]:
    """Yield the actions that could be added: each one for the statement's kind of resource, and all at once."""
    is_acm = any(":acm:" in resource for resource in statement["Resource"])
    possible = [*actions.ON_CERTIFICATE, *actions.TAGGING, actions.REQUEST] if is_acm else [*actions.ON_AUTHORITY]
    possible += [] if is_acm else [actions.ISSUE]
    if statement["Resource"] == ["*"]:
        possible = [*possible, *actions.ON_NO_AUTHORITY, actions.REQUEST, *actions.OF_ACM_ACCOUNT]
    yield from (action for action in possible if action not in statement["Action"])
    yield from ("acm:*",) if is_acm else ("acm-pca:*", "acm-pca:*Certificate*")


def flipped(operator: str) -> Iterator[str]:
    for prefix, other in SETS.items():
        if operator.startswith(prefix):
            yield other + operator.removeprefix(prefix)
            yield prefix + NEGATED[operator.removeprefix(prefix)]
    if operator in NEGATED:
        yield NEGATED[operator]


def _add_action(action: str) -> Callable[[Statement], None]:
    return lambda mutant: mutant["Action"].append(action)


def _rename_operator(old: str, new: str) -> Callable[[Statement], None]:
    return lambda mutant: mutant["Condition"].update({new: mutant["Condition"].pop(old)})


def _drop_key(operator: str, key: str) -> Callable[[Statement], None]:
    return lambda mutant: mutant["Condition"][operator].pop(key)


def _negate_value(operator: str, key: str) -> Callable[[Statement], None]:
    return lambda mutant: mutant["Condition"][operator].update(
        {key: ["false" if "true" in mutant["Condition"][operator][key] else "true"]}
    )


def mutants(subject: Subject) -> Iterator[tuple[Statement, str, Subject]]:
    """Yield each statement of a principal, the name of a mutation, and the mutated principal."""
    for name, text in subject.policies.items():
        document = json.loads(text)
        for number, statement in enumerate(document["Statement"]):
            for what, change in changes(statement):
                mutant = copy.deepcopy(document)
                change(mutant["Statement"][number])
                yield statement, what, with_policy(subject, name, json.dumps(mutant))


def with_policy(subject: Subject, name: str, text: str) -> Subject:
    return replace(subject, iam=replace(subject.iam, policies=(Policy(name, text),)))


def is_equivalent(subject: Subject, statement: Statement, what: str) -> bool:
    """Tell whether a mutation does not change what is allowed, by IAM's own rules."""
    (text,) = subject.policies.values()
    others = [each for each in json.loads(text)["Statement"] if each["Effect"] == "Allow" and each != statement]
    action = what.removesuffix(" too")
    if statement["Effect"] == "Deny":  # a negated operator holds for a key that is absent, with IfExists and without
        return what == "ArnNotLikeIfExists" or not any(action in each["Action"] for each in others)
    if what.startswith("ForAllValues:") and what.endswith(
        "IfExists"
    ):  # true without values anyway; Null requires the key
        return "Null" in statement["Condition"]
    return any(  # another statement already allows it, on the same resources and without further conditions
        action in each["Action"]
        and set(statement["Resource"]) <= set(each["Resource"])
        and each.get("Condition", {}).items() <= statement.get("Condition", {}).items()
        for each in others
    )


def test_rendered_policies_have_no_findings() -> None:
    assert not any(map(is_noticed, SCENARIO.subjects))
    assert [subject.key for subject in SCENARIO.subjects] == [*SPEC.issuers, "pki", "security"]


@pytest.mark.parametrize("subject", SCENARIO.subjects, ids=lambda subject: subject.key)
def test_every_mutation_is_noticed(subject: Subject) -> None:
    unnoticed = [
        f"{statement['Sid']}: {what}"
        for statement, what, mutant in mutants(subject)
        if not is_equivalent(subject, statement, what) and not is_noticed(mutant)
    ]
    assert unnoticed == []


def test_what_only_a_denial_forbids_is_no_fault_where_no_spec_says_more() -> None:
    """The Deny of the other templates still stands, whatever the Allow says."""
    subject = next(each for each in SCENARIO.subjects if each.kind == "issuer" and each.is_owned)
    wide = next(mutant for statement, what, mutant in mutants(subject) if what == "no condition" and _issues(statement))
    assert [each.message for each in decide_by_class(SCENARIO, wide, None, SAMPLES).kept if each.message] == []


def _issues(statement: Statement) -> bool:
    return statement["Effect"] == "Allow" and actions.ISSUE in statement["Action"]


def test_there_are_enough_mutations() -> None:
    """An empty list of mutants, or one with only equivalent mutants, must not count as success."""
    counted = [
        is_equivalent(subject, statement, what)
        for subject in SCENARIO.subjects
        for statement, what, _ in mutants(subject)
    ]
    assert counted.count(False) > 500
    assert counted.count(True) < counted.count(False) / 4
