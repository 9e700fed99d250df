"""Who is in an account and what their policies say: one paginated answer of IAM, put in order.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html. It holds the
managed policies that are attached to somebody; one that only bounds somebody is asked for by itself.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal

from pcaform.sources.aws.api_calls import Unknown
from pcaform.sources.aws.parallel import read, run_all
from pcaform.sources.aws.session import Account
from pcaform.sources.inventory import ImportNote

_DETAILS = "iam:GetAccountAuthorizationDetails"
_VERSION = "iam:GetPolicyVersion"
_ASKED_FOR = ("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy")
_PARTS = {"UserDetailList": "users", "RoleDetailList": "roles", "GroupDetailList": "groups", "Policies": "policies"}


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that somebody has, as JSON; `arn` is empty for an inline one, `group` names whose it is if a group's."""

    name: str
    document: str
    arn: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class IamPrincipal:
    """A user or a role with all policies that speak for it, those of its groups too.

    `boundary` is an ARN, `trust` a role's trust policy as JSON.
    """

    kind: Literal["user", "role"]
    name: str
    arn: str
    path: str
    policies: tuple[Policy, ...]
    boundary: str = ""
    trust: str = ""


@dataclass(frozen=True, slots=True)
class IamPrincipals:
    """Everybody in an account, and the documents of managed policies as JSON, by ARN."""

    persons: tuple[IamPrincipal, ...] = ()
    documents: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[ImportNote, ...] = ()


def read_principals(account: Account, region: str) -> IamPrincipals:
    """Return everybody in an account with their policies, or the remark that nobody could be read."""
    client = account.client("iam", region)
    found = read(partial(_details, client), _DETAILS)
    if isinstance(found, Unknown):
        said = f"users, roles and their policies: {found.reason}"
        return IamPrincipals(notes=(ImportNote("unknown", account.account_id, said),))
    documents = {each["Arn"]: _text(_default(each)) for each in found["policies"] if _default(each) is not None}
    wanted = sorted(set(_mentioned(found)) - documents.keys())
    jobs = {arn: partial(read, partial(_document, client, arn), _VERSION) for arn in wanted}
    answers = dict(run_all(jobs, account.pace))
    notes = [ImportNote("unknown", arn, each.reason) for arn, each in answers.items() if isinstance(each, Unknown)]
    documents |= {arn: each for arn, each in answers.items() if not isinstance(each, Unknown)}
    return IamPrincipals(tuple(_persons(found, documents)), documents, tuple(notes))


def _details(client: Any) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {name: [] for name in _PARTS.values()}
    for page in client.get_paginator("get_account_authorization_details").paginate(Filter=list(_ASKED_FOR)):
        for part, name in _PARTS.items():
            found[name] += page.get(part, [])
    return found


def _default(policy: Mapping[str, Any]) -> Any:
    versions = policy.get("PolicyVersionList", [])
    return next((each["Document"] for each in versions if each.get("IsDefaultVersion")), None)


def _document(client: Any, arn: str) -> str:
    version = client.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return _text(client.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"])


def _text(document: Any) -> str:
    """Return a document as JSON; botocore has decoded it, unless it is none."""
    return document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)


def _mentioned(found: Mapping[str, list[Mapping[str, Any]]]) -> Iterator[str]:
    for each in (*found["users"], *found["roles"], *found["groups"]):
        yield from (attached["PolicyArn"] for attached in each.get("AttachedManagedPolicies", []))
        if _boundary(each):
            yield _boundary(each)


def _boundary(each: Mapping[str, Any]) -> str:
    return str((each.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn", ""))


def _persons(found: Mapping[str, list[Mapping[str, Any]]], documents: Mapping[str, str]) -> Iterator[IamPrincipal]:
    groups = {each["GroupName"]: _policies(each, "Group", documents) for each in found["groups"]}
    for each in found["users"]:
        shared = [replace(policy, group=name) for name in each.get("GroupList", []) for policy in groups.get(name, ())]
        policies = (*_policies(each, "User", documents), *shared)
        yield IamPrincipal("user", each["UserName"], each["Arn"], each["Path"], policies, _boundary(each))
    for each in found["roles"]:
        policies = tuple(_policies(each, "Role", documents))
        trust = _text(each.get("AssumeRolePolicyDocument", {}))
        yield IamPrincipal("role", each["RoleName"], each["Arn"], each["Path"], policies, _boundary(each), trust)


def _policies(each: Mapping[str, Any], kind: str, documents: Mapping[str, str]) -> Iterable[Policy]:
    inline = [Policy(one["PolicyName"], _text(one["PolicyDocument"])) for one in each.get(f"{kind}PolicyList", [])]
    arns = [one["PolicyArn"] for one in each.get("AttachedManagedPolicies", [])]
    attached = [Policy(arn.rpartition("/")[2], documents[arn], arn) for arn in arns if arn in documents]
    return (*inline, *attached)
