"""How the text of an IAM policy changes: whether it is about CAs, and what it newly allows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pcaform.checks.guard.analysis.attachment_changes import follow_renames
from pcaform.checks.guard.analysis.cache import once_per_change
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.new_cas import strip_cas
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.policy_attachments import has_unknown_text, holders, texts
from pcaform.checks.guard.relevance import is_about_authorities
from pcaform.checks.guard.widening import Widening, find_widening, have_same_meaning
from pcaform.iam.documents import PolicyError


@dataclass(frozen=True, slots=True)
class PolicyStep:
    """One step of a policy that is about CAs: its text is unknown, removed, unreadable (`error`), or compared.

    `is_new` means that nothing was there before; of an unknown text, nothing about CAs.
    """

    is_new: bool
    is_unknown: bool = False
    is_removed: bool = False
    error: str = ""
    widening: Widening | None = None

    @property
    def gained(self) -> Widening | None:
        """Return what is newly allowed, where anything is."""
        return self.widening if self.widening and self.widening.gained else None


@once_per_change
def policy_steps(change: Change, context: PlanContext) -> tuple[PolicyStep, ...]:
    """Return the steps of a policy: two where it moves to another principal, none where CAs are not concerned."""
    before, after = texts(change.before), texts(change.after)
    is_unknown = has_unknown_text(change.unknown)
    if before and after and _moves(change, context):
        return (*_steps(before, {}, is_unknown=False), *_steps({}, after, is_unknown=is_unknown))
    is_unknown = is_unknown or (bool(before) and change.unknown.get("inline_policy") is True)
    kept = strip_cas(after, context.created_ids) if before else after
    return tuple(_steps(before, kept, is_unknown=is_unknown))


def _moves(change: Change, context: PlanContext) -> bool:
    """Tell whether an inline policy belongs to another principal than before."""
    before = frozenset((who, "") for who in holders(change.before))
    after = frozenset((who, "") for who in holders(change.after, change.unknown))
    return follow_renames(change, before, context) != after


def _steps(before: Mapping[str, str], after: Mapping[str, str], *, is_unknown: bool) -> Iterator[PolicyStep]:
    """Compare two states of a policy: its texts by name, none where there is none."""
    is_concerned = any(map(is_about_authorities, (*before.values(), *after.values())))
    if is_unknown:
        yield PolicyStep(is_new=not any(map(is_about_authorities, before.values())), is_unknown=True)
    elif not is_concerned or have_same_meaning(before.values(), after.values()):
        return
    elif not after:
        yield PolicyStep(is_new=False, is_removed=True)
    else:
        yield _compared(before, after)


def _compared(before: Mapping[str, str], after: Mapping[str, str]) -> PolicyStep:
    try:
        return PolicyStep(is_new=not before, widening=find_widening(before, after))
    except PolicyError as error:
        return PolicyStep(is_new=not before, error=str(error))
