"""Which plans only take over: by their records, never by their exit codes or drift."""

import json
from typing import Any

import pytest

from pcaform.adopt.plan_check import AdoptCheck, check_plan

CA = "module.ca_root.aws_acmpca_certificate_authority.this"


def change(*actions: str, before: Any = None, after: Any = None, unknown: Any = None, **more: Any) -> dict[str, Any]:
    """Return one record of a plan."""
    inner = {"actions": list(actions), "before": before, "after": after, "after_unknown": unknown or {}}
    return {"address": CA, "change": {**inner, **more.pop("inner", {})}, **more}


def judged(*changes: dict[str, Any], accept: tuple[str, ...] = (), **plan: Any) -> AdoptCheck:
    return check_plan({"errored": False, "complete": True, "resource_changes": list(changes), **plan}, accept)


def policy(*actions: Any, sid: str | None = None, not_action: Any = None) -> str:
    """Return a policy with a statement for each action, named or not."""
    what = [{"Action": each} for each in actions or ("acm-pca:GetCertificate",)]
    said = [{"NotAction": not_action}] if not_action else what
    named = {} if sid is None else {"Sid": sid}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**named, "Effect": "Allow", **each} for each in said]})


QUIET = [
    change("no-op"),
    change("read"),
    change("no-op", inner={"importing": {"id": "arn"}}),
    change("no-op", previous_address="aws_acmpca_certificate_authority.old"),
]


@pytest.mark.parametrize("record", QUIET)
def test_imports_moves_and_nothing_at_all_pass(record: dict[str, Any]) -> None:
    assert judged(record).is_accepted


@pytest.mark.parametrize("actions", [("create",), ("delete",), ("delete", "create"), ("create", "delete"), ("forget",)])
def test_all_else_is_refused_whatever_is_accepted(actions: tuple[str, ...]) -> None:
    record = change(*actions, before={"tags": {}}, after={"tags": {"a": "b"}})
    assert not judged(record, accept=("tags", "force-destroy", "timeouts", "wording")).is_accepted


def test_what_was_deposed_is_still_to_be_destroyed() -> None:
    assert not judged(change("no-op", deposed="1234abcd")).is_accepted


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
def test_a_difference_is_accepted_by_all_its_classes_only(before: Any, after: Any, classes: tuple[str, ...]) -> None:
    record = change("update", before=before, after=after)
    (line,) = judged(record).lines
    assert (line.classes, line.is_accepted) == (classes, False)
    assert judged(record, accept=classes).is_accepted is bool(classes)
    assert not judged(record, accept=classes[1:]).is_accepted


def test_a_value_that_is_not_known_yet_may_differ() -> None:
    record = change("update", before={"tags": {}, "policy": "a"}, after={"tags": {"a": "b"}}, unknown={"policy": True})
    assert judged(record, accept=("tags",)).refused[0].arguments == ("policy", "tags")


@pytest.mark.parametrize("unknown", [{"revocation_configuration": [{"x": [{"y": True}]}]}, {"tags_all": {"a": True}}])
def test_a_part_that_is_not_known_yet_may_differ_too(unknown: Any) -> None:
    has: dict[str, Any] = {"revocation_configuration": [], "tags_all": {}}
    record = change("update", before={**has, "tags": {}}, after={**has, "tags": {"a": "b"}}, unknown=unknown)
    assert judged(change("update", before={"tags": {}}, after={"tags": {"a": "b"}}), accept=("tags",)).is_accepted
    assert not judged(record, accept=("tags",)).is_accepted


def test_a_block_without_values_is_none() -> None:
    record = change("update", before={"timeouts": None}, after={"timeouts": {"create": None}, "tags": {"a": "b"}})
    assert judged(record, accept=("tags",)).is_accepted


@pytest.mark.parametrize(
    "plan", [{"errored": True}, {"errored": None}, {"complete": False}, {"deferred_changes": [{"reason": "unknown"}]}]
)
def test_a_plan_that_is_not_whole_is_refused(plan: dict[str, Any]) -> None:
    found = judged(change("no-op"), **plan)
    assert not found.is_accepted
    assert found.doubts[0].endswith("the plan is not whole")


def test_a_plan_that_invokes_actions_is_refused() -> None:
    found = judged(change("no-op"), action_invocations=[{"address": "action.aws_lambda_invoke.x"}])
    assert (found.is_accepted, found.doubts) == (False, ("the plan invokes actions, which change more than resources",))


def test_drift_is_noise_and_outputs_are_named() -> None:
    outputs = {"arns": {"actions": ["create"]}, "same": {"actions": ["no-op"]}}
    found = judged(change("no-op"), resource_drift=[change("update")], output_changes=outputs)
    assert (found.is_accepted, found.outputs) == (True, ("arns",))
