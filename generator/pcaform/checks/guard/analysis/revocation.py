"""What serves the revocation of CAs: buckets and names, and what is behind them.

A certificate names for its whole life where its revocation is checked: the bucket or the name that was set when it was
issued.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pcaform.checks.guard.arguments import DISTRIBUTION, RECORD, first_block, texts_in
from pcaform.checks.guard.context import PlanContext
from pcaform.core.facts import DNS_SUFFIX
from pcaform.terraform.plan_json import Change, Resource
from pcaform.terraform.resource_types import AUTHORITY, S3_BUCKET, S3_BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION

CRL = "crl_configuration"
OCSP = "ocsp_configuration"
CNAMES: Mapping[str, str] = {CRL: "custom_cname", OCSP: "ocsp_custom_cname"}
"""Block -> its argument for a custom name."""
CONFIGURATION = "revocation_configuration"
ACL, PRIVATE = "s3_object_acl", "BUCKET_OWNER_FULL_CONTROL"
ANSWERS = (None, "A", "AAAA", "CNAME", "NS")
_RESPONDER = re.compile(rf"ocsp\.acm-pca\.[\w-]+\.({DNS_SUFFIX})|acm-pca-ocsp\.[\w-]+\.api\.aws")
"""https://docs.aws.amazon.com/privateca/latest/userguide/ocsp-customize.html."""
_MAX_HOPS = 4
"""Names that lead to names: a record to a record, to a distribution, to its origin."""


def block(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return one block of a CA's revocation configuration, empty if there is none."""
    return first_block(first_block(values, CONFIGURATION), name)


def has_public_crl(authority: Resource) -> bool:
    """Tell whether the CRL of a CA is written for public reads, as AWS does unless another ACL is named."""
    crl = block(authority.values, CRL)
    return bool(crl.get("s3_bucket_name")) and crl.get(ACL) != PRIVATE


@dataclass(frozen=True, slots=True)
class Served:
    """What serves the revocation of CAs: by bucket and by name those that have it there, and the objects behind.

    `named` are the names that CAs give, `fronts` the records and distributions that answer, `ids` what identifies all
    of it (names, ids, ARNs, domains, each as a whole), and `mentioned` the texts in the arguments of the fronts and of
    the buckets' encryption.
    """

    buckets: Mapping[str, list[Resource]]
    names: Mapping[str, list[Resource]]
    named: frozenset[str]
    fronts: tuple[Resource, ...]
    ids: frozenset[str]
    mentioned: frozenset[str]


@lru_cache(maxsize=1)
def served(context: PlanContext) -> Served:
    """Return what serves the revocation of the CAs before a plan, directly or where their names lead."""
    buckets: dict[str, list[Resource]] = {}
    names: dict[str, list[Resource]] = {}
    for ca in context.of(AUTHORITY):
        for kind, argument in CNAMES.items():
            found = block(ca.values, kind)
            for places, name in ((buckets, found.get("s3_bucket_name")), (names, normalized(found.get(argument)))):
                if found.get("enabled") and isinstance(name, str) and name:
                    places.setdefault(name, []).append(ca)
    named, fronts = frozenset(names), dict[str, Resource]()
    for _ in range(_MAX_HOPS if buckets or names else 0):
        for each in context.of(RECORD, DISTRIBUTION):
            if cas := _answered(each.values, buckets, names):
                fronts[each.address] = each
                for target in targets(each.values):
                    names.setdefault(target, cas)
    encryptions = (S3_BUCKET, S3_BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION)
    own = [each for each in context.of(*encryptions) if each.values.get("bucket") in buckets]
    values = [each.values for each in (*own, *fronts.values())]
    ids = {str(each.get(name)) for each in values for name in ("id", "arn", "domain_name", "bucket_domain_name")}
    ids |= {f"arn:aws:s3:::{bucket}" for bucket in buckets}
    mentioned = {text for each in values for text in texts_in(each)}
    for each in context.of("aws_wafv2_web_acl", "aws_wafv2_rule_group") if mentioned else ():
        mentioned |= {*texts_in(each.values)} if each.values.get("arn") in mentioned else set()
    ids |= {*buckets, *names}
    return Served(buckets, names, named, tuple(fronts.values()), frozenset(ids - {"None"}), frozenset(mentioned))


def reads_another_bucket(change: Change, context: PlanContext) -> bool:
    """Tell whether a CRL behind a name goes to a bucket that what answers there does not read, or may not."""
    old, new = (block(each, CRL).get("s3_bucket_name") for each in (change.before, change.after))
    is_named = bool(block(change.before, CRL).get(CNAMES[CRL]))
    reads = [targets(each.values) for each in served(context).fronts if each.type == DISTRIBUTION]
    read = {name.partition(".s3")[0] for names in reads for name in names}
    return bool(old and new and old != new and (old in read or (is_named and not read)))


def _answered(values: Mapping[str, Any], buckets: Mapping[str, Any], names: Mapping[str, Any]) -> list[Resource]:
    """Return the CAs whose revocation a record or a distribution answers for, by its names or by its origins."""
    found = [ca for name in answered_names(values, names) for ca in names[name]]
    for each in values.get("origin") or ():
        cas = buckets.get(normalized(each.get("domain_name")).partition(".s3")[0], ())
        found += [ca for ca in cas if block(ca.values, CRL).get(CNAMES[CRL])]
    return list({ca.address: ca for ca in found}.values())


def answered_names(values: Mapping[str, Any], names: Mapping[str, Any]) -> list[str]:
    """Return the names of revocation that a record or a distribution answers, or hands on to other name servers."""
    if values.get("type") not in ANSWERS:
        return []
    given = (values.get("name"), values.get("fqdn"), values.get("domain_name"), *(values.get("aliases") or ()))
    own = {normalized(each) for each in given} - {""}
    suffixes = tuple(each[1:] for each in own if each.startswith("*."))
    suffixes += tuple(f".{each}" for each in own if values.get("type") == "NS")
    above = (each for each in names if each.endswith(suffixes)) if suffixes else ()
    return sorted({*(own & names.keys()), *above})


def targets(values: Mapping[str, Any]) -> frozenset[str]:
    """Return the names that a record or a distribution leads to."""
    blocks = [*(values.get("alias") or ()), *(values.get("origin") or ())]
    names = [*(each.get("name") or each.get("domain_name") for each in blocks), *(values.get("records") or ())]
    return frozenset(map(normalized, names)) - {""}


def leads_home(values: Mapping[str, Any], context: PlanContext) -> bool:
    """Tell whether a record or a distribution leads to a bucket of CRLs, what reads one, or AWS's OCSP responder."""
    ids, buckets = served(context).ids, served(context).buckets
    found = targets(values)
    return bool(found) and all(
        each in ids or each.partition(".s3")[0] in buckets or _RESPONDER.fullmatch(each) for each in found
    )


def normalized(name: Any) -> str:
    """Return a name of DNS in lower case, without the dot at its end."""
    return name.lower().rstrip(".") if isinstance(name, str) else ""
