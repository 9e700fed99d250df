"""What a change does to the revocation that its object serves: to the buckets of CRLs, and to the names of both.

Closed to what is not known: an argument that changes and that nothing here judges is in doubt. Sources, below
https://docs.aws.amazon.com/: what AWS needs in a bucket, privateca/latest/userguide/crl-planning.html; who may read,
AmazonS3/latest/userguide/access-control-block-public-access.html and about-object-ownership.html; what a bucket blocks,
AmazonS3/latest/API/API_BlockedEncryptionTypes.html.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from pcaform.checks.guard.analysis import revocation
from pcaform.checks.guard.analysis.bucket_policies import READ, compare_policies, grants, policy_of
from pcaform.checks.guard.analysis.revocation_settings import Effect, setting_effects
from pcaform.checks.guard.arguments import (
    ACCOUNT_BLOCK,
    DISTRIBUTION,
    FLAGS,
    IN_ZONE,
    LIFECYCLE,
    PAYMENT,
    RECORD,
    SERVING,
    ZONE,
    differing,
    first_block,
    unjudged_serving,
)
from pcaform.checks.guard.context import PlanContext, module
from pcaform.core.facts import crl_key
from pcaform.core.grouping import grouped
from pcaform.iam.documents import ANYONE, PolicyError
from pcaform.terraform import resource_types as types
from pcaform.terraform.plan_json import Change, Resource, is_marked

_HARMLESS = tuple(
    f"aws_s3_bucket_{kind}"
    for kind in (
        *("acl", "inventory", "logging", "metric", "notification", "versioning"),
        *(f"{name}_configuration" for name in ("accelerate", "analytics", "cors", "replication")),
    )
)
"""Types that change no object: the ACL of a bucket, for example, lets nobody read or write one."""
TYPES = (*SERVING, *_HARMLESS)
_REFUSED = " with a public ACL, which it refuses now: they can no longer be written or read"
_GUARDS = ("web_acl_id", "continuous_deployment_policy_id")
"""What decides, before a distribution, who gets which answer."""
_ENCRYPTION = ("apply_server_side_encryption_by_default", "blocked_encryption_types", "bucket_key_enabled")
_ALGORITHMS = (None, "AES256", "aws:kms", "aws:kms:dsse")
_UPLOADS = {"NONE", "SSE-C"}
"""What a bucket may refuse of uploads: AWS uploads lists with no key of a customer, and reading goes on."""
_ARCHIVED = ("GLACIER", "DEEP_ARCHIVE")


@lru_cache(maxsize=1)
def effects(change: Change, context: PlanContext) -> tuple[Effect, ...]:
    """Return what a change does to the CRLs and OCSP of its CA, or to those that its object serves."""
    if change.type == types.AUTHORITY:
        return tuple(setting_effects(change, context))
    if change.type in _HARMLESS or change.actions == ("forget",):
        return ()
    if change.type.startswith("aws_s3_"):
        return tuple(_on_buckets(change, context))
    if change.type in (RECORD, DISTRIBUTION, ZONE, *IN_ZONE):
        return tuple(_on_names(change, context))
    ids = {str(change.before[name]) for name in ("id", "arn", "key_id") if change.before.get(name)}
    is_used = not ids.isdisjoint(revocation.served(context).mentioned)
    is_judged = not is_used or not (change.is_destroyed or unjudged_serving(change))
    return () if is_judged else (Effect("unknown", "what serves CRLs or OCSP uses it: who can read them is not known"),)


def _doubt(change: Change, *but: str) -> Iterator[Effect]:
    if names := tuple(name for name in unjudged_serving(change) if name not in but):
        words = f", and what {', '.join(map(repr, names))} does to who reads or writes them is not known"
        yield Effect("unknown", words, names)


def _on_buckets(change: Change, context: PlanContext) -> Iterator[Effect]:
    buckets, of = revocation.served(context).buckets, (change.before.get("bucket"), change.after.get("bucket"))
    touched = (ca for name, cas in buckets.items() if change.type == ACCOUNT_BLOCK or name in of for ca in cas)
    pairs = ((each, ca) for ca in touched for each in _on_crl(change, _planned(context).get(ca.address, ca), context))
    for effect, using in grouped(pairs).items():
        where = f"the CRLs of {_cas(using, context)} are in the bucket '{_bucket(using[0])}'"
        yield replace(effect, words=f"{where}{effect.words}")
    if buckets and _may_be_any(change, context):
        yield Effect("unknown", "which bucket it is about is known only after the apply, and may be that of CRLs")


def _cas(cas: Iterable[Resource], context: PlanContext) -> str:
    return ", ".join(context.name(str(each.values.get("arn"))) for each in cas)


def _bucket(ca: Resource) -> str:
    return str(revocation.block(ca.values, revocation.CRL).get("s3_bucket_name"))


@lru_cache(maxsize=1)
def _planned(context: PlanContext) -> Mapping[str, Resource]:
    """Return the CAs as the plan leaves them, by address: where a CRL is written for the public, for example."""
    changes = [each for each in context.changes_of(types.AUTHORITY) if each.after]
    return {each.address: Resource(each.address, each.type, each.after) for each in changes}


def _may_be_any(change: Change, context: PlanContext) -> bool:
    """Tell whether a bucket that is not known yet may be one that exists, since the plan creates none that is named."""
    if not change.unknown.get("bucket") or change.before or change.type == types.S3_BUCKET:
        return False
    named = context.targets(change, "bucket")
    made = tuple(each.address for each in context.changes_of(types.S3_BUCKET) if "create" in each.actions)
    near = [address for address in made if module(address) == module(change.address)]
    return not near if named is None else not all(each.startswith(made) for each in named)


def _on_crl(change: Change, ca: Resource, context: PlanContext) -> Iterator[Effect]:
    """Yield what a change does to the CRL of one CA, as the end of a sentence about it."""
    if change.is_destroyed and change.type in (types.S3_BUCKET, types.S3_BUCKET_POLICY):
        yield Effect("lost", ": they are deleted, or no longer written")
    elif change.after:
        try:
            yield from _BY_TYPE[change.type](change, ca, context) if change.type in _BY_TYPE else ()
        except PolicyError as error:
            yield Effect("unknown", f", where the policy cannot be read: {error}", ("policy",))
        yield from _doubt(change, "policy")
    elif change.type == types.S3_BUCKET_OWNERSHIP_CONTROLS:
        gone = [each.before.get("bucket") for each in context.changes_of(types.S3_BUCKET) if each.is_destroyed]
        yield from _doubt(replace(change, unknown={"rule": True})) if _bucket(ca) not in gone else ()


def _blocked(change: Change, ca: Resource, context: PlanContext) -> Iterator[Effect]:
    """Yield what blocking public access does: to public ACLs, and to a policy that lets anyone read."""
    closed = tuple(flag for flag in FLAGS if change.after.get(flag) and not change.before.get(flag))
    acls = tuple(flag for flag in closed if flag != FLAGS[2])
    if acls and revocation.has_public_crl(ca):
        yield Effect("closed", _REFUSED, acls)
    elif FLAGS[2] in closed:
        policy = policy_of(_bucket(ca), context)
        if policy is None:
            yield Effect("unknown", ", and whether its policy lets the public read them, until now, is not known")
        elif (ANYONE, frozenset()) in grants(policy, READ, ca, ()):
            yield Effect("closed", ", which only principals of its own account can read from now on", closed)


def _owned(change: Change, ca: Resource, _: PlanContext) -> Iterator[Effect]:
    before, after = (first_block(each, "rule").get("object_ownership") for each in (change.before, change.after))
    if after == "BucketOwnerEnforced" != before and revocation.has_public_crl(ca):
        yield Effect("closed", _REFUSED, ("rule",))
    elif after == "ObjectWriter" != before and not revocation.has_public_crl(ca):
        yield Effect("unknown", ", whose policy does not apply to objects of others: who can read them is not known")


def _encrypted(change: Change, ca: Resource, _: PlanContext) -> Iterator[Effect]:
    old, new = (first_block(each, "rule") for each in (change.before, change.after))
    before, after = (first_block(each, "apply_server_side_encryption_by_default") for each in (old, new))
    is_kms = str(after.get("sse_algorithm")).startswith("aws:kms") and before != after
    if is_kms and (revocation.has_public_crl(ca) or not after.get("kms_master_key_id")):
        yield Effect("closed", ", with a KMS key by which AWS cannot write, or others not read them", ("rule",))
    elif is_kms:
        yield Effect("unknown", ", with a KMS key that AWS and the readers may not be able to use", ("rule",))
    is_known = {*(new.get("blocked_encryption_types") or ())} <= _UPLOADS and after.get("sse_algorithm") in _ALGORITHMS
    is_one = len(change.after.get("rule") or ()) < 2  # noqa: PLR2004 - S3 has one rule for a bucket
    for name in differing(old, new, ()) if is_one else ("*",):
        if name not in _ENCRYPTION or not is_known:
            words = f", and what 'rule[0].{name}' does to who reads or writes them is not known"
            yield Effect("unknown", words, ("rule",))


def _expired(change: Change, ca: Resource, _: PlanContext) -> Iterator[Effect]:
    """Yield what lifecycle rules remove; a CRL is written anew before it expires, and only the old one may go."""
    crl = revocation.block(ca.values, revocation.CRL)
    folder = crl_key(crl.get("custom_path"), "").removesuffix(".crl")
    known = [_removal(each, folder) for each in change.before.get("rule") or ()]
    for removal in (_removal(each, folder) for each in change.after.get("rule") or ()):
        if removal and removal not in known:
            is_late = removal[0] >= (crl.get("expiration_in_days") or 0)
            words = ": a lifecycle rule deletes them, or puts them where nobody can read them"
            yield Effect("unknown" if is_late else "lost", words, ("rule",))


def _removal(rule: Mapping[str, Any], folder: str) -> tuple[int, str] | None:
    """Return after how many days a lifecycle rule removes objects in a folder; AWS gives its CRLs no tags."""
    chosen, both = first_block(rule, "filter"), first_block(first_block(rule, "filter"), "and")
    prefix = str(both.get("prefix") or chosen.get("prefix") or rule.get("prefix") or "")
    is_met = (prefix.startswith(folder) or folder.startswith(prefix)) and not (chosen.get("tag") or both.get("tags"))
    archived = [each for each in rule.get("transition") or () if each.get("storage_class") in _ARCHIVED]
    found = [first_block(rule, "expiration"), *archived]
    days = [each.get("days") or 0 for each in found if each.get("days") or each.get("date") or each in archived]
    return (min(days), json.dumps(found)) if days and is_met and rule.get("status") == "Enabled" else None


def _paid(change: Change, _: Resource, __: PlanContext) -> Iterator[Effect]:
    if change.after.get("payer") == "Requester" != change.before.get("payer"):
        yield Effect("closed", ", which only principals of AWS can read from now on, and pay for", ("payer",))


def _permitted(change: Change, ca: Resource, context: PlanContext) -> Iterator[Effect]:
    """Yield what a new policy of the bucket does to AWS, which writes the CRL, and to its readers."""
    before = change.before.get("policy") if change.before else policy_of(_bucket(ca), context, is_before=True)
    after = change.after.get("policy")
    if change.unknown.get("policy"):
        yield Effect("unknown", ", and whether AWS may write there is known only after the apply", ("policy",))
    if change.unknown.get("policy") or before == after:
        return
    fronts = [str(each.values["arn"]) for each in revocation.served(context).fronts if each.values.get("arn")]
    step = compare_policies(before, after, ca, fronts=fronts)
    if step.lost:
        yield Effect("lost", f", where AWS loses {', '.join(step.lost)}: they are no longer written")
    elif step.is_closed and before and not revocation.has_public_crl(ca):
        yield Effect("closed", ", where the policy no longer lets anyone read them")
    elif step.is_narrowed or (step.is_closed and not revocation.has_public_crl(ca)):
        yield Effect("unknown", ", where AWS or readers may no longer do all that they could", ("policy",))
    elif step.is_opened:
        yield Effect("unknown", ", where others than AWS may newly write or delete them", ("policy",))


_BY_TYPE: dict[str, Callable[[Change, Resource, PlanContext], Iterator[Effect]]] = {
    types.S3_BUCKET: _permitted,
    types.S3_BUCKET_POLICY: _permitted,
    types.S3_BUCKET_PUBLIC_ACCESS_BLOCK: _blocked,
    ACCOUNT_BLOCK: _blocked,
    types.S3_BUCKET_OWNERSHIP_CONTROLS: _owned,
    types.S3_BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION: _encrypted,
    LIFECYCLE: _expired,
    PAYMENT: _paid,
}


def _on_names(change: Change, context: PlanContext) -> Iterator[Effect]:
    """Yield what happens to the names at which revocation is looked up, and to what answers there."""
    names, fronts = revocation.served(context).names, revocation.served(context).fronts
    if change.type not in (RECORD, DISTRIBUTION):
        yield from _on_zone(change, context)
        return
    olds, news = (revocation.answered_names(each, names) for each in (change.before, change.after))
    is_renamed = change.before.get("name") != change.after.get("name") or change.type == DISTRIBUTION
    gone = [name for name in olds if name not in news and is_renamed]
    for name in [each for each in gone if each in revocation.served(context).named] or gone[:1]:
        yield Effect("moved", f"{name} is no longer served; {_naming(name, context)}")
    is_front = any(each.address == change.address for each in fronts)
    if is_front and change.after and change.before:
        yield from _answered_otherwise(change)
    elif is_front and not olds and change.is_destroyed:
        yield Effect("moved", "the distribution that reads the bucket of CRLs is destroyed: what it serves ends")
    elif change.is_created and news:
        others = [
            each
            for each in fronts
            if each.type == RECORD and set(revocation.answered_names(each.values, names)) & set(news)
        ]
        if not others or change.type == DISTRIBUTION:
            yield from _answered_first(change, news[0], context)
            return
        is_unknown = bool(others) and not {"alias", "records"}.isdisjoint(unjudged_serving(change))
        is_unknown |= change.after.get("type") == "NS"
        if is_unknown or any(revocation.targets(each.values) != revocation.targets(change.after) for each in others):
            yield Effect("unknown", f"another record answers for {news[0]}; {_naming(news[0], context)}")


def _answered_first(change: Change, name: str, context: PlanContext) -> Iterator[Effect]:
    """Yield that what is first to answer for a name leads elsewhere than to its bucket or responder, or keeps out."""
    fronts = [each for each in context.changes_of(DISTRIBUTION) if revocation.leads_home(each.after, context)]
    referred = {each.partition("[")[0] for each in context.files.mentioned(change.address)}
    is_home = revocation.leads_home(change.after, context) or any(
        each.startswith(f"{front.address.partition('[')[0]}.") for front in fronts for each in referred
    )
    if not is_home or any(change.after.get(each) or is_marked(change.unknown.get(each)) for each in _GUARDS):
        yield Effect("unknown", f"where {name} will lead for some clients is not known; {_naming(name, context)}")


def _on_zone(change: Change, context: PlanContext) -> Iterator[Effect]:
    """Yield what happens to a zone with a name in it, or what other kinds do to all names of one."""
    zones = {each.values.get("zone_id") for each in revocation.served(context).fronts} - {None}
    own = {values.get(name) for values in (change.before, change.after) for name in ("zone_id", "hosted_zone_id")}
    end = f".{revocation.normalized(change.before.get('name'))}"
    inside = [name for name in revocation.served(context).names if f".{name}".endswith(end) or change.type != ZONE]
    new = f".{revocation.normalized(change.after.get('name'))}" if change.type == ZONE and change.is_created else ""
    hidden = [each for each in revocation.served(context).names if new and f".{each}".endswith(new)]
    if hidden:
        yield Effect("unknown", f"it may hide {hidden[0]} that another zone has; {_naming(hidden[0], context)}")
    elif inside and (own & zones or (change.type == ZONE and change.before and not zones)):
        if change.type == ZONE and change.is_destroyed:
            yield Effect("moved", f"{inside[0]} is no longer served; {_naming(inside[0], context)}")
        elif change.is_destroyed or unjudged_serving(change):
            yield Effect("unknown", f"what it does to {inside[0]} is not known; {_naming(inside[0], context)}")


def _answered_otherwise(change: Change) -> Iterator[Effect]:
    """Yield what changes about a record or a distribution that goes on to answer."""
    old, new = revocation.targets(change.before), revocation.targets(change.after)
    unjudged = unjudged_serving(change)
    kept = change.after.get("origin") or ()
    is_other = any(each not in kept for each in change.before.get("origin") or ())
    if change.before.get("enabled") and change.after.get("enabled") is False:
        yield Effect("closed", "the distribution is switched off: what it serves for revocation ends", ("enabled",))
    elif old - new and not {"records", "alias", "origin"} & set(unjudged):
        words = f"it leads to {', '.join(sorted(new)) or 'nothing'} and no longer to {', '.join(sorted(old - new))}"
        yield Effect("moved", f"{words}, where revocation is looked up", ("origin", "records", "alias"))
    elif is_other or (change.type == RECORD and new != old):
        unjudged = (*unjudged, "origin" if is_other else "records")
    if unjudged:
        names = ", ".join(map(repr, unjudged))
        yield Effect("unknown", f"what {names} does to what it serves for revocation is not known", unjudged)


def _naming(name: str, context: PlanContext) -> str:
    return f"certificates of {_cas(revocation.served(context).names[name], context)} name it for revocation checks"
