"""Reviews what all principals of an account may do with its CAs, without grants to compare with.

Findings follow AWS's advice to separate issuing from administration, and to name the CAs in policies:
https://docs.aws.amazon.com/privateca/latest/userguide/ca-best-practices.html.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from pcaform.checks.access import access_request
from pcaform.checks.access.access_request import AccessRequest
from pcaform.checks.access.check import Access, AccessResult, Decision, decide_requests
from pcaform.checks.access.scenario import Scenario, Subject
from pcaform.iam import actions


def review_account(scenarios: Iterable[Scenario], samples: Mapping[str, str]) -> AccessResult:
    """Check every principal of an account in every region; raises PolicyError for a policy that IAM would refuse."""
    accesses = [_check_subject(scenario, subject, samples) for scenario in scenarios for subject in scenario.subjects]
    non_empty = tuple(access for access in accesses if access.allowed)
    findings = (finding for access in non_empty for finding in _find_excess(access))
    return AccessResult(non_empty, tuple(findings), is_live=True)


def _check_subject(scenario: Scenario, subject: Subject, samples: Mapping[str, str]) -> Access:
    decisions = list(decide_requests(scenario, subject, None, samples))
    passed = [decision.request for decision in decisions if decision.is_allowed]
    plain = [request for request in passed if request.variant == access_request.PLAIN]
    unconditional = {_identity(request) for request in plain}
    conditional = dict.fromkeys(
        _without_keys(request)
        for request in passed
        if request.variant == access_request.CONDITIONS_MET and _identity(request) not in unconditional
    )
    return Access(subject, (*plain, *conditional), len(decisions), has_expected=False)


def _identity(request: AccessRequest) -> tuple[str, str, str]:
    return request.action, request.target, request.route


def _without_keys(request: AccessRequest) -> AccessRequest:
    """Return a conditionally allowed request without its condition keys, whose values depend on the caller."""
    return replace(request, tag=None, key_algorithm=None, names=None, names_label="", resource="*", context={})


def _find_excess(access: Access) -> Iterator[Decision]:
    """Yield each kind of excessive access once, with the first request that shows it."""
    issuing = [request for request in access.allowed if _is_issuing(request)]
    administering = [request for request in access.allowed if request.action in actions.ADMINISTERING]
    anywhere = [request for request in issuing if request.target == access_request.OTHER_CA]
    ca_issuing = [request for request in access.allowed if _is_ca_issuing(request)]
    if anywhere:
        yield _finding(access, anywhere[0], "may issue from every CA, including future ones")
    if issuing and administering:
        yield _finding(access, administering[0], "may administer CAs and issue from them: separate these roles")
    if ca_issuing:
        yield _finding(access, ca_issuing[0], "may issue CA certificates")


def _is_issuing(request: AccessRequest) -> bool:
    return (request.action == actions.ISSUE and not _is_ca_issuing(request)) or (
        request.action == actions.REQUEST and request.target != access_request.NO_CA
    )


def _is_ca_issuing(request: AccessRequest) -> bool:
    return request.action == actions.ISSUE and "CACertificate" in (request.template or "")


def _finding(access: Access, request: AccessRequest, message: str) -> Decision:
    return Decision(f"{access.subject.kind} {access.subject.key}", request, is_allowed=True, message=message)
