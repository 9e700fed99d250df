"""Rules about ACM's permission on a CA: without it ACM renews nothing, with no error before a certificate expires."""

from collections.abc import Iterator

from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.findings import is_destroyed, is_replaced
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.rule import rule
from pcaform.checks.guard.verdict import Level, Outcome
from pcaform.core.facts import ALL_PERMISSION_ACTIONS
from pcaform.terraform.resource_types import ACM_CERTIFICATE, PERMISSION

_ARN = "certificate_authority_arn"
_FORGET = "a 'removed' block with 'destroy = false'"
_SILENCE = "every certificate that ACM manages on this CA expires, with no error before"


@rule(
    "permission-destroyed",
    Level.BREAKS_TRUST,
    types=[PERMISSION],
    change="removes ACM's permission",
    consequence="ACM no longer renews certificates, which shows only months later",
    source="https://docs.aws.amazon.com/privateca/latest/APIReference/API_DeletePermission.html",
)
def permission_destroyed(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find a permission that is destroyed, with none in its place."""
    if is_destroyed(change) and not is_replaced(change):
        message = f"ACM may no longer renew from the CA: {_SILENCE}"
        advice = f"keep the entry under 'permissions'; if it must leave Terraform, forget it: {_FORGET}"
        yield permission_destroyed.finding(change, message, advice=advice, affected=_managed(change, context))


@rule(
    "permission-replaced",
    Level.BREAKS_TRUST,
    types=[PERMISSION],
    change="replaces ACM's permission, perhaps with fewer actions",
    consequence="ACM cannot renew until the new one is created, or never again",
    source="https://docs.aws.amazon.com/privateca/latest/APIReference/API_CreatePermission.html",
)
def permission_replaced(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find a permission that is replaced; one that is only forgotten stays in force until the new one is created."""
    if not is_replaced(change):
        return
    granted = change.after.get("actions")
    lacking = sorted(set(ALL_PERMISSION_ACTIONS) - set(granted)) if isinstance(granted, list) else []
    if lacking:
        message = f"ACM loses {', '.join(lacking)} and needs all three actions to renew: {_SILENCE}"
    elif is_destroyed(change):
        message = (
            f"ACM cannot renew between the destroy and the create, and never again if the create fails: {_SILENCE}"
        )
    else:
        if change.unknown.get("actions"):
            yield permission_replaced.undecided(change, "what ACM may do is known only after the apply")
        return
    advice = (
        "undo the change; if it is needed, apply it while no renewal is due, and check the CA's permissions afterwards"
    )
    yield permission_replaced.finding(change, message, advice=advice, affected=_managed(change, context))


def _managed(change: Change, context: PlanContext) -> tuple[str, ...]:
    """Return the certificates of this stack that ACM renews from a permission's CA."""
    arn = change.before.get(_ARN)
    renewed = [each for each in context.of(ACM_CERTIFICATE) if arn and each.values.get(_ARN) == arn]
    return tuple(f"{each.address}: the certificate for {each.values.get('domain_name')}" for each in renewed)
