"""Buckets of CRLs: which CAs write there, and what AWS and readers may do by the policy of a bucket.

What AWS needs in a bucket: https://docs.aws.amazon.com/privateca/latest/userguide/crl-planning.html#s3-policies.
"""

import json
from collections.abc import Mapping
from typing import Any

from pcaform.checks.guard.analysis.revocation import block, is_public
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.plan_json import Resource
from pcaform.core.facts import LIST_WRITER, LIST_WRITER_ACTIONS
from pcaform.iam.evaluator.patterns import is_action, is_like, is_resource
from pcaform.iam.normalize import as_list
from pcaform.terraform.resource_types import AUTHORITY

_LIST = "/crl/list.crl"
_NEEDED = {action: "" if "Bucket" in action else _LIST for action in LIST_WRITER_ACTIONS}
"""Action -> what of the bucket it is about."""


def cas_using(name: Any, context: PlanContext) -> list[Resource]:
    """Return the CAs that have their lists in a bucket."""
    blocks = ((each, block(each.values, "crl_configuration")) for each in context.of(AUTHORITY))
    return [each for each, found in blocks if name and found.get("enabled") and found.get("s3_bucket_name") == name]


def describe_crls(using: list[Resource], context: PlanContext) -> str:
    """Return the start of a sentence: whose CRLs are in which bucket."""
    lists = ", ".join(context.name(str(each.values.get("arn"))) for each in using)
    name = block(using[0].values, "crl_configuration").get("s3_bucket_name")
    return f"the revocation lists of {lists} are in the bucket '{name}'"


def has_public_crl(authority: Resource) -> bool:
    """Tell whether the CRL of a CA is written for everybody to read."""
    return is_public(block(authority.values, "crl_configuration"))


def allowed_actions(values: Mapping[str, Any], authority: Resource) -> list[str]:
    """Return what of all that AWS needs for a CA's lists a bucket's policy allows."""
    arn = str(authority.values.get("arn"))
    return [
        action
        for action in _NEEDED
        if any(_is_from(each, arn) for each in _granting(values, action) if _is_to(each, "*", LIST_WRITER))
    ]


def is_readable(values: Mapping[str, Any]) -> bool:
    """Tell whether a bucket's policy lets anybody at all read the lists."""
    return bool(_granting(values, "s3:GetObject"))


def _granting(values: Mapping[str, Any], action: str) -> list[Any]:
    """Return the statements of a bucket's policy that allow something, none where another denies it to all."""
    place = f"{values.get('bucket')}{_NEEDED.get(action, _LIST)}"
    try:
        statements = as_list(json.loads(values.get("policy") or "{}").get("Statement", []))
        met = [each for each in statements if _is_about(each, action, place)]
        denials = [each for each in met if each.get("Effect") == "Deny" and not each.get("Condition")]
        is_denied = any(_is_to(each, "*", LIST_WRITER) for each in denials)
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
