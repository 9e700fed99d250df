"""Denials that go: with a policy that is removed or detached, with a group, or with a policy of the organization.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
"""

from collections.abc import Iterator

from pcaform.checks.guard.analysis.policy_steps import attachment_change, membership_change
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.grantees import denials
from pcaform.checks.guard.policy_holders import texts
from pcaform.iam.documents import PolicyError
from pcaform.iam.rights import denies_rights
from pcaform.terraform.plan_json import Change

_CONTROL_POLICY, _CONTROL_ATTACHMENT = "aws_organizations_policy", "aws_organizations_policy_attachment"
SCP_TYPES = (_CONTROL_POLICY, _CONTROL_ATTACHMENT)
_CONTROLS = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")


def denials_lost(change: Change, context: PlanContext) -> Iterator[str]:
    """Yield in words what no longer denies anything on CAs to principals that keep rights over them."""
    holders = context.holders
    removed = texts(change.before).values() if not change.after and change.type not in SCP_TYPES else ()
    owners = holders.owners(change)
    if any(map(denies_rights, removed)) and holders.keeps_rights(owners):
        yield f"{', '.join(sorted(owners))} loses its Deny statements"
    for who, arn in attachment_change(change, context).lost:
        if arn not in context.destroyed_policies and holders.denies(arn) and holders.keeps_rights([who]):
            yield f"{who} loses the Deny statements of {arn}"
    for user, group in membership_change(change).lost:
        held = holders.rights.holders.get(group)
        if held and any(map(denies_rights, held.texts)) and holders.keeps_rights([user]):
            yield f"{user} loses the Deny statements of {group}"


def control_policy_lost(change: Change, context: PlanContext) -> str | None:
    """Return in words which denial on CAs goes with a policy of the organization, empty if none; None if unknown."""
    if change.type == _CONTROL_ATTACHMENT:
        if not change.is_destroyed:
            return ""
        name = change.before.get("policy_id")
        found = [each.values for each in context.of(_CONTROL_POLICY) if each.values.get("id") == name]
        lost = [denies_rights(str(each.get("content"))) for each in found]
        return (
            None if not found else f"{name} no longer applies to {change.before.get('target_id')}" if any(lost) else ""
        )
    before, after = str(change.before.get("content") or ""), str(change.after.get("content") or "")
    if change.before.get("type", _CONTROLS[0]) not in _CONTROLS or not denies_rights(before):
        return ""
    if change.unknown.get("content"):
        return None
    try:
        is_kept = bool(after) and denials(before) <= denials(after)
    except PolicyError:
        return None
    return "" if is_kept else "the policy of the organization denies less"
