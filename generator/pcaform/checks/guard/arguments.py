"""Which arguments of a kind in scope the rules judge, and which do no harm: a change of any other is a doubt.

Source: the schema of provider aws 5.100 and 6, https://registry.terraform.io/providers/hashicorp/aws/latest/docs.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.checks.guard.policy_holders import ATTACHMENTS, MEMBERSHIPS
from pcaform.terraform import resource_types as types
from pcaform.terraform.plan_changes import is_marked
from pcaform.terraform.plan_json import Change
from pcaform.terraform.schema import arguments_of, computed_attributes

HARMLESS = ("tags", "tags_all", "description", "timeouts", "id", "unique_id", "create_date", "region")
"""Arguments of any kind: labels, and what AWS chooses itself."""
WHOM = (
    *("role", "user", "group", "users", "roles", "groups", "user_name", "role_name", "group_name"),
    *("policy_arn", "policy_arns"),
)
"""Arguments of IAM that name principals and policies."""


def _in_place(kind: str) -> tuple[str, ...]:
    """Return the arguments in the table of arguments that the provider changes where an object stands."""
    rows = (row for row in arguments_of(kind) if row.is_argument and not row.replaces and not row.is_fixed)
    return tuple(dict.fromkeys(row.top for row in rows))


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
    types.IAM_POLICY: ("policy", "policy_id", "attachment_count"),
    "aws_ram_resource_share": ("allow_external_principals", "permission_arns", "name"),
    "aws_ram_resource_association": ("resource_arn", "resource_share_arn"),
    "aws_ram_principal_association": ("principal", "resource_share_arn"),
    **dict.fromkeys(SECRETS, ()),
    **dict.fromkeys(ATTACHMENTS, (*WHOM, "name")),
    **dict.fromkeys(MEMBERSHIPS, (*WHOM, "name")),
    **dict.fromkeys(types.INLINE_POLICIES, ("policy", *WHOM)),
}
"""Kind -> its arguments that a rule judges or that harm nobody; the rules of another kind judge it whole."""


def unjudged_arguments(change: Change) -> list[str]:
    """Return the arguments that an update changes and that neither a rule judges nor the table takes as harmless."""
    known = JUDGED.get(change.type)
    if known is None or not change.is_updated:
        return []
    return sorted(changed_arguments(change) - {*known, *HARMLESS, *computed_attributes(change.type)})


def changed_arguments(change: Change) -> set[str]:
    """Return the names of the arguments that differ before and after, or may; null and empty are the same."""
    before, after = change.before, change.after
    unknown = {name for name, mark in change.unknown.items() if is_marked(mark)} if after else set()
    names = {*before, *after}
    return unknown | {name for name in names if _value(before.get(name)) != _value(after.get(name))}


def _value(value: Any) -> Any:
    return None if value in ("", [], {}) else value


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
