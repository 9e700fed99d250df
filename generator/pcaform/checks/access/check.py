"""Decides each request of each principal by evaluating its policies, and compares the result with the grants.

An account with n principals and n CAs has n² pairs of them, and all but a few are alike: of CAs and of names that no
policy of a principal, and no grant, tells apart, one is decided for all.
"""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Literal, Self

from pydantic import Field

from pcaform.checks.access import access_request
from pcaform.checks.access.access_request import AccessRequest, RequestMatrix
from pcaform.checks.access.expected import NOTHING_EXPECTED, ExpectedDecision
from pcaform.checks.access.scenario import Scenario, Subject
from pcaform.core.accounts import AccountStatus
from pcaform.core.finding import Finding
from pcaform.core.formats.report import alias
from pcaform.core.shards import Shard
from pcaform.iam import actions
from pcaform.iam.documents import Document, Statement, read_document
from pcaform.iam.evaluator.evaluate import Policies, Request, evaluate
from pcaform.iam.evaluator.patterns import Context, is_resource
from pcaform.sources.inventory import ImportNote

_ALLOW_ALL_STATEMENT = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_ALLOW_ALL = read_document({"Version": "2012-10-17", "Statement": _ALLOW_ALL_STATEMENT}, "allow all")
_RULE = "not-as-granted"
_NOT_SHOWN = (
    "service control policies, resource control policies, permissions boundaries, session policies, VPC endpoint "
    "policies, the CAs' own policies, and other policies of principals that exist already"
)
_NOT_SHOWN_LIVE = (
    "service control policies, resource control policies, session policies, VPC endpoint policies, and the CAs' own "
    "policies"
)
_AUTHORITY, _NAMES = "acm:certificateauthority", "acm:domainnames"
_VARIABLE = re.compile(r"\$\{(?![*?$]\})")
"""The start of a policy variable, whose value is the request's; `${*}` is a star."""


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
class AccessFinding(Finding):
    """A request of a principal, the subject, that is decided otherwise than it should be.

    `account_id` is its account where many were read.
    """

    request: str = ""
    allowed: bool = False
    account_id: str = ""

    principal = alias("subject", str)

    @property
    def statement(self) -> str:
        """The request, and what is wrong with the decision."""
        return f"{self.request}: {self.message}"


@dataclass(frozen=True, slots=True)
class AccessReport:
    """What `access --format json` prints; `accounts` and `shard` are as those of an audit."""

    format_version: Literal["1.3"]
    principals: tuple[Principal, ...]
    findings: tuple[AccessFinding, ...]
    not_shown: str
    """Which other policies also decide at AWS, but are not part of a stack or of an account's principals."""
    is_live: Annotated[bool, Field(exclude=True)] = False
    """Whether this is about an account, with its groups and boundaries, rather than a stack."""
    accounts: tuple[AccountStatus, ...] = ()
    shard: Shard | None = None
    unknown: tuple[ImportNote, ...] = ()
    """What could not be read: of it, nothing is checked."""


def build_result(
    principals: Iterable[Principal], decisions: Iterable[Decision], *, is_live: bool = False
) -> AccessReport:
    """Return what principals may do, with the decisions that are wrong as findings."""
    findings = (
        AccessFinding(_RULE, each.subject, each.message, request=each.request.describe(), allowed=each.is_allowed)
        for each in decisions
    )
    not_shown = _NOT_SHOWN_LIVE if is_live else _NOT_SHOWN
    return AccessReport("1.3", tuple(principals), tuple(findings), not_shown, is_live)


def decider(
    scenario: Scenario, subject: Subject, expected: ExpectedDecision | None
) -> Callable[[AccessRequest], Decision]:
    """Return what tells whether a request of one principal is allowed, and what is wrong with that."""
    of_action, name = policies_by_action(policies_of(subject)), f"{subject.kind} {subject.key}"

    def decide(request: AccessRequest) -> Decision:
        passes = is_allowed(scenario, subject, request, of_action(request.action))
        message = _find_fault(subject, request, is_allowed=passes, expected=expected)
        return Decision(name, request, passes, message)

    return decide


def policies_of(subject: Subject) -> Policies:
    """Return the policies of a principal, with its boundary; raises PolicyError for one that IAM would refuse."""
    limit = subject.iam.known_boundary
    return Policies(
        identity=tuple(read_document(text, name) for name, text in subject.policies.items()),
        boundary=read_document(limit.document, "permissions boundary") if limit is not None else None,
    )


def policies_by_action(policies: Policies) -> Callable[[str], Policies]:
    """Return what gives the statements of policies that are about an action: all that decides a request of it."""

    @cache
    def of_action(action: str) -> Policies:
        def matching(document: Document) -> Document:
            return replace(
                document, statements=tuple(each for each in document.statements if each.matches_action(action))
            )

        boundary = policies.boundary and matching(policies.boundary)
        identity = tuple(each for each in map(matching, policies.identity) if each.statements)
        return Policies(identity=identity, boundary=boundary)

    return of_action


@dataclass(frozen=True, slots=True)
class Decisions:
    """How many requests of a principal were decided, and the decisions that allow one or find something wrong."""

    judged: int
    kept: tuple[Decision, ...]

    def on(self, label: str) -> Self:
        """Return the decisions on another CA of the same class; not by `replace`, since there can be a million."""
        if not self.kept or self.kept[0].request.target == label:
            return self
        kept = []
        for each in self.kept:
            old = each.request
            names, key = old.names, old.key_algorithm
            request = AccessRequest(
                old.action, label, old.route, old.template, names, key, old.tag, old.variant, old.names_label
            )
            kept.append(Decision(each.subject, request, each.is_allowed, each.message))
        return replace(self, kept=tuple(kept))


def decide_by_class(
    scenario: Scenario, subject: Subject, expected: ExpectedDecision | None, samples: Mapping[str, str]
) -> Decisions:
    """Decide all requests of one principal, but only once for CAs and for names that nothing tells apart."""
    matrix, decide = RequestMatrix(scenario, subject, samples), decider(scenario, subject, expected)
    documents = [each for _, layer in policies_of(subject).layers for each in layer]
    statements = [each for document in documents for each in document.statements]
    patterns = {each for one in statements for each in (*(one.resources or ()), *(one.not_resources or ()))}
    decided = expected or NOTHING_EXPECTED
    of_cas = {label: decided.of_ca(label) for label in matrix.cas}
    of_names = {pattern: decided.of_name(name) for pattern, name in samples.items()}
    cas = _classes(_AUTHORITY, matrix.cas, of_cas, statements, patterns=patterns)
    names = _classes(_NAMES, samples, of_names, statements, beside=[access_request.OUTSIDE_NAME])
    few = replace(matrix, samples={each: samples[each] for each in dict.fromkeys(names.values())})
    with_none = {**cas, access_request.NO_CA: access_request.NO_CA}
    on_ca = {each: _keep(map(decide, few.on_ca(each, matrix.cas[each]))) for each in dict.fromkeys(cas.values())}
    to_acm = {each: _to_acm(few, each, names, samples, decide) for each in dict.fromkeys(with_none.values())}
    parts = [
        *(on_ca[first].on(label) for label, first in cas.items()),
        _keep(map(decide, few.on_no_ca())),
        *(to_acm[first].on(label) for label, first in with_none.items()),
        _keep(map(decide, few.on_certificates())),
    ]
    return Decisions(sum(part.judged for part in parts), tuple(each for part in parts for each in part.kept))


def _classes(
    key: str,
    values: Mapping[str, str],
    decided: Mapping[str, Hashable],
    statements: Iterable[Statement],
    *,
    patterns: Iterable[str] = (),
    beside: Iterable[str] = (),
) -> dict[str, str]:
    """Return the label of each value of a condition key -> that of the first of its class.

    A class has what the grants `decided` of it, which of the resource `patterns` match, and which conditions on the
    key are met, by a value alone and with others `beside` it.
    """
    conditions = [each for one in statements for each in one.conditions if each.key == key]
    has_variable = any(_VARIABLE.search(text) for each in conditions for text in each.values)
    first: dict[Hashable, str] = {}
    classes = {}
    for label, value in values.items():
        contexts: list[Context] = [{key: (value,)}, *({key: (value, other)} for other in beside)]
        matches = (value if _VARIABLE.search(each) else is_resource(value, each, {}) for each in patterns)
        met = (each.is_met(context) for each in conditions for context in contexts)
        signature = value if has_variable else (decided[label], *matches, *met)
        classes[label] = first.setdefault(signature, label)
    return classes


def _keep(decisions: Iterable[Decision]) -> Decisions:
    found = list(decisions)
    return Decisions(len(found), tuple(each for each in found if each.is_allowed or each.message))


def _to_acm(
    matrix: RequestMatrix,
    label: str,
    names: Mapping[str, str],
    samples: Mapping[str, str],
    decide: Callable[[AccessRequest], Decision],
) -> Decisions:
    """Decide the requests to ACM for a CA; `names` maps patterns to the first one of their class, which is decided."""
    series: dict[int, dict[str, list[Decision]]] = {}
    for number, request in matrix.to_acm(label, matrix.cas.get(label, "")):
        series.setdefault(number, {}).setdefault(request.names_label, []).append(decide(request))
    judged, kept, sizes = 0, list[Decision](), Counter(names.values())
    for number, by_name in series.items():
        decided = {name: _keep(each) for name, each in by_name.items()}
        is_by_name = number < access_request.SERIES_BY_NAME
        judged += sum(each.judged * ((is_by_name and sizes[name]) or 1) for name, each in decided.items())
        if not is_by_name or not any(each.kept for each in decided.values()):
            kept += (each for one in decided.values() for each in one.kept)
            continue
        for name, first in {**names, access_request.ANY_NAME: access_request.ANY_NAME}.items():
            found = decided[first].kept if first in decided else ()
            kept += found if name == first else (_for_name(each, name, samples[name]) for each in found)
    return Decisions(judged, tuple(kept))


def _for_name(decision: Decision, pattern: str, name: str) -> Decision:
    """Return the same decision for another name of its class."""
    names = (name, *(decision.request.names or ())[1:])
    return replace(decision, request=replace(decision.request, names=names, names_label=pattern, context={}))


def is_allowed(scenario: Scenario, subject: Subject, request: AccessRequest, policies: Policies) -> bool:
    """Tell whether IAM allows a request of a principal that has these policies, or those of them on its action."""
    if not policies.identity and request.variant != access_request.WITH_ALLOW_ALL:
        return False
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
    if not is_allowed and request.variant == access_request.CONDITIONS_MET:
        return ""
    if expected is not None and is_allowed is not expected.decide(request):
        seen, grant, part = ("allowed", "no", "not ") if is_allowed else ("denied", "a", "")
        by = f"{grant} grant allows it" if subject.kind == "issuer" else f"is {part}part of the {subject.kind} role"
        return f"is {seen}, but {by}"
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
