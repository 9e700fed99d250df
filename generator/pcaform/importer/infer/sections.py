"""Infers the entries of the smaller sections: private certificates of ACM, shares of CAs, and CRL buckets.

A share and a bucket must be as a stack of ours configures them.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.core.renewal import CERTIFICATE_STATUSES, certificate_problem
from pcaform.iam.actions import ISSUE
from pcaform.iam.documents import ANYONE, Statement
from pcaform.iam.policies.resource_policies import READER, WRITES, bucket_policy, share_policy
from pcaform.importer.infer.context import SHARES, Context, Entries, SpecEntry, move, of_arn, read_policy_back, text
from pcaform.importer.infer.keys import Identity, choose_key, join_names, match_pairs
from pcaform.sources.inventory import ImportNote, Resource, is_symbolic
from pcaform.spec.sections import Certificate, CrlBucket, Share
from pcaform.terraform import module_names
from pcaform.terraform import resource_types as types
from pcaform.terraform.arguments import PUBLIC_ACCESS_SETTINGS
from pcaform.terraform.resource_types import ACM_CERTIFICATE
from pcaform.terraform.schema import read_plain

_PARTS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    types.S3_BUCKET_OWNERSHIP_CONTROLS: (("rule", "0", "object_ownership", "BucketOwnerEnforced"),),
    types.S3_BUCKET_PUBLIC_ACCESS_BLOCK: tuple((name, "True") for name in PUBLIC_ACCESS_SETTINGS),
    types.S3_BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION: (
        ("rule", "0", "apply_server_side_encryption_by_default", "0", "sse_algorithm", "AES256"),
    ),
    types.S3_BUCKET_POLICY: (),
}
"""The required settings of each part of a bucket: a path into its attributes, and the value there, as text."""
_SERVED = (types.CLOUDFRONT_DISTRIBUTION, types.CLOUDFRONT_ORIGIN_ACCESS_CONTROL)
_NOT_A_SHARE = "its statements are not those of a share by AWS RAM or pcaform"
_MODULE = "certificate_"


def infer_buckets(context: Context, names: set[str]) -> Entries:
    """Return the entries of CRL buckets: those with a name in `names`, and those in modules of ours."""
    result = Entries()
    taken: set[str] = set()
    for bucket in context.inventory.of_type(types.S3_BUCKET):
        name, own = text(bucket, "bucket"), bucket.module_key("crl_bucket_")
        if bucket.is_reference or not name or (name not in names and own is None):
            continue
        if (region := _region_of(bucket, context)) not in ("", context.location.region):
            result.leave_out(bucket, f"it is in {region}, and a stack has its buckets in {context.location.region}")
            continue
        parts = [each for kind in _PARTS for each in context.inventory.of_type(kind) if text(each, "bucket") == name]
        beside = (each for kind in _SERVED for each in context.inventory.of_type(kind))  # others serve CRLs too
        served = [each for each in beside if own is not None and each.module_key("crl_bucket_") == own]
        settings = _policy_settings([*parts, *served], name, context)
        unknown = "".join(note.address for note in context.inventory.notes if note.kind == "unknown")
        why = _find_difference(parts, unknown) or ("its policy is not the one" if settings is None else None)
        if why is not None or settings is None:
            result.leave_out(bucket, f"{why} which every CRL bucket of a spec has")
            continue
        key = choose_key(context.existing.crl_buckets.get(name), own, name=own or name, taken=taken)
        taken.add(key)
        data = {
            "bucket": None if name == key else name,
            **settings,
            "force_destroy": bool(bucket.attributes.get("force_destroy")),
            "tags": context.tags_of(bucket),
        }
        moved = tuple(move(each, module_names.crl_bucket(key)) for each in (bucket, *parts, *served))
        result.entries.append(SpecEntry("crl_buckets", key, data, bucket, moved))
    return result


def _region_of(bucket: Resource, context: Context) -> str:
    """Return the region of a bucket, empty where the source does not tell."""
    provider = context.inventory.providers.get(bucket.provider or "")
    return text(bucket, "region") or (provider.region if provider else "")


def _find_difference(parts: list[Resource], unknown: str) -> str | None:
    """Return which part of a bucket is missing, duplicate or different; None if none is."""
    kinds = [each.type for each in parts]
    for kind in _PARTS:
        number, name = kinds.count(kind), _name_part(kind)
        if number != 1:
            is_unread = not number and f"{kind}." in unknown
            return f"it has {number or 'no'} {name}{' that could be read' if is_unread else ''},"
    wrong = ((each.type, path) for each in parts for path in _PARTS[each.type] if not _has_value(each.attributes, path))
    return next((f"it has no '{path[-2]}: {path[-1]}' in its {_name_part(kind)}," for kind, path in wrong), None)


def _name_part(kind: str) -> str:
    return kind.removeprefix(f"{types.S3_BUCKET}_").replace("_", " ")


def _has_value(value: Any, path: tuple[str, ...]) -> bool:
    for step in path[:-1]:
        try:
            value = value[int(step)] if step.isdigit() else value[step]
        except PARTIAL_DATA_ERRORS:
            return False
    return str(value) == path[-1]


def _policy_settings(parts: list[Resource], name: str, context: Context) -> dict[str, Any] | None:
    """Return the settings of a bucket that its policy has; None if its policy is not one of ours."""
    policies = [each.attributes.get("policy") for each in parts if each.type == types.S3_BUCKET_POLICY]

    own = next((each for each in parts if each.type == types.CLOUDFRONT_DISTRIBUTION), None)

    def read(statements: Iterable[Statement]) -> dict[str, Any]:
        settings = _read_readers(statements)
        if own is not None:
            settings["cloudfront_distribution_arns"].remove(own.attributes.get("arn"))
            settings["distribution"] = _read_distribution(own)
        return settings

    def render(settings: Mapping[str, Any], *, is_former: bool = False) -> Any:
        bucket, arn = CrlBucket.model_validate(settings), own and own.attributes.get("arn")
        account, region = context.location.account_id, context.location.region
        return bucket_policy(bucket, name, account_id=account, region=region, distribution=arn, is_former=is_former)

    found = read_policy_back(policies[0], read, render) if len(policies) == 1 else None
    is_former = found is None and len(policies) == 1
    return read_policy_back(policies[0], read, partial(render, is_former=True)) if is_former else found


def _read_readers(statements: Iterable[Statement]) -> dict[str, Any]:
    both = list(statements)
    reading = [each for each in both if each.principals_of("Service") == [READER]]
    arns = [arn for each in reading for arn in each.values_of("ArnEquals", "aws:SourceArn")]
    content = next((content for content, sid in WRITES.items() if sid in {each.sid for each in both}), "crls")
    return {"cloudfront_distribution_arns": arns, "content": content}


def _read_distribution(distribution: Resource) -> dict[str, Any]:
    """Return the settings of a distribution; its names are those of the CAs with their CRLs behind it."""
    blocks = ("viewer_certificate", "acm_certificate_arn"), ("logging_config", "bucket")
    certificate, log = (
        next((each.get(name) for each in distribution.attributes.get(block) or ()), None) for block, name in blocks
    )
    return {"acm_certificate_arn": certificate or None, "log_bucket": log and str(log).partition(".s3.")[0]}


def infer_shares(context: Context, written: set[str]) -> Entries:
    """Return the shares of the CAs with an ARN in `written`; others do not belong to this spec."""
    result = Entries()
    for arn, policies in context.index.shares.items():
        key, region = context.keys.get(arn, ""), (of_arn(arn) or (context.location.region, ""))[0]
        for policy in policies if arn in written else ():
            data = _infer_share(policy.attributes.get("policy"), arn, region=region)
            own = arn.split(":")[4]
            if data is None:
                result.leave_out(policy, _NOT_A_SHARE)
            elif own in data["accounts"]:
                result.leave_out(policy, f"it shares the CA with its own account {own}, which a spec cannot say")
            else:
                moved = (move(policy, module_names.share(key)),)
                result.entries.append(SpecEntry(SHARES, key, data, policy, moved, frozenset({arn})))
    return result


def _infer_share(policy: Any, arn: str, *, region: str) -> dict[str, Any] | None:
    """Return the share of a policy, None if a stack would render another one."""
    return read_policy_back(
        policy, _read_share, lambda share: share_policy(Share.model_validate(share), arn, region=region)
    )


def _read_share(statements: Iterable[Statement]) -> dict[str, Any]:
    accounts: dict[str, None] = {}
    entry: dict[str, Any] = {}
    for statement in statements:
        if not statement.names_action(ISSUE):
            continue
        (template,) = statement.values_of("StringEquals", "acm-pca:TemplateArn")
        entry["template"] = template.split(":template/")[1]
        names = [name for _, name in statement.principals or ()]
        if ANYONE in names:
            (entry["organization"],) = statement.values_of("StringEquals", "aws:PrincipalOrgID")
        else:
            accounts |= dict.fromkeys(name.removesuffix(":root").rpartition(":")[2] for name in names)
    return {**entry, "accounts": sorted(accounts)}


def infer_certificates(context: Context) -> Entries:
    """Return the entries of private certificates at a location; public ones have no private CA and are left out."""
    result, existing = Entries(), context.existing.certificates
    candidates = list(_infer_entries(context, result))
    ours = {key: _identity(each.model_dump(), each.arn, key) for key, each in existing.items()}
    theirs = {each.address: _identity(entry, _arn(each), each.module_key(_MODULE)) for each, entry in candidates}
    matched, ambiguous = match_pairs(ours, theirs, stages=4)
    unclear = {address: own for own, addresses in ambiguous for address in addresses}
    taken = set(existing)
    for certificate, data in candidates:
        if certificate.address in unclear:
            reason = f"it may be {join_names(unclear[certificate.address])} of the spec: write its ARN there as 'arn'"
            result.notes.append(ImportNote("ambiguous", certificate.address, reason))
            continue
        module = certificate.module_key(_MODULE)
        name = module or str(data["domain_name"]).removeprefix("*.").partition(".")[0] or "certificate"
        key = matched.get(certificate.address) or choose_key(module, name=name, taken=taken)
        taken.add(key)
        result.notes += _check_arn(certificate, key, existing)
        if problem := certificate_problem(certificate.attributes):
            is_known = certificate.attributes.get("status") in CERTIFICATE_STATUSES
            reason = f"{problem}. A spec cannot say that: it is written like any other"
            result.notes.append(ImportNote("left out" if is_known else "unknown", certificate.address, reason))
        moved = (move(certificate, module_names.certificate(key)),)
        ca_arns = frozenset({text(certificate, "certificate_authority_arn")})
        result.entries.append(SpecEntry("certificates", key, data, certificate, moved, ca_arns))
    return result


def _check_arn(certificate: Resource, key: str, existing: Mapping[str, Certificate]) -> Iterator[ImportNote]:
    """Yield a note if an entry has the ARN of this certificate's predecessor."""
    before, now = existing[key].arn if key in existing else None, _arn(certificate)
    if before is not None and now is not None and before != now:
        yield ImportNote(
            "listed", now, f"'{key}' has the 'arn' of its predecessor: replace it with this one, or remove 'arn'"
        )


def _infer_entries(context: Context, result: Entries) -> Iterator[tuple[Resource, dict[str, Any]]]:
    for certificate in context.inventory.of_type(ACM_CERTIFICATE):
        ca_arn = text(certificate, "certificate_authority_arn")
        # One that does not exist yet is at the location of its CA.
        is_here = context.location.holds(certificate.attributes.get("arn") or ca_arn)
        if not certificate.is_reference and of_arn(ca_arn) is not None and is_here:
            with result.leaving_out(certificate):
                data = _data(certificate, context)
                Certificate.model_validate(data)
                yield certificate, data


def _identity(entry: Mapping[str, Any], arn: str | None, key: str | None) -> Identity:
    """Return the identity of a certificate: its ARN, its module, all that cannot change in place, its CA and name."""
    what = (entry["certificate_authority"], entry["domain_name"])
    names = tuple(sorted({*entry["subject_alternative_names"], entry["domain_name"]}))
    return arn, (key, *what) if key else None, (*what, names, entry["key_algorithm"]), what


def _arn(certificate: Resource) -> str | None:
    arn = certificate.id or text(certificate, "arn")
    return None if is_symbolic(arn) or not arn.startswith("arn:") else arn


def _data(certificate: Resource, context: Context) -> dict[str, Any]:
    attributes = certificate.attributes
    domain = text(certificate, "domain_name").lower()
    return {
        "certificate_authority": context.keys[text(certificate, "certificate_authority_arn")],
        "domain_name": domain,
        # AWS includes the domain name and answers in lower case, and a state does not keep an order.
        "subject_alternative_names": sorted(
            {str(name).lower() for name in attributes.get("subject_alternative_names") or ()} - {domain}
        ),
        **read_plain(ACM_CERTIFICATE, attributes),
        "tags": context.tags_of(certificate),
        # A certificate in a state needs no import: only accounts and import blocks have an ARN to import.
        "arn": certificate.id if certificate.id.startswith("arn:") else None,
    }
