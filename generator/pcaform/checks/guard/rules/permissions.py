"""Rules about ACM's permission on a CA: without it ACM renews nothing, with no error before a certificate expires."""

from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.checks.guard.context import CA_ARGUMENT, PlanContext
from pcaform.checks.guard.rule import FORGET, rule
from pcaform.checks.guard.verdict import Level, Outcome
from pcaform.core.facts import ALL_PERMISSION_ACTIONS
from pcaform.core.renewal import is_for_own_account
from pcaform.terraform.plan_json import Change
from pcaform.terraform.resource_types import ACM_CERTIFICATE, PERMISSION

_SOURCE = "source_account"
_COLONS = 4
_SILENCE = "every certificate that ACM manages on this CA expires, with no error before"


@rule("permission-destroyed", Level.BREAKS_TRUST, types=[PERMISSION])
def permission_destroyed(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Removes ACM's permission.

    Consequence: ACM no longer renews certificates, which shows only months later
    Source: https://docs.aws.amazon.com/privateca/latest/APIReference/API_DeletePermission.html
    """
    if change.is_destroyed and not change.is_replaced:
        message = _loss(change, context)
        advice = f"keep the entry under 'permissions'; if it must leave Terraform, forget it: {FORGET}"
        yield permission_destroyed.finding(change, message, advice=advice, affected=_managed(change, context))


@rule("permission-replaced", Level.BREAKS_TRUST, types=[PERMISSION])
def permission_replaced(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Replaces ACM's permission, perhaps with fewer actions.

    Consequence: ACM cannot renew until the new one is created, or never again
    Source: https://docs.aws.amazon.com/privateca/latest/APIReference/API_CreatePermission.html
    """
    if not change.is_replaced:
        return
    granted = change.after.get("actions")
    lacking = sorted(set(ALL_PERMISSION_ACTIONS) - set(granted)) if isinstance(granted, list) else []
    if _is_for_other_account(change.before, context):
        if change.is_destroyed:
            advice = "undo the change, unless that account no longer issues from this CA"
            yield permission_replaced.finding(change, _loss(change, context), advice=advice)
        return
    if _is_for_other_account(change.after, context):
        message = f"the new permission is for ACM in account {change.after[_SOURCE]}, not in the CA's own: {_SILENCE}"
    elif lacking:
        message = f"ACM loses {', '.join(lacking)} and needs all three actions to renew: {_SILENCE}"
    elif change.is_destroyed:
        message = (
            f"ACM cannot renew between the destroy and the create, and never again if the create fails: {_SILENCE}"
        )
    else:  # one that is only forgotten stays in force until the new one is created
        if change.unknown.get("actions"):
            yield permission_replaced.undecided(change, "what ACM may do is known only after the apply")
        return
    advice = (
        "undo the change; if it is needed, apply it while no renewal is due, and check the CA's permissions afterwards"
    )
    yield permission_replaced.finding(change, message, advice=advice, affected=_managed(change, context))


@rule("permission-for-other-account", Level.WIDENS_ACCESS, types=[PERMISSION])
def permission_for_other_account(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Lets ACM issue from a CA for another account.

    Consequence: that account issues without further approval, and nothing renews in the CA's own account
    Source: https://docs.aws.amazon.com/privateca/latest/APIReference/API_CreatePermission.html
    """
    if "create" not in change.actions:
        return
    if change.after.get("principal") not in (None, "acm.amazonaws.com"):
        message = f"what {change.after['principal']} does with a CA is not known to this release"
        yield permission_for_other_account.undecided(change, message)
    # The argument is computed too: where it is left out, a plan shows it as unknown, which means the CA's own account.
    if change.after.get(_SOURCE) and not _ca_arns(change.after, context):
        message = "which account has the CA is known only after the apply: leave 'source_account' out for the CA's own"
        yield permission_for_other_account.undecided(change, message)
    elif _is_for_other_account(change.after, context):
        message = f"ACM in account {change.after[_SOURCE]} may issue from the CA: that renews nothing in the CA's own"
        advice = "leave 'source_account' out, unless that account is to issue from this CA"
        yield permission_for_other_account.finding(change, message, advice=advice, arguments=[_SOURCE])


def _is_for_other_account(values: Mapping[str, Any], context: PlanContext) -> bool:
    """Tell whether a permission's source account is known not to be that of its CA."""
    arns = _ca_arns(values, context)
    return bool(arns) and not any(is_for_own_account(values.get(_SOURCE), arn) for arn in arns)


def _ca_arns(values: Mapping[str, Any], context: PlanContext) -> list[str]:
    """Return the ARN of a permission's CA; for a CA that is created in this plan, those of the CAs that exist."""
    arns = [str(values[CA_ARGUMENT])] if values.get(CA_ARGUMENT) else [*context.authorities, *context.existing.values()]
    return [arn for arn in arns if arn.count(":") > _COLONS]


def _loss(change: Change, context: PlanContext) -> str:
    if _is_for_other_account(change.before, context):
        return f"ACM in account {change.before[_SOURCE]} may no longer issue or renew from the CA"
    return f"ACM may no longer renew from the CA: {_SILENCE}"


def _managed(change: Change, context: PlanContext) -> tuple[str, ...]:
    if _is_for_other_account(change.before, context):
        return ()
    arn = change.before.get(CA_ARGUMENT)
    renewed = [each for each in context.of(ACM_CERTIFICATE) if arn and each.values.get(CA_ARGUMENT) == arn]
    return tuple(f"{each.address}: the certificate for {each.values.get('domain_name')}" for each in renewed)
