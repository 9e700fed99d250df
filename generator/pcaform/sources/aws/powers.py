"""What a policy can allow at best, whoever calls and under whatever circumstances: who is worth a look at all.

A condition counts as met and a policy variable as fitting, since both are up to the request; only the condition on the
CA that a request to ACM names is judged, because that is what is asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from pcaform.access.actions import OF_ACM_ACCOUNT, ON_AUTHORITY, ON_CERTIFICATE, ON_NO_AUTHORITY, TAGGING
from pcaform.iam.documents import Document, Statement, read_document
from pcaform.iam.patterns import Context, is_action, is_resource
from pcaform.sources.aws.people import Policy

_CA_OF_REQUEST = "acm:certificateauthority"
_ISSUE = "acm-pca:IssueCertificate"
_REQUEST = "acm:RequestCertificate"
_CREATE = "acm-pca:CreateCertificateAuthority"
_ANY = (*ON_AUTHORITY, *ON_CERTIFICATE, *TAGGING, *OF_ACM_ACCOUNT, *ON_NO_AUTHORITY, _ISSUE, _REQUEST)
_VARIABLE = "${"


class Power(IntEnum):
    """What somebody can do with some CAs at best, weakest first; the order is used.

    OTHER does something else with them, ISSUER issues itself or through ACM, ADMINISTRATOR also makes CAs of its own.
    """

    NONE = 0
    OTHER = 1
    ISSUER = 2
    ADMINISTRATOR = 3


@dataclass(frozen=True, slots=True)
class Place:
    """The CAs in question, by ARN, and the account whose policies are judged."""

    account_id: str
    arns: tuple[str, ...]

    def certificate(self, arn: str) -> str:
        """Return the resource of a request to ACM that names a CA: it is made in the caller's account."""
        partition, region = arn.split(":")[1], arn.split(":")[3]
        return f"arn:{partition}:acm:{region}:{self.account_id}:certificate/*"


def issues(policy: Policy, place: Place) -> bool:
    """Tell whether a policy can allow issuing from one of some CAs; raises PolicyError where it is none."""
    documents = [read_document(policy.document, policy.name)]
    return any(_issues(documents, None, place, arn) for arn in place.arns)


def is_relevant(policy: Policy) -> bool:
    """Tell whether a policy speaks of Private CA or ACM at all, to allow or to deny; raises PolicyError."""
    return any(map(_speaks, read_document(policy.document, policy.name).statements))


def concerns(policy: Policy, place: Place) -> bool:
    """Tell whether a policy can allow anything with some CAs, or denies something of Private CA; raises PolicyError."""
    statements = read_document(policy.document, policy.name).statements
    is_denying = any(_speaks(statement) and not statement.is_allow for statement in statements)
    return is_denying or power([policy], None, place) > Power.NONE


def power(policies: Iterable[Policy], boundary: Policy | None, place: Place) -> Power:
    """Return what policies within a boundary can allow on some CAs; raises PolicyError where one is no policy."""
    documents = [read_document(policy.document, policy.name) for policy in policies]
    documents = [each for each in documents if any(map(_speaks, each.statements))]
    limit = read_document(boundary.document, boundary.name) if boundary is not None else None
    most = Power.NONE
    for arn in place.arns if documents else ():
        most = max(most, _power(documents, limit, place, arn))
        if most is Power.ADMINISTRATOR:
            break
    return most


def _speaks(statement: Statement) -> bool:
    return any(_is_named(statement, action) for action in _ANY)


def _power(documents: list[Document], limit: Document | None, place: Place, arn: str) -> Power:
    if _issues(documents, limit, place, arn):
        return Power.ADMINISTRATOR if _allow(documents, limit, (_CREATE, "*")) else Power.ISSUER
    is_able = any(_allow(documents, limit, (action, arn)) for action in ON_AUTHORITY)
    return Power.OTHER if is_able else Power.NONE


def _issues(documents: list[Document], limit: Document | None, place: Place, arn: str) -> bool:
    itself = _allow(documents, limit, (_ISSUE, arn))
    return itself or _allow(documents, limit, (_REQUEST, place.certificate(arn)), {_CA_OF_REQUEST: (arn,)})


def _allow(
    documents: list[Document], limit: Document | None, asked: tuple[str, str], context: Context | None = None
) -> bool:
    """Tell whether an action on a resource can be allowed, within a boundary where there is one."""
    action, resource = asked
    is_within = limit is None or _may(limit, action, resource, context or {})
    return is_within and any(_may(document, action, resource, context or {}) for document in documents)


def _may(document: Document, action: str, resource: str, context: Context) -> bool:
    return any(
        statement.is_allow and _applies(statement, action, resource, context) for statement in document.statements
    )


def _applies(statement: Statement, action: str, resource: str, context: Context) -> bool:
    if not _is_named(statement, action):
        return False
    judged = [found for found in statement.conditions if found.key == _CA_OF_REQUEST and found.key in context]
    return _is_about(statement, resource) and all(found.is_met(context) for found in judged)


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
