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
from pcaform.iam.documents import PolicyError
from pcaform.sources.account_snapshot import CERTIFIED, TAGS, AccountSnapshot, CaStatus, IamPrincipal
from pcaform.sources.aws.access_level import AccessLevel, AccountScope, access_level, is_relevant
from pcaform.sources.aws.snapshot import Filters, SnapshotRequest
from pcaform.sources.inventory import ImportNote


def account_request(filters: Filters) -> SnapshotRequest:
    """Return what is read for a check of who may do what: the list of CAs, and all principals."""
    parts = (TAGS,) if filters.tags else ()
    return SnapshotRequest(parts, filters, statuses=CERTIFIED, has_principals=True)


def build_scenarios(snapshot: AccountSnapshot) -> tuple[list[Scenario], tuple[ImportNote, ...]]:
    """Return one scenario for each region in which the account has its own CAs, and notes on unreadable principals.

    Its principals are those with access to any CA, also to one that another account shares.
    """
    scope = AccountScope(snapshot.account_id, tuple(ca.arn for ca in snapshot.certified))
    subjects, notes = [], []
    for principal in snapshot.principals.principals if snapshot.principals is not None else ():
        try:
            if access_level(principal.policies, principal.known_boundary, scope) > AccessLevel.NONE:
                subjects.append(_build_subject(principal))
        except PolicyError as error:
            notes.append(ImportNote("unknown", principal.arn, f"its permissions: {error}"))
    cas = [ca for ca in snapshot.certified if not ca.is_foreign]
    scenarios = [
        Scenario(region, snapshot.account_id, _label_cas(ca for ca in cas if ca.region == region), tuple(subjects))
        for region in dict.fromkeys(ca.region for ca in cas)
    ]
    return scenarios, tuple(notes)


def _label_cas(cas_: Iterable[CaStatus]) -> dict[str, str]:
    """Map a label of each CA to its ARN: the common name, followed by the id if several CAs have that name."""
    cas = list(cas_)
    names = [ca.common_name for ca in cas]
    return {
        name if name and names.count(name) == 1 else f"{name} {ca.arn.rpartition('/')[2]}".strip(): ca.arn
        for name, ca in zip(names, cas, strict=True)
    }


def _build_subject(principal: IamPrincipal) -> Subject:
    """Return a principal with its relevant policies; raises PolicyError for one that IAM would refuse."""
    relevant = replace(principal, policies=tuple(filter(is_relevant, principal.policies)))
    owner_tag = f"{principal.kind}/{principal.name}"
    return Subject(principal.name, principal.kind, relevant, is_owned=False, owner_tag=owner_tag)


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
