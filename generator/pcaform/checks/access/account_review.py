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


def review_account(stages: Iterable[Scenario], samples: Mapping[str, str]) -> AccessResult:
    """Judge every principal of an account in every region; raises PolicyError for a policy that IAM would refuse."""
    accesses = [_access(stage, subject, samples) for stage in stages for subject in stage.subjects]
    shown = tuple(access for access in accesses if access.allowed)
    findings = (finding for access in shown for finding in _findings(access))
    return AccessResult(shown, tuple(findings), is_live=True)


def _access(stage: Scenario, subject: Subject, samples: Mapping[str, str]) -> Access:
    decided = list(decisions(stage, subject, None, samples))
    allowed = [each.cell for each in decided if each.is_allowed and each.cell.circumstance == access_request.PLAIN]
    plain = {_asked(cell) for cell in allowed}
    allowed += dict.fromkeys(
        _in_short(each.cell)
        for each in decided
        if each.is_allowed and each.cell.circumstance == access_request.EVERY_KEY and _asked(each.cell) not in plain
    )
    return Access(subject, tuple(allowed), len(decided), is_promised=False)


def _asked(cell: AccessRequest) -> tuple[str, str, str]:
    return cell.action, cell.target, cell.route


def _in_short(cell: AccessRequest) -> AccessRequest:
    """Return a request that a condition lets through without its keys: which ones depends on who asks."""
    return replace(cell, tag=None, key_algorithm=None, names=None, names_said="", resource="*", context={})


def _findings(access: Access) -> Iterator[Decision]:
    """Yield each line that somebody crosses, once, with the first request that crosses it."""
    issuing = [cell for cell in access.allowed if _issues(cell)]
    running = [cell for cell in access.allowed if cell.action in actions.ADMINISTERING]
    anywhere = [cell for cell in issuing if cell.target == access_request.ANOTHER]
    making = [cell for cell in access.allowed if _makes(cell)]
    if anywhere:
        yield _finding(access, anywhere[0], "may issue from every CA, also from those that come later")
    if issuing and running:
        yield _finding(access, running[0], "may administer CAs and issue from them: these are two duties")
    if making:
        yield _finding(access, making[0], "may make a certificate of a CA")


def _issues(cell: AccessRequest) -> bool:
    return (cell.action == actions.ISSUE and not _makes(cell)) or (
        cell.action == actions.REQUEST and cell.target != access_request.NO_CA
    )


def _makes(cell: AccessRequest) -> bool:
    return cell.action == actions.ISSUE and "CACertificate" in (cell.template or "")


def _finding(access: Access, cell: AccessRequest, message: str) -> Decision:
    return Decision(f"{access.subject.kind} {access.subject.key}", cell, is_allowed=True, message=message)
