"""Reads what decides who may do what: buckets for CRLs, IAM users and roles with their policies, and trust anchors.

Sources, below https://docs.aws.amazon.com/: AmazonS3/latest/API/API_GetPublicAccessBlock.html,
AmazonS3/latest/userguide/access-control-block-public-access.html (the stricter of account and bucket applies),
AmazonS3/latest/userguide/about-object-ownership.html (with BucketOwnerEnforced ACLs have no effect),
IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html (it returns the attached managed policies; policies that
are only permissions boundaries are read separately).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from pcaform.core.facts import DNS_SUFFIXES
from pcaform.iam.documents import PolicyError
from pcaform.sources.account_snapshot import Bucket, IamPrincipal, IamPrincipals, Policy, TrustAnchor
from pcaform.sources.aws.access_level import is_relevant
from pcaform.sources.aws.api_calls import FailedCall
from pcaform.sources.aws.parallel import read_all, run_jobs, try_request
from pcaform.sources.aws.session import Account
from pcaform.sources.inventory import ImportNote

_DETAILS = "iam:GetAccountAuthorizationDetails"
_VERSION = "iam:GetPolicyVersion"
_ANCHORS = "rolesanywhere:ListTrustAnchors"
_POLICY = "iam:GetPolicy"
_FILTER = ("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy")
_PARTS = {"UserDetailList": "users", "RoleDetailList": "roles", "GroupDetailList": "groups", "Policies": "policies"}
_METHODS = ("get_bucket_location", "get_bucket_policy", "get_public_access_block", "get_bucket_ownership_controls")
_IAM_NAMES = {"get_public_access_block": "GetBucketPublicAccessBlock"}
"""IAM action names that differ from the name of the operation."""


def read_principals(account: Account, region: str, *, with_policy_settings: bool) -> IamPrincipals:
    """Return the users and roles of an account with their policies, or a note if they could not be read.

    With their settings, customer managed policies about CAs have their description and tags.
    """
    client = account.client("iam", region)
    details = try_request(partial(_get_details, client), _DETAILS)
    if isinstance(details, FailedCall):
        reason = f"users, roles and their policies: {details.reason}"
        return IamPrincipals(notes=(ImportNote("unknown", account.account_id, reason),))
    documents = {
        each["Arn"]: _to_json(_default_version(each))
        for each in details["policies"]
        if _default_version(each) is not None
    }
    missing = sorted(set(_referenced_arns(details)) - documents.keys())
    notes: list[ImportNote] = []
    documents |= read_all(account, {arn: partial(_get_document, client, arn) for arn in missing}, _VERSION, notes)
    principals = tuple(_build_principals(details, documents))
    if with_policy_settings:
        principals = tuple(_add_policy_settings(principals, account, client, notes))
    return IamPrincipals(principals, tuple(notes))


def _add_policy_settings(
    principals: Iterable[IamPrincipal], account: Account, client: Any, notes: list[ImportNote]
) -> Iterator[IamPrincipal]:
    policies = {each.arn: each for principal in principals for each in principal.policies}
    needed = [arn for arn, each in policies.items() if f":{account.account_id}:" in arn and _is_about_cas(each)]
    requests = {arn: partial(client.get_policy, PolicyArn=arn) for arn in sorted(needed)}
    settings: dict[str, dict[str, Any]] = {}
    for arn, response in read_all(account, requests, _POLICY, notes, what="its description and tags: ").items():
        found = response["Policy"]
        tags = {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])}
        settings[arn] = {"description": found.get("Description", ""), "tags": tags}
    for principal in principals:
        yield replace(
            principal, policies=tuple(replace(each, **settings.get(each.arn, {})) for each in principal.policies)
        )


def _is_about_cas(policy: Policy) -> bool:
    """Tell whether a policy names actions of CAs or certificates; an invalid one is reported later."""
    try:
        return is_relevant(policy)
    except PolicyError:
        return False


def _get_details(client: Any) -> dict[str, list[Mapping[str, Any]]]:
    details: dict[str, list[Mapping[str, Any]]] = {name: [] for name in _PARTS.values()}
    for page in client.get_paginator("get_account_authorization_details").paginate(Filter=list(_FILTER)):
        for part, name in _PARTS.items():
            details[name] += page.get(part, [])
    return details


def _default_version(policy: Mapping[str, Any]) -> Any:
    versions = policy.get("PolicyVersionList", [])
    return next((each["Document"] for each in versions if each.get("IsDefaultVersion")), None)


def _get_document(client: Any, arn: str) -> str:
    version = client.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return _to_json(client.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"])


def _to_json(document: Any) -> str:
    """Return a document as JSON; botocore has decoded it, unless it is not valid JSON."""
    return document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)


def _referenced_arns(details: Mapping[str, list[Mapping[str, Any]]]) -> Iterator[str]:
    for each in (*details["users"], *details["roles"], *details["groups"]):
        yield from (attached["PolicyArn"] for attached in each.get("AttachedManagedPolicies", []))
        if arn := _boundary_arn(each):
            yield arn


def _boundary_arn(each: Mapping[str, Any]) -> str:
    return str((each.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn", ""))


def _boundary(each: Mapping[str, Any], documents: Mapping[str, str]) -> Policy | None:
    arn = _boundary_arn(each)
    return Policy(arn.rpartition("/")[2], documents.get(arn, ""), arn) if arn else None


def _build_principals(
    details: Mapping[str, list[Mapping[str, Any]]], documents: Mapping[str, str]
) -> Iterator[IamPrincipal]:
    groups = {each["GroupName"]: _policies(each, "Group", documents) for each in details["groups"]}
    for each in details["users"]:
        shared = [replace(policy, group=name) for name in each.get("GroupList", []) for policy in groups.get(name, ())]
        policies = (*_policies(each, "User", documents), *shared)
        yield IamPrincipal("user", each["UserName"], each["Arn"], each["Path"], policies, _boundary(each, documents))
    for each in details["roles"]:
        policies = tuple(_policies(each, "Role", documents))
        trust = _to_json(each.get("AssumeRolePolicyDocument", {}))
        boundary = _boundary(each, documents)
        yield IamPrincipal("role", each["RoleName"], each["Arn"], each["Path"], policies, boundary, trust)


def _policies(each: Mapping[str, Any], kind: str, documents: Mapping[str, str]) -> Iterable[Policy]:
    inline_policies = each.get(f"{kind}PolicyList", [])
    inline = [Policy(policy["PolicyName"], _to_json(policy["PolicyDocument"])) for policy in inline_policies]
    arns = [policy["PolicyArn"] for policy in each.get("AttachedManagedPolicies", [])]
    attached = [Policy(arn.rpartition("/")[2], documents[arn], arn) for arn in arns if arn in documents]
    return (*inline, *attached)


def read_buckets(account: Account, regions: Mapping[str, str]) -> tuple[dict[str, Bucket], list[ImportNote]]:
    """Return the buckets by name, and notes on those that could not be read; `regions` has the region by name."""
    jobs = {}
    for name, region in regions.items():
        client = account.client("s3", region)
        for method in _METHODS:
            action = _IAM_NAMES.get(method) or method.title().replace("_", "")
            call = partial(getattr(client, method), Bucket=name)
            jobs[name, method] = partial(try_request, call, f"s3:{action}", may_be_absent=True)
    all_responses = dict(run_jobs(jobs, account.rate_limiter))
    buckets, notes = {}, []
    for name in regions:
        responses = {method: all_responses[name, method] for method in _METHODS}
        failed = [response for response in responses.values() if isinstance(response, FailedCall)]
        if failed:
            reason = f"who may read this CRL bucket: {failed[0].reason}"
            notes.append(ImportNote("unknown", f"bucket {name}", reason))
        else:
            buckets[name] = _build_bucket(name, responses)
    if any(bucket.is_there for bucket in buckets.values()):
        response = _read_account_block(account)
        if isinstance(response, FailedCall):
            reason = f"whether the account blocks public access to its buckets: {response.reason}"
            notes.append(ImportNote("unknown", account.account_id, reason))
        else:
            more = _blocks_of(response)
            buckets = {name: replace(bucket, blocks=bucket.blocks | more) for name, bucket in buckets.items()}
    return buckets, notes


def _build_bucket(name: str, responses: Mapping[str, Any]) -> Bucket:
    if responses["get_bucket_location"] is None:
        return Bucket(name, is_there=False)
    rules = (responses["get_bucket_ownership_controls"] or {}).get("OwnershipControls", {}).get("Rules", [])
    return Bucket(
        name,
        blocks=_blocks_of(responses["get_public_access_block"]),
        policy=(responses["get_bucket_policy"] or {}).get("Policy", ""),
        has_acls=all(rule["ObjectOwnership"] != "BucketOwnerEnforced" for rule in rules),
    )


def _read_account_block(account: Account) -> Any:
    """Return the account's Block Public Access settings; none but at AWS itself, since emulators lack that API."""
    client = account.client("s3control", account.regions[0])
    call = partial(client.get_public_access_block, AccountId=account.account_id)
    is_aws = client.meta.endpoint_url.endswith(tuple(f".{suffix}" for suffix in DNS_SUFFIXES.values()))
    return try_request(call, "s3:GetAccountPublicAccessBlock", may_be_absent=True) if is_aws else None


def _blocks_of(response: Any) -> frozenset[str]:
    blocks = (response or {}).get("PublicAccessBlockConfiguration", {})
    return frozenset(setting for setting, is_on in blocks.items() if is_on)


def read_trust_anchors(account: Account) -> tuple[list[TrustAnchor], list[ImportNote]]:
    """Return the trust anchors of the regions that have the service, and notes on regions that could not be read."""
    offered = account.session.get_available_regions("rolesanywhere", partition_name=account.partition)
    clients = {each: account.client("rolesanywhere", each) for each in sorted(account.regions) if each in offered}
    requests = {region: partial(_list_trust_anchors, client) for region, client in clients.items()}
    notes: list[ImportNote] = []
    found = read_all(account, requests, _ANCHORS, notes, what="trust anchors of IAM Roles Anywhere: ")
    return [each for anchors in found.values() for each in anchors], notes


def _list_trust_anchors(client: Any) -> list[TrustAnchor]:
    pages = client.get_paginator("list_trust_anchors").paginate()
    anchors = [_build_anchor(each) for page in pages for each in page["trustAnchors"]]
    return sorted(anchors, key=lambda anchor: (anchor.name, anchor.arn))


def _build_anchor(each: Mapping[str, Any]) -> TrustAnchor:
    data = each.get("source", {}).get("sourceData", {})
    trusted = (data.get("acmPcaArn", ""), data.get("x509CertificateData", ""), each.get("updatedAt"))
    return TrustAnchor(each["trustAnchorArn"], each.get("name", ""), each.get("enabled", True), *trusted)
