"""Rules about CAs: one that is deleted loses its key, and one that takes its place has another."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from pcaform.checks.guard.change_types import ChangeType
from pcaform.checks.guard.context import PlanContext, common_name, module
from pcaform.checks.guard.rule import FORGET, rule
from pcaform.checks.guard.verdict import Level, Outcome
from pcaform.terraform.plan_json import Change
from pcaform.terraform.resource_types import AUTHORITY

_OURS = re.compile(r"module\.ca_(?P<key>[a-z][a-z0-9_-]*)\.")
_WINDOW = "permanent_deletion_time_in_days"
_SECOND = "undo the change, add a second CA under another key, and move the issuers to it one by one"


@rule("ca-destroyed", Level.BREAKS_TRUST, types=[AUTHORITY])
def ca_destroyed(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Destroys a CA.

    Consequence: it is disabled at once and deleted after 7 to 30 days, with its key
    Source: https://docs.aws.amazon.com/privateca/latest/userguide/PCADeleteCA.html
    """
    if change.is_destroyed and not change.is_replaced:
        ours = _OURS.match(change.address)
        forget = f"'removed: {{{ours['key']}: forget}}' in the spec" if ours else FORGET
        advice = (
            f"keep it, or forget it and leave it at AWS: {forget}; to delete it on purpose, set "
            "'deletion_protection: false' first, and wait until every certificate that it issued has expired"
        )
        yield ca_destroyed.finding(change, _deletion(change), advice=advice, affected=_below(change, context))


@rule("ca-replaced", Level.BREAKS_TRUST, types=[AUTHORITY])
def ca_replaced(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Replaces a CA: its subject, key or type changes, for example.

    Consequence: as for `ca-destroyed`, and a new CA with a new key is created, which nothing trusts yet
    Source: https://docs.aws.amazon.com/privateca/latest/userguide/PCADeleteCA.html
    """
    if change.is_replaced and change.is_destroyed:
        old = _deletion(change)
        message = f"a new CA with a new key takes its place, and nothing trusts it yet; the old CA: {old}"
        yield ca_replaced.finding(change, message, advice=_SECOND, affected=_below(change, context))


@rule("ca-made-again", Level.BREAKS_TRUST, types=[AUTHORITY, ChangeType.CA])
def ca_made_again(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Creates a CA that exists already, or that was deleted outside Terraform.

    Consequence: a second CA with a new key; the trusted one is missing from the state, or deleted
    Source: https://docs.aws.amazon.com/privateca/latest/APIReference/API_RestoreCertificateAuthority.html
    """
    if change.type == ChangeType.CA:
        yield from _provider_changed(change)
    elif change.is_replaced and not change.is_destroyed:
        message = (
            f"{change.before.get('arn')} is removed from the state and stays at AWS; a new CA with a new key takes its "
            "place, and nothing trusts it yet"
        )
        yield ca_made_again.finding(change, message, advice=_SECOND, affected=_below(change, context))
    elif change.is_created:
        lost = list(_lost(change, context))
        yield from lost or _existing(change, context)


@rule("ca-disabled", Level.BREAKS_TRUST, types=[AUTHORITY])
def ca_disabled(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Disables a CA; a notice for a root, or a CA with a successor, from which only CAs get certificates any more.

    Consequence: it issues and renews nothing until it is enabled again; revocation goes on
    Source: https://docs.aws.amazon.com/privateca/latest/userguide/PcaUpdateStatus.html
    """
    if not change.is_updated:
        return
    if change.before.get("enabled") is not False and change.after.get("enabled") is False:
        message = "AWS refuses all requests to issue from it until it is enabled again, and ACM renews nothing"
        advice = "leave 'enabled: true' until every certificate that it issued has expired"
        arn, level = str(change.before.get("arn")), None
        ours = _OURS.match(change.address)
        is_succeeded = ours is not None and ours["key"] in context.successors
        if (is_succeeded or change.before.get("type") == "ROOT") and not context.issues_end_entities(arn):
            level, advice = Level.NOTICE, "enable it for the change that needs it: a CA below it, or a renewal of one"
        affected = _below(change, context)
        yield ca_disabled.finding(change, message, advice=advice, affected=affected, arguments=["enabled"], level=level)
    elif change.unknown.get("enabled"):
        yield ca_disabled.undecided(change, "whether the CA stays enabled is known only after the apply")


@rule("predecessor-removed", Level.BREAKS_TRUST, types=[ChangeType.SUCCESSION])
def predecessor_removed(change: Change, _: PlanContext) -> Iterator[Outcome]:
    """Destroys a CA, or a notice: forgets it, before what it issued has ended, although another CA took over from it.

    Consequence: nobody revokes what it issued any more; where it is destroyed, clients lose its CRL as well
    Source: https://docs.aws.amazon.com/privateca/latest/userguide/PCADeleteCA.html
    """
    end = _parse_time(change.before.get("not_after"))
    if end is not None and end < datetime.now(UTC):
        return
    until = f"until {end:%Y-%m-%d}" if end is not None else "as long as its own certificate, which a plan shows"
    message = f"'{change.before['successor']}' took over from it, and what it issued may be valid {until}"
    advice = "keep it, disabled, until its last certificate has ended; an audit report lists what it issued"
    level = None if change.is_destroyed else Level.NOTICE
    yield predecessor_removed.finding(change, message, advice=advice, level=level)


@rule("protection-lifted", Level.NOTICE, types=[ChangeType.CA, ChangeType.CRL_BUCKET])
def protection_lifted(change: Change, _: PlanContext) -> Iterator[Outcome]:
    """Removes `deletion_protection` from a CA, or sets `force_destroy` on a CRL bucket.

    Consequence: a later plan may destroy the CA, or the CRLs with their bucket
    Source: https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle
    """
    if change.before.get("deletion_protection") and not change.after.get("deletion_protection"):
        message = "any later plan may destroy the CA, on purpose or by mistake"
        advice = "remove the protection only from a CA that is to be destroyed next"
        yield protection_lifted.finding(change, message, advice=advice, arguments=["deletion_protection"])
    if change.after.get("force_destroy") and not change.before.get("force_destroy"):
        message = "if the bucket is destroyed, the CRLs in it are deleted with it"
        advice = "set it only for a bucket that is to be destroyed next"
        yield protection_lifted.finding(change, message, advice=advice, arguments=["force_destroy"])


@rule("deletion-window-shortened", Level.NOTICE, types=[AUTHORITY])
def deletion_window_shortened(change: Change, _: PlanContext) -> Iterator[Outcome]:
    """Shortens the time in which a deleted CA can be restored.

    Consequence: after that time the key is lost
    Source: https://docs.aws.amazon.com/privateca/latest/APIReference/API_DeleteCertificateAuthority.html
    """
    if not change.is_updated:
        return
    before, after = change.before.get(_WINDOW), change.after.get(_WINDOW)
    if isinstance(before, int) and isinstance(after, int) and after < before:
        message = f"if the CA is deleted, it can be restored for {after} days, not for {before}"
        advice = f"keep '{_WINDOW}: {before}' unless the CA is to be deleted"
        yield deletion_window_shortened.finding(change, message, advice=advice, arguments=[_WINDOW])
    elif change.unknown.get(_WINDOW):
        message = "how long a deleted CA can be restored is known only after the apply"
        yield deletion_window_shortened.undecided(change, message)


def _parse_time(value: object) -> datetime | None:
    try:
        time = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return time if time.tzinfo else None


def _deletion(change: Change) -> str:
    days = change.before.get(_WINDOW)
    window = f"for {days} days" if isinstance(days, int) else "for 7 to 30 days"
    return (
        "AWS disables the CA at once: it issues and renews nothing any more, and everything below it in the hierarchy "
        f"loses its issuer; the CA can be restored {window}, then its key is destroyed"
    )


def _below(change: Change, context: PlanContext) -> tuple[str, ...]:
    return context.below(str(change.before.get("arn")))


def _provider_changed(change: Change) -> Iterator[Outcome]:
    """Find a CA whose entry names another account or region; only specs show it."""
    if change.before.get("provider") != change.after.get("provider"):
        message = (
            "a CA cannot move: Terraform finds none at the new provider and creates another one; with provider aws 6, "
            "a CA that is in the state stays in its region"
        )
        advice = "leave 'provider' as it is, or add the new CA under another key"
        yield ca_made_again.finding(change, message, advice=advice, arguments=["provider"])


def _lost(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find a CA that was deleted outside, or whose state is lost while resources of it are there."""
    name, advice = common_name(change.after), "find out where it is before anything is applied: "
    if change.address in context.plan.gone or name in context.deleted_names:
        message = f"{name} was in the state and is deleted at AWS: another CA with a new key gets its name"
        restore = (
            "'aws acm-pca restore-certificate-authority' restores a deleted CA for 7 to 30 days after its deletion"
        )
        yield ca_made_again.finding(change, message, advice=f"{advice}{restore}")
        return
    for address, arn in list(_left_behind(change, context))[:1]:
        message = f"{name} is created although the state has {address} of {arn}: that CA is missing from the state"
        advice = f"{advice}import {arn}, or give its entry that 'arn'"
        yield ca_made_again.finding(change, message, advice=advice)


def _left_behind(change: Change, context: PlanContext) -> Iterator[tuple[str, str]]:
    """Yield the installations in the CA's own module whose CA is not in the state, and what moves from it to this one.

    What moves is in the same module, or in one where the plan creates no CA.
    """
    own = module(change.address)
    for orphan in context.orphans.get(own, ()) if own else ():
        yield orphan.address, str(orphan.values.get("certificate_authority_arn"))
    for each in context.moved_away:
        if module(each.address) == own or module(each.address) not in context.created_modules:
            yield each.address, str(each.before.get("certificate_authority_arn") or each.before.get("resource_arn"))


def _existing(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find a CA that is created although the spec, its manifest or the account has the ARN of the one that exists."""
    arn = context.existing.get(change.address)
    if arn and not change.importing:
        message = f"another CA is created although {arn} exists: it is missing from the state"
        advice = (
            "restore the state that has it; or give its entry that 'arn' and render the stack again: its import block "
            "imports the existing CA into the state"
        )
        yield ca_made_again.finding(change, message, advice=advice)
