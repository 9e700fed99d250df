"""How the policy of a CA changes: which accounts and principals it newly allows, and which no longer."""

from collections.abc import Iterator
from dataclasses import dataclass

from pcaform.checks.guard.analysis.cache import once_per_change
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.grantees import Grantee, added_grantees, denied_principals, grantees, removed_grantees
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.widening import have_same_meaning
from pcaform.iam.documents import PolicyError

_ARN = "resource_arn"


@dataclass(frozen=True, slots=True)
class ShareStep:
    """One step of a CA's policy: unknown, unreadable (`error`), or who it allowed before and allows after.

    `is_new` means that the CA is created together with it.
    """

    before: tuple[Grantee, ...] = ()
    after: tuple[Grantee, ...] = ()
    added: tuple[Grantee, ...] = ()
    removed: tuple[Grantee, ...] = ()
    is_new: bool = False
    is_denial_removed: bool = False
    is_denial_added: bool = False
    is_unknown: bool = False
    error: str = ""

    @property
    def anyone(self) -> tuple[Grantee, ...]:
        """Return what is added for any AWS account."""
        return tuple(each for each in self.added if each.is_anyone)

    @property
    def ca_issuers(self) -> tuple[Grantee, ...]:
        """Return who may issue CA certificates from a CA that exists; nothing where any account may."""
        if self.is_new or self.anyone:
            return ()
        return tuple(each for each in self.added if each.may_issue_ca_certificates)

    @property
    def other_issuers(self) -> tuple[Grantee, ...]:
        """Return who is added, where neither any account nor the issuing of CA certificates is."""
        return () if self.anyone or self.ca_issuers else self.added


@once_per_change
def share_steps(change: Change, context: PlanContext) -> tuple[ShareStep, ...]:
    """Return the steps of a CA's policy: two where it moves to another CA, none where its meaning stays the same."""
    old, new = change.before.get(_ARN), change.after.get(_ARN)
    is_gone = str(old or new) in context.destroyed
    is_new = bool(change.unknown.get(_ARN)) or new in context.created_arns
    is_moved = bool(old and change.after) and (old != new or is_new)
    if is_gone and (is_new or not is_moved):
        return ()
    if change.unknown.get("policy"):
        return (ShareStep(is_new=not change.before, is_unknown=True),)
    if not {"create", "update", "delete"} & set(change.actions):
        return ()
    before, after = change.before.get("policy") or "", change.after.get("policy") or ""
    if not (before and after and is_moved):
        return _steps(change, (before, after), is_new=is_new)
    left = () if is_gone else _steps(change, (before, ""), is_new=False)
    return left if any(step.error for step in left) else (*left, *_steps(change, ("", after), is_new=is_new))


def _steps(change: Change, texts: tuple[str, str], *, is_new: bool) -> tuple[ShareStep, ...]:
    try:
        return tuple(_compared(change, *texts, is_new=is_new))
    except PolicyError as error:
        return (ShareStep(error=str(error)),)


def _compared(change: Change, before: str, after: str, *, is_new: bool) -> Iterator[ShareStep]:
    """Compare two texts of one CA's policy, empty where there is none."""
    old, new = (grantees(text, change.address) if text else () for text in (before, after))
    if before and after and have_same_meaning([before], [after]):
        return
    was, will = (denied_principals(text) if before and after else frozenset() for text in (before, after))
    yield ShareStep(
        before=old,
        after=new,
        added=added_grantees(old, new),
        removed=removed_grantees(old, new),
        is_new=is_new,
        is_denial_removed=bool(was - will),
        is_denial_added=bool(will - was),
    )
