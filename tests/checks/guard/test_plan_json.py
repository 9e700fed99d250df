"""Input that is not a complete plan is never safe: exit code 1 and one line that says what to do."""

import json
from pathlib import Path
from typing import Any

import pytest

from conftest import Run
from pcaform.checks.guard.check import check_plan
from pcaform.core.problems import Failure
from pcaform.terraform.plan_json import read

PLAN: dict[str, Any] = {"format_version": "1.2", "planned_values": {}, "errored": False}
"""The least that Terraform writes: lists that are empty are left out."""


TAKE = "take the output of 'terraform show -json PLAN'"


def plan(**changes: Any) -> bytes:
    return json.dumps({**PLAN, **changes}).encode()


def change(**changes: Any) -> dict[str, Any]:
    return {"address": "a.b", "type": "a", "change": {"actions": ["no-op"], "before": {}, "after": {}}, **changes}


NO_PLAN: dict[str, tuple[bytes, str]] = {
    "empty": (b" \n", "the file is empty"),
    "truncated": (plan(resource_changes=[change()])[:-9], "not a whole JSON document"),
    "JSON lines of 'plan -json'": (b'{"@level":"info"}\n{"@level":"info"}\n', "not a whole JSON document"),
    "no text": (b"\xff\xff\xff", "not a whole JSON document"),
    "deeper than Python reads": (b"[" * 100_000, "not a whole JSON document"),
    "number with 5,000 digits": (b"1" * 5000, "not a whole JSON document"),
    "the plan file itself": (b"PK\x03\x04\x14\x00", "this is the plan file itself"),
    "list": (b"[]", "not a plan in JSON"),
    "null": (b"null", "not a plan in JSON"),
    "state": (b'{"format_version": "1.0", "values": {}}', "not a plan in JSON"),
    "version that is a number": (plan(format_version=1.2), "not a plan in JSON"),
    "future version": (plan(format_version="2.0"), "the format of the plan is 2.0, only 1.x is supported"),
    "nothing about being whole": (
        b'{"format_version": "1.2", "planned_values": {}}',
        "does not say whether it is complete",
    ),
    "changes that are not a list": (plan(resource_changes={}), "does not have the format that Terraform writes"),
    "change that is not an object": (plan(resource_changes=["x"]), "does not have the format that Terraform writes"),
    "no actions object": (
        plan(resource_changes=[change(change=None)]),
        "does not have the format that Terraform writes",
    ),
    "actions that are a text": (
        plan(resource_changes=[change(change={"actions": "delete"})]),
        "does not have the format",
    ),
    "action that is a number": (plan(resource_changes=[change(change={"actions": [1]})]), "does not have the format"),
    "no address": (
        plan(resource_changes=[{"type": "a", "change": {"actions": []}}]),
        "does not have the format that Terraform writes",
    ),
    "object of which all is unknown": (
        plan(resource_changes=[change(change={"actions": ["create"], "after_unknown": True})]),
        "does not have the format that Terraform writes",
    ),
    "path that is a text": (
        plan(resource_changes=[change(change={"actions": ["delete"], "replace_paths": ["x"]})]),
        "does not have the format that Terraform writes",
    ),
}


@pytest.mark.parametrize("mistake", NO_PLAN)
def test_what_is_no_plan_is_refused(mistake: str) -> None:
    content, message = NO_PLAN[mistake]
    with pytest.raises(Failure, match=r"^plan\.json: ") as refused:
        read(content, "plan.json")
    assert message in str(refused.value)


def test_refusal_is_one_line_and_exit_1(pcaform: Run) -> None:
    done = pcaform("guard", "-", "--format", "json", stdin=b"{")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"pcaform: <stdin>: not a whole JSON document: {TAKE}\n"


def test_plan_without_changes_is_safe() -> None:
    found = check_plan(read(plan(), "plan.json"))
    assert (found.findings, found.notes, found.doubts) == ((), (), ())


def test_plan_as_powershell_redirects_it_is_read() -> None:
    content = plan(resource_changes=[change()]).decode().encode("utf-16")
    assert [each.address for each in read(content, "plan.json").changes] == ["a.b"]


def test_address_cannot_move_the_cursor(pcaform: Run) -> None:
    hostile = change(address="a\x1b[2K\rb", change={"actions": ["forget"], "before": {}, "after": None})
    done = pcaform("guard", "-", stdin=plan(resource_changes=[hostile]))
    assert done.stderr.startswith("note: a\\x1b[2K\\rb: forgotten")


@pytest.mark.parametrize("actions", [[], ["rename"], ["delete", "forget"], ["update", "delete"], ["Delete"]])
def test_unknown_actions_leave_the_plan_unjudged(actions: list[str]) -> None:
    """On any kind of resource: a word that is not known may mean anything."""
    found = check_plan(read(plan(resource_changes=[change(change={"actions": actions})]), "plan.json"))
    assert [doubt.address for doubt in found.doubts] == ["a.b"]


def test_destroys_of_other_kinds_are_not_judged() -> None:
    found = check_plan(read(plan(resource_changes=[change(change={"actions": ["delete"]})]), "plan.json"))
    assert (found.findings, found.doubts) == ((), ())


def test_ten_thousand_changes_are_all_judged() -> None:
    kind = "aws_acmpca_permission"
    deleted = {"type": kind, "change": {"actions": ["delete"]}}
    records = [change(address=f"{kind}.x[{number}]", **deleted) for number in range(10_000)]
    assert len(check_plan(read(plan(resource_changes=records), "plan.json")).findings) == 10_000


@pytest.mark.parametrize(("novelty", "doubts"), [({"a": 1}, ["plan.novelty"]), (False, ["plan.novelty"]), ([], [])])
def test_future_minor_format_is_read_and_its_new_parts_are_doubts(novelty: Any, doubts: list[str]) -> None:
    content = plan(format_version="1.99", resource_changes=[change(novelty=[1])], novelty=novelty)
    assert [each.address for each in check_plan(read(content, "plan.json")).doubts] == doubts


def test_secret_is_never_shown() -> None:
    subject = [{"common_name": "hunter2"}]
    configuration = {"certificate_authority_configuration": [{"subject": subject}]}
    replaced = {
        "actions": ["delete", "create"],
        "before": configuration,
        "after": {"certificate_authority_configuration": [{"subject": [{"common_name": "hunter3"}]}]},
        "after_sensitive": {"certificate_authority_configuration": [{"subject": [{"common_name": True}]}]},
        "replace_paths": [["certificate_authority_configuration", 0, "subject", 0, "common_name"]],
    }
    found = check_plan(
        read(plan(resource_changes=[change(type="aws_acmpca_certificate_authority", change=replaced)]), "p")
    )
    (difference,) = found.findings[0].differences
    assert (difference.before, difference.after) == ("(secret)", "(secret)")


DENYING = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "acm-pca:*", "Resource": "*"}}
UNKNOWN: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "a policy's text": (
        "aws_iam_policy",
        {"policy": json.dumps(DENYING)},
        {"policy": True},
    ),
    "who may use a CA by its policy": ("aws_acmpca_policy", {"policy": "{}", "resource_arn": "a"}, {"policy": True}),
    "whether a CA is enabled": ("aws_acmpca_certificate_authority", {"enabled": True}, {"enabled": True}),
    "how long a CA can be restored": (
        "aws_acmpca_certificate_authority",
        {"permanent_deletion_time_in_days": 30},
        {"permanent_deletion_time_in_days": True},
    ),
    "whether a list is written": (
        "aws_acmpca_certificate_authority",
        {"revocation_configuration": [{"crl_configuration": [{"enabled": True}]}]},
        {"revocation_configuration": True},
    ),
}


@pytest.mark.parametrize("what", UNKNOWN)
def test_unknown_is_never_safe(what: str) -> None:
    kind, before, unknown = UNKNOWN[what]
    known = {name: value for name, value in before.items() if name not in unknown}
    updated = {"actions": ["update"], "before": before, "after": known, "after_unknown": unknown}
    found = check_plan(read(plan(resource_changes=[change(type=kind, change=updated)]), "plan.json"))
    assert [doubt.address for doubt in found.doubts] == ["a.b"]


def test_ca_that_is_made_although_the_spec_knows_its_arn(pcaform: Run, tmp_path: Path) -> None:
    """The plan alone shows a new CA like any other: only the spec tells that there is one."""
    arn = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
    root = (
        f"{{type: ROOT, arn: '{arn}', activation: external, key_algorithm: RSA_2048, subject: {{common_name: Root}}}}"
    )
    (tmp_path / "corp.yaml").write_text(
        "version: 1\nstack: corp\naws: {region: eu-west-1, account_id: '123456789012'}\n"
        f"certificate_authorities:\n  root: {root}\n",
        encoding="utf-8",
    )
    kind = "aws_acmpca_certificate_authority"
    made = {"actions": ["create"], "before": None, "after": {}, "after_unknown": {"arn": True}}
    content = plan(resource_changes=[change(address=f"module.ca_root.{kind}.this", type=kind, change=made)])
    assert pcaform("guard", "-", cwd=tmp_path, stdin=content).returncode == 0
    done = pcaform("guard", "-", "--spec", "corp.yaml", cwd=tmp_path, stdin=content)
    assert (done.returncode, f"another CA is created although {arn} exists" in done.stdout) == (2, True)
