"""Plans are checked by their resource changes, never by exit code or drift."""

import json
from typing import Any

import pytest

from pcaform.adopt.report import describe_refused_policies
from pcaform.adopt.transaction import AdoptCheck, check_plan

CA = "module.ca_root.aws_acmpca_certificate_authority.this"


def change(*actions: str, before: Any = None, after: Any = None, unknown: Any = None, **more: Any) -> dict[str, Any]:
    """Return one record of a plan."""
    inner = {"actions": list(actions), "before": before, "after": after, "after_unknown": unknown or {}}
    return {"address": CA, "change": {**inner, **more.pop("inner", {})}, **more}


def check(*changes: dict[str, Any], accept: tuple[str, ...] = (), **plan: Any) -> AdoptCheck:
    return check_plan({"errored": False, "complete": True, "resource_changes": list(changes), **plan}, accept)


def policy(*actions: Any, sid: str | None = None, not_action: Any = None) -> str:
    """Return a policy with a statement for each action, named or not."""
    allowed = [{"Action": action} for action in actions or ("acm-pca:GetCertificate",)]
    parts = [{"NotAction": not_action}] if not_action else allowed
    name = {} if sid is None else {"Sid": sid}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**name, "Effect": "Allow", **part} for part in parts]})


QUIET = [
    change("no-op"),
    change("read"),
    change("no-op", inner={"importing": {"id": "arn"}}),
    change("no-op", previous_address="aws_acmpca_certificate_authority.old"),
]


@pytest.mark.parametrize("record", QUIET)
def test_imports_moves_and_no_ops_pass(record: dict[str, Any]) -> None:
    assert check(record).is_accepted


@pytest.mark.parametrize("actions", [("create",), ("delete",), ("delete", "create"), ("create", "delete"), ("forget",)])
def test_other_actions_are_always_refused(actions: tuple[str, ...]) -> None:
    record = change(*actions, before={"tags": {}}, after={"tags": {"a": "b"}})
    assert not check(record, accept=("tags", "force-destroy", "timeouts", "wording")).is_accepted


@pytest.mark.parametrize(
    "actions", [("create",), ("delete",), ("delete", "create"), ("create", "delete"), ("update",), ("forget",)]
)
def test_only_a_create_passes_where_one_is_expected(actions: tuple[str, ...]) -> None:
    """What `--recreate` deletes at AWS, an apply makes again, and does nothing else there."""
    record = change(*actions, before={"principal": "a"}, after={"principal": "b"})
    plan = {"errored": False, "complete": True, "resource_changes": [record]}
    assert check_plan(plan, to_create={CA}).is_accepted is (actions == ("create",))
    assert not check_plan(plan, to_create={f"{CA}[0]"}).is_accepted


@pytest.mark.parametrize("unknown", [{"subject": [{}]}, {"subject": [{"common_name": False}], "tags": {}}])
def test_marks_of_what_is_known_are_not_differences(unknown: dict[str, Any]) -> None:
    same = {"subject": [{"common_name": "Root"}], "tags": {}}
    line = check(change("update", before=same, after={**same, "tags": {"a": "b"}}, unknown=unknown)).lines[0]
    assert (line.differing_arguments, line.classes) == (("tags",), ("tags",))


def test_what_leaves_the_state_passes_only_where_it_is_accepted() -> None:
    record = change("forget", before={"name": "a"}, after=None)
    assert not check(record).is_accepted
    assert check(record, accept=("forget",)).is_accepted
    assert not check(change("forget", deposed="1234abcd"), accept=("forget",)).is_accepted
    assert not check(change("create", "forget"), accept=("forget",)).is_accepted


def test_deposed_objects_are_refused() -> None:
    assert not check(change("no-op", deposed="1234abcd")).is_accepted


@pytest.mark.parametrize(
    ("before", "after", "classes"),
    [
        ({"tags": {}, "tags_all": {}}, {"tags": {}, "tags_all": {"owner": "pki"}}, ("tags",)),
        ({"force_destroy": None}, {"force_destroy": False}, ("force-destroy",)),
        ({"timeouts": None}, {"timeouts": {"create": "5m"}}, ("timeouts",)),
        ({"tags": {}, "force_destroy": None}, {"tags": {"a": "b"}, "force_destroy": False}, ("force-destroy", "tags")),
        ({"tags": {}, "enabled": True}, {"tags": {"a": "b"}, "enabled": False}, ()),
        ({"policy": policy(sid="1")}, {"policy": policy()}, ("wording",)),
        ({"assume_role_policy": policy(), "tags": {}}, {"assume_role_policy": policy("a"), "tags": {"a": "b"}}, ()),
        ({"policy": policy("a:B", "a:C")}, {"policy": policy(["a:C", "A:b"])}, ("wording",)),
        ({"policy": policy(not_action=["a:B", "a:C"])}, {"policy": policy(not_action=["a:c", "a:b"])}, ("wording",)),
        ({"policy": policy(not_action=["a:B", "a:C"])}, {"policy": policy(not_action="a:B")}, ()),
        ({"policy": "no JSON"}, {"policy": policy()}, ()),
        ({"policy": None}, {"policy": policy()}, ()),
        ({"description": "old"}, {"description": "new"}, ()),
        ({"tags": {"pcaform:issuer": "user/a"}}, {"tags": {"pcaform:issuer": "user/b"}}, ()),
        ({"tags_all": {}}, {"tags_all": {"pcaform:issuer": "user/b", "owner": "pki"}}, ()),
    ],
)
def test_difference_needs_all_its_classes_accepted(before: Any, after: Any, classes: tuple[str, ...]) -> None:
    record = change("update", before=before, after=after)
    (line,) = check(record).lines
    assert (line.classes, line.is_accepted) == (classes, False)
    assert check(record, accept=classes).is_accepted is bool(classes)
    assert not check(record, accept=classes[1:]).is_accepted


@pytest.mark.parametrize(
    ("after", "classes", "is_accepted"),
    [
        ({"assume_role_policy": policy("a:C", "a:B")}, (), True),
        ({"assume_role_policy": policy(["a:B", "a:C"], sid="1")}, (), True),
        ({"assume_role_policy": policy("a:B")}, (), False),
        ({"assume_role_policy": "no JSON"}, (), False),
        ({"assume_role_policy": policy("a:C", "a:B"), "tags": {"a": "b"}}, ("tags",), False),
        ({"assume_role_policy": policy("a:C", "a:B"), "path": "/x/"}, (), False),
    ],
)
def test_the_same_trust_in_other_words_needs_no_acceptance(after: Any, classes: Any, *, is_accepted: bool) -> None:
    before = {"assume_role_policy": policy("a:B", "a:C"), "tags": {}, "path": "/"}
    (line,) = check(change("update", before=before, after={**before, **after})).lines
    assert (line.classes, line.is_accepted) == (classes, is_accepted)
    assert not check(change("create", "delete", before=before, after={**before, **after})).is_accepted
    assert not check(change("update", before=before, after=before, unknown={"assume_role_policy": True})).is_accepted


def test_unknown_value_counts_as_different() -> None:
    record = change("update", before={"tags": {}, "policy": "a"}, after={"tags": {"a": "b"}}, unknown={"policy": True})
    assert check(record, accept=("tags",)).refused[0].differing_arguments == ("policy", "tags")


@pytest.mark.parametrize("unknown", [{"revocation_configuration": [{"x": [{"y": True}]}]}, {"tags_all": {"a": True}}])
def test_partly_unknown_value_counts_as_different(unknown: Any) -> None:
    has: dict[str, Any] = {"revocation_configuration": [], "tags_all": {}}
    record = change("update", before={**has, "tags": {}}, after={**has, "tags": {"a": "b"}}, unknown=unknown)
    assert check(change("update", before={"tags": {}}, after={"tags": {"a": "b"}}), accept=("tags",)).is_accepted
    assert not check(record, accept=("tags",)).is_accepted


def test_block_without_values_equals_none() -> None:
    record = change("update", before={"timeouts": None}, after={"timeouts": {"create": None}, "tags": {"a": "b"}})
    assert check(record, accept=("tags",)).is_accepted


def test_plan_with_a_part_of_a_later_release_is_refused() -> None:
    result = check(change("no-op"), novelty=[1])
    assert (result.is_accepted, result.reasons) == (
        False,
        ("no release that was read has the part 'novelty' of a plan",),
    )


@pytest.mark.parametrize(
    "plan", [{"errored": True}, {"errored": None}, {"complete": False}, {"deferred_changes": [{"reason": "unknown"}]}]
)
def test_incomplete_plan_is_refused(plan: dict[str, Any]) -> None:
    result = check(change("no-op"), **plan)
    assert not result.is_accepted
    assert result.reasons[0].endswith("the plan is incomplete")


@pytest.mark.parametrize("part", ["action_invocations", "deferred_action_invocations"])
def test_plan_with_action_invocations_is_refused(part: str) -> None:
    plan: dict[str, Any] = {part: [{"address": "action.aws_lambda_invoke.x"}]}
    result = check(change("no-op"), **plan)
    assert (result.is_accepted, result.reasons) == (
        False,
        ("the plan invokes actions, which change more than resources",),
    )


def test_drift_is_ignored_and_outputs_are_listed() -> None:
    outputs = {"arns": {"actions": ["create"]}, "same": {"actions": ["no-op"]}}
    result = check(change("no-op"), resource_drift=[change("update")], output_changes=outputs)
    assert (result.is_accepted, result.outputs) == (True, ("arns",))


def test_a_refused_policy_is_shown_statement_by_statement() -> None:
    """Statements that both have, in whatever order or words, are not shown, nor is a policy that is accepted."""
    deny = {"Sid": "No", "Effect": "Deny", "Action": "acm-pca:*", "Resource": "*"}
    live = json.loads(policy("a:B", ["a:C", "a:D"]))
    live["Statement"].append(deny)
    record = change("update", before={"policy": json.dumps(live)}, after={"policy": policy("a:D", "a:C", "a:B", "a:E")})
    plan = {"errored": False, "complete": True, "resource_changes": [record]}
    head, *rows, advice = describe_refused_policies(plan, check_plan(plan))
    assert head == f"{CA}: policy: '-' only AWS has, '+' only the stack has"
    assert rows == [f"- {json.dumps(deny)}", '+ {"Effect": "Allow", "Action": "a:E"}']
    assert "'pcaform import aws --into SPEC'" in advice
    same = change("update", before={"policy": policy(sid="1")}, after={"policy": policy()})
    plan = {**plan, "resource_changes": [same]}
    assert list(describe_refused_policies(plan, check_plan(plan, ["wording"]))) == []
    (head,) = describe_refused_policies(plan, check_plan(plan))
    assert head == f"{CA}: policy: the same in other words"


@pytest.mark.parametrize("value", [None, "", "{", "[]", policy("a:B") + "x"])
def test_a_policy_that_cannot_be_read_is_not_shown(value: str | None) -> None:
    record = change("update", before={"policy": policy()}, after={"policy": value}, unknown={"policy": value is None})
    plan = {"errored": False, "complete": True, "resource_changes": [record]}
    assert list(describe_refused_policies(plan, check_plan(plan))) == []
