"""Rules about revocation: CRLs and OCSP that are switched off, moved or closed, and the buckets and names of both.

A certificate names for its whole life where its revocation is checked: the bucket or the name that was set when it was
issued.
"""

from collections.abc import Iterator

from pcaform.checks.guard.analysis.serving import TYPES, effects
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.rule import Rule, rule
from pcaform.checks.guard.verdict import Level, Outcome
from pcaform.terraform.plan_json import Change
from pcaform.terraform.resource_types import AUTHORITY

_KEEP = "keep the bucket and its policy until every certificate that names it has expired"
_SERVE = "keep what serves it as it is until every certificate that names it has expired"


@rule("revocation-off", Level.BREAKS_TRUST, types=[AUTHORITY, *TYPES])
def revocation_off(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Switches a CRL or OCSP off, or closes the CRL to its readers: by its ACL, by the bucket, or by what is before it.

    Consequence: clients no longer learn of revoked certificates, or reject all of them
    Source: https://docs.aws.amazon.com/privateca/latest/APIReference/API_CrlConfiguration.html
    """
    yield from _found(revocation_off, "closed", change, context)
    for each in effects(change, context):
        if each.fate == "unknown":
            yield revocation_off.undecided(change, each.words)


@rule("revocation-moved", Level.BREAKS_TRUST, types=[AUTHORITY, *TYPES])
def revocation_moved(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Gives the CRL or OCSP another bucket, path or name, removes the name, or makes it lead elsewhere.

    Consequence: certificates issued so far name the old location, which is no longer served
    Source: https://docs.aws.amazon.com/privateca/latest/APIReference/API_OcspConfiguration.html
    """
    yield from _found(revocation_moved, "moved", change, context)


@rule("list-bucket-destroyed", Level.BREAKS_TRUST, types=TYPES)
def list_bucket_destroyed(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Destroys the bucket of a CRL or its policy, lets the CRLs in it expire, or removes AWS's right to write there.

    Consequence: the CRLs are deleted, or no new one can be written
    Source: https://docs.aws.amazon.com/privateca/latest/userguide/crl-planning.html#s3-policies
    """
    yield from _found(list_bucket_destroyed, "lost", change, context, advice=_KEEP)


def _found(rule: Rule, fate: str, change: Change, context: PlanContext, *, advice: str = _SERVE) -> Iterator[Outcome]:
    """Yield a finding for each effect of a kind; `advice` is for those that have none of their own."""
    for each in effects(change, context):
        if each.fate == fate:
            yield rule.finding(change, each.words, advice=each.advice or advice, arguments=each.arguments)
