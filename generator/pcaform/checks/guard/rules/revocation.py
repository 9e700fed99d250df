"""Rules about revocation: CRLs and OCSP that are switched off, moved or closed, and the buckets and names of both.

A certificate names for its whole life where its revocation is checked: the bucket or the name that was set when it was
issued.
"""

from collections.abc import Iterator

from pcaform.checks.guard.analysis.bucket_policies import READ, grants, policy_of, refuses_public_acls
from pcaform.checks.guard.analysis.revocation import (
    CNAMES,
    CRL,
    OCSP,
    RevocationChange,
    block,
    reads_another_bucket,
    revocation_changes,
)
from pcaform.checks.guard.analysis.serving import TYPES, effects
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.rule import rule
from pcaform.checks.guard.verdict import Level, Outcome
from pcaform.iam.documents import PolicyError
from pcaform.terraform.plan_json import Change, Resource
from pcaform.terraform.resource_types import AUTHORITY

_KEEP = "keep the bucket and its policy until every certificate that names it has expired"
_SERVE = "keep what serves it as it is until every certificate that names it has expired"
_NAMES = {CRL: "the CRL", OCSP: "OCSP"}


@rule("revocation-off", Level.BREAKS_TRUST, types=[AUTHORITY, *TYPES])
def revocation_off(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Switches a CRL or OCSP off, or closes the CRL to its readers: by its ACL, by the bucket, or by what is before it.

    Consequence: clients no longer learn of revoked certificates, or reject all of them
    Source: https://docs.aws.amazon.com/privateca/latest/APIReference/API_CrlConfiguration.html
    """
    if change.type == AUTHORITY:
        for step in revocation_changes(change):
            yield from _switched_off(change, step, context)
        return
    for each in effects(change, context):
        if each.fate == "closed":
            yield revocation_off.finding(change, each.words, advice=_SERVE, arguments=each.arguments)
        elif each.fate == "unknown":
            yield revocation_off.undecided(change, each.words)


@rule("revocation-moved", Level.BREAKS_TRUST, types=[AUTHORITY, *TYPES])
def revocation_moved(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Gives the CRL or OCSP another bucket, path or name, removes the name, or makes it lead elsewhere.

    Consequence: certificates issued so far name the old location, which is no longer served
    Source: https://docs.aws.amazon.com/privateca/latest/APIReference/API_OcspConfiguration.html
    """
    for each in effects(change, context) if change.type != AUTHORITY else ():
        if each.fate == "moved":
            yield revocation_moved.finding(change, each.words, advice=_SERVE, arguments=each.arguments)
    if change.type == AUTHORITY and reads_another_bucket(change, context):
        message = (
            "behind its name the CRL goes to another bucket, and the distribution there reads the one of before, or is "
            "not in the plan"
        )
        yield revocation_moved.undecided(change, message)
    for step in revocation_changes(change) if change.type == AUTHORITY else ():
        if step.fate == "moved" and step.is_unknown:
            message = f"where {_NAMES[step.block]} will be is known only after the apply"
            yield revocation_moved.undecided(change, message)
        elif step.fate == "moved":
            message = (
                f"{_NAMES[step.block]} moves: certificates issued so far name the old location, which is no longer "
                "served and ends with its last CRL or response"
            )
            advice = (
                "keep the old location, or serve the new content under the old name until those certificates expire"
            )
            yield revocation_moved.finding(change, message, advice=advice, arguments=[step.path])


@rule("list-bucket-destroyed", Level.BREAKS_TRUST, types=TYPES)
def list_bucket_destroyed(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Destroys the bucket of a CRL or its policy, lets the CRLs in it expire, or removes AWS's right to write there.

    Consequence: the CRLs are deleted, or no new one can be written
    Source: https://docs.aws.amazon.com/privateca/latest/userguide/crl-planning.html#s3-policies
    """
    for each in effects(change, context):
        if each.fate == "lost":
            yield list_bucket_destroyed.finding(change, each.words, advice=_KEEP, arguments=each.arguments)


def _switched_off(change: Change, step: RevocationChange, context: PlanContext) -> Iterator[Outcome]:
    """Find a CRL or OCSP that is disabled, and a CRL that only the bucket's owner may read or no certificate names."""
    name = _NAMES.get(step.block, f"'{step.block}'")
    if step.fate == "unjudged":
        yield revocation_off.undecided(change, f"what '{step.path}' does to revocation is not known to this release")
    elif step.fate == "off" and step.is_unknown:
        yield revocation_off.undecided(change, f"whether {name} stays on is known only after the apply")
    elif step.fate == "off":
        message = (
            f"{name} is switched off: certificates issued so far name it, and clients that check them no longer "
            "learn of revocations, or reject them all"
        )
        advice = (
            f"leave '{step.block}' as it is; if it must end, wait until every certificate that names it has expired"
        )
        yield revocation_off.finding(change, message, advice=advice, arguments=[step.path])
    elif step.fate == "omitted":
        message = "certificates no longer say where the CRL is: clients do not learn that one of them is revoked"
        yield revocation_off.finding(change, message, advice="leave it as it is", arguments=[step.path])
    elif step.fate == "opened":
        bucket = block(change.after, CRL).get("s3_bucket_name")
        is_refused = refuses_public_acls(str(bucket), context)
        message = f"the CRL is written with a public ACL, which the bucket '{bucket}' "
        if is_refused is None:
            yield revocation_off.undecided(change, f"{message}may refuse: then no new one is written")
        elif is_refused:
            message += "refuses: no new one is written"
            yield revocation_off.finding(change, message, advice="leave it as it is", arguments=[step.path])
    elif step.fate == "closed":
        yield from _closed(change, step, context)


def _closed(change: Change, step: RevocationChange, context: PlanContext) -> Iterator[Outcome]:
    """Find a CRL that only the bucket's owner may read; behind a name of its own, others may by the bucket's policy."""
    crl = block(change.after, CRL)
    ca = Resource(change.address, change.type, change.after)
    policy = policy_of(str(crl.get("s3_bucket_name")), context)
    try:
        is_readable = bool(policy and grants(policy, READ, ca, ()))
    except PolicyError:
        is_readable, policy = False, None
    if crl.get(CNAMES[CRL]) and policy is None:
        message = "only the bucket's owner can read the CRL, and whether its policy lets others read is not in the plan"
        yield revocation_off.undecided(change, message)
    elif not (crl.get(CNAMES[CRL]) and is_readable):
        message = (
            "the CRL is written so that only the bucket's owner can read it: certificates issued so far name the "
            "bucket, where others can read it only if the bucket's policy allows public reads"
        )
        advice = "leave 's3_object_acl' as it is, or serve the CRL from a bucket whose policy allows public reads"
        yield revocation_off.finding(change, message, advice=advice, arguments=[step.path])
