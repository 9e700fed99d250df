"""Policies that reach principals: attached, by a group, in a role, without a boundary; and roles that may have one."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from checks.guard.builders import CA, ISSUES, STORES, allow, change, messages, policy, rules, there
from pcaform.terraform.plan_json import Change, Resource

ARN, ELSEWHERE = "arn:aws:iam::123456789012:policy/pki", "arn:aws:iam::123456789012:policy/elsewhere"
FULL, VIEW = (f"arn:aws:iam::aws:policy/{name}" for name in ("AWSPrivateCAFullAccess", "ReadOnlyAccess"))
BOTH = ["access-granted", "access-removed"]


def state(text: str = ISSUES) -> list[Resource]:
    """Return a policy, and a group that has the same text, of the state."""
    group = there("aws_iam_group_policy.x", group="pki", policy=text)
    return [there("aws_iam_policy.pki", arn=ARN, policy=text), group]


def attached(kind: str, before: dict[str, Any] | None, after: dict[str, Any] | None, *paths: str) -> Change:
    return change(f"aws_iam_{kind}.x", before, after, paths=paths)


GIVEN = {"policy_arn": ARN}
ATTACHED = [
    (attached("user_policy_attachment", {**GIVEN, "user": "a"}, {**GIVEN, "user": "b"}, "user"), BOTH),
    (attached("policy_attachment", {**GIVEN, "users": ["a"]}, {**GIVEN, "users": ["a", "b"]}), BOTH[:1]),
    (attached("policy_attachment", {**GIVEN, "roles": ["a", "b"]}, {**GIVEN, "roles": ["a"]}), BOTH[1:]),
    (attached("user_group_membership", None, {"user": "bob", "groups": ["pki"]}), BOTH[:1]),
    (attached("group_membership", {"group": "pki", "users": ["a"]}, {"group": "pki", "users": ["b"]}), BOTH),
    (attached("role_policy_attachments_exclusive", None, {"role_name": "a", "policy_arns": [ARN]}), BOTH[:1]),
    (attached("role", {"name": "a"}, {"name": "a", "managed_policy_arns": [ARN]}), BOTH[:1]),
    (attached("role", {"name": "a", "managed_policy_arns": [ARN]}, {"name": "a", "managed_policy_arns": []}), BOTH[1:]),
]


@pytest.mark.parametrize(("found", "expected"), ATTACHED)
def test_policy_that_reaches_somebody_else(found: Change, expected: list[str]) -> None:
    """Twin: the same of a policy that is about no CA."""
    assert rules(found, state=state()) == expected
    assert rules(found, state=state(STORES)) == []


@pytest.mark.parametrize(
    "kind", ["aws_iam_role_policy.x", "aws_iam_user_policy.x", "aws_ssoadmin_permission_set_inline_policy.x"]
)
def test_inline_policy_that_moves_to_somebody_else(kind: str) -> None:
    """Twin: the role or the user that has it gets another name, and its policy follows."""
    name = "permission_set_arn" if "sso" in kind else kind.split("_")[2]
    text = "inline_policy" if "sso" in kind else "policy"
    moved = change(kind, {name: "a", text: ISSUES}, {name: "b", text: ISSUES}, paths=[name])
    assert rules(moved) == BOTH
    renamed = change("aws_iam_role.a", {"name": "a"}, {"name": "b"}, paths=["name"])
    assert rules(moved, renamed) == (["principal-destroyed"] if name == "role" else BOTH)
    same = change("aws_iam_user.a", {"name": "a"}, {"name": "b"})
    assert rules(moved, same) == ([] if name == "user" else BOTH)


def test_attachment_to_a_role_that_is_made_anew_is_no_grant() -> None:
    renamed = change("aws_iam_role.a", {"name": "a"}, {"name": "a"}, paths=["path"])
    address, unknown = "aws_iam_role_policy_attachment.a", {"role": True}
    moved = change(address, {**GIVEN, "role": "a"}, GIVEN, unknown=unknown, paths=["role"])
    assert rules(renamed, moved, state=state()) == ["principal-destroyed"]
    assert rules(moved, state=state()) == BOTH


@pytest.mark.parametrize(
    ("arn", "expected"),
    [(ARN, ["access-granted"]), (ELSEWHERE, ["access-granted"]), (FULL, ["access-granted"]), (VIEW, [])],
)
def test_policy_whose_text_is_elsewhere_may_be_about_authorities(arn: str, expected: list[str]) -> None:
    found = attached("user_policy_attachment", None, {"policy_arn": arn, "user": "a"})
    assert rules(found, state=state()) == expected
    assert ("what it allows is unknown" in messages(found, state=state())) == (arn == ELSEWHERE)


@pytest.mark.parametrize(("text", "expected"), [(ISSUES, BOTH[:1]), (STORES, [])])
def test_a_policy_of_somebody_else_is_judged_by_what_a_data_source_read(text: str, expected: list[str]) -> None:
    found = attached("role_policy_attachment", None, {"role": "a", "policy_arn": ELSEWHERE})
    assert rules(found, read=[there("data.aws_iam_policy.x", arn=ELSEWHERE, policy=text)]) == expected


@pytest.mark.parametrize(
    ("made", "expected"),
    [([], ["access-granted"]), ([STORES], []), ([ISSUES], ["access-granted"])],
    ids=["no policy is made", "one about no CA is made", "one about CAs is made"],
)
def test_attachment_of_a_policy_that_is_not_known_yet(made: list[str], expected: list[str]) -> None:
    """It is reported once: where a policy is created, its text says what it allows."""
    found = change("aws_iam_user_policy_attachment.x", None, {"user": "a"}, unknown={"policy_arn": True})
    policies = [change("aws_iam_policy.x", None, {"policy": text}, unknown={"arn": True}) for text in made]
    assert rules(found, *policies) == expected


@pytest.mark.parametrize(("before", "expected"), [(ISSUES, ["doubt"]), (STORES, ["access-granted"])])
def test_text_that_becomes_unknown(before: str, expected: list[str]) -> None:
    found = change("aws_iam_policy.x", {"policy": before}, {"name": "x"}, unknown={"policy": True})
    assert rules(found) == expected


@pytest.mark.parametrize(
    ("unknown", "expected"), [([{"policy": True}], ["access-granted"]), (True, [])], ids=["given", "computed"]
)
def test_unknown_policies_in_a_new_role(unknown: Any, expected: list[str]) -> None:
    """Terraform takes what a role has without being asked for unknown until it is there."""
    assert rules(change("aws_iam_role.x", None, {"name": "a"}, unknown={"inline_policy": unknown})) == expected


@pytest.mark.parametrize("kind", ["user", "role"])
def test_boundary_that_is_taken_off(kind: str) -> None:
    """One that is added may block; twins: the same one, and one of a principal that has nothing to do with CAs."""
    held = there(f"aws_iam_{kind}_policy.x", **{kind: "a", "policy": ISSUES})
    tight: dict[str, Any] = {"name": "a", "permissions_boundary": ARN}
    loose = {**tight, "permissions_boundary": None}
    other = {**tight, "permissions_boundary": ELSEWHERE}
    address = f"aws_iam_{kind}.x"
    for after in (loose, other):
        assert rules(change(address, tight, after), state=[held]) == ["policy-widened"]
        assert rules(change(address, tight, after)) == []
    assert rules(change(address, loose, tight), state=[held]) == []
    assert rules(change(address, loose, tight)) == []
    assert rules(change(address, tight, {**tight, "tags": {}}), state=[held]) == []


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (allow("iam:*", "*"), ["access-granted"]),
        (allow("iam:Attach*", "arn:aws:iam::123456789012:user/*"), ["access-granted"]),
        (allow("iam:AttachRolePolicy", "arn:aws:iam::123456789012:role/app-*"), []),
        (allow(["iam:Get*", "iam:List*", "iam:PassRole"], "*"), []),
    ],
    ids=["all of IAM", "attaching to all users", "to some roles", "looking"],
)
def test_who_may_change_iam_may_give_himself_the_rest(after: dict[str, Any], expected: list[str]) -> None:
    assert rules(change("aws_iam_user_policy.x", None, {"user": "a", "policy": policy(after)})) == expected
    text = policy(*json.loads(ISSUES)["Statement"], after)
    widened = change("aws_iam_policy.x", {"policy": ISSUES}, {"policy": text})
    assert rules(widened) == (["policy-widened"] if expected else ["policy-changed"])


def trusting(principal: Any) -> str:
    return json.dumps({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}]})


def opened(before: Sequence[str] = ("111111111111",)) -> Change:
    old = {"name": "a", "assume_role_policy": trusting({"AWS": list(before)})}
    return change("aws_iam_role.x", old, {"name": "a", "assume_role_policy": trusting("*")})


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (there("aws_iam_role_policy_attachment.x", role="a", policy_arn=ELSEWHERE), ["role-trusts-anybody"]),
        (there("aws_iam_role_policy_attachment.x", role="b", policy_arn=ELSEWHERE), []),
        (there("aws_iam_role_policy_attachment.x", role="a", policy_arn=VIEW), []),
        (there("aws_iam_policy_attachment.x", roles=["a"], policy_arn=FULL), ["role-trusts-anybody"]),
    ],
    ids=["a policy of another state", "another role", "AWS's own that only looks", "in a list"],
)
def test_role_that_anyone_may_assume_if_it_may_use_cas(held: Resource, expected: list[str]) -> None:
    assert rules(opened(), state=[held]) == expected


@pytest.mark.parametrize(
    "held",
    [
        change("aws_iam_role_policy_attachment.x", None, {"role": "a"}, unknown={"policy_arn": True}),
        change("aws_iam_role_policy.x", None, {"name": "p"}, unknown={"role": True, "policy": True}),
        change("aws_iam_role_policy.x", None, {"name": "p", "policy": ISSUES}, unknown={"role": True}),
    ],
)
def test_new_role_that_anyone_may_assume_before_its_policies_are_known(held: Change) -> None:
    made = change("aws_iam_role.x", None, {"name": "a", "assume_role_policy": trusting("*")})
    narrow = change("aws_iam_role.x", None, {"name": "a", "assume_role_policy": trusting({"AWS": "111111111111"})})
    assert "role-trusts-anybody" in rules(made, held)
    assert "role-trusts-anybody" not in rules(narrow, held)
    assert rules(made) == []


def test_user_of_a_group_that_may_use_authorities_is_missed() -> None:
    member = there("aws_iam_user_group_membership.x", user="ci", groups=["pki"])
    gone = change("aws_iam_user.x", {"name": "ci"})
    assert rules(gone, state=[member, *state()]) == ["principal-destroyed"]
    assert rules(gone, state=[member, *state(STORES)]) == []


def test_permission_set_that_gets_more() -> None:
    address, name = (
        "aws_ssoadmin_permission_set_inline_policy.x",
        {"permission_set_arn": "arn:aws:sso:::permissionSet/a"},
    )
    found = change(address, {"inline_policy": STORES}, {"inline_policy": policy(allow("acm-pca:*", CA))})
    assert rules(found) == ["ca-template"]
    assert rules(change(address, {"inline_policy": STORES}, {"inline_policy": policy(allow("s3:*", "*"))})) == []
    managed = change("aws_ssoadmin_managed_policy_attachment.x", None, {"managed_policy_arn": FULL, **name})
    assert rules(managed) == ["access-granted"]
