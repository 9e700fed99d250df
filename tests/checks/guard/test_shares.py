"""Sharing a CA, by its own policy or by RAM: who loses it, who gets it, and who may make CAs below it."""

from collections.abc import Sequence
from typing import Any

import pytest

from checks.guard.builders import (
    AUTHORITY,
    CA,
    END_ENTITY,
    OTHER,
    STORES,
    SUBORDINATE,
    TEMPLATE,
    allow,
    change,
    deny,
    equal,
    messages,
    policy,
    rules,
    there,
)
from pcaform.terraform.plan_json import Change

ACCOUNT = {"AWS": "222222222222"}
RAM = "arn:aws:ram:eu-west-1:123456789012:resource-share/pki"
RIGHTS = "arn:aws:ram::aws:permission/AWSRAM"
LIVE = there(f"{AUTHORITY}.x", arn=CA)
NARROWED, EXTENDED, CROWNED = ["share-narrowed"], ["share-extended"], ["ca-template"]


def issuing(*templates: str, arn: str = CA) -> dict[str, Any]:
    return allow(resource=arn, Principal=ACCOUNT, Condition=equal("acm-pca:TemplateArn", *templates))


def reading(arn: str = CA) -> dict[str, Any]:
    return allow("acm-pca:GetCertificate", arn, Principal=ACCOUNT)


ISSUES = (issuing(END_ENTITY), reading())
KEPT_OUT = deny(Principal={"AWS": "arn:aws:iam::222222222222:role/dev"}, resource=CA)


def share(
    before: Sequence[dict[str, Any]] | None, after: Sequence[dict[str, Any]] | None, *, arn: str = CA, paths: Any = ()
) -> Change:
    old = None if before is None else {"resource_arn": CA, "policy": policy(*before)}
    new = None if after is None else {"resource_arn": arn, "policy": policy(*after)}
    return change("aws_acmpca_policy.x", old, new, paths=paths)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (ISSUES, [*ISSUES, KEPT_OUT], NARROWED),
        ([*ISSUES, KEPT_OUT], ISSUES, EXTENDED),
        ([*ISSUES, KEPT_OUT], [KEPT_OUT, *ISSUES], []),
        ([*ISSUES, KEPT_OUT], [*ISSUES, {**KEPT_OUT, "Sid": "Dev", "Action": ["acm-pca:*"]}], []),
    ],
    ids=["denied", "denied no more", "in another order", "in other words"],
)
def test_denial_in_a_share(before: Any, after: Any, expected: list[str]) -> None:
    assert rules(share(before, after)) == expected


def test_share_that_moves_to_another_authority() -> None:
    """Twins: the CA is replaced, which is reported there; a new object for the same share."""
    moved = share(ISSUES, [issuing(END_ENTITY, arn=OTHER), reading(OTHER)], arn=OTHER, paths=["resource_arn"])
    assert rules(moved) == [*NARROWED, *EXTENDED]
    replaced = change(f"{AUTHORITY}.x", {"arn": CA}, {"arn": OTHER}, paths=["type"])
    assert rules(moved, replaced) == ["ca-replaced"]
    assert rules(share(ISSUES, ISSUES, paths=["resource_arn"])) == []


def test_share_that_moves_from_an_authority_that_is_destroyed_to_a_live_one() -> None:
    moved = share(ISSUES, [issuing(SUBORDINATE, arn=OTHER)], arn=OTHER, paths=["resource_arn"])
    assert rules(moved, change(f"{AUTHORITY}.x", {"arn": CA})) == ["ca-destroyed", *CROWNED]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (ISSUES, [issuing(END_ENTITY, SUBORDINATE), reading()], CROWNED),
        (None, [issuing(SUBORDINATE)], CROWNED),
        (None, [allow(Principal=ACCOUNT)], CROWNED),
        (
            None,
            [allow("acm-pca:*", Principal=ACCOUNT, Condition={"StringLike": {"acm-pca:TemplateArn": "*"}})],
            CROWNED,
        ),
        (None, [issuing(f"{TEMPLATE}/SubordinateCACertificate_PathLen0/V9")], CROWNED),
        (None, ISSUES, EXTENDED),
        ([issuing(SUBORDINATE)], [issuing(SUBORDINATE, END_ENTITY)], EXTENDED),
        ([issuing(SUBORDINATE)], [issuing(SUBORDINATE), reading()], EXTENDED),
        (None, [reading()], EXTENDED),
    ],
)
def test_account_that_may_make_authorities(before: Any, after: Any, expected: list[str]) -> None:
    assert rules(share(before, after)) == expected


def test_account_that_may_issue_ca_certificates_from_a_new_ca_is_only_a_share() -> None:
    made = change(f"{AUTHORITY}.x", None, {"arn": CA})
    assert rules(share(None, [issuing(SUBORDINATE)]), made) == EXTENDED
    unknown = change(
        "aws_acmpca_policy.x", None, {"policy": policy(issuing(SUBORDINATE))}, unknown={"resource_arn": True}
    )
    assert rules(unknown, change(f"{AUTHORITY}.x", None, {}, unknown={"arn": True})) == EXTENDED
    assert "CA certificates" in messages(share(None, [issuing(SUBORDINATE)]))


def associated(arn: str) -> dict[str, str]:
    return {"resource_arn": arn, "resource_share_arn": RAM}


PRINCIPAL = {"principal": "222222222222", "resource_share_arn": RAM}


@pytest.mark.parametrize(
    ("kind", "before", "after", "expected"),
    [
        ("resource_association", associated(CA), None, NARROWED),
        ("resource_association", None, associated(CA), EXTENDED),
        ("principal_association", PRINCIPAL, None, NARROWED),
        ("principal_association", None, PRINCIPAL, EXTENDED),
        ("principal_association", PRINCIPAL, {**PRINCIPAL, "principal": "333333333333"}, [*NARROWED, *EXTENDED]),
        ("resource_share", {"arn": RAM}, None, NARROWED),
        ("resource_share", {"arn": RAM}, {"arn": RAM, "allow_external_principals": True}, EXTENDED),
        ("resource_share", {"arn": RAM, "allow_external_principals": True}, {"arn": RAM}, NARROWED),
    ],
)
def test_share_of_ram(kind: str, before: Any, after: Any, expected: list[str]) -> None:
    """Twins: the same share of something else, and the same of a CA that is destroyed, which is reported there."""
    found = change(f"aws_ram_{kind}.x", before, after, paths=["x"] if before and after and "arn" not in before else ())
    of = [LIVE, there("aws_ram_resource_association.y", **associated(CA))]
    assert rules(found, state=of) == expected
    bucket = "arn:aws:s3:::bucket"
    other = [LIVE, there("aws_ram_resource_association.y", **associated(bucket))]
    if kind == "resource_association":
        found = change(f"aws_ram_{kind}.x", before and associated(bucket), after and associated(bucket))
    assert rules(found, state=other) == []


def test_share_of_an_authority_that_is_destroyed_is_told_there() -> None:
    gone = change(f"{AUTHORITY}.x", {"arn": CA})
    left = change("aws_ram_resource_association.x", associated(CA))
    assert rules(gone, left) == ["ca-destroyed"]


@pytest.mark.parametrize(
    ("right", "expected"),
    [
        ("SubordinateCACertificatePathLen0IssuanceCertificateAuthority", CROWNED),
        ("BlankEndEntityCertificateAPICSRPassthroughIssuanceCertificateAuthority", EXTENDED),
    ],
)
def test_rights_of_a_share_of_ram(right: str, expected: list[str]) -> None:
    state = [LIVE, there("aws_ram_resource_association.y", **associated(CA))]
    old = {"arn": RAM, "permission_arns": [f"{RIGHTS}DefaultPermissionCertificateAuthority"]}
    new = {**old, "permission_arns": [*old["permission_arns"], RIGHTS + right]}
    assert rules(change("aws_ram_resource_share.x", old, new), state=state) == expected
    assert rules(change("aws_ram_resource_share.x", new, {**new, "tags": {}}), state=state) == []
    given = there("aws_ram_resource_share.x", **new)
    assert rules(change("aws_ram_resource_association.x", None, associated(CA)), state=[LIVE, given]) == expected
    made = change("aws_ram_resource_share.x", None, {k: v for k, v in new.items() if k != "arn"}, unknown={"arn": True})
    assert rules(made) == expected


def test_association_that_is_not_known_yet() -> None:
    """A new CA may be meant where the plan makes one."""
    made = change(f"{AUTHORITY}.x", None, {}, unknown={"arn": True})
    unknown = {"resource_arn": True, "resource_share_arn": True}
    found = change("aws_ram_resource_association.x", None, {}, unknown=unknown)
    assert rules(found, made) == EXTENDED
    assert rules(found, state=[there("aws_iam_user_policy.x", user="a", policy=STORES)]) == []
