"""Upper bound of what policies allow on CAs, with conditions assumed met; filters out irrelevant principals.

Conditions count as met and policy variables as matching, since both depend on the request. Only the condition on the CA
of a request to ACM is evaluated, since the request for that CA is what is checked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from pcaform.iam.actions import OF_ACM_ACCOUNT, ON_AUTHORITY, ON_CERTIFICATE, ON_NO_AUTHORITY, TAGGING
from pcaform.iam.documents import Document, Statement, read_document
from pcaform.iam.escalation import VARIABLE
from pcaform.iam.evaluator.patterns import Context, is_resource
from pcaform.sources.account_snapshot import Policy

_CA_OF_REQUEST = "acm:certificateauthority"
_ISSUE = "acm-pca:IssueCertificate"
_REQUEST = "acm:RequestCertificate"
_CREATE = "acm-pca:CreateCertificateAuthority"
_ALL_ACTIONS = (*ON_AUTHORITY, *ON_CERTIFICATE, *TAGGING, *OF_ACM_ACCOUNT, *ON_NO_AUTHORITY, _ISSUE, _REQUEST)
_Limits = tuple[tuple[Statement, ...], ...]
"""The statements that allow an action, and after them those of the permissions boundary, if there is one."""
_NO_CONTEXT: Context = {}


class AccessLevel(IntEnum):
    """The most that a principal can do with some CAs, in ascending order, which is used in comparisons.

    OTHER allows other actions, ISSUER issuing itself or through ACM, ADMINISTRATOR also creating CAs.
    """

    NONE = 0
    OTHER = 1
    ISSUER = 2
    ADMINISTRATOR = 3


@dataclass(frozen=True, slots=True)
class AccountScope:
    """The ARNs of the CAs to check, and the account whose policies are checked."""

    account_id: str
    arns: tuple[str, ...]

    def certificate(self, arn: str) -> str:
        """Return the resource of a request to ACM for a certificate of a CA: it is in the caller's account."""
        partition, region = arn.split(":")[1], arn.split(":")[3]
        return f"arn:{partition}:acm:{region}:{self.account_id}:certificate/*"


@dataclass(frozen=True, slots=True)
class _Permissions:
    """The limits of each relevant action; grouped once, since there can be a thousand CAs to check."""

    issue: _Limits
    request: _Limits
    create: _Limits
    others: tuple[_Limits, ...]

    @property
    def is_any(self) -> bool:
        """Whether any statement is relevant for any CA; most principals of an account have none."""
        return bool(self.issue[0] or self.request[0] or self.others)

    def can_issue(self, scope: AccountScope, arn: str) -> bool:
        """Tell whether issuing from a CA can be allowed, directly or through ACM."""
        context = {_CA_OF_REQUEST: (arn,)}
        return _allow(self.issue, arn) or _allow(self.request, scope.certificate(arn), context)

    def access_level(self, scope: AccountScope, arn: str) -> AccessLevel:
        """Return the access level on one CA."""
        if self.can_issue(scope, arn):
            return AccessLevel.ADMINISTRATOR if _allow(self.create, "*") else AccessLevel.ISSUER
        return AccessLevel.OTHER if any(_allow(other, arn) for other in self.others) else AccessLevel.NONE


def can_issue(policy: Policy, scope: AccountScope) -> bool:
    """Tell whether a policy can allow issuing from any of some CAs; raises PolicyError for an invalid policy."""
    permissions = _build_permissions([read_document(policy.document, policy.name)], None)
    return any(permissions.can_issue(scope, arn) for arn in scope.arns)


def is_relevant(policy: Policy) -> bool:
    """Tell whether a policy allows or denies any action of Private CA or ACM; raises PolicyError if invalid."""
    return any(map(_names_pca_action, read_document(policy.document, policy.name).statements))


def affects(policy: Policy, scope: AccountScope) -> bool:
    """Tell whether a policy can allow an action on some CAs, or denies one; raises PolicyError if invalid."""
    statements = read_document(policy.document, policy.name).statements
    is_denying = any(_names_pca_action(statement) and not statement.is_allow for statement in statements)
    return is_denying or access_level([policy], None, scope) > AccessLevel.NONE


def access_level(policies: Iterable[Policy], boundary: Policy | None, scope: AccountScope) -> AccessLevel:
    """Return the most that policies within a boundary allow on some CAs; raises PolicyError for an invalid one."""
    documents = [read_document(policy.document, policy.name) for policy in policies]
    boundary_document = read_document(boundary.document, boundary.name) if boundary is not None else None
    permissions = _build_permissions(documents, boundary_document)
    highest = AccessLevel.NONE
    for arn in scope.arns if permissions.is_any else ():
        highest = max(highest, permissions.access_level(scope, arn))
        if highest is AccessLevel.ADMINISTRATOR:
            break
    return highest


def _build_permissions(documents: list[Document], boundary_document: Document | None) -> _Permissions:
    layers = [documents, *([[boundary_document]] if boundary_document is not None else [])]

    def limits(action: str) -> _Limits:
        allowing = ((each for document in layer for each in document.statements if each.is_allow) for layer in layers)
        return tuple(tuple(each for each in layer if each.matches_action(action)) for layer in allowing)

    # Many actions are in the same statements.
    relevant = [each for each in map(limits, ON_AUTHORITY) if each[0]]
    others = {tuple(tuple(map(id, limit)) for limit in each): each for each in relevant}
    return _Permissions(limits(_ISSUE), limits(_REQUEST), limits(_CREATE), tuple(others.values()))


def _allow(limits: _Limits, resource: str, context: Context = _NO_CONTEXT) -> bool:
    """Tell whether an action on a resource can be allowed, within the permissions boundary if there is one."""
    return all(any(_applies(statement, resource, context) for statement in limit) for limit in limits)


def _applies(statement: Statement, resource: str, context: Context) -> bool:
    known = (each for each in statement.conditions if each.key == _CA_OF_REQUEST and each.key in context)
    return _names_resource(statement, resource) and all(condition.is_met(context) for condition in known)


def _names_pca_action(statement: Statement) -> bool:
    return any(map(statement.matches_action, _ALL_ACTIONS))


def _names_resource(statement: Statement, resource: str) -> bool:
    if statement.not_resources is not None:
        return statement.matches_resource(resource, {})
    # a policy variable counts as `*`
    patterns = (VARIABLE.sub("*", each) if "${" in each else each for each in statement.resources or ())
    return any(is_resource(resource, pattern, {}) for pattern in patterns)
