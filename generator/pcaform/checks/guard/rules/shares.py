"""Rules about CAs that are shared: who may use a CA by its own policy or by AWS RAM, and who may not any more."""

from collections.abc import Iterator

from pcaform.checks.guard.analysis.ram_changes import RAM_TYPES, ram_changes
from pcaform.checks.guard.analysis.share_steps import share_steps
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.grantees import describe
from pcaform.checks.guard.levels import Level
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.rule import rule
from pcaform.checks.guard.verdict import Outcome
from pcaform.terraform.resource_types import SHARE

_KEEP = "keep them until every certificate that they have from this CA has ended"
_ONLY = "share only with who asked for it"
_UNKNOWN = "whom the CA's policy lets in is known only after the apply: give the guard the spec with '--spec SPEC'"


@rule(
    "share-narrowed",
    Level.BREAKS_TRUST,
    types=[SHARE, *RAM_TYPES],
    change="takes a CA's policy or its share of RAM away, or keeps somebody out of it",
    consequence="they issue and renew nothing from this CA any more, which shows months later",
    source="https://docs.aws.amazon.com/privateca/latest/userguide/pca-rbp.html",
)
def share_narrowed(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find principals that could use a CA and may not any more."""
    for each in ram_changes(change, context) if change.type in RAM_TYPES else ():
        if not each.is_extended:
            message = f"{each.words}: they issue nothing from the CA any more, and ACM renews nothing for them"
            yield share_narrowed.finding(change, message, advice=_KEEP)
    for step in share_steps(change, context) if change.type == SHARE else ():
        if step.is_unknown and not step.is_new:
            yield share_narrowed.undecided(change, _UNKNOWN)
        elif step.removed:
            who = describe(step.removed, step.after)
            message = f"they may not use the CA any more, and ACM renews nothing for them: {who}"
            yield share_narrowed.finding(change, message, advice=_KEEP)
        elif step.is_denial_added:
            message = (
                "a statement keeps somebody from the CA who could use it, and ACM renews nothing for them any more"
            )
            yield share_narrowed.finding(change, message, advice=_KEEP)


@rule(
    "share-open",
    Level.BREAKS_TRUST,
    types=[SHARE],
    change="lets everybody in with a CA's policy",
    consequence="whoever has an AWS account may use the CA",
    source="https://docs.aws.amazon.com/privateca/latest/userguide/pca-rbp.html",
)
def share_open(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find a CA's policy that lets any AWS account use the CA, or that cannot be read."""
    for step in share_steps(change, context):
        if step.error:
            yield share_open.undecided(change, f"the CA's policy cannot be judged: {step.error}")
        elif step.anybody:
            message = f"the CA's policy lets everybody in: {describe(step.anybody)}"
            yield share_open.finding(change, message, advice="name accounts, or an organization")


@rule(
    "share-extended",
    Level.WIDENS_ACCESS,
    types=[SHARE, *RAM_TYPES],
    change="lets more accounts issue from a CA",
    consequence="they issue without being asked",
    source="https://docs.aws.amazon.com/privateca/latest/userguide/pca-ram.html",
)
def share_extended(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find principals that may newly use a CA; AWS takes no new policy that lets any account in."""
    for each in ram_changes(change, context) if change.type in RAM_TYPES else ():
        if each.is_extended and not each.allows_ca_certificates:
            yield share_extended.finding(change, f"{each.words}: more may issue from the CA", advice=_ONLY)
    for step in share_steps(change, context) if change.type == SHARE else ():
        if step.is_unknown and step.is_new:
            yield share_extended.finding(change, _UNKNOWN, advice="have it reviewed as a grant")
        elif step.other_issuers:
            message = f"more may issue from the CA: {describe(step.other_issuers, step.before)}"
            yield share_extended.finding(change, message, advice=_ONLY)
        elif step.is_denial_removed and not step.added:
            message = "a statement that kept somebody from the CA is gone, or keeps out fewer"
            yield share_extended.finding(change, message, advice="keep the denial")
