"""Which principal gains or loses which policy: by attachments, and by the policies that a role names."""

from dataclasses import dataclass

from pcaform.checks.guard.analysis.cache import once_per_change
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.findings import is_replaced
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.policy_attachments import (
    ATTACHMENTS,
    MEMBERSHIPS,
    UNKNOWN,
    Pairs,
    attachments,
    holders,
    managed_policies,
    members,
)
from pcaform.terraform.resource_types import IAM_GROUP, IAM_ROLE, IAM_USER

_PRINCIPALS = (IAM_USER, IAM_ROLE, IAM_GROUP)


@dataclass(frozen=True, slots=True)
class PairChange:
    """Pairs of holder and policy, or of user and group, that come and go; sorted."""

    gained: tuple[tuple[str, str], ...] = ()
    lost: tuple[tuple[str, str], ...] = ()


@once_per_change
def attachment_change(change: Change, context: PlanContext) -> PairChange:
    """Return what an attachment or a role changes about who has which policy."""
    if change.type in ATTACHMENTS:
        before, after = attachments(change.before), attachments(change.after, change.unknown)
        return _pair_change(follow_renames(change, before, context), after)
    if change.type == IAM_ROLE and change.after and "managed_policy_arns" not in change.unknown:
        old, new = (
            frozenset(("the role", arn) for arn in managed_policies(each)) for each in (change.before, change.after)
        )
        return _pair_change(old, new)
    return PairChange()


def membership_change(change: Change) -> PairChange:
    """Return which users join or leave which groups."""
    if change.type not in MEMBERSHIPS:
        return PairChange()
    return _pair_change(members(change.before), members(change.after, change.unknown))


def follow_renames(change: Change, before: Pairs, context: PlanContext) -> Pairs:
    """Return who held what, under the names that principals have once the plan has renamed them or made them anew."""
    kept = [each for each in context.changes_of(*_PRINCIPALS) if each.before and each.after]
    names = {_name(each, each.before.get("name")): _name(each, each.after.get("name")) for each in kept}
    if UNKNOWN in holders(change.after, change.unknown):
        names |= {_name(each, each.before.get("name")): UNKNOWN for each in kept if is_replaced(each)}
    return frozenset((names.get(who, who), arn) for who, arn in before)


def _pair_change(before: Pairs, after: Pairs) -> PairChange:
    return PairChange(tuple(sorted(after - before)), tuple(sorted(before - after)))


def _name(change: Change, name: object) -> str:
    return f"{change.type.removeprefix('aws_iam_')} {name}" if name else UNKNOWN
