"""What happens to a CA's own policy: whom it lets in beyond the account, whom no longer, and who may make CAs below."""

from collections.abc import Iterator
from typing import Any

from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.findings import finding, undecided
from pcaform.checks.guard.grantees import (
    Grantee,
    added_grantees,
    denied_principals,
    describe,
    grantees,
    removed_grantees,
)
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.verdict import Outcome
from pcaform.checks.guard.widening import have_same_meaning
from pcaform.iam.evaluator.documents import PolicyError

KEEP = "keep them until every certificate that they have from this CA has ended"
ONLY = "share only with who asked for it"
CROWNED = "may issue CA certificates from it: whoever trusts this CA trusts the CAs that they make"
_ARN = "resource_arn"


def share(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Judge a CA's policy: one that moves is taken from one CA and given to another."""
    old, new = change.before.get(_ARN), change.after.get(_ARN)
    is_gone = str(old or new) in context.destroyed
    is_new = bool(change.unknown.get(_ARN)) or new in context.created_arns
    is_moved = bool(old and change.after) and (old != new or is_new)
    if is_gone and (is_new or not is_moved):
        return
    if change.unknown.get("policy"):
        yield _unknown(change)
        return
    if not {"create", "update", "delete"} & set(change.actions):
        return
    before, after = change.before.get("policy") or "", change.after.get("policy") or ""
    try:
        if before and after and is_moved:
            yield from () if is_gone else _shared(change, before, "", is_new=False)
            yield from _shared(change, "", after, is_new=is_new)
        else:
            yield from _shared(change, before, after, is_new=is_new)
    except PolicyError as error:
        yield undecided(change, "share-open", f"the CA's policy cannot be judged: {error}")


def _unknown(change: Change) -> Outcome:
    """Return what may be said of a policy whose text is not known; AWS takes no new one that lets everybody in."""
    message = "whom the CA's policy lets in is known only after the apply: give the guard the spec with '--spec SPEC'"
    if change.before:
        return undecided(change, "share-narrowed", message)
    return finding(change, "share-extended", message, advice="have it reviewed as a grant")


def _shared(change: Change, before: str, after: str, *, is_new: bool) -> Iterator[Outcome]:
    """Compare two texts of one CA's policy, empty where there is none; `is_new` tells that the CA is made with it."""
    old, new = (grantees(text, change.address) if text else () for text in (before, after))
    if before and after and have_same_meaning([before], [after]):
        return
    came, gone = added_grantees(old, new), removed_grantees(old, new)
    was, will = (denied_principals(text) if before and after else frozenset() for text in (before, after))
    if came:
        yield _extended(change, came, old, is_new=is_new)
    elif was - will:
        message = "a statement that kept somebody from the CA is gone, or keeps out fewer"
        yield finding(change, "share-extended", message, advice="keep the denial")
    if gone:
        message = f"they may not use the CA any more, and ACM renews nothing for them: {describe(gone, new)}"
        yield finding(change, "share-narrowed", message, advice=KEEP)
    elif will - was:
        message = "a statement keeps somebody from the CA who could use it, and ACM renews nothing for them any more"
        yield finding(change, "share-narrowed", message, advice=KEEP)


def _extended(change: Change, came: tuple[Grantee, ...], old: Any, *, is_new: bool) -> Outcome:
    if everybody := [each for each in came if each.is_anybody]:
        message = f"the CA's policy lets everybody in: {describe(everybody)}"
        return finding(change, "share-open", message, advice="name accounts, or an organization")
    crowned = [each for each in came if each.may_make_authorities]
    if crowned and not is_new:
        message = f"they {CROWNED}: {describe(crowned)}"
        return finding(change, "ca-template", message, advice="share end-entity templates only")
    return finding(change, "share-extended", f"more may issue from the CA: {describe(came, old)}", advice=ONLY)
