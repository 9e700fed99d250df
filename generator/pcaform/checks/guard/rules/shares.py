"""Rules about CAs that are shared: who may use a CA by its own policy or by AWS RAM, and who may not any more."""

from collections.abc import Iterator

from pcaform.checks.guard.analysis.share_steps import RAM_TYPES, ram_changes, share_steps
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.grantees import describe
from pcaform.checks.guard.rule import rule
from pcaform.checks.guard.verdict import Level, Outcome
from pcaform.terraform.plan_json import Change
from pcaform.terraform.resource_types import SHARE

_KEEP = "keep them until every certificate that they have from this CA has expired"
_ONLY = "share only with accounts that asked for it"
_UNKNOWN = "who may use the CA by its policy is known only after the apply: pass the spec with '--spec SPEC'"


@rule("share-narrowed", Level.BREAKS_TRUST, types=[SHARE, *RAM_TYPES])
def share_narrowed(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Removes a CA's policy or its RAM share, or excludes principals from it.

    Consequence: they can no longer issue or renew from this CA, which shows only months later
    Source: https://docs.aws.amazon.com/privateca/latest/userguide/pca-rbp.html
    """
    for each in ram_changes(change, context) if change.type in RAM_TYPES else ():
        if not each.is_extended:
            message = f"{each.words}: the accounts can no longer issue from the CA, and ACM no longer renews for them"
            yield share_narrowed.finding(change, message, advice=_KEEP)
    for step in share_steps(change, context) if change.type == SHARE else ():
        if step.is_unknown and not step.is_new:
            yield share_narrowed.undecided(change, _UNKNOWN)
        elif step.removed:
            who = describe(step.removed, step.after)
            message = f"these lose access to the CA, and ACM no longer renews for them: {who}"
            yield share_narrowed.finding(change, message, advice=_KEEP)
        elif step.is_denial_added:
            message = "a Deny statement newly excludes principals from the CA, and ACM no longer renews for them"
            yield share_narrowed.finding(change, message, advice=_KEEP)


@rule("share-open", Level.BREAKS_TRUST, types=[SHARE])
def share_open(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Opens a CA's policy to everyone.

    Consequence: any AWS account may use the CA
    Source: https://docs.aws.amazon.com/privateca/latest/userguide/pca-rbp.html
    """
    for step in share_steps(change, context):
        if step.error:
            yield share_open.undecided(change, f"the CA's policy cannot be checked: {step.error}")
        elif step.anyone:
            message = f"the CA's policy allows any AWS account: {describe(step.anyone)}"
            yield share_open.finding(change, message, advice="name accounts, or an organization")


@rule("share-extended", Level.WIDENS_ACCESS, types=[SHARE, *RAM_TYPES])
def share_extended(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Lets more accounts issue from a CA.

    Consequence: they issue without further approval
    Source: https://docs.aws.amazon.com/privateca/latest/userguide/pca-ram.html
    """
    for each in ram_changes(change, context) if change.type in RAM_TYPES else ():
        if each.is_extended and not each.allows_ca_certificates:
            yield share_extended.finding(change, f"{each.words}: more principals may issue from the CA", advice=_ONLY)
    for step in share_steps(change, context) if change.type == SHARE else ():
        if step.is_unknown and step.is_new:
            yield share_extended.finding(change, _UNKNOWN, advice="have it reviewed as a grant")
        elif step.other_issuers:
            message = f"more principals may issue from the CA: {describe(step.other_issuers, step.before)}"
            yield share_extended.finding(change, message, advice=_ONLY)
        elif step.is_denial_removed and not step.added:
            message = "a Deny statement of the CA's policy is removed, or denies less"
            yield share_extended.finding(change, message, advice="keep the Deny statement")
