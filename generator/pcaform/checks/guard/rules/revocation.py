"""Rules about revocation: CRLs and OCSP that are switched off, moved or closed, and the buckets and names of both.

A certificate names for its whole life where its revocation is checked: the bucket or the name that was set when it was
issued.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.checks.guard.analysis.revocation import (
    CNAMES,
    CRL,
    OCSP,
    allowed_actions,
    block,
    cas_using,
    describe_crls,
    has_public_crl,
    is_readable,
    revocation_changes,
)
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.plan_json import Change, Resource
from pcaform.checks.guard.rule import rule
from pcaform.checks.guard.verdict import Level, Outcome
from pcaform.terraform.resource_types import AUTHORITY, S3_BUCKET, S3_BUCKET_POLICY, S3_BUCKET_PUBLIC_ACCESS_BLOCK

_NAME_TYPES = ("aws_route53_record", "aws_cloudfront_distribution")
_FLAGS = ("block_public_acls", "ignore_public_acls")
_KEEP = "keep the bucket and its policy until every certificate that names it has expired"
_NAMES = {CRL: "the CRL", OCSP: "OCSP"}


@rule("revocation-off", Level.BREAKS_TRUST, types=[AUTHORITY, S3_BUCKET_POLICY, S3_BUCKET_PUBLIC_ACCESS_BLOCK])
def revocation_off(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Switches a CRL or OCSP off, or closes the CRL to its readers.

    Consequence: clients no longer learn of revoked certificates, or reject all of them
    Source: https://docs.aws.amazon.com/privateca/latest/APIReference/API_CrlConfiguration.html
    """
    if change.type == AUTHORITY:
        yield from _switched_off(change)
    elif change.type == S3_BUCKET_PUBLIC_ACCESS_BLOCK:
        yield from _access_blocked(change, context)
    elif not change.is_destroyed:
        for ca in cas_using(change.before.get("bucket"), context):
            is_lost = is_readable(change.before) and not is_readable(change.after) and not has_public_crl(ca)
            if is_lost and not _lost_actions(change, ca) and not _is_unknown(change, ca):
                message = f"{describe_crls([ca], context)}, where the policy no longer lets anyone read them"
                yield revocation_off.finding(change, message, advice=_KEEP)


@rule("revocation-moved", Level.BREAKS_TRUST, types=[AUTHORITY, *_NAME_TYPES])
def revocation_moved(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Gives the CRL or OCSP another bucket or name, or removes the name.

    Consequence: certificates issued so far name the old location, which is no longer served
    Source: https://docs.aws.amazon.com/privateca/latest/APIReference/API_OcspConfiguration.html
    """
    if change.type in _NAME_TYPES:
        yield from _name_removed(change, context)
        return
    for step in revocation_changes(change):
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


@rule("list-bucket-destroyed", Level.BREAKS_TRUST, types=[S3_BUCKET, S3_BUCKET_POLICY])
def list_bucket_destroyed(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Destroys the bucket of a CRL or its policy, or removes AWS's right to write there.

    Consequence: the CRLs are deleted, or no new one can be written
    Source: https://docs.aws.amazon.com/privateca/latest/userguide/crl-planning.html#s3-policies
    """
    using = cas_using(change.before.get("bucket"), context)
    if change.is_destroyed:
        if using:
            message = f"{describe_crls(using, context)}: they are deleted, or no longer written"
            yield list_bucket_destroyed.finding(change, message, advice=_KEEP)
        return
    for ca in using if change.type == S3_BUCKET_POLICY else ():
        if _is_unknown(change, ca):
            where = describe_crls([ca], context)
            message = f"{where}, and whether AWS may write there is known only after the apply"
            yield list_bucket_destroyed.undecided(change, message)
        elif lost := _lost_actions(change, ca):
            message = f"{describe_crls([ca], context)}, where AWS loses {', '.join(lost)}: they are no longer written"
            yield list_bucket_destroyed.finding(change, message, advice=_KEEP)


def _switched_off(change: Change) -> Iterator[Outcome]:
    """Find a CRL or OCSP that is disabled, or a CRL that only the bucket's owner may read."""
    for step in revocation_changes(change):
        name = _NAMES[step.block]
        if step.fate == "off" and step.is_unknown:
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
        elif step.fate == "closed":
            message = (
                "the CRL is written so that only the bucket's owner can read it: certificates issued so far name the "
                "bucket, where others can read it only if the bucket's policy allows public reads"
            )
            advice = "leave 's3_object_acl' as it is, or serve the CRL from a bucket whose policy allows public reads"
            yield revocation_off.finding(change, message, advice=advice, arguments=[step.path])


def _access_blocked(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find a bucket that is closed to the public although its CRLs are written for public reads."""
    closed = [flag for flag in _FLAGS if change.after.get(flag) and not change.before.get(flag)]
    after = {each.address: Resource(each.address, each.type, each.after) for each in context.changes_of(AUTHORITY)}
    using = cas_using(change.after.get("bucket"), context) if closed else []
    public = [ca for ca in using if has_public_crl(after.get(ca.address, ca))]
    if public:
        message = (
            f"{describe_crls(public, context)} with a public ACL, which it refuses now: they can no longer be written "
            "or read"
        )
        advice = "leave the bucket open, or first serve the CRLs under another name, with CloudFront"
        yield revocation_off.finding(change, message, advice=advice, arguments=closed)


def _name_removed(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find a name that is no longer served: certificates contain it, and clients look nowhere else."""
    old = change.before.get("name")
    gone = set() if old and old == change.after.get("name") else _names(change.before) - _names(change.after)
    for ca in context.of(AUTHORITY) if gone else ():
        for kind, argument in CNAMES.items():
            configuration = block(ca.values, kind)
            name = _normalized(configuration.get(argument))
            if configuration.get("enabled") and name in gone:
                message = (
                    f"{name} is no longer served; certificates of {context.name(str(ca.values.get('arn')))} name it "
                    "for revocation checks"
                )
                advice = "keep it until every certificate that names it has expired"
                yield revocation_moved.finding(change, message, advice=advice)


def _is_unknown(change: Change, ca: Resource) -> bool:
    """Tell whether a policy by which AWS writes CRLs has a text that is unknown until the apply."""
    return bool(change.unknown.get("policy") and allowed_actions(change.before, ca))


def _lost_actions(change: Change, ca: Resource) -> list[str]:
    after = allowed_actions(change.after, ca)
    return [action for action in allowed_actions(change.before, ca) if action not in after]


def _names(values: Mapping[str, Any]) -> set[str]:
    names = (values.get("name"), values.get("fqdn"), values.get("domain_name"), *(values.get("aliases") or ()))
    return {_normalized(each) for each in names} - {""}


def _normalized(name: Any) -> str:
    return name.lower().rstrip(".") if isinstance(name, str) else ""
