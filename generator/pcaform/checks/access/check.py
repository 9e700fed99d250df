"""Each request of each principal, decided by the evaluator over the policies' text -> what differs from the promise."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from pcaform.checks.access import access_request
from pcaform.checks.access.access_request import AccessRequest
from pcaform.checks.access.condition_samples import sample_contexts
from pcaform.checks.access.expected import ExpectedDecision
from pcaform.checks.access.request_matrix import RequestMatrix
from pcaform.checks.access.scenario import Scenario, Subject
from pcaform.iam import actions
from pcaform.iam.evaluator.documents import Document, read_document
from pcaform.iam.evaluator.evaluate import Policies, Request, evaluate

_UNSAID = {
    "issuer": "is allowed, and no grant says so",
    "administrator": "is allowed, and is no duty of an administrator",
    "auditor": "is allowed, and is no duty of an auditor",
}
_BROKEN = {
    "issuer": "is denied, although a grant promises it",
    "administrator": "is denied, although it is an administrator's duty",
    "auditor": "is denied, although it is an auditor's duty",
}
_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_EVERYTHING = read_document({"Version": "2012-10-17", "Statement": _ALL}, "everything")


@dataclass(frozen=True, slots=True)
class Decision:
    """How a request ends; the message tells what is wrong with that: not as granted, or beyond what one may ever do."""

    subject: str
    request: AccessRequest
    is_allowed: bool
    message: str


@dataclass(frozen=True, slots=True)
class Access:
    """What one principal may do: the requests that are allowed, and how many were judged."""

    subject: Subject
    allowed: tuple[AccessRequest, ...]
    judged: int
    is_promised: bool
    """Whether the spec says in words what is allowed; a policy that is taken word for word promises nothing."""


@dataclass(frozen=True, slots=True)
class AccessResult:
    """What all principals may do, and every finding."""

    accesses: tuple[Access, ...]
    findings: tuple[Decision, ...]
    is_live: bool = False
    """Whether it is about an account, whose groups and boundaries are known, and not about a stack."""


def check_access(
    scenario: Scenario, words_of: Callable[[Subject], ExpectedDecision | None], samples: Mapping[str, str]
) -> AccessResult:
    """Judge every principal of a stack; `words_of` returns what is promised to one, None where only the stack is known.

    Raises PolicyError for a policy that IAM would refuse.
    """
    accesses, findings = [], []
    for subject in scenario.subjects:
        words = words_of(subject)
        decided = list(decisions(scenario, subject, words, samples))
        allowed = tuple(
            each.request for each in decided if each.is_allowed and each.request.circumstance == access_request.PLAIN
        )
        accesses.append(Access(subject, allowed, len(decided), words is not None))
        findings += [each for each in decided if each.message]
    return AccessResult(tuple(accesses), tuple(findings))


def decisions(
    scenario: Scenario, subject: Subject, words: ExpectedDecision | None, samples: Mapping[str, str]
) -> Iterator[Decision]:
    """Yield how each request of one principal ends, and what is wrong with that."""
    documents = tuple(read_document(text, name) for name, text in subject.policies.items())
    boundary = read_document(subject.boundary, "permissions boundary") if subject.boundary else None
    policies = Policies(identity=documents, boundary=boundary)
    for request in RequestMatrix(scenario, subject, samples, sample_contexts(subject)).requests():
        passes = is_allowed(scenario, subject, request, policies)
        message = _wrong(subject, request, is_allowed=passes, words=words)
        yield Decision(f"{subject.kind} {subject.key}", request, passes, message)


def is_allowed(scenario: Scenario, subject: Subject, request: AccessRequest, policies: Policies) -> bool:
    """Tell whether IAM lets a request of a principal through that has these policies."""
    if request.circumstance == access_request.MORE_RIGHTS:
        policies = replace(policies, identity=(*policies.identity, _EVERYTHING))
    if request.circumstance == access_request.FIRST_LOCK:
        policies = replace(policies, identity=tuple(_allowing(document) for document in policies.identity))
    principal = subject.principal
    described = {"aws:principalarn": (principal.role_arn or principal.arn,)}
    evaluated = Request(
        principal, request.action, request.resource, {**described, **request.context}, scenario.account_id
    )
    return evaluate(evaluated, policies).is_allowed


def _allowing(document: Document) -> Document:
    return Document(document.name, tuple(statement for statement in document.statements if statement.is_allow))


def _wrong(subject: Subject, request: AccessRequest, *, is_allowed: bool, words: ExpectedDecision | None) -> str:
    """Return what is wrong with a request's end, nothing where it is right."""
    promised = words is not None and words(request)
    if words is not None and is_allowed and not promised:
        return _UNSAID[subject.kind]
    if promised and not is_allowed and request.circumstance != access_request.EVERY_KEY:
        return _BROKEN[subject.kind]
    is_real = request.circumstance not in (access_request.MORE_RIGHTS, access_request.FIRST_LOCK)
    return _overstepped(subject.kind, request) if is_allowed and is_real else ""


def _overstepped(kind: str, request: AccessRequest) -> str:
    """Return which line between the duties a request crosses: issuing, administering and looking stay apart."""
    is_ca = "CACertificate" in (request.template or "")
    if kind != "administrator" and request.action in actions.ADMINISTERING:
        return f"lets an {kind} administer CAs"
    if kind != "administrator" and is_ca:
        return f"lets an {kind} make a CA"
    if kind != "issuer" and (request.action == actions.REQUEST or (request.action == actions.ISSUE and not is_ca)):
        return f"lets an {kind} issue certificates"
    return ""
