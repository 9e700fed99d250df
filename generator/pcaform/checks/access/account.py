"""Reviews what all principals of an account may do with its CAs, without grants to compare with.

Findings follow AWS's advice to separate issuing from administration, and to name the CAs in policies:
https://docs.aws.amazon.com/privateca/latest/userguide/ca-best-practices.html.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

from pcaform.checks.access import access_request
from pcaform.checks.access.check import AccessReport, Decision, Principal, build_result, decide_by_class
from pcaform.checks.access.handed_rights import find_handed_rights, rights_of
from pcaform.checks.access.scenario import Scenario, Subject, sample_names
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


def check_account_access(snapshot: AccountSnapshot) -> tuple[AccessReport, tuple[ImportNote, ...]]:
    """Check all principals of an account in every region; return all notes, on unreadable policies too."""
    scenarios, notes = _build_scenarios(snapshot)
    samples = sample_names(subject for scenario in scenarios[:1] for subject in scenario.subjects)
    principals = (_check_subject(scenario, subject, samples) for scenario in scenarios for subject in scenario.subjects)
    non_empty = tuple(principal for principal in principals if principal.allowed)
    findings = [finding for principal in non_empty for finding in _find_excess(principal)]
    everyone = snapshot.principals.principals if snapshot.principals is not None and scenarios else ()
    rights = rights_of(everyone)
    for principal in everyone:
        with suppress(PolicyError):  # an unreadable policy has a note already
            findings += find_handed_rights(scenarios[0], _subject(principal), rights)
    return build_result(non_empty, findings, is_live=True), (*snapshot.all_notes, *notes)


def _subject(principal: IamPrincipal) -> Subject:
    tag = f"{principal.kind}/{principal.name}"
    return Subject(principal.name, principal.kind, principal, is_owned=False, owner_tag=tag)


def _build_scenarios(snapshot: AccountSnapshot) -> tuple[list[Scenario], tuple[ImportNote, ...]]:
    """Return one scenario for each region in which the account has its own CAs, and notes on unreadable principals.

    Its principals are those with access to any CA, also to one that another account shares.
    """
    scope = AccountScope(snapshot.account_id, tuple(ca.arn for ca in snapshot.certified))
    subjects, notes = [], []
    for principal in snapshot.principals.principals if snapshot.principals is not None else ():
        try:
            if access_level(principal.policies, principal.known_boundary, scope) > AccessLevel.NONE:
                relevant = replace(principal, policies=tuple(filter(is_relevant, principal.policies)))
                subjects.append(_subject(relevant))
        except PolicyError as error:
            notes.append(ImportNote("unknown", principal.arn, f"its permissions: {error}"))
    cas = [ca for ca in snapshot.certified if not ca.is_foreign]
    scenarios = [
        Scenario(region, snapshot.account_id, _label_cas(ca for ca in cas if ca.region == region), tuple(subjects))
        for region in dict.fromkeys(ca.region for ca in cas)
    ]
    return scenarios, tuple(notes)


def _label_cas(cas_: Iterable[CaStatus]) -> dict[str, str]:
    """Map a label of each CA to its ARN: the common name, followed by the id if it is not clear which CA has it."""
    cas = list(cas_)
    names = [ca.common_name for ca in cas]
    clear = {name for name, number in Counter(names).items() if name and number == 1} - {*access_request.TARGETS}
    return {
        name if name in clear else f"{name} {ca.arn.rpartition('/')[2]}".strip(): ca.arn
        for name, ca in zip(names, cas, strict=True)
    }


def _check_subject(scenario: Scenario, subject: Subject, samples: Mapping[str, str]) -> Principal:
    decisions = decide_by_class(scenario, subject, None, samples)
    passed = [decision.request for decision in decisions.kept if decision.is_allowed]
    plain = [request for request in passed if request.variant == access_request.PLAIN]
    unconditional = {(request.action, request.target, request.route) for request in plain}
    conditional = dict.fromkeys(
        # without the condition keys, whose values depend on the caller
        replace(request, tag=None, key_algorithm=None, names=None, names_label="", resource="*", context={})
        for request in passed
        if request.variant == access_request.CONDITIONS_MET
        and (request.action, request.target, request.route) not in unconditional
    )
    allowed = (*plain, *conditional)
    return Principal(subject.key, subject.kind, subject.iam.arn, decisions.judged, compared=False, allowed=allowed)


def _find_excess(principal: Principal) -> Iterator[Decision]:
    """Yield each kind of excessive access once, with the first request that shows it."""
    allowed = principal.allowed
    ca_issuing = [each for each in allowed if each.action == actions.ISSUE and each.has_ca_template]
    issuing = [
        each
        for each in allowed
        if (each.action == actions.ISSUE and not each.has_ca_template)
        or (each.action == actions.REQUEST and each.target != access_request.NO_CA)
    ]
    administering = [each for each in allowed if each.action in actions.ADMINISTERING]
    anywhere = [each for each in issuing if each.target == access_request.OTHER_CA]
    kinds = {
        "may issue from every CA, including future ones": anywhere,
        "may administer CAs and issue from them: separate these roles": administering if issuing else [],
        "may issue CA certificates": ca_issuing,
    }
    for message, requests in kinds.items():
        for request in requests[:1]:
            yield Decision(f"{principal.kind} {principal.key}", request, is_allowed=True, message=message)
