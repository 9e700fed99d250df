"""Builds access scenarios from an account snapshot: its CAs and IAM principals, one scenario for each region."""

from collections.abc import Iterable
from dataclasses import replace

from pcaform.checks.access.scenario import Scenario, Subject
from pcaform.iam.evaluator.elements import PolicyError
from pcaform.sources.account_snapshot import CERTIFIED, TAGS, AccountSnapshot, CaStatus
from pcaform.sources.aws.access_level import AccessLevel, AccountScope, access_level, is_relevant
from pcaform.sources.aws.filters import Filters
from pcaform.sources.aws.snapshot import SnapshotRequest
from pcaform.sources.inventory import ImportNote
from pcaform.sources.principals import IamPrincipal


def access_request(filters: Filters) -> SnapshotRequest:
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
