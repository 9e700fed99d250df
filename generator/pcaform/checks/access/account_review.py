"""Everybody in an account, judged without any promise to compare with: what they may do, and what is too much of it.

What counts as too much is AWS's advice to keep issuing and administering apart, and to name the CAs:
https://docs.aws.amazon.com/privateca/latest/userguide/ca-best-practices.html.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from pcaform.checks.access import access_request
from pcaform.checks.access.access_request import AccessRequest
from pcaform.checks.access.check import Access, AccessResult, Decision, decisions
from pcaform.checks.access.scenario import Scenario, Subject
from pcaform.iam import actions


def review_account(scenarios: Iterable[Scenario], samples: Mapping[str, str]) -> AccessResult:
    """Judge every principal of an account in every region; raises PolicyError for a policy that IAM would refuse."""
    accesses = [_access(scenario, subject, samples) for scenario in scenarios for subject in scenario.subjects]
    shown = tuple(access for access in accesses if access.allowed)
    findings = (finding for access in shown for finding in _findings(access))
    return AccessResult(shown, tuple(findings), is_live=True)


def _access(scenario: Scenario, subject: Subject, samples: Mapping[str, str]) -> Access:
    decided = list(decisions(scenario, subject, None, samples))
    allowed = [
        each.request for each in decided if each.is_allowed and each.request.circumstance == access_request.PLAIN
    ]
    plain = {_asked(request) for request in allowed}
    allowed += dict.fromkeys(
        _in_short(each.request)
        for each in decided
        if each.is_allowed
        and each.request.circumstance == access_request.EVERY_KEY
        and _asked(each.request) not in plain
    )
    return Access(subject, tuple(allowed), len(decided), is_promised=False)


def _asked(request: AccessRequest) -> tuple[str, str, str]:
    return request.action, request.target, request.route


def _in_short(request: AccessRequest) -> AccessRequest:
    """Return a request that a condition lets through without its keys: which ones depends on who asks."""
    return replace(request, tag=None, key_algorithm=None, names=None, names_said="", resource="*", context={})


def _findings(access: Access) -> Iterator[Decision]:
    """Yield each line that somebody crosses, once, with the first request that crosses it."""
    issuing = [request for request in access.allowed if _issues(request)]
    running = [request for request in access.allowed if request.action in actions.ADMINISTERING]
    anywhere = [request for request in issuing if request.target == access_request.ANOTHER]
    making = [request for request in access.allowed if _makes(request)]
    if anywhere:
        yield _finding(access, anywhere[0], "may issue from every CA, also from those that come later")
    if issuing and running:
        yield _finding(access, running[0], "may administer CAs and issue from them: these are two duties")
    if making:
        yield _finding(access, making[0], "may make a certificate of a CA")


def _issues(request: AccessRequest) -> bool:
    return (request.action == actions.ISSUE and not _makes(request)) or (
        request.action == actions.REQUEST and request.target != access_request.NO_CA
    )


def _makes(request: AccessRequest) -> bool:
    return request.action == actions.ISSUE and "CACertificate" in (request.template or "")


def _finding(access: Access, request: AccessRequest, message: str) -> Decision:
    return Decision(f"{access.subject.kind} {access.subject.key}", request, is_allowed=True, message=message)
