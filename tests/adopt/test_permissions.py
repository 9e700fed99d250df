"""Matching planned permissions with those at AWS, and refusing duplicates and different actions."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from adopt import doc_page
from adopt.backends import state
from pcaform.adopt.permissions import check_actions, match_permissions, planned_permissions
from pcaform.adopt.state import Entry, add_entries, parse_state
from pcaform.core.problems import Failure

ACCOUNT, PARTNER = "123456789012", "210987654321"
ARN = f"arn:aws:acm-pca:eu-west-1:{ACCOUNT}:certificate-authority/11111111-2222-3333-4444-555555555555"
ACM = "acm.amazonaws.com"
ALL = ["GetCertificate", "IssueCertificate", "ListPermissions"]


def entry(name: str = "issuing", arn: str = ARN, **more: Any) -> Entry:
    """Return the entry of a planned permission."""
    module = f"module.acm_permission_{name}"
    return Entry(
        address=f"{module}.aws_acmpca_permission.this",
        module=module,
        type="aws_acmpca_permission",
        name="this",
        index=None,
        provider='provider["registry.terraform.io/hashicorp/aws"]',
        schema_version=0,
        attributes={"id": f"{arn},{ACM},", "certificate_authority_arn": arn, "principal": ACM, "actions": ALL, **more},
    )


def live(actions: Sequence[str] = ALL, *, account: str = ACCOUNT, principal: str = ACM) -> dict[str, Any]:
    return {"Principal": principal, "Actions": list(actions), "SourceAccount": account, "Policy": "P"}


def refusal(failure: pytest.ExceptionInfo[Failure]) -> str:
    """Return the message, and check that the page has it too."""
    doc_page.check_refusal(str(failure.value))
    return str(failure.value)


def test_permission_twice_in_the_stack_is_refused() -> None:
    with pytest.raises(Failure) as failure:
        planned_permissions([entry("a"), entry("b")], parse_state(b""))
    assert refusal(failure) == (
        "module.acm_permission_b.aws_acmpca_permission.this: module.acm_permission_a.aws_acmpca_permission.this is the "
        "same permission: AWS has one for each CA, remove one"
    )


def test_permission_at_another_address_in_the_state_is_refused() -> None:
    existing = parse_state(add_entries(parse_state(state(1, "L")), [entry("old")]))
    with pytest.raises(Failure) as failure:
        planned_permissions([entry("new")], existing)
    assert refusal(failure) == (
        "module.acm_permission_new.aws_acmpca_permission.this: the state has this permission already, as "
        "module.acm_permission_old.aws_acmpca_permission.this: add it to the spec's 'moves' as "
        "'module.acm_permission_old.aws_acmpca_permission.this: module.acm_permission_new.aws_acmpca_permission.this', "
        "or remove one of the two"
    )


def test_permissions_for_two_accounts_are_different() -> None:
    theirs = entry("theirs", source_account=PARTNER)
    existing = parse_state(add_entries(parse_state(state(1, "L")), [theirs]))
    assert planned_permissions([entry("own")], existing) == [entry("own")]
    assert planned_permissions([entry("own"), theirs], parse_state(b"")) == [entry("own"), theirs]
    with pytest.raises(Failure, match="is the same permission"):
        planned_permissions([entry("own"), entry("named", source_account=ACCOUNT)], parse_state(b""))


def test_permissions_of_two_cas_are_different() -> None:
    planned = [entry("a"), entry("b", ARN.replace("1111", "9999"))]
    assert planned_permissions(planned, parse_state(state(1, "L", "other"))) == planned


@pytest.mark.parametrize(
    ("listed", "entry_id"),
    [
        ([live()], f"{ARN},{ACM},"),
        ([live(account=PARTNER), live()], f"{ARN},{ACM},{ACCOUNT}"),
        ([{**live(), "SourceAccount": PARTNER}], None),
        ([live(principal="other.amazonaws.com")], None),
        ([], None),
    ],
)
def test_id_has_the_account_only_if_there_are_several(listed: list[dict[str, Any]], entry_id: str | None) -> None:
    grant = match_permissions(entry(), listed, ACCOUNT)
    assert (grant.entry.id if grant else None) == entry_id


def test_entry_has_the_values_of_aws() -> None:
    grant = match_permissions(entry(), [live(ALL[::-1])], ACCOUNT)
    assert grant is not None
    attributes = json.loads(add_entries(parse_state(b""), [grant.entry]))["resources"][0]["instances"][0]["attributes"]
    assert (attributes["actions"], attributes["policy"], attributes["source_account"]) == (ALL, "P", ACCOUNT)
    check_actions([grant])


@pytest.mark.parametrize(("actions", "at_aws"), [(ALL[:2], "GetCertificate, IssueCertificate"), (ALL[:1], ALL[0])])
def test_different_actions_are_refused(actions: list[str], at_aws: str) -> None:
    grant = match_permissions(entry(), [live(actions)], ACCOUNT)
    assert grant is not None
    with pytest.raises(
        Failure, match=f"allows {at_aws}, but the stack has {', '.join(ALL)}: Terraform would delete and re-create it"
    ):
        check_actions([grant])
    with pytest.raises(Failure, match=r"--recreate \(1 more like it\)"):
        check_actions([grant, grant])
