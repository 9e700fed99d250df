"""Rules about IAM policies on CAs: policies that allow more, are added or removed, or reach other principals.

How AWS decides: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
"""

from collections.abc import Iterator

from pcaform.checks.guard.analysis.denials import SCP_TYPES, control_policy_lost, denials_gained, denials_lost
from pcaform.checks.guard.analysis.policy_steps import PolicyStep, pair_change, policy_steps
from pcaform.checks.guard.analysis.share_steps import RAM_TYPES, ram_changes, share_steps
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.grantees import describe
from pcaform.checks.guard.policy_holders import ATTACHMENTS, GROUP, INLINE, MEMBERSHIPS, UNKNOWN
from pcaform.checks.guard.rule import rule
from pcaform.checks.guard.verdict import Level, Outcome
from pcaform.checks.guard.widening import Widening
from pcaform.terraform.plan_json import Change
from pcaform.terraform.resource_types import IAM_ROLE, IAM_USER, POLICIES, SHARE

_WITH_TEXT = (*dict.fromkeys((*POLICIES, *INLINE)), IAM_ROLE)
"""Types that hold the text of a policy."""
_BOUNDARY = "permissions_boundary"
_SPEC = "pass the spec with '--spec SPEC'"
_NARROW = "narrow the policy to what was requested; 'pcaform access SPEC' shows what each principal may do"
_REVIEW = "have it reviewed as a grant; 'pcaform access SPEC' shows what each principal may do"
_SEE = "check that nothing issues by it any more"
_TRUSTING = "whoever trusts this CA trusts the CAs that they create"
_ARGUMENTS = (
    *(f"{kind}{ending}" for kind in ("user", "role", "group") for ending in ("", "s")),
    *("policy_arn", "policy_arns", "managed_policy_arns"),
)


@rule("ca-template", Level.BREAKS_TRUST, types=[*_WITH_TEXT, SHARE, *RAM_TYPES])
def ca_template(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Lets an existing policy, or another account, issue CA certificates.

    Consequence: its principals can create CAs that are trusted wherever this one is
    Source: https://docs.aws.amazon.com/privateca/latest/userguide/UsingTemplates.html
    """
    if change.type == SHARE:
        for issuers in (step.ca_issuers for step in share_steps(change, context) if step.ca_issuers):
            message = f"CA certificates may newly be issued by {describe(issuers)}: {_TRUSTING}"
            yield ca_template.finding(change, message, advice="share end-entity templates only")
    elif change.type in RAM_TYPES:
        for each in ram_changes(change, context):
            if each.is_extended and each.allows_ca_certificates:
                message = f"{each.words}, with the right to issue CA certificates: {_TRUSTING}"
                yield ca_template.finding(change, message, advice="share with the default RAM permission")
    else:
        for step in policy_steps(change, context):
            yield from _ca_template_in_policy(change, step)


@rule("privileged-template", Level.WIDENS_ACCESS, types=_WITH_TEXT)
def privileged_template(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Lets an existing policy use a template that takes the purpose of a certificate from the request.

    Consequence: its principals can get certificates for code signing, OCSP or any other purpose
    Source: https://docs.aws.amazon.com/privateca/latest/userguide/UsingTemplates.html
    """
    for gained in _widenings(change, context):
        if gained.has_privileged_template and not gained.has_ca_template:
            message = "its principals may now issue certificates whose purpose they choose themselves"
            yield privileged_template.finding(change, message, advice=_NARROW, affected=gained.lines())


@rule("policy-widened", Level.WIDENS_ACCESS, types=[*_WITH_TEXT, IAM_USER, *ATTACHMENTS, *MEMBERSHIPS, *SCP_TYPES])
def policy_widened(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Lets an existing policy allow more.

    Consequence: its principals may do more with CAs
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """
    if change.type in (IAM_ROLE, IAM_USER):
        yield from _boundary_changed(change, context)
    if change.type in SCP_TYPES:
        yield from _control_policy_changed(change, context)
    for what in denials_lost(change, context):
        advice = "keep the Deny statements, or check that the policies that are left allow no more than they should"
        yield policy_widened.finding(change, f"{what}: requests that it blocked may be allowed now", advice=advice)
    for gained in _widenings(change, context):
        if not gained.has_privileged_template and not gained.has_ca_template:
            message = f"{len(gained.gained)} kinds of requests are newly allowed"
            yield policy_widened.finding(change, message, advice=_NARROW, affected=gained.lines())


@rule("access-granted", Level.WIDENS_ACCESS, types=[*_WITH_TEXT, *ATTACHMENTS, *MEMBERSHIPS])
def access_granted(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Adds a policy on CAs.

    Consequence: its principals may do more with CAs
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    """
    for step in policy_steps(change, context) if change.type in _WITH_TEXT else ():
        if step.is_new and step.is_unknown:
            message = f"what the new policy allows is known only after the apply: {_SPEC}"
            yield access_granted.finding(change, message, advice=_REVIEW)
        elif step.is_new and step.gained:
            added = ", CA certificates included" if step.gained.has_ca_template else ""
            message = f"a new policy allows requests that no policy at this address allowed{added}"
            yield access_granted.finding(change, message, advice=_REVIEW, affected=step.gained.lines())
    for who, what in pair_change(change, context).gained:
        if not what.startswith(GROUP):
            yield from _attached(change, context, who, what)
        elif context.holders.concerns(what):
            message = f"{who} is added to {what} and gains its policies on CAs"
            yield access_granted.finding(change, message, advice=_REVIEW)


@rule("access-removed", Level.NOTICE, types=[*_WITH_TEXT, *ATTACHMENTS, *MEMBERSHIPS, *SCP_TYPES])
def access_removed(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Removes a policy on CAs, or denies what issuing needs.

    Consequence: its principals can no longer issue by it
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    """
    for what in denials_gained(change, context):
        yield access_removed.finding(change, what, advice=_SEE, level=Level.BREAKS_TRUST)
    if change.type in _WITH_TEXT and any(step.is_removed for step in policy_steps(change, context)):
        yield access_removed.finding(change, "its principals can no longer issue by it", advice=_SEE)
    for who, what in pair_change(change, context).lost:
        if context.holders.concerns(what) and what not in context.destroyed_policies:
            left = f"is removed from {what} and loses its policies on CAs"
            message = f"{who} {left if what.startswith(GROUP) else f'loses {what} and can no longer issue by it'}"
            yield access_removed.finding(change, message, advice=_SEE)


@rule("policy-changed", Level.NOTICE, types=_WITH_TEXT)
def policy_changed(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Changes a policy that newly allows none of the requests tried, or only reading.

    Consequence: none that pcaform could find
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    """
    changed = [step.widening for step in policy_steps(change, context) if step.widening and not step.is_new]
    if any(each.is_reading for each in changed):
        allowed = "only reading" if any(each.gained for each in changed) else "none of the requests that were tried"
        message = f"the policy changes, and {allowed} is newly allowed"
        yield policy_changed.finding(change, message, advice="read the diff of the policy")


def _ca_template_in_policy(change: Change, step: PolicyStep) -> Iterator[Outcome]:
    """Find CA certificates among what a policy newly allows; one that cannot be read may allow them."""
    if step.is_unknown and not step.is_new:
        message = f"what the policy will allow is known only after the apply: {_SPEC}"
        yield ca_template.undecided(change, message)
    elif step.error:
        yield ca_template.undecided(change, f"the policy cannot be checked: {step.error}")
    elif step.gained and step.gained.has_ca_template and not step.is_new:
        message = f"its principals may now issue CA certificates: {_TRUSTING}"
        yield ca_template.finding(change, message, advice=_NARROW, affected=step.gained.lines())


def _widenings(change: Change, context: PlanContext) -> Iterator[Widening]:
    for step in policy_steps(change, context) if change.type in _WITH_TEXT else ():
        if step.gained and not step.is_new:
            yield step.gained


def _boundary_changed(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find a boundary that is replaced or removed: without it, all that a principal's policies allow is allowed."""
    old, new = change.before.get(_BOUNDARY), change.after.get(_BOUNDARY)
    is_other = old and change.after and (new != old or change.unknown.get(_BOUNDARY))
    if is_other and context.holders.is_holder(change):
        end = f"replaced by {new or 'another one'}" if new or change.unknown.get(_BOUNDARY) else "removed"
        message = f"the permissions boundary {old} is {end}: requests that it blocked may be allowed now"
        advice = "keep the boundary, or check that the principal's policies allow no more than they should"
        yield policy_widened.finding(change, message, advice=advice, arguments=[_BOUNDARY])


def _control_policy_changed(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find a policy of the organization that no longer denies something on CAs."""
    lost = control_policy_lost(change, context)
    if lost is None:
        yield policy_widened.undecided(change, "what the organization's policy denied is not in the plan")
    elif lost:
        message = f"{lost}: requests that it blocked may be allowed now"
        yield policy_widened.finding(change, message, advice="keep what it denies")


def _attached(change: Change, context: PlanContext, who: str, arn: str) -> Iterator[Outcome]:
    """Find a policy on CAs that a principal gains, or one that may be, since its text is unknown."""
    holder = "a principal that is not known yet" if who == UNKNOWN else who
    concerns = context.holders.concerns(arn)
    if concerns is False or (concerns is None and arn == UNKNOWN and context.holders.makes_policies):
        return
    named = "a policy that is not known yet" if arn == UNKNOWN else arn
    end = "" if concerns else ", whose text is not in the plan: what it allows is unknown"
    differing = [each for each in _ARGUMENTS if change.before.get(each) != change.after.get(each)]
    arguments = [each for each in _ARGUMENTS if each in differing or change.unknown.get(each)]
    yield access_granted.finding(change, f"{holder} gains {named}{end}", advice=_REVIEW, arguments=arguments)
