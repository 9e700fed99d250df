"""Selects the issuers among the IAM principals of an account, with notes on others who can issue.

Only policies about the CAs are returned: other policies do not belong into a spec, and stay attached, since a stack
only adds policies to existing principals.
"""

from collections.abc import Iterable, Iterator, Sequence

from pcaform.iam.documents import PolicyError
from pcaform.sources.account_snapshot import IamPrincipal, IamPrincipals, Policy
from pcaform.sources.aws.access_level import AccessLevel, AccountScope, access_level, affects, can_issue
from pcaform.sources.inventory import ImportNote, Resource
from pcaform.terraform.resource_types import IAM_POLICY

_MANAGED_PATHS = {
    "/aws-reserved/sso.amazonaws.com/": "IAM Identity Center manages this role: change its permission set instead",
    "/aws-service-role/": "its service manages this service-linked role",
}
_MAX_SHOWN = 20


def list_issuers(iam_principals: IamPrincipals, scope: AccountScope) -> Iterator[Resource | ImportNote]:
    """Yield the principals that can issue from some CAs, each with its policies that allow it, and notes."""
    yield from iam_principals.notes
    managed: set[str] = set()
    others = []
    for principal in iam_principals.principals:
        try:
            level = access_level(principal.policies, principal.known_boundary, scope)
        except PolicyError as error:
            yield ImportNote("unknown", principal.arn, f"its permissions: {error}")
            continue
        if level is AccessLevel.OTHER:
            others.append(principal.name)
        elif level > AccessLevel.OTHER:
            yield from _list_issuer(principal, level, scope, managed)
    if others:
        reason = f"they may read, revoke or administer, but not issue: {_join_names(others)}"
        yield ImportNote("listed", scope.account_id, reason)


def _list_issuer(
    principal: IamPrincipal, level: AccessLevel, scope: AccountScope, managed: set[str]
) -> Iterator[Resource | ImportNote]:
    allowing = [policy for policy in principal.policies if can_issue(policy, scope)]
    for start, why in _MANAGED_PATHS.items():
        if principal.path.startswith(start):
            yield ImportNote("listed", principal.arn, f"it may issue by {_policy_names(allowing)}; {why}")
            return
    if level is AccessLevel.ADMINISTRATOR:
        means = _policy_names(allowing)
        reason = f"an administrator: it may issue by {means}, and create CAs, so it is not an issuer"
        yield ImportNote("listed", principal.arn, reason)
        return
    aws_policies = [policy for policy in allowing if not policy.group and _is_aws_managed(policy)]
    inherited = [policy for policy in allowing if policy.group]
    if inherited:
        groups = ", ".join(sorted({f"'{policy.group}'" for policy in inherited}))
        yield ImportNote(
            "left out",
            principal.arn,
            f"it may issue by {_policy_names(inherited)} of the group {groups}: a spec has no groups, so that "
            "policy stays unchanged",
        )
    if aws_policies:
        yield ImportNote(
            "listed",
            principal.arn,
            f"it may issue by the AWS managed policy {_policy_names(aws_policies)}, which stays attached: "
            "a spec would only add a copy of it. Give the principal grants, then detach that policy",
        )
    if any(map(_is_own, allowing)):
        yield _principal_resource(principal)
        # Long grants are split over several policies: one may allow issuing, the next one reading.
        related = [policy for policy in principal.policies if _is_own(policy) and affects(policy, scope)]
        yield from _policy_resources(principal, related, managed)


def _principal_resource(principal: IamPrincipal) -> Resource:
    attributes = {"arn": principal.arn, "name": principal.name, "path": principal.path}
    bounded = {"permissions_boundary": principal.boundary.arn} if principal.boundary else {}
    return Resource(
        f"aws_iam_{principal.kind}", principal.arn, attributes | bounded, principal.name, origin=_origin(principal)
    )


def _policy_resources(principal: IamPrincipal, policies: Sequence[Policy], managed: set[str]) -> Iterator[Resource]:
    kind, origin = principal.kind, _origin(principal)
    for policy in policies:
        address = f"{principal.arn}/{policy.name}"
        if not policy.arn:
            attributes = {kind: principal.name, "name": policy.name, "policy": policy.document}
            identity = f"{principal.name}:{policy.name}"
            yield Resource(f"aws_iam_{kind}_policy", address, attributes, identity, origin=origin)
            continue
        if policy.arn not in managed:
            managed.add(policy.arn)
            yield _managed_policy(policy)
        attributes = {kind: principal.name, "policy_arn": policy.arn}
        identity = f"{principal.name}/{policy.arn}"
        yield Resource(f"aws_iam_{kind}_policy_attachment", address, attributes, identity, origin=origin)


def _managed_policy(policy: Policy) -> Resource:
    path = policy.arn.partition(":policy")[2].rpartition("/")[0] + "/"
    attributes = {"arn": policy.arn, "name": policy.name, "path": path, "policy": policy.document}
    return Resource(IAM_POLICY, policy.arn, attributes, policy.arn, is_reference=_is_aws_managed(policy))


def _is_aws_managed(policy: Policy) -> bool:
    return policy.arn.split(":")[4:5] == ["aws"]


def _is_own(policy: Policy) -> bool:
    return not policy.group and not _is_aws_managed(policy)


def _origin(principal: IamPrincipal) -> str:
    return f"account {principal.arn.split(':')[4]}"


def _policy_names(policies: Iterable[Policy]) -> str:
    return ", ".join(dict.fromkeys(f"'{policy.name}'" for policy in policies))


def _join_names(names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:_MAX_SHOWN])
    more = len(names) - _MAX_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
