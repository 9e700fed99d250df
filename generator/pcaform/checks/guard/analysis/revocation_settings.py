"""What the update of a CA does to its revocation: a CRL or OCSP that is switched off, moved or closed.

Sources, below https://docs.aws.amazon.com/privateca/latest/APIReference/: API_CrlConfiguration.html,
API_OcspConfiguration.html, API_CrlDistributionPointExtensionConfiguration.html.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pcaform.checks.guard.analysis.bucket_policies import READ, grants, policy_of, refuses_public_acls
from pcaform.checks.guard.analysis.revocation import (
    ACL,
    CNAMES,
    CONFIGURATION,
    CRL,
    OCSP,
    PRIVATE,
    block,
    reads_another_bucket,
)
from pcaform.checks.guard.arguments import differing
from pcaform.checks.guard.context import PlanContext
from pcaform.iam.documents import PolicyError
from pcaform.terraform.plan_json import Change, Resource, is_marked

_LOCATIONS = {CRL: (CNAMES[CRL], "s3_bucket_name"), OCSP: (CNAMES[OCSP],)}
_PATHS = {"custom_path": None, "crl_type": "COMPLETE"}
"""Arguments of a CRL that are part of its URL whatever its name, with what AWS takes without them."""
_OMITS, _EXTENSION = "omit_extension", "crl_distribution_point_extension_configuration"
_KNOWN = frozenset(("enabled", "expiration_in_days", ACL, *_LOCATIONS[CRL], *_LOCATIONS[OCSP], *_PATHS))
_NAMES = {CRL: "the CRL", OCSP: "OCSP"}
_LEAVE = "leave it as it is"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does to the CRLs or OCSP of CAs, in words, by which of its arguments, and what to do instead.

    They are `closed` to those who check, `moved` away from their name, `lost` (deleted or no longer written), or it is
    `unknown`.
    """

    fate: Literal["closed", "moved", "lost", "unknown"]
    words: str
    arguments: tuple[str, ...] = ()
    advice: str = ""


def setting_effects(change: Change, context: PlanContext) -> Iterator[Effect]:
    """Yield what an update does to the enabled CRL and OCSP of a CA."""
    if reads_another_bucket(change, context):
        words = (
            "the CRL goes to another bucket under the same name, and the distribution there still reads the old one, "
            "or is not in the plan"
        )
        yield Effect("unknown", words)
    for name in _LOCATIONS if change.is_updated else ():
        if block(change.before, name).get("enabled"):
            yield from _of_block(change, name, context)
    olds, news = ((each.get(CONFIGURATION) or [{}])[0] or {} for each in (change.before, change.after))
    for each in differing(olds, news, ()) if change.is_updated else ():
        if each not in _LOCATIONS:
            yield _unjudged(f"{CONFIGURATION}[0].{each}")


def _of_block(change: Change, name: str, context: PlanContext) -> Iterator[Effect]:
    before, after, unknown = block(change.before, name), block(change.after, name), _unknown(change, name)
    path, moved = f"{CONFIGURATION}[0].{name}[0]", _moved(before, after, _LOCATIONS[name], unknown)
    was_private, is_private = (each.get(ACL) == PRIVATE for each in (before, after))
    if "enabled" in unknown:
        yield Effect("unknown", f"whether {_NAMES[name]} stays on is known only after the apply")
    elif not after.get("enabled"):
        words = (
            f"{_NAMES[name]} is switched off: certificates issued so far name it, and clients that check them no "
            "longer learn of revocations, or reject them all"
        )
        advice = f"leave '{name}' as it is; if it must end, wait until every certificate that names it has expired"
        yield Effect("closed", words, (f"{path}.enabled",), advice)
    elif moved in unknown:
        yield Effect("unknown", f"where {_NAMES[name]} will be is known only after the apply")
    elif moved:
        words = (
            f"{_NAMES[name]} moves: certificates issued so far name the old location, which is no longer served and "
            "ends with its last CRL or response"
        )
        advice = "keep the old location, or serve the new content under the old name until those certificates expire"
        yield Effect("moved", words, (f"{path}.{moved}",), advice)
    elif before.get("s3_bucket_name") and was_private != is_private:
        yield from (_closed if is_private else _opened)(change, after, f"{path}.{ACL}", context)
    for each in differing(before, after, unknown):
        if each in (_OMITS, _EXTENSION) and _omits(after) and each not in unknown:
            words = "certificates no longer say where the CRL is: clients do not learn that one of them is revoked"
            yield Effect("closed", words, (f"{path}.{each}",), _LEAVE)
        elif each not in _KNOWN or (each == ACL and each in unknown):
            yield _unjudged(f"{path}.{each}")


def _unjudged(path: str) -> Effect:
    return Effect("unknown", f"what '{path}' does to revocation is not known to this release")


def _unknown(change: Change, kind: str) -> Collection[str]:
    """Return the unknown arguments of a block; if the block itself is unknown, its `enabled` is."""
    configuration = change.unknown.get(CONFIGURATION)
    if not isinstance(configuration, list):
        return ("enabled",) if configuration is True else ()
    inner = [each.get(kind) if isinstance(each, Mapping) else each for each in configuration]
    blocks = [each for one in inner for each in (one if isinstance(one, list) else [one])]
    if True in blocks:
        return ("enabled",)
    return [name for each in blocks if isinstance(each, Mapping) for name, mark in each.items() if is_marked(mark)]


def _moved(
    before: Mapping[str, Any], after: Mapping[str, Any], locations: tuple[str, ...], unknown: Collection[str]
) -> str:
    """Return the argument by which the location in certificates changes; behind a custom name the bucket may change."""
    named = next((index for index, name in enumerate(locations) if before.get(name)), len(locations))
    for name in (*locations[: named + 1], *_PATHS):
        default = _PATHS.get(name)
        if name in unknown or (before.get(name) or default) != (after.get(name) or default):
            return name
    return ""


def _omits(crl: Mapping[str, Any]) -> bool:
    """Tell whether certificates are issued without the URL of the CRL."""
    blocks = crl.get(_EXTENSION) or ()
    return any(each.get(_OMITS) for each in (crl, *(each or {} for each in blocks)))


def _opened(_: Change, crl: Mapping[str, Any], path: str, context: PlanContext) -> Iterator[Effect]:
    """Yield that the bucket refuses the ACL with which a CRL is newly written, or may."""
    is_refused = refuses_public_acls(str(crl.get("s3_bucket_name")), context)
    words = f"the CRL is written with a public ACL, which the bucket '{crl.get('s3_bucket_name')}' "
    if is_refused is None:
        yield Effect("unknown", f"{words}may refuse: then no new one is written")
    elif is_refused:
        yield Effect("closed", f"{words}refuses: no new one is written", (path,), _LEAVE)


def _closed(change: Change, crl: Mapping[str, Any], path: str, context: PlanContext) -> Iterator[Effect]:
    """Yield that only the bucket's owner may read a CRL; behind a name of its own, others may by its policy."""
    policy = policy_of(str(crl.get("s3_bucket_name")), context)
    try:
        is_readable = bool(policy and grants(policy, READ, Resource(change.address, change.type, change.after), ()))
    except PolicyError:
        is_readable, policy = False, None
    if crl.get(CNAMES[CRL]) and policy is None:
        words = "only the bucket's owner can read the CRL, and whether its policy lets others read is not in the plan"
        yield Effect("unknown", words)
    elif not (crl.get(CNAMES[CRL]) and is_readable):
        words = (
            "the CRL is written so that only the bucket's owner can read it: certificates issued so far name the "
            "bucket, where others can read it only if the bucket's policy allows public reads"
        )
        advice = "leave 's3_object_acl' as it is, or serve the CRL from a bucket whose policy allows public reads"
        yield Effect("closed", words, (path,), advice)
