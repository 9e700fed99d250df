"""What happens to revocation: lists and responders that are switched off or moved, and the buckets of the lists.

A certificate names where its revocation is looked up, once and for all: the bucket or the name that was set when it was
issued. Source: API_CrlConfiguration.html and API_OcspConfiguration.html below
https://docs.aws.amazon.com/privateca/latest/APIReference/.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.guard.findings import doubt, finding, is_destroyed
from pcaform.guard.judgement import Remark
from pcaform.guard.reading import Change
from pcaform.guard.world import AUTHORITY, World

_ROOT = "revocation_configuration"
_PLACES = {"crl_configuration": ("custom_cname", "s3_bucket_name"), "ocsp_configuration": ("ocsp_custom_cname",)}
_NAMES = {"crl_configuration": "the revocation list", "ocsp_configuration": "OCSP"}


def published(change: Change) -> Iterator[Remark]:
    """Judge a CA that is changed: its revocation must still be published where certificates look for it."""
    for block, places in _PLACES.items():
        before, after = _block(change.before, block), _block(change.after, block)
        if not before.get("enabled"):
            continue
        path = f"{_ROOT}[0].{block}[0]"
        if _is_unknown(change, block):
            yield doubt(change, "revocation-off", f"whether {_NAMES[block]} stays on is known only after the apply")
        elif not after.get("enabled"):
            yield _switched_off(change, block, f"{path}.enabled")
        elif moved := _moved(before, after, places):
            yield _elsewhere(change, block, f"{path}.{moved}")


def bucket(change: Change, world: World) -> Iterator[Remark]:
    """Judge a bucket, or its policy: AWS writes the lists of a CA there, and needs the policy for it."""
    if not is_destroyed(change):
        return
    name = change.before.get("bucket")
    using = [each for each in world.of(AUTHORITY) if _list_in(each.values) == name and name]
    if using:
        lists = ", ".join(world.name(str(each.values.get("arn"))) for each in using)
        message = f"the revocation lists of {lists} are in the bucket '{name}': they are gone, or written no more"
        advice = "keep the bucket and its policy until every certificate that names it has ended"
        yield finding(change, "list-bucket-destroyed", message, advice=advice)


def _switched_off(change: Change, block: str, path: str) -> Remark:
    message = (
        f"{_NAMES[block]} is switched off: certificates issued so far name it, and who checks them learns of no "
        "revocation any more, or refuses them all"
    )
    advice = f"leave '{block}' as it is; where it must end, first let every certificate end that names it"
    return finding(change, "revocation-off", message, advice=advice, arguments=[path])


def _elsewhere(change: Change, block: str, path: str) -> Remark:
    message = (
        f"{_NAMES[block]} moves: certificates issued so far name the old place, which is served no more and ends with "
        "its last list or answer"
    )
    advice = "keep the old place, or serve the new content under the old name until those certificates have ended"
    return finding(change, "revocation-moved", message, advice=advice, arguments=[path])


def _moved(before: Mapping[str, Any], after: Mapping[str, Any], places: tuple[str, ...]) -> str:
    """Return the argument by which the place in certificates changes; behind a name of its own a bucket may change."""
    for name in places:
        if (before.get(name) or None) != (after.get(name) or None):
            return name
        if before.get(name):
            return ""
    return ""


def _block(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    for configuration in values.get(_ROOT) or ():
        for found in (configuration or {}).get(name) or ():
            return found or {}
    return {}


def _is_unknown(change: Change, block: str) -> bool:
    configuration = change.unknown.get(_ROOT)
    if not isinstance(configuration, list):
        return configuration is True
    inner = [each.get(block) if isinstance(each, Mapping) else each for each in configuration]
    return any(one is True or _has_unknown_switch(one) for one in inner)


def _has_unknown_switch(blocks: Any) -> bool:
    return isinstance(blocks, list) and any(isinstance(each, Mapping) and each.get("enabled") for each in blocks)


def _list_in(values: Mapping[str, Any]) -> Any:
    found = _block(values, "crl_configuration")
    return found.get("s3_bucket_name") if found.get("enabled") else None
