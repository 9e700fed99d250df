"""What happens to what serves revocation beside the CA: buckets of lists, who writes and reads there, and names.

What AWS needs in a bucket: https://docs.aws.amazon.com/privateca/latest/userguide/crl-planning.html#s3-policies.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.findings import finding, is_destroyed, undecided
from pcaform.checks.guard.plan_json import Change, Resource
from pcaform.checks.guard.rules.revocation import block, is_public
from pcaform.checks.guard.verdict import Outcome
from pcaform.core.facts import CRL_WRITER, CRL_WRITER_ACTIONS
from pcaform.iam.evaluator.patterns import is_action, is_like, is_resource
from pcaform.iam.normalize import as_list
from pcaform.terraform.resource_types import AUTHORITY

CLOSING, NAMES = "aws_s3_bucket_public_access_block", ("aws_route53_record", "aws_cloudfront_distribution")
_LIST = "/crl/list.crl"
_NEEDED = {action: "" if "Bucket" in action else _LIST for action in CRL_WRITER_ACTIONS}
"""Action -> what of the bucket it is about."""
_FLAGS = ("block_public_acls", "ignore_public_acls")
_KEEP = "keep the bucket and its policy until every certificate that names it has ended"
_CNAMES = {"crl_configuration": "custom_cname", "ocsp_configuration": "ocsp_custom_cname"}


def bucket(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Judge a bucket, or its policy: AWS writes the lists of a CA there, and needs the policy for it."""
    using = _using(change.before.get("bucket"), context)
    if is_destroyed(change) and using:
        yield finding(
            change, "list-bucket-destroyed", f"{_said(using, context)}: they are gone, or written no more", advice=_KEEP
        )


def bucket_policy(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Judge the policy of a bucket: what AWS may do there by it, and no more."""
    yield from bucket(change, context)
    using = [] if is_destroyed(change) else _using(change.before.get("bucket"), context)
    for authority in using:
        may = _allowed(change.before, authority)
        lost = [action for action in may if action not in _allowed(change.after, authority)]
        if may and change.unknown.get("policy"):
            message = f"{_said([authority], context)}, and whether AWS may write there is known only after the apply"
            yield undecided(change, "list-bucket-destroyed", message)
        elif lost:
            message = f"{_said([authority], context)}, where AWS loses {', '.join(lost)}: they are written no more"
            yield finding(change, "list-bucket-destroyed", message, advice=_KEEP)
        elif _is_read(change.before) and not _is_read(change.after) and not _is_public(authority):
            message = f"{_said([authority], context)}, where the policy lets nobody read them any more"
            yield finding(change, "revocation-off", message, advice=_KEEP)


def closing(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Judge that a bucket is closed to the public, who reads lists there that are written for everybody."""
    closed = [flag for flag in _FLAGS if change.after.get(flag) and not change.before.get(flag)]
    after = {each.address: Resource(each.address, each.type, each.after) for each in context.changes_of(AUTHORITY)}
    using = _using(change.after.get("bucket"), context) if closed else []
    open_ = [each for each in using if _is_public(after.get(each.address, each))]
    if open_:
        message = (
            f"{_said(open_, context)} for everybody to read, which it refuses now: they are written or read no more"
        )
        advice = "leave the bucket open, or first serve the lists under a name of their own, by CloudFront"
        yield finding(change, "revocation-off", message, advice=advice, arguments=closed)


def name(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Judge a name that is looked up: certificates have it in them, and look nowhere else."""
    old = change.before.get("name")
    gone = set() if old and old == change.after.get("name") else _names(change.before) - _names(change.after)
    for authority in context.of(AUTHORITY) if gone else ():
        for kind, argument in _CNAMES.items():
            found = block(authority.values, kind)
            if found.get("enabled") and _settled(found.get(argument)) in gone:
                message = (
                    f"{_settled(found.get(argument))} is served no more, where certificates of "
                    f"{context.name(str(authority.values.get('arn')))} look up what was revoked"
                )
                advice = "keep it until every certificate that names it has ended"
                yield finding(change, "revocation-moved", message, advice=advice)


def _using(name: Any, context: PlanContext) -> list[Resource]:
    """Return the CAs that have their lists in a bucket."""
    blocks = ((each, block(each.values, "crl_configuration")) for each in context.of(AUTHORITY))
    return [each for each, found in blocks if name and found.get("enabled") and found.get("s3_bucket_name") == name]


def _said(using: list[Resource], context: PlanContext) -> str:
    lists = ", ".join(context.name(str(each.values.get("arn"))) for each in using)
    name = block(using[0].values, "crl_configuration").get("s3_bucket_name")
    return f"the revocation lists of {lists} are in the bucket '{name}'"


def _is_public(authority: Resource) -> bool:
    return is_public(block(authority.values, "crl_configuration"))


def _allowed(values: Mapping[str, Any], authority: Resource) -> list[str]:
    """Return what of all that AWS needs for a CA's lists a bucket's policy allows."""
    arn = str(authority.values.get("arn"))
    return [
        action
        for action in _NEEDED
        if any(_is_from(each, arn) for each in _granting(values, action) if _is_to(each, "*", CRL_WRITER))
    ]


def _is_read(values: Mapping[str, Any]) -> bool:
    """Tell whether a bucket's policy lets anybody at all read the lists."""
    return bool(_granting(values, "s3:GetObject"))


def _granting(values: Mapping[str, Any], action: str) -> list[Any]:
    """Return the statements of a bucket's policy that allow something, none where another denies it to all."""
    place = f"{values.get('bucket')}{_NEEDED.get(action, _LIST)}"
    try:
        statements = as_list(json.loads(values.get("policy") or "{}").get("Statement", []))
        met = [each for each in statements if _is_about(each, action, place)]
        denials = [each for each in met if each.get("Effect") == "Deny" and not each.get("Condition")]
        is_denied = any(_is_to(each, "*", CRL_WRITER) for each in denials)
        return [] if is_denied else [each for each in met if each.get("Effect") == "Allow"]
    except (ValueError, TypeError, AttributeError, RecursionError):
        return []


def _is_to(statement: Any, *names: str) -> bool:
    found = statement.get("Principal")
    named = as_list(found.get("Service", [])) + as_list(found.get("AWS", [])) if isinstance(found, Mapping) else [found]
    return any(each in names for each in named)


def _is_about(statement: Any, action: str, name: str) -> bool:
    is_met = any(is_action(action, each) for each in as_list(statement.get("Action", [])))
    patterns = [str(each) for each in as_list(statement.get("Resource", []))]
    return is_met and any(is_resource(f"{_partition(each)}:s3:::{name}", each, {}) for each in patterns)


def _partition(arn: str) -> str:
    return ":".join(arn.split(":")[:2])


def _is_from(statement: Any, arn: str) -> bool:
    """Tell whether a CA is among those for which a statement allows AWS something."""
    own = {"aws:sourcearn": arn, "aws:sourceaccount": arn.split(":")[4] if arn.startswith("arn:") else ""}
    asked = [(key.lower(), each) for keys in statement.get("Condition", {}).values() for key, each in keys.items()]
    return all(any(is_like(own[key], str(one), {}) for one in as_list(each)) for key, each in asked if key in own)


def _names(values: Mapping[str, Any]) -> set[str]:
    found = (values.get("name"), values.get("fqdn"), values.get("domain_name"), *(values.get("aliases") or ()))
    return {_settled(each) for each in found} - {""}


def _settled(name: Any) -> str:
    return name.lower().rstrip(".") if isinstance(name, str) else ""
