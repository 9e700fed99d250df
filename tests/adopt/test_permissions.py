"""Which permission of AWS's a planned one is, and what stops: one that is there twice, or is not as it is written."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from adopt import doc_page as pages
from adopt.backends import state
from pcaform.adopt.permissions import match_permissions, planned_permissions, refuse_unlike
from pcaform.adopt.state import Entry, parse, patch
from pcaform.core.problems import Failure

ACCOUNT, PARTNER = "123456789012", "210987654321"
ARN = f"arn:aws:acm-pca:eu-west-1:{ACCOUNT}:certificate-authority/11111111-2222-3333-4444-555555555555"
ACM = "acm.amazonaws.com"
ALL = ["GetCertificate", "IssueCertificate", "ListPermissions"]


def entry(name: str = "issuing", arn: str = ARN, **more: Any) -> Entry:
    """Return a permission as a plan wants it."""
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
    """Return the message, which the page has too."""
    pages.check_refusal(str(failure.value))
    return str(failure.value)


def test_a_permission_that_the_stack_writes_twice_is_refused() -> None:
    with pytest.raises(Failure) as failure:
        planned_permissions([entry("a"), entry("b")], parse(b""))
    assert refusal(failure) == (
        "module.acm_permission_b.aws_acmpca_permission.this: module.acm_permission_a.aws_acmpca_permission.this is the "
        "same permission: AWS has one for each CA, take one out"
    )


def test_a_permission_that_the_state_has_elsewhere_is_refused() -> None:
    held = parse(patch(parse(state(1, "L")), [entry("old")]))
    with pytest.raises(Failure) as failure:
        planned_permissions([entry("new")], held)
    assert refusal(failure) == (
        "module.acm_permission_new.aws_acmpca_permission.this: the state has this permission already, as "
        "module.acm_permission_old.aws_acmpca_permission.this: add it to the spec's 'moves' as "
        "'module.acm_permission_old.aws_acmpca_permission.this: module.acm_permission_new.aws_acmpca_permission.this', "
        "or take one of the two out"
    )


def test_permissions_of_two_cas_are_two() -> None:
    found = [entry("a"), entry("b", ARN.replace("1111", "9999"))]
    assert planned_permissions(found, parse(state(1, "L", "other"))) == found


@pytest.mark.parametrize(
    ("listed", "taken"),
    [
        ([live()], f"{ARN},{ACM},"),
        ([live(account=PARTNER), live()], f"{ARN},{ACM},{ACCOUNT}"),
        ([{**live(), "SourceAccount": PARTNER}], None),
        ([live(principal="other.amazonaws.com")], None),
        ([], None),
    ],
)
def test_the_id_names_the_account_only_where_there_are_several(listed: list[dict[str, Any]], taken: str | None) -> None:
    grant = match_permissions(entry(), listed, ACCOUNT)
    assert (grant.entry.id if grant else None) == taken


def test_an_entry_is_what_aws_has() -> None:
    grant = match_permissions(entry(), [live(ALL[::-1])], ACCOUNT)
    assert grant is not None
    held = json.loads(patch(parse(b""), [grant.entry]))["resources"][0]["instances"][0]["attributes"]
    assert (held["actions"], held["policy"], held["source_account"]) == (ALL, "P", ACCOUNT)
    refuse_unlike([grant])


@pytest.mark.parametrize(("actions", "said"), [(ALL[:2], "GetCertificate, IssueCertificate"), (ALL[:1], ALL[0])])
def test_actions_that_are_not_those_of_the_stack_are_refused(actions: list[str], said: str) -> None:
    grant = match_permissions(entry(), [live(actions)], ACCOUNT)
    assert grant is not None
    with pytest.raises(Failure, match=f"permits {said}, and the stack has {', '.join(ALL)}: Terraform would delete it"):
        refuse_unlike([grant])
    with pytest.raises(Failure, match=r"--recreate \(1 more like it\)"):
        refuse_unlike([grant, grant])
