"""What changes about the revocation of a CA, CRL and OCSP, and what AWS and readers may do by the policies of buckets.

A certificate names for its whole life where its revocation is checked: the bucket or the name that was set when it was
issued. Sources, below https://docs.aws.amazon.com/privateca/latest/: APIReference/API_CrlConfiguration.html and
API_OcspConfiguration.html; what AWS needs in a bucket: userguide/crl-planning.html#s3-policies.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.plan_json import Change, Resource
from pcaform.core.facts import CRL_WRITER, CRL_WRITER_ACTIONS
from pcaform.iam.documents import ANYONE, PolicyError, Statement, read_statements
from pcaform.iam.evaluator.patterns import is_action, is_like, is_resource
from pcaform.terraform.resource_types import AUTHORITY

CRL = "crl_configuration"
OCSP = "ocsp_configuration"
CNAMES: Mapping[str, str] = {CRL: "custom_cname", OCSP: "ocsp_custom_cname"}
"""Block -> its argument for a custom name."""
_ROOT = "revocation_configuration"
_LOCATIONS = {CRL: ("custom_cname", "s3_bucket_name"), OCSP: ("ocsp_custom_cname",)}

_LIST = "/crl/list.crl"
_NEEDED = {action: "" if "Bucket" in action else _LIST for action in CRL_WRITER_ACTIONS}
"""Action -> the suffix of the bucket's ARN that it is about."""


@dataclass(frozen=True, slots=True)
class RevocationChange:
    """What happens to the CRL or OCSP of a CA, by which argument; `is_unknown` if it is known only after the apply."""

    block: str
    fate: Literal["off", "moved", "closed"]
    path: str
    is_unknown: bool = False


def revocation_changes(change: Change) -> Iterator[RevocationChange]:
    """Yield what happens to the enabled CRL and OCSP of a CA that is updated."""
    for name, locations in _LOCATIONS.items() if change.is_updated else ():
        before, after = block(change.before, name), block(change.after, name)
        if not before.get("enabled"):
            continue
        path, unknown = f"{_ROOT}[0].{name}[0]", _unknown(change, name)
        moved = _moved(before, after, locations, unknown)
        if "enabled" in unknown or not after.get("enabled"):
            yield RevocationChange(name, "off", f"{path}.enabled", is_unknown="enabled" in unknown)
        elif moved:
            yield RevocationChange(name, "moved", f"{path}.{moved}", is_unknown=moved in unknown)
        elif is_public(before) and not before.get("custom_cname") and not is_public(after):
            yield RevocationChange(name, "closed", f"{path}.s3_object_acl")


def is_public(crl: Mapping[str, Any]) -> bool:
    """Tell whether a CRL is written for public reads, as AWS does unless another ACL is named."""
    return bool(crl.get("s3_bucket_name")) and crl.get("s3_object_acl") != "BUCKET_OWNER_FULL_CONTROL"


def _moved(
    before: Mapping[str, Any], after: Mapping[str, Any], locations: tuple[str, ...], unknown: Collection[str]
) -> str:
    """Return the argument by which the location in certificates changes; behind a custom name the bucket may change."""
    for name in locations:
        if name in unknown or (before.get(name) or None) != (after.get(name) or None):
            return name
        if before.get(name):
            return ""
    return ""


def block(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return one block of a CA's revocation configuration, empty if there is none."""
    for configuration in values.get(_ROOT) or ():
        for settings in (configuration or {}).get(name) or ():
            return settings or {}
    return {}


def _unknown(change: Change, kind: str) -> Collection[str]:
    """Return the unknown arguments of a block; if the block itself is unknown, its `enabled` is."""
    configuration = change.unknown.get(_ROOT)
    if not isinstance(configuration, list):
        return ("enabled",) if configuration is True else ()
    inner = [each.get(kind) if isinstance(each, Mapping) else each for each in configuration]
    blocks = [each for one in inner for each in (one if isinstance(one, list) else [one])]
    if True in blocks:
        return ("enabled",)
    return [name for each in blocks if isinstance(each, Mapping) for name, mark in each.items() if mark]


def cas_using(name: Any, context: PlanContext) -> list[Resource]:
    """Return the CAs that have their CRLs in a bucket."""
    blocks = ((each, block(each.values, "crl_configuration")) for each in context.of(AUTHORITY))
    return [each for each, found in blocks if name and found.get("enabled") and found.get("s3_bucket_name") == name]


def describe_crls(using: list[Resource], context: PlanContext) -> str:
    """Return the start of a sentence: whose CRLs are in which bucket."""
    names = ", ".join(context.name(str(each.values.get("arn"))) for each in using)
    bucket = block(using[0].values, "crl_configuration").get("s3_bucket_name")
    return f"the CRLs of {names} are in the bucket '{bucket}'"


def has_public_crl(authority: Resource) -> bool:
    """Tell whether the CRL of a CA is written for public reads."""
    return is_public(block(authority.values, "crl_configuration"))


def allowed_actions(values: Mapping[str, Any], authority: Resource) -> list[str]:
    """Return the actions that AWS needs for the CRLs of a CA and that the policy of a bucket allows."""
    arn = str(authority.values.get("arn"))
    allowing = {action: _allow_statements(values, action) for action in _NEEDED}
    return [
        action
        for action, statements in allowing.items()
        if any(_names_principal(each, "*", CRL_WRITER) and _covers_ca(each, arn) for each in statements)
    ]


def is_readable(values: Mapping[str, Any]) -> bool:
    """Tell whether the policy of a bucket lets any principal read the CRLs."""
    return bool(_allow_statements(values, "s3:GetObject"))


def _allow_statements(values: Mapping[str, Any], action: str) -> list[Statement]:
    """Return the statements of a bucket's policy that allow an action; none if another denies it to everyone."""
    place, policy = f"{values.get('bucket')}{_NEEDED.get(action, _LIST)}", values.get("policy")
    try:
        met = [each for each in read_statements(policy) if _is_about(each, action, place)] if policy else []
    except PolicyError:
        return []
    denials = [each for each in met if not each.is_allow and not each.conditions]
    is_denied = any(_names_principal(each, ANYONE, CRL_WRITER) for each in denials)
    return [] if is_denied else [each for each in met if each.is_allow]


def _names_principal(statement: Statement, *names: str) -> bool:
    return any(name in names for _, name in statement.principals or ())


def _is_about(statement: Statement, action: str, name: str) -> bool:
    arns = [(":".join(each.split(":")[:2]), each) for each in statement.resources or ()]
    is_met = any(is_action(action, each) for each in statement.actions or ())
    return is_met and any(is_resource(f"{partition}:s3:::{name}", each, {}) for partition, each in arns)


def _covers_ca(statement: Statement, arn: str) -> bool:
    """Tell whether the conditions of a statement hold for a CA."""
    own = {"aws:sourcearn": arn, "aws:sourceaccount": arn.split(":")[4] if arn.startswith("arn:") else ""}
    asked = [(own[each.key], each.values) for each in statement.conditions if each.key in own]
    return all(any(is_like(value, pattern, {}) for pattern in patterns) for value, patterns in asked)
