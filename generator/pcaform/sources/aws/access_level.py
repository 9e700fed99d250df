"""Upper bound of what policies allow on CAs, with conditions assumed met; filters out irrelevant principals.

Conditions count as met and policy variables as matching, since both depend on the request. Only the condition on the CA
of a request to ACM is evaluated, since the request for that CA is what is checked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from pcaform.iam.actions import OF_ACM_ACCOUNT, ON_AUTHORITY, ON_CERTIFICATE, ON_NO_AUTHORITY, TAGGING
from pcaform.iam.documents import Document, Statement, read_document
from pcaform.iam.evaluator.patterns import Context, is_resource
from pcaform.sources.account_snapshot import Policy

_CA_OF_REQUEST = "acm:certificateauthority"
_ISSUE = "acm-pca:IssueCertificate"
_REQUEST = "acm:RequestCertificate"
_CREATE = "acm-pca:CreateCertificateAuthority"
_ALL_ACTIONS = (*ON_AUTHORITY, *ON_CERTIFICATE, *TAGGING, *OF_ACM_ACCOUNT, *ON_NO_AUTHORITY, _ISSUE, _REQUEST)
_VARIABLE = "${"
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
class _Allowances:
    """The statements that allow an action, and those of the permissions boundary, None without one."""

    statements: tuple[Statement, ...]
    boundary: tuple[Statement, ...] | None

    def allow(self, resource: str, context: Context = _NO_CONTEXT) -> bool:
        """Tell whether the action on a resource can be allowed, within the permissions boundary if there is one."""
        limits = (self.statements,) if self.boundary is None else (self.boundary, self.statements)
        return all(any(_applies(statement, resource, context) for statement in limit) for limit in limits)


@dataclass(frozen=True, slots=True)
class _Permissions:
    """Policies within a boundary, by relevant action; grouped once, since there can be a thousand CAs to check."""

    issue: _Allowances
    request: _Allowances
    create: _Allowances
    others: tuple[_Allowances, ...]

    @property
    def is_any(self) -> bool:
        """Whether any statement is relevant for any CA; most principals of an account have none."""
        return bool(self.issue.statements or self.request.statements or self.others)

    def can_issue(self, scope: AccountScope, arn: str) -> bool:
        """Tell whether issuing from a CA can be allowed, directly or through ACM."""
        context = {_CA_OF_REQUEST: (arn,)}
        return self.issue.allow(arn) or self.request.allow(scope.certificate(arn), context)

    def access_level(self, scope: AccountScope, arn: str) -> AccessLevel:
        """Return the access level on one CA."""
        if self.can_issue(scope, arn):
            return AccessLevel.ADMINISTRATOR if self.create.allow("*") else AccessLevel.ISSUER
        return AccessLevel.OTHER if any(other.allow(arn) for other in self.others) else AccessLevel.NONE


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
    def allowances(action: str) -> _Allowances:
        boundary = None if boundary_document is None else _select_statements([boundary_document], action)
        return _Allowances(_select_statements(documents, action), boundary)

    # Many actions are in the same statements.
    relevant = [allowance for allowance in map(allowances, ON_AUTHORITY) if allowance.statements]
    others = {tuple(map(id, (*each.statements, None, *(each.boundary or ())))): each for each in relevant}
    return _Permissions(allowances(_ISSUE), allowances(_REQUEST), allowances(_CREATE), tuple(others.values()))


def _select_statements(documents: Iterable[Document], action: str) -> tuple[Statement, ...]:
    return tuple(
        statement
        for document in documents
        for statement in document.statements
        if statement.is_allow and statement.matches_action(action)
    )


def _applies(statement: Statement, resource: str, context: Context) -> bool:
    known = (each for each in statement.conditions if each.key == _CA_OF_REQUEST and each.key in context)
    return _names_resource(statement, resource) and all(condition.is_met(context) for condition in known)


def _names_pca_action(statement: Statement) -> bool:
    return any(map(statement.matches_action, _ALL_ACTIONS))


def _names_resource(statement: Statement, resource: str) -> bool:
    if statement.not_resources is not None:
        return statement.matches_resource(resource, {})
    return any(pattern == "*" or _can_match(resource, pattern) for pattern in statement.resources or ())


def _can_match(resource: str, pattern: str) -> bool:
    """Tell whether a pattern can match; a policy variable counts as `*`."""
    if _VARIABLE not in pattern:
        return is_resource(resource, pattern, {})
    head, _, rest = pattern.partition(_VARIABLE)
    return _can_match(resource, f"{head}*{rest.partition('}')[2]}")
