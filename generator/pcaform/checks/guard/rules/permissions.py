"""What happens to ACM's permission and to certificates that ACM manages."""

from collections.abc import Iterator

from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.findings import finding, is_destroyed, is_replaced, undecided
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.rules.cas import FORGET
from pcaform.checks.guard.verdict import Outcome
from pcaform.core.facts import ALL_PERMISSION_ACTIONS
from pcaform.terraform.resource_types import MANAGED

_ARN = "certificate_authority_arn"
_SILENCE = "every certificate that ACM manages on this CA runs out at its end, with no error before"


def permission(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Judge a permission: without it ACM renews nothing, and nobody hears of it before a certificate ends."""
    if is_replaced(change):
        yield from _replaced(change, context)
    elif is_destroyed(change):
        message = f"ACM may not renew from the CA any more: {_SILENCE}"
        advice = f"keep the entry under 'permissions'; if it must leave Terraform, let go of it: {FORGET}"
        yield finding(change, "permission-destroyed", message, advice=advice, affected=_managed(change, context))


def _replaced(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Judge what comes in a permission's place; one that is only forgotten stays in force until then."""
    granted = change.after.get("actions")
    lacking = sorted(set(ALL_PERMISSION_ACTIONS) - set(granted)) if isinstance(granted, list) else []
    if lacking:
        message = f"ACM loses {', '.join(lacking)} and renews only with all three actions: {_SILENCE}"
    elif is_destroyed(change):
        message = (
            f"ACM may not renew between the destroy and the create, and if the create fails never again: {_SILENCE}"
        )
    else:
        if change.unknown.get("actions"):
            yield undecided(change, "permission-replaced", "what ACM may do is known only after the apply")
        return
    advice = "undo the change of its arguments; if it must be, do it while no renewal is due, and look at the CA after"
    yield finding(change, "permission-replaced", message, advice=advice, affected=_managed(change, context))


def managed_certificate(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Judge a private certificate of ACM: another one in its place has another ARN and another key."""
    del context
    if is_destroyed(change) and change.before.get(_ARN):
        done = (
            "another one is made with another key and ARN, and this one deleted" if is_replaced(change) else "deleted"
        )
        message = f"the private certificate for {change.before.get('domain_name')} ends: {done}"
        advice = "see that nothing outside this stack uses its ARN; AWS refuses while a load balancer or the like does"
        yield finding(change, "managed-certificate-destroyed", message, advice=advice)


def _managed(change: Change, context: PlanContext) -> tuple[str, ...]:
    """Return the certificates of this stack that ACM renews from a permission's CA."""
    arn = change.before.get(_ARN)
    hanging = [each for each in context.of(MANAGED) if arn and each.values.get(_ARN) == arn]
    return tuple(f"{each.address}: the certificate for {each.values.get('domain_name')}" for each in hanging)
