"""What happens to who holds a policy about CAs: attachments, members of groups, and boundaries that are taken off."""

from collections.abc import Iterator

from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.findings import finding, is_destroyed, is_replaced
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.policy_attachments import (
    UNKNOWN,
    Pairs,
    attachments,
    holders,
    members,
)
from pcaform.checks.guard.policy_attachments import (
    managed_policies as managed,
)
from pcaform.checks.guard.verdict import Outcome
from pcaform.terraform.resource_types import POLICIES

REVIEW = "have it reviewed as a grant; 'pcaform access SPEC' shows all that everybody may do"
SEE = "see that nobody issues by it any more"
_PRINCIPALS = ("aws_iam_user", "aws_iam_role", "aws_iam_group")
_NAMES = ("user", "users", "role", "roles", "group", "groups")
_BOUNDARY = "permissions_boundary"


def attachment(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Judge where a policy is attached; one that comes or goes itself is told there."""
    before, after = attachments(change.before), attachments(change.after, change.unknown)
    yield from _reached(change, context, follow_renames(change, before, context), after)


def managed_policies(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Judge the policies that a role names itself."""
    before, after = (frozenset(("the role", arn) for arn in managed(each)) for each in (change.before, change.after))
    if change.after and "managed_policy_arns" not in change.unknown:
        yield from _reached(change, context, before, after)


def membership(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Judge who is in a group: its policies are theirs."""
    before, after = members(change.before), members(change.after, change.unknown)
    for user, group in sorted(after - before):
        if context.holders.holds(group):
            message = f"{user} comes into {group}, and has its policies about CAs"
            yield finding(change, "access-granted", message, advice=REVIEW)
    for user, group in sorted(before - after):
        if context.holders.holds(group):
            message = f"{user} leaves {group}, and issues nothing by its policies any more"
            yield finding(change, "access-removed", message, advice=SEE)


def boundary(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Judge what bounds a principal: without it, its policies allow all that they say."""
    old, new = change.before.get(_BOUNDARY), change.after.get(_BOUNDARY)
    is_other = old and change.after and (new != old or change.unknown.get(_BOUNDARY))
    if is_other and context.holders.is_holder(change):
        done = f"gives way to {new or 'another one'}" if new or change.unknown.get(_BOUNDARY) else "is taken off"
        message = f"the boundary {old} {done}: what it kept from the principal may be allowed now"
        advice = "leave the boundary, or see that its policies allow no more than they should"
        yield finding(change, "policy-widened", message, advice=advice, arguments=[_BOUNDARY])


def follow_renames(change: Change, before: Pairs, context: PlanContext) -> Pairs:
    """Return who held what, under the names that principals have once the plan has renamed them or made them anew."""
    kept = [each for each in context.changes_of(*_PRINCIPALS) if each.before and each.after]
    names = {_name(each, each.before.get("name")): _name(each, each.after.get("name")) for each in kept}
    if UNKNOWN in holders(change.after, change.unknown):
        names |= {_name(each, each.before.get("name")): UNKNOWN for each in kept if is_replaced(each)}
    return frozenset((names.get(who, who), arn) for who, arn in before)


def _name(change: Change, name: object) -> str:
    return f"{change.type.removeprefix('aws_iam_')} {name}" if name else UNKNOWN


def _reached(change: Change, context: PlanContext, before: Pairs, after: Pairs) -> Iterator[Outcome]:
    for who, arn in sorted(after - before):
        holder = "a principal that is not known yet" if who == UNKNOWN else who
        concerns = context.holders.concerns(arn)
        if concerns:
            yield finding(change, "access-granted", f"{holder} gets {arn}", advice=REVIEW, arguments=_differing(change))
        elif concerns is None and not (arn == UNKNOWN and context.holders.makes_policies):
            named = "a policy that is not known yet" if arn == UNKNOWN else arn
            message = f"{holder} gets {named}, whose text is not in the plan: what it allows cannot be read"
            yield finding(change, "access-granted", message, advice=REVIEW, arguments=_differing(change))
    for who, arn in sorted(before - after):
        if context.holders.concerns(arn) and not _is_destroyed_too(arn, context):
            message = f"{who} loses {arn}, and issues nothing by it any more"
            yield finding(change, "access-removed", message, advice=SEE)


def _differing(change: Change) -> list[str]:
    given = (*_NAMES, "policy_arn", "policy_arns", "managed_policy_arns")
    return [name for name in given if change.before.get(name) != change.after.get(name) or change.unknown.get(name)]


def _is_destroyed_too(arn: str, context: PlanContext) -> bool:
    return any(is_destroyed(each) and each.before.get("arn") == arn for each in context.changes_of(*POLICIES))
