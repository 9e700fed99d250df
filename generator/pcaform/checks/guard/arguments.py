"""Which arguments of a kind in scope the rules judge, and which do no harm: a change of any other is a doubt.

Source: the schema of provider aws 5.100 and 6, https://registry.terraform.io/providers/hashicorp/aws/latest/docs.
"""

import base64
import re
import zlib
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pcaform.checks.guard.policy_holders import ATTACHMENTS, MEMBERSHIPS
from pcaform.terraform import resource_types as types
from pcaform.terraform.plan_json import Change, is_marked
from pcaform.terraform.schema import arguments_of, computed_attributes

HARMLESS = ("tags", "tags_all", "description", "timeouts", "id", "unique_id", "create_date")
"""Arguments of any kind: labels, and what AWS chooses itself."""
PRINCIPAL_ARGUMENTS = (
    *("role", "user", "group", "users", "roles", "groups", "user_name", "role_name", "group_name"),
    *("policy_arn", "policy_arns"),
)
"""Arguments of IAM that name principals and policies."""


def _in_place(kind: str) -> tuple[str, ...]:
    """Return the arguments in the table of arguments that the provider changes where an object stands."""
    rows = (row for row in arguments_of(kind) if row.is_argument and not row.replaces and not row.is_fixed)
    return tuple(dict.fromkeys(row.top for row in rows))


_OFF: tuple[Any, ...] = ("", [], {}, False, 0)
"""Values that are as if they were not there, where nothing is on by default."""
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]+={0,2}\s*")
_SHORTEST, _LARGEST = 40, 1 << 20
SECRETS = ("aws_iam_access_key", "aws_iam_user_login_profile")
"""Kinds of which the rules judge the creation alone."""
JUDGED: Mapping[str, tuple[str, ...]] = {
    **{kind: _in_place(kind) for kind in (types.AUTHORITY, types.CERTIFICATE, types.INSTALLATION, types.PERMISSION)},
    types.SHARE: (*_in_place(types.SHARE), "resource_arn"),
    types.ACM_CERTIFICATE: (
        *_in_place(types.ACM_CERTIFICATE),
        *("private_key_wo_version", "domain_validation_options", "not_after", "not_before", "pending_renewal"),
        *("renewal_eligibility", "renewal_summary", "status", "validation_emails"),
    ),
    types.IAM_ROLE: _in_place(types.IAM_ROLE),
    types.IAM_USER: ("permissions_boundary", "force_destroy"),
    types.IAM_POLICY: ("policy", "policy_id", "attachment_count", "delay_after_policy_creation_in_ms"),
    "aws_ram_resource_share": ("allow_external_principals", "permission_arns", "name"),
    "aws_ram_resource_association": ("resource_arn", "resource_share_arn"),
    "aws_ram_principal_association": ("principal", "resource_share_arn"),
    **dict.fromkeys(SECRETS, ()),
    **dict.fromkeys(ATTACHMENTS, (*PRINCIPAL_ARGUMENTS, "name")),
    **dict.fromkeys(MEMBERSHIPS, (*PRINCIPAL_ARGUMENTS, "name")),
    **dict.fromkeys(types.INLINE_POLICIES, ("policy", *PRINCIPAL_ARGUMENTS)),
}
"""Kind -> its arguments that a rule judges or that harm nobody; the rules of another kind judge it whole."""


RECORD, DISTRIBUTION = "aws_route53_record", types.CLOUDFRONT_DISTRIBUTION
ZONE, ACCOUNT_BLOCK = "aws_route53_zone", "aws_s3_account_public_access_block"
LIFECYCLE, PAYMENT = (f"aws_s3_bucket_{kind}_configuration" for kind in ("lifecycle", "request_payment"))
IN_ZONE = tuple(
    f"aws_route53_{kind}"
    for kind in ("hosted_zone_dnssec", "key_signing_key", "records_exclusive", "traffic_policy_instance")
)
FLAGS = ("block_public_acls", "ignore_public_acls", "restrict_public_buckets")
_ALWAYS = ("arn", "bucket", "expected_bucket_owner", "id", "tags", "tags_all", "timeouts")
SERVING = {
    types.S3_BUCKET: (
        "acceleration_status acl bucket_domain_name bucket_prefix bucket_region bucket_regional_domain_name cors_rule "
        "force_destroy grant hosted_zone_id logging replication_configuration versioning website_domain "
        "website_endpoint | policy"
    ),
    types.S3_BUCKET_POLICY: "| policy",
    types.S3_BUCKET_PUBLIC_ACCESS_BLOCK: f"block_public_policy skip_destroy | {' '.join(FLAGS)}",
    ACCOUNT_BLOCK: f"account_id block_public_policy | {' '.join(FLAGS)}",
    types.S3_BUCKET_OWNERSHIP_CONTROLS: "| rule",
    types.S3_BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION: "| rule",
    LIFECYCLE: "transition_default_minimum_object_size | rule",
    PAYMENT: "| payer",
    DISTRIBUTION: (
        "caller_reference comment default_root_object domain_name etag hosted_zone_id http_version "
        "in_progress_validation_batches is_ipv6_enabled last_modified_time logging_config logging_v1_enabled "
        "price_class retain_on_delete status trusted_key_groups trusted_signers wait_for_deployment | "
        "aliases enabled origin"
    ),
    RECORD: "allow_overwrite fqdn ttl | alias name records type",
    ZONE: "comment force_destroy name name_servers primary_name_server zone_id",
    **dict.fromkeys(IN_ZONE, ""),
    "aws_kms_key": "description enable_key_rotation rotation_period_in_days",
    "aws_kms_key_policy": "",
    **dict.fromkeys(
        (
            f"aws_cloudfront_{kind}"
            for kind in ("cache_policy", "function", "key_group", "origin_access_control", "origin_access_identity")
        ),
        "comment description etag live_stage_etag name status",
    ),
}
"""Type -> its arguments that keep nobody from a CRL or OCSP, and those that are judged here; any other is in doubt."""


def unjudged_arguments(change: Change) -> list[str]:
    """Return the arguments that an update changes and that neither a rule judges nor the table takes as harmless.

    A replacement is judged as a whole; in another region it finds no CA there.
    """
    known = JUDGED.get(change.type)
    if known is None or not (change.is_updated or change.is_replaced):
        return []
    names = changed_arguments(change) - {*known, *HARMLESS, *computed_attributes(change.type)}
    return sorted(names if change.is_updated else names & {"region"})


def changed_arguments(change: Change) -> set[str]:
    """Return the names of the arguments that differ before and after, or may; null and empty are the same."""
    unknown = [name for name, mark in change.unknown.items() if is_marked(mark)]
    return set(differing(change.before, change.after, unknown, absent=("", [], {})))


def differing(
    before: Mapping[str, Any], after: Mapping[str, Any], unknown: Collection[str], *, absent: Collection[Any] = _OFF
) -> list[str]:
    """Return the arguments that differ or are unknown; one of the values `absent` is as if it were not there.

    Provider 6 writes its region into each object that an older one has made, with any other it replaces the object.
    """

    def value(values: Mapping[str, Any], name: str) -> Any:
        return None if values.get(name) in absent else values.get(name)

    names = sorted({*before, *after, *unknown} - ({"region"} if _is_filled_in(before, after) else set()))
    return [name for name in names if name in unknown or value(before, name) != value(after, name)]


def _is_filled_in(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Tell whether an object gets a `region` that it did not have, and that is the one in all of its ARNs."""
    arns = (str(after.get(name)).split(":") for name in ("arn", "certificate_authority_arn", "resource_arn"))
    return not before.get("region") and {*(each[3] for each in arns if each[3:4]), ""} <= {after.get("region"), ""}


def unjudged_serving(change: Change) -> tuple[str, ...]:
    """Return the arguments that change, or may, in a way that nothing here judges."""
    harmless, judged = (each.split() for each in (*SERVING[change.type].split("|"), "")[:2])
    unknown = [name for name, mark in change.unknown.items() if is_marked(mark)]
    others = (name for name in differing(change.before, change.after, unknown) if name not in (*harmless, *_ALWAYS))
    return tuple(name for name in others if name not in judged or name in unknown)


_TYPES: Mapping[str, Any] = {
    "string": str,
    "number": int | float,
    "bool": bool,
    "set": list,
    "map": dict,
    "block": list,
}


def find_misshapen(change: Change) -> str:
    """Return which argument does not have the type of the provider's schema, as a sentence; empty for none."""
    for row in arguments_of(change.type):
        for values in (change.before, change.after):
            for value in _values_at(values, row.name.split(".")) if row.is_argument else ():
                if value is not None and not isinstance(value, _TYPES[row.kind]):
                    return f"'{row.name}' is no {row.kind}, as it is in each plan of Terraform"
    blocks = [change.before, change.after] if change.type == types.AUTHORITY else []
    while blocks:  # each block of a CA is there once
        found = [(name, each) for values in blocks for name, each in values.items() if isinstance(each, list)]
        if twice := [name for name, each in found if len(each) > 1 and isinstance(each[1], dict | None)]:
            return f"'{twice[0]}' is there twice, and the provider takes one"
        blocks = [inner for _, each in found for inner in each if isinstance(inner, dict)]
    return ""


def _values_at(values: Any, names: list[str]) -> Iterator[Any]:
    """Yield the values at a path; on the way are lists of blocks."""
    if not names:
        yield values
    elif isinstance(values, list) or values is None:
        for each in values or ():
            yield from _values_at(each, names)
    else:
        yield from _values_at(values.get(names[0]), names[1:])


def decoded(text: str) -> str:
    """Return the text that is in another one as Base64, packed or not; the other one itself where there is none."""
    if len(text) < _SHORTEST or not _BASE64.fullmatch(text):
        return text
    try:
        content = base64.b64decode(text)
        plain = zlib.decompressobj(31).decompress(content, _LARGEST) if content[:2] == b"\x1f\x8b" else content
    except (ValueError, zlib.error):
        return text
    return plain.decode(errors="replace")


def first_block(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the first block of a name, empty if there is none."""
    return next((each for each in values.get(name) or () if isinstance(each, Mapping)), {})


def texts_in(value: Any) -> Iterator[str]:
    """Yield all texts of a value, the names in it included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for each in (*value, *value.values()) if isinstance(value, Mapping) else value:
            yield from texts_in(each)
