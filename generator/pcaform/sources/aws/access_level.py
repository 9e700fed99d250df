"""What a policy can allow at best, whoever calls and under whatever circumstances: who is worth a look at all.

A condition counts as met and a policy variable as fitting, since both are up to the request; only the condition on the
CA that a request to ACM names is judged, because that is what is asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from pcaform.iam.actions import OF_ACM_ACCOUNT, ON_AUTHORITY, ON_CERTIFICATE, ON_NO_AUTHORITY, TAGGING
from pcaform.iam.evaluator.documents import Document, Statement, read_document
from pcaform.iam.evaluator.patterns import Context, is_action, is_resource
from pcaform.sources.aws.iam_details import Policy

_CA_OF_REQUEST = "acm:certificateauthority"
_ISSUE = "acm-pca:IssueCertificate"
_REQUEST = "acm:RequestCertificate"
_CREATE = "acm-pca:CreateCertificateAuthority"
_ANY = (*ON_AUTHORITY, *ON_CERTIFICATE, *TAGGING, *OF_ACM_ACCOUNT, *ON_NO_AUTHORITY, _ISSUE, _REQUEST)
_VARIABLE = "${"
_NO_CONTEXT: Context = {}


class AccessLevel(IntEnum):
    """What somebody can do with some CAs at best, weakest first; the order is used.

    OTHER does something else with them, ISSUER issues itself or through ACM, ADMINISTRATOR also makes CAs of its own.
    """

    NONE = 0
    OTHER = 1
    ISSUER = 2
    ADMINISTRATOR = 3


@dataclass(frozen=True, slots=True)
class AccountScope:
    """The CAs in question, by ARN, and the account whose policies are judged."""

    account_id: str
    arns: tuple[str, ...]

    def certificate(self, arn: str) -> str:
        """Return the resource of a request to ACM that names a CA: it is made in the caller's account."""
        partition, region = arn.split(":")[1], arn.split(":")[3]
        return f"arn:{partition}:acm:{region}:{self.account_id}:certificate/*"


@dataclass(frozen=True, slots=True)
class _Allowing:
    """The statements that allow an action, and those of the boundary; None where nothing bounds."""

    statements: tuple[Statement, ...]
    limits: tuple[Statement, ...] | None

    def allow(self, resource: str, context: Context = _NO_CONTEXT) -> bool:
        """Tell whether the action on a resource can be allowed, within the boundary where there is one."""
        is_within = self.limits is None or _may(self.limits, resource, context)
        return is_within and _may(self.statements, resource, context)


@dataclass(frozen=True, slots=True)
class _Rights:
    """Policies within a boundary, by the actions that count; sorted once, since there can be a thousand CAs to try."""

    issue: _Allowing
    request: _Allowing
    create: _Allowing
    others: tuple[_Allowing, ...]

    @property
    def are_any(self) -> bool:
        """Whether any statement counts, whatever it is about: those of most people in an account are not."""
        return bool(self.issue.statements or self.request.statements or self.others)

    def issues(self, place: AccountScope, arn: str) -> bool:
        """Tell whether issuing from a CA can be allowed, itself or through ACM."""
        context = {_CA_OF_REQUEST: (arn,)}
        return self.issue.allow(arn) or self.request.allow(place.certificate(arn), context)

    def power(self, place: AccountScope, arn: str) -> AccessLevel:
        """Return what can be done with one CA."""
        if self.issues(place, arn):
            return AccessLevel.ADMINISTRATOR if self.create.allow("*") else AccessLevel.ISSUER
        return AccessLevel.OTHER if any(other.allow(arn) for other in self.others) else AccessLevel.NONE


def issues(policy: Policy, place: AccountScope) -> bool:
    """Tell whether a policy can allow issuing from one of some CAs; raises PolicyError where it is none."""
    rights = _rights([read_document(policy.document, policy.name)], None)
    return any(rights.issues(place, arn) for arn in place.arns)


def is_relevant(policy: Policy) -> bool:
    """Tell whether a policy speaks of Private CA or ACM at all, to allow or to deny; raises PolicyError."""
    return any(map(_speaks, read_document(policy.document, policy.name).statements))


def concerns(policy: Policy, place: AccountScope) -> bool:
    """Tell whether a policy can allow anything with some CAs, or denies something of Private CA; raises PolicyError."""
    statements = read_document(policy.document, policy.name).statements
    is_denying = any(_speaks(statement) and not statement.is_allow for statement in statements)
    return is_denying or access_level([policy], None, place) > AccessLevel.NONE


def access_level(policies: Iterable[Policy], boundary: Policy | None, place: AccountScope) -> AccessLevel:
    """Return what policies within a boundary can allow on some CAs; raises PolicyError where one is no policy."""
    documents = [read_document(policy.document, policy.name) for policy in policies]
    limit = read_document(boundary.document, boundary.name) if boundary is not None else None
    rights = _rights(documents, limit)
    most = AccessLevel.NONE
    for arn in place.arns if rights.are_any else ():
        most = max(most, rights.power(place, arn))
        if most is AccessLevel.ADMINISTRATOR:
            break
    return most


def _rights(documents: list[Document], limit: Document | None) -> _Rights:
    def allowing(action: str) -> _Allowing:
        limits = None if limit is None else _naming([limit], action)
        return _Allowing(_naming(documents, action), limits)

    # Many actions stand in the same statements.
    found = [each for each in map(allowing, ON_AUTHORITY) if each.statements]
    others = {tuple(map(id, (*each.statements, None, *(each.limits or ())))): each for each in found}
    return _Rights(allowing(_ISSUE), allowing(_REQUEST), allowing(_CREATE), tuple(others.values()))


def _naming(documents: Iterable[Document], action: str) -> tuple[Statement, ...]:
    return tuple(
        statement
        for document in documents
        for statement in document.statements
        if statement.is_allow and _is_named(statement, action)
    )


def _may(statements: Iterable[Statement], resource: str, context: Context) -> bool:
    return any(_applies(statement, resource, context) for statement in statements)


def _applies(statement: Statement, resource: str, context: Context) -> bool:
    judged = [found for found in statement.conditions if found.key == _CA_OF_REQUEST and found.key in context]
    return _is_about(statement, resource) and all(found.is_met(context) for found in judged)


def _speaks(statement: Statement) -> bool:
    return any(_is_named(statement, action) for action in _ANY)


def _is_named(statement: Statement, action: str) -> bool:
    return any(is_action(action, pattern) for pattern in statement.actions) is not statement.are_actions_excluded


def _is_about(statement: Statement, resource: str) -> bool:
    patterns = statement.resources or ()
    if statement.are_resources_excluded:
        return not any(is_resource(resource, pattern, {}) for pattern in patterns)
    return any(pattern == "*" or _fits(resource, pattern) for pattern in patterns)


def _fits(resource: str, pattern: str) -> bool:
    """Tell whether a pattern can match; with a variable, whether anything in the variable's place can."""
    if _VARIABLE not in pattern:
        return is_resource(resource, pattern, {})
    head, _, rest = pattern.partition(_VARIABLE)
    return _fits(resource, f"{head}*{rest.partition('}')[2]}")
