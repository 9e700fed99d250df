"""What happens to a CA's revocation: lists and responders that are switched off, moved, or closed to their readers.

A certificate names where its revocation is looked up, once and for all: the bucket or the name that was set when it was
issued. Source: API_CrlConfiguration.html and API_OcspConfiguration.html below
https://docs.aws.amazon.com/privateca/latest/APIReference/.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pcaform.checks.guard.findings import finding, undecided
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.verdict import Outcome

_ROOT = "revocation_configuration"
_PLACES = {"crl_configuration": ("custom_cname", "s3_bucket_name"), "ocsp_configuration": ("ocsp_custom_cname",)}
_NAMES = {"crl_configuration": "the revocation list", "ocsp_configuration": "OCSP"}


def published(change: Change) -> Iterator[Outcome]:
    """Judge a CA that is changed: its revocation must still be published where certificates look for it."""
    for kind, places in _PLACES.items():
        before, after = block(change.before, kind), block(change.after, kind)
        if not before.get("enabled"):
            continue
        path, unknown = f"{_ROOT}[0].{kind}[0]", _unknown(change, kind)
        moved = _moved(before, after, places, unknown)
        if "enabled" in unknown:
            yield undecided(change, "revocation-off", f"whether {_NAMES[kind]} stays on is known only after the apply")
        elif not after.get("enabled"):
            yield _switched_off(change, kind, f"{path}.enabled")
        elif moved in unknown:
            yield undecided(change, "revocation-moved", f"where {_NAMES[kind]} will be is known only after the apply")
        elif moved:
            yield _elsewhere(change, kind, f"{path}.{moved}")
        elif is_public(before) and not before.get("custom_cname") and not is_public(after):
            yield _closed(change, f"{path}.s3_object_acl")


def is_public(crl: Mapping[str, Any]) -> bool:
    """Tell whether a list is written for everybody to read, as AWS does unless another ACL is named."""
    return bool(crl.get("s3_bucket_name")) and crl.get("s3_object_acl") != "BUCKET_OWNER_FULL_CONTROL"


def _switched_off(change: Change, kind: str, path: str) -> Outcome:
    message = (
        f"{_NAMES[kind]} is switched off: certificates issued so far name it, and who checks them learns of no "
        "revocation any more, or refuses them all"
    )
    advice = f"leave '{kind}' as it is; where it must end, first let every certificate end that names it"
    return finding(change, "revocation-off", message, advice=advice, arguments=[path])


def _elsewhere(change: Change, kind: str, path: str) -> Outcome:
    message = (
        f"{_NAMES[kind]} moves: certificates issued so far name the old place, which is served no more and ends with "
        "its last list or answer"
    )
    advice = "keep the old place, or serve the new content under the old name until those certificates have ended"
    return finding(change, "revocation-moved", message, advice=advice, arguments=[path])


def _closed(change: Change, path: str) -> Outcome:
    message = (
        "the revocation list is written for the bucket's owner only: certificates issued so far name the bucket, where "
        "nobody else reads it any more unless the bucket's policy lets everybody"
    )
    advice = "leave 's3_object_acl', or serve the list from a bucket that everybody may read by its policy"
    return finding(change, "revocation-off", message, advice=advice, arguments=[path])


def _moved(
    before: Mapping[str, Any], after: Mapping[str, Any], places: tuple[str, ...], unknown: Collection[str]
) -> str:
    """Return the argument by which the place in certificates changes; behind a name of its own a bucket may change."""
    for name in places:
        if name in unknown or (before.get(name) or None) != (after.get(name) or None):
            return name
        if before.get(name):
            return ""
    return ""


def block(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return one block of a CA's revocation, empty where there is none."""
    for configuration in values.get(_ROOT) or ():
        for found in (configuration or {}).get(name) or ():
            return found or {}
    return {}


def _unknown(change: Change, kind: str) -> Collection[str]:
    """Return the arguments of a block that are not known yet; where the block itself is not, neither is the switch."""
    configuration = change.unknown.get(_ROOT)
    if not isinstance(configuration, list):
        return ("enabled",) if configuration is True else ()
    inner = [each.get(kind) if isinstance(each, Mapping) else each for each in configuration]
    blocks = [each for one in inner for each in (one if isinstance(one, list) else [one])]
    if True in blocks:
        return ("enabled",)
    return [name for each in blocks if isinstance(each, Mapping) for name, mark in each.items() if mark]
