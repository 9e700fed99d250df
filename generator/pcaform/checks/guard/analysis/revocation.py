"""What changes about the revocation of a CA: CRL and OCSP that are switched off, moved, or closed to their readers.

A certificate names for its whole life where its revocation is checked: the bucket or the name that was set when it was
issued. Source: API_CrlConfiguration.html and API_OcspConfiguration.html below
https://docs.aws.amazon.com/privateca/latest/APIReference/.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from pcaform.checks.guard.plan_json import Change

CRL = "crl_configuration"
OCSP = "ocsp_configuration"
CNAMES: Mapping[str, str] = {CRL: "custom_cname", OCSP: "ocsp_custom_cname"}
"""Block -> its argument for a custom name."""
_ROOT = "revocation_configuration"
_LOCATIONS = {CRL: ("custom_cname", "s3_bucket_name"), OCSP: ("ocsp_custom_cname",)}


class Fate(Enum):
    """What happens to a CRL or to OCSP."""

    OFF = auto()
    MOVED = auto()
    CLOSED = auto()


@dataclass(frozen=True, slots=True)
class RevocationChange:
    """What happens to the CRL or OCSP of a CA, by which argument; `is_unknown` if it is known only after the apply."""

    block: str
    fate: Fate
    path: str
    is_unknown: bool = False


def revocation_changes(change: Change) -> Iterator[RevocationChange]:
    """Yield what happens to the enabled CRL and OCSP of a CA that is updated."""
    for name, locations in _LOCATIONS.items():
        before, after = block(change.before, name), block(change.after, name)
        if not before.get("enabled"):
            continue
        path, unknown = f"{_ROOT}[0].{name}[0]", _unknown(change, name)
        moved = _moved(before, after, locations, unknown)
        if "enabled" in unknown or not after.get("enabled"):
            yield RevocationChange(name, Fate.OFF, f"{path}.enabled", is_unknown="enabled" in unknown)
        elif moved:
            yield RevocationChange(name, Fate.MOVED, f"{path}.{moved}", is_unknown=moved in unknown)
        elif is_public(before) and not before.get("custom_cname") and not is_public(after):
            yield RevocationChange(name, Fate.CLOSED, f"{path}.s3_object_acl")


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
