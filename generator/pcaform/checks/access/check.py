"""Decides each request of each principal by evaluating its policies, and compares the result with the grants."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pcaform.checks.access import access_request
from pcaform.checks.access.access_request import AccessRequest
from pcaform.checks.access.expected import ExpectedDecision
from pcaform.checks.access.request_matrix import RequestMatrix
from pcaform.checks.access.scenario import Scenario, Subject
from pcaform.iam import actions
from pcaform.iam.documents import read_document
from pcaform.iam.evaluator.evaluate import Policies, Request, evaluate

_ALLOW_ALL_STATEMENT = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_ALLOW_ALL = read_document({"Version": "2012-10-17", "Statement": _ALLOW_ALL_STATEMENT}, "allow all")


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a request is allowed; `message` says what is wrong with that, and is empty if nothing is."""

    subject: str
    request: AccessRequest
    is_allowed: bool
    message: str


@dataclass(frozen=True, slots=True)
class Principal:
    """One principal of the stack and what it may do."""

    key: str
    kind: str
    arn: str
    judged: int
    compared: bool  # with grants, which state what is allowed; a policy that is copied verbatim states nothing
    allowed: tuple[AccessRequest, ...]


@dataclass(frozen=True, slots=True)
class AccessResult:
    """What all principals may do, and every finding."""

    principals: tuple[Principal, ...]
    findings: tuple[Decision, ...]
    is_live: bool = False
    """Whether this is about an account, with its groups and boundaries, rather than a stack."""


def decide_requests(
    scenario: Scenario, subject: Subject, expected: ExpectedDecision | None, samples: Mapping[str, str]
) -> Iterator[Decision]:
    """Yield whether each request of one principal is allowed, and what is wrong with that."""
    documents = tuple(read_document(text, name) for name, text in subject.policies.items())
    limit = subject.iam.known_boundary
    boundary = read_document(limit.document, "permissions boundary") if limit is not None else None
    policies = Policies(identity=documents, boundary=boundary)
    for request in RequestMatrix(scenario, subject, samples).requests():
        passes = is_allowed(scenario, subject, request, policies)
        message = _find_fault(subject, request, is_allowed=passes, expected=expected)
        yield Decision(f"{subject.kind} {subject.key}", request, passes, message)


def is_allowed(scenario: Scenario, subject: Subject, request: AccessRequest, policies: Policies) -> bool:
    """Tell whether IAM allows a request of a principal that has these policies."""
    if request.variant == access_request.WITH_ALLOW_ALL:
        policies = replace(policies, identity=(*policies.identity, _ALLOW_ALL))
    if request.variant == access_request.WITHOUT_DENIES:
        policies = replace(policies, identity=tuple(document.only("Allow") for document in policies.identity))
    context = {"aws:principalarn": (subject.iam.arn,), **request.context}
    evaluated = Request(subject.principal, request.action, request.resource, context, scenario.account_id)
    return evaluate(evaluated, policies).is_allowed


def _find_fault(
    subject: Subject, request: AccessRequest, *, is_allowed: bool, expected: ExpectedDecision | None
) -> str:
    """Return what is wrong with the decision for a request; empty if nothing is."""
    is_expected = expected is not None and expected(request)
    if expected is not None and is_allowed and not is_expected:
        is_by_grant = subject.kind == "issuer"
        return f"is allowed, but {'no grant allows it' if is_by_grant else f'is not part of the {subject.kind} role'}"
    if is_expected and not is_allowed and request.variant != access_request.CONDITIONS_MET:
        is_by_grant = subject.kind == "issuer"
        return f"is denied, but {'a grant allows it' if is_by_grant else f'is part of the {subject.kind} role'}"
    is_real = request.variant not in (access_request.WITH_ALLOW_ALL, access_request.WITHOUT_DENIES)
    return _check_separation(subject.kind, request) if is_allowed and is_real else ""


def _check_separation(kind: str, request: AccessRequest) -> str:
    """Return how a request breaks the separation of issuing, administering and auditing; empty if it does not."""
    is_ca = request.has_ca_template
    if kind != "administrator" and request.action in actions.ADMINISTERING:
        return f"lets an {kind} administer CAs"
    if kind != "administrator" and is_ca:
        return f"lets an {kind} issue CA certificates"
    if kind != "issuer" and (request.action == actions.REQUEST or (request.action == actions.ISSUE and not is_ca)):
        return f"lets an {kind} issue certificates"
    return ""
