"""Every hole that a statement could get is noticed: all statements of all kinds of grants, broken one by one."""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pcaform.checks.access import expected
from pcaform.checks.access.check import decisions
from pcaform.checks.access.scenario import Scenario, Subject, build_scenario
from pcaform.iam import actions
from pcaform.iam.evaluator.documents import PolicyError
from pcaform.render.plan.stack import plan
from pcaform.render.templates import render
from pcaform.rules.load import load_file
from pcaform.sources.hcl.static_config import read_configuration

SPEC = load_file(str(Path(__file__).parent / "spec.yaml"))
Statement = dict[str, Any]
Change = tuple[str, Callable[[Statement], None]]
NEGATED = {"ArnLike": "ArnNotLike", "ArnEquals": "ArnNotEquals", "NumericEquals": "NumericNotEquals"}
NEGATED |= {"StringEquals": "StringNotEquals", "StringLike": "StringNotLike"}
NEGATED |= {negated: operator for operator, negated in NEGATED.items()}
SETS = {"ForAllValues:": "ForAnyValue:"}


def built() -> Scenario:
    files = render(plan(SPEC, source="spec")).files
    names = {each.arn: key for key, each in SPEC.certificate_authorities.items() if each.arn is not None}
    return build_scenario(
        read_configuration({path: text for path, text in files.items() if path.endswith(".tf") and "/" not in path}),
        names,
    )


STAGE = built()
SAMPLES = {pattern: pattern.replace("*", "x") for pattern in expected.name_patterns(SPEC.issuers)}


def is_noticed(subject: Subject) -> bool:
    """Tell whether anything is wrong with one principal; a policy that IAM refuses is."""
    try:
        return any(
            each.message for each in decisions(STAGE, subject, expected.expected_decision(SPEC, subject), SAMPLES)
        )
    except PolicyError:
        return True


def changes(statement: Statement) -> Iterator[Change]:
    """Yield each way in which a statement can be broken, with a name."""
    yield "the other effect", lambda made: made.update(Effect="Deny" if made["Effect"] == "Allow" else "Allow")
    if statement["Resource"] != ["*"]:
        yield "any resource", lambda made: made.update(Resource=["*"])
        yield "one resource more", lambda made: made["Resource"].append("arn:aws:acm*:*:*:*")
    yield from ((f"{action} too", _adding(action)) for action in more_actions(statement))
    if statement.get("Condition"):
        yield "no condition", lambda made: made.pop("Condition")
    for operator, keys in statement.get("Condition", {}).items():
        yield f"{operator}IfExists", _renaming(operator, f"{operator}IfExists")
        yield from ((f"{operator} as {other}", _renaming(operator, other)) for other in flipped(operator))
        yield from ((f"without {operator} {key}", _dropping(operator, key)) for key in keys)
        if operator in ("Bool", "Null"):
            yield from ((f"{key} the other way", _turning(operator, key)) for key in keys)


def more_actions(statement: Statement) -> Iterator[str]:
    """Yield what could be added: each action that is about what the statement is about, and all at once."""
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


def _adding(action: str) -> Callable[[Statement], None]:
    return lambda made: made["Action"].append(action)


def _renaming(old: str, new: str) -> Callable[[Statement], None]:
    return lambda made: made["Condition"].update({new: made["Condition"].pop(old)})


def _dropping(operator: str, key: str) -> Callable[[Statement], None]:
    return lambda made: made["Condition"][operator].pop(key)


def _turning(operator: str, key: str) -> Callable[[Statement], None]:
    return lambda made: made["Condition"][operator].update(
        {key: ["false" if "true" in made["Condition"][operator][key] else "true"]}
    )


def mutants() -> Iterator[tuple[Subject, Statement, str, Subject]]:
    """Yield a principal, one of its statements, what is broken, and the principal with the broken statement."""
    for subject in STAGE.subjects:
        for name, text in subject.policies.items():
            document = json.loads(text)
            for number, statement in enumerate(document["Statement"]):
                for what, change in changes(statement):
                    made = copy.deepcopy(document)
                    change(made["Statement"][number])
                    yield subject, statement, what, replace(subject, policies={name: json.dumps(made)})


def means_the_same(subject: Subject, statement: Statement, what: str) -> bool:
    """Tell whether a change is none, for a reason that IAM's own rules give."""
    (text,) = subject.policies.values()
    others = [each for each in json.loads(text)["Statement"] if each["Effect"] == "Allow" and each != statement]
    action = what.removesuffix(" too")
    if statement["Effect"] == "Deny":  # a negated operator holds for a key that is absent, with IfExists and without
        return what == "ArnNotLikeIfExists" or not any(action in each["Action"] for each in others)
    if what.startswith("ForAllValues:") and what.endswith("IfExists"):  # holds for no values anyway; Null sees to that
        return "Null" in statement["Condition"]
    return any(  # another statement allows it already, of the same things and on no other terms
        action in each["Action"]
        and set(statement["Resource"]) <= set(each["Resource"])
        and each.get("Condition", {}).items() <= statement.get("Condition", {}).items()
        for each in others
    )


def test_nothing_is_wrong_as_rendered() -> None:
    assert not any(map(is_noticed, STAGE.subjects))
    assert [subject.key for subject in STAGE.subjects] == [*SPEC.issuers, "pki", "security"]


@pytest.mark.parametrize("subject", STAGE.subjects, ids=lambda subject: subject.key)
def test_every_mutation_is_noticed(subject: Subject) -> None:
    unnoticed = [
        f"{statement['Sid']}: {what}"
        for of, statement, what, mutant in mutants()
        if of is subject and not is_noticed(mutant) and not means_the_same(subject, statement, what)
    ]
    assert unnoticed == []


def test_there_is_something_to_notice() -> None:
    """So that an empty list of mutants, or one that is all excused, is no success."""
    counted = [means_the_same(subject, statement, what) for subject, statement, what, _ in mutants()]
    assert counted.count(False) > 500
    assert counted.count(True) < counted.count(False) / 4
