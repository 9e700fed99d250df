"""What happens to CAs themselves: one that goes takes its key with it, and a new one in its place has another."""

import re
from collections.abc import Iterator

from pcaform.checks.guard.context import PlanContext, common_name, module
from pcaform.checks.guard.findings import finding, is_created, is_destroyed, is_replaced, undecided
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.rules.revocation import published
from pcaform.checks.guard.verdict import Outcome

_OURS = re.compile(r"module\.ca_(?P<key>[a-z][a-z0-9_-]*)\.")
_WINDOW = "permanent_deletion_time_in_days"
_SECOND = "undo the change and add a second CA under a key of its own, to which issuers move one by one"
FORGET = "a 'removed' block with 'destroy = false'"


def authority(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Judge a CA: destroyed, replaced, made a second time, disabled, or its revocation switched off."""
    if is_replaced(change):
        yield _replaced(change, context) if is_destroyed(change) else _left(change, context)
    elif is_destroyed(change):
        yield _destroyed(change, context)
    elif is_created(change):
        yield from _made_again(change, context)
    elif "update" in change.actions:
        yield from _disabled(change, context)
        yield from _sooner_gone(change)
        yield from published(change)


def _replaced(change: Change, context: PlanContext) -> Outcome:
    message = f"a new CA with a new key takes its place, which nothing trusts yet; of the old one {_gone(change)}"
    return finding(change, "ca-replaced", message, advice=_SECOND, affected=_below(change, context))


def _left(change: Change, context: PlanContext) -> Outcome:
    message = (
        f"{change.before.get('arn')} leaves the state and stays at AWS, and another CA with a new key takes its place, "
        "which nothing trusts yet"
    )
    return finding(change, "ca-made-again", message, advice=_SECOND, affected=_below(change, context))


def _destroyed(change: Change, context: PlanContext) -> Outcome:
    advice = (
        f"keep it, or let go of it and leave it at AWS: {_forgetting(change)}; to delete it on purpose set "
        "'deletion_protection: false' first, and wait until every certificate that it issued has ended"
    )
    return finding(change, "ca-destroyed", _gone(change), advice=advice, affected=_below(change, context))


def _gone(change: Change) -> str:
    days = change.before.get(_WINDOW)
    window = f"for {days} days" if isinstance(days, int) else "for 7 to 30 days"
    return (
        f"AWS disables the CA at once, keeps it restorable {window} and then destroys its key; it issues and renews "
        "nothing from the first moment on, and all below it in the hierarchy loses its issuer"
    )


def _below(change: Change, context: PlanContext) -> tuple[str, ...]:
    return context.below(str(change.before.get("arn")))


def _made_again(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find a CA that is made although there is one: deleted outside, or its state lost while its parts are there."""
    name, advice = common_name(change.after), "find out where it is before anything is applied: "
    if change.address in context.plan.gone or name in context.deleted_names:
        message = f"{name} was in the state and is deleted at AWS: another CA with a new key takes its name"
        restore = "'aws acm-pca restore-certificate-authority' brings a deleted CA back for 7 to 30 days"
        yield finding(change, "ca-made-again", message, advice=f"{advice}{restore}")
        return
    for address, arn in [*_orphans(change, context), *_moved_away(change, context)][:1]:
        message = f"{name} is made although the state has {address} of {arn}: that CA fell out of the state"
        yield finding(change, "ca-made-again", message, advice=f"{advice}import {arn}, or give its entry that 'arn'")


def _orphans(change: Change, context: PlanContext) -> Iterator[tuple[str, str]]:
    """Yield the installations in the CA's own module whose CA is not in the state."""
    own = module(change.address)
    for each in context.orphans.get(own, ()) if own else ():
        yield each.address, str(each.values.get("certificate_authority_arn"))


def _moved_away(change: Change, context: PlanContext) -> Iterator[tuple[str, str]]:
    """Yield what moves from a lost CA to this one: of its own module, or of one where the plan makes none."""
    for each in context.moved_away:
        own = module(each.address)
        if own == module(change.address) or own not in context.created_modules:
            yield each.address, str(each.before.get("certificate_authority_arn") or each.before.get("resource_arn"))


def _disabled(change: Change, context: PlanContext) -> Iterator[Outcome]:
    if change.before.get("enabled") is not False and change.after.get("enabled") is False:
        message = "AWS refuses all requests to issue from it, ACM renews nothing, and no revocation is published"
        advice = "leave 'enabled: true' until every certificate that it issued has ended"
        affected = _below(change, context)
        yield finding(change, "ca-disabled", message, advice=advice, affected=affected, arguments=["enabled"])
    elif change.unknown.get("enabled"):
        yield undecided(change, "ca-disabled", "whether the CA stays enabled is known only after the apply")


def _sooner_gone(change: Change) -> Iterator[Outcome]:
    before, after = change.before.get(_WINDOW), change.after.get(_WINDOW)
    if isinstance(before, int) and isinstance(after, int) and after < before:
        message = f"were the CA deleted, it could be restored for {after} days, not for {before}"
        advice = f"keep '{_WINDOW}: {before}' unless the CA is on its way out"
        yield finding(change, "deletion-window-shortened", message, advice=advice, arguments=[_WINDOW])
    elif change.unknown.get(_WINDOW):
        yield undecided(
            change, "deletion-window-shortened", "how long it could be restored is known only after the apply"
        )


def _forgetting(change: Change) -> str:
    found = _OURS.match(change.address)
    return f"'removed: {{{found['key']}: forget}}' in the spec" if found else FORGET
