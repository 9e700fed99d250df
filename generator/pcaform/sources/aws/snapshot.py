"""Reads an account once: lists its CAs, then reads the requested parts of them in parallel, with notes on failures.

ListCertificateAuthorities returns the structure of DescribeCertificateAuthority, so no CA is described again: in the
acm-pca service model of botocore both have the shape CertificateAuthority. For a CA in creation, failed or deleted AWS
returns nothing else: https://docs.aws.amazon.com/privateca/latest/userguide/PcaUpdateStatus.html. ListCertificates of
ACM lists only RSA keys up to 2048 bits without `keyTypes`:
https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html. A progress bar is only shown on a
terminal: nothing of it is written to a file or a pipe.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pcaform.core import console
from pcaform.core.problems import Failure
from pcaform.sources import account_snapshot
from pcaform.sources.account_snapshot import CERTIFIED, TAGS, AccountSnapshot, CaStatus, Certificate
from pcaform.sources.aws import api_calls
from pcaform.sources.aws.api_calls import ApiCall, FailedCall, Responses
from pcaform.sources.aws.details import read_buckets, read_principals, read_trust_anchors
from pcaform.sources.aws.parallel import Checkpoint, read_all, run_calls, run_jobs, start, try_request
from pcaform.sources.aws.session import Account, Stopped
from pcaform.sources.inventory import ImportNote

ProgressCallback = Callable[[int, int], None]
"""Called with the number of responses so far and in total."""
PARTS = {
    account_snapshot.PERMISSIONS: api_calls.PERMISSIONS,
    account_snapshot.POLICY: api_calls.POLICY,
    account_snapshot.CERTIFICATE: api_calls.CERTIFICATE,
    account_snapshot.REQUEST: api_calls.REQUEST,
    account_snapshot.TAGS: api_calls.TAGS,
}
"""The parts of a CA, and the operation that reads each."""
_PENDING = "PENDING_CERTIFICATE"
_FOREIGN = (account_snapshot.CERTIFICATE,)
"""What the default permission of a RAM share allows to read; a reference needs it, as the parent of CAs."""
_OWN = "CAs of this account"
_LIST = "acm-pca:ListCertificateAuthorities"
_LIST_CERTIFICATES = "acm:ListCertificates"
PRIVATE_CERTIFICATES = "private certificates"
"""How a note starts on a region whose certificates could not be listed."""
_HINT = "; to leave out a region that is not in use, name the others with --region"


def no_progress(done: int, total: int) -> None:
    """Report nothing."""


@contextmanager
def show_progress(description: str) -> Iterator[ProgressCallback]:
    """Yield the callback of a progress bar if stderr is a terminal, else one that does nothing."""
    if not console.has_progress():
        yield no_progress
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    texts = (TextColumn("{task.fields[rate]:.0f}/s,"), TimeRemainingColumn(), TextColumn("left"))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), *texts)
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(description, total=None, rate=0)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, rate=done / max(bar.tasks[0].elapsed or 0, 1))

        yield tell


@dataclass(frozen=True, slots=True)
class Filters:
    """Any of the ARNs, all of the tags, any of the statuses; an empty filter selects all CAs."""

    arns: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    statuses: tuple[str, ...] = ()

    def is_selected(self, ca: Mapping[str, Any]) -> bool:
        """Tell whether a CA has a selected ARN and status, which the list of CAs contains."""
        return (not self.arns or ca["Arn"] in self.arns) and (not self.statuses or ca["Status"] in self.statuses)

    def has_selected_tags(self, tags: Mapping[str, str]) -> bool:
        """Tell whether a CA has all selected tags."""
        return all(tags.get(key) == value for key, value in self.tags)


NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class SnapshotRequest:
    """What is read besides the list of CAs: parts of each CA, certificates, CRL buckets, principals.

    Of CAs that the filters, `statuses` or `is_selected` leave out, nothing is read. If no CA is left, neither are
    certificates and principals, unless `is_always_complete`.
    """

    parts: tuple[str, ...] = ()
    filters: Filters = NO_FILTERS
    statuses: tuple[str, ...] | None = None
    is_selected: Callable[[CaStatus], bool] | None = None
    certificates: tuple[str, ...] = ()
    """The operations on each private certificate."""
    has_buckets: bool = False
    has_trust_anchors: bool = False
    has_principals: bool = False
    has_policy_settings: bool = False
    is_always_complete: bool = False

    def parts_of(self, ca: CaStatus) -> tuple[str, ...]:
        """Return the parts that are read of a CA."""
        if not self.reads(ca) or ca.status not in (*CERTIFIED, _PENDING):
            return ()
        excluded = () if ca.status in CERTIFIED else (account_snapshot.CERTIFICATE,)
        return tuple(part for part in self.parts if part not in excluded and (not ca.is_foreign or part in _FOREIGN))

    def reads(self, ca: CaStatus) -> bool:
        """Tell whether more than its description is read of a CA."""
        return self.statuses is None or ca.status in self.statuses


def read_snapshot(
    account: Account,
    request: SnapshotRequest,
    *,
    checkpoint: Checkpoint | None = None,
    report_progress: ProgressCallback = no_progress,
) -> AccountSnapshot:
    """Return the selected CAs of an account and those shared with it, with what is requested.

    All services are read in parallel, since each has its own rate limits. Raises Failure if the credentials expire, or
    a CA that is selected by ARN does not exist.
    """
    memory = checkpoint or Checkpoint(account.account_id)
    cas, others, notes = _list_cas(account, request)
    unlisted = frozenset(note.address.rpartition("/")[2] for note in notes if note.reason.startswith(_OWN))
    if request.filters.tags:
        listed, cas = cas, list(_filter_by_tags(account, request, cas, notes, memory))
        others += [ca for ca in listed if ca not in cas]
    read = [ca for ca in cas if request.reads(ca)]
    has_more = bool(read) or request.is_always_complete
    get_principals = None
    if request.has_principals and has_more:
        reading = partial(read_principals, with_policy_settings=request.has_policy_settings)
        get_principals = start(partial(reading, account, account.regions[0]))
    regions = account.regions if request.is_always_complete else {ca.region for ca in read}
    ca_calls = [ApiCall(PARTS[part], ca.arn) for ca in cas for part in request.parts_of(ca)]
    try:
        arns = _list_certificates(account, regions, notes) if request.certificates else []
        calls = [*ca_calls, *(ApiCall(operation, arn) for arn in arns for operation in request.certificates)]
        _run(account, calls, memory, report_progress)
    except Stopped:
        if get_principals:
            get_principals()  # raises why it has stopped all requests
        raise
    notes += _failure_notes(ca_calls, memory.responses)
    snapshot = AccountSnapshot(
        account.account_id,
        account.regions,
        tuple(_add_parts(ca, request.parts_of(ca), memory.responses) for ca in cas),
        certificates=tuple(_build_certificates(arns, memory.responses, notes)),
        unlisted=unlisted,
        unselected=tuple(others),
        principals=get_principals() if get_principals else None,
    )
    names = {str(ca.crl["s3_bucket_name"]): ca.region for ca in snapshot.own if ca.crl} if request.has_buckets else {}
    buckets, denied = read_buckets(account, names)
    anchors, unread = read_trust_anchors(account) if request.has_trust_anchors else ([], [])
    return replace(snapshot, buckets=buckets, trust_anchors=tuple(anchors), notes=(*notes, *denied, *unread))


def _list_cas(account: Account, request: SnapshotRequest) -> tuple[list[CaStatus], list[CaStatus], list[ImportNote]]:
    """Return the selected CAs of all regions by region and age, the others, and notes on what could not be listed."""
    jobs = {}
    for region in account.regions:
        client = account.client("acm-pca", region)
        for owner in ("SELF", "OTHER_ACCOUNTS"):
            jobs[region, owner] = partial(try_request, partial(api_calls.list_cas, client, owner), _LIST)
    responses = dict(run_jobs(jobs, account.rate_limiter))
    listed: list[tuple[Mapping[str, Any], bool]] = []
    notes = []
    for region, owner in jobs:
        response = responses[region, owner]
        if isinstance(response, FailedCall):
            whose = _OWN if owner == "SELF" else "CAs that other accounts share"
            notes.append(ImportNote("unknown", f"{account.account_id}/{region}", f"{whose}: {response.reason}{_HINT}"))
        else:
            listed += [(ca, owner != "SELF") for ca in response]
    is_selected = request.filters.is_selected
    missing = sorted(set(request.filters.arns) - {ca["Arn"] for ca, _ in listed if is_selected(ca)})
    if missing and not notes:
        raise Failure(f"{missing[0]}: no such CA in these regions, or it does not have the selected status")
    listed.sort(key=lambda each: (each[0]["Arn"].split(":")[3], str(each[0].get("CreatedAt")), each[0]["Arn"]))
    cas: tuple[list[CaStatus], list[CaStatus]] = [], []
    for description, is_foreign in listed:
        ca = api_calls.to_ca(description, is_foreign=is_foreign)
        is_left_out = not is_selected(description) or (request.is_selected and not request.is_selected(ca))
        cas[bool(is_left_out)].append(ca)
    return (*cas, notes)


def _filter_by_tags(
    account: Account, request: SnapshotRequest, cas: list[CaStatus], notes: list[ImportNote], memory: Checkpoint
) -> Iterator[CaStatus]:
    """Yield the CAs whose tags are selected; they are read first, so that nothing else is read of other CAs."""
    tagged = replace(request, parts=(TAGS,))
    calls = {ca.arn: ApiCall(PARTS[TAGS], ca.arn) for ca in cas if tagged.parts_of(ca)}
    _run(account, list(calls.values()), memory, no_progress)
    for ca in cas:
        tags = memory.responses[calls[ca.arn]] if ca.arn in calls else {}
        if isinstance(tags, FailedCall):
            notes.append(ImportNote("unknown", ca.arn, f"whether it has the selected tags: {tags.reason}"))
        elif request.filters.has_selected_tags(tags):
            yield ca


def _run(account: Account, calls: list[ApiCall], memory: Checkpoint, report_progress: ProgressCallback) -> None:
    """Run the calls that have no response yet."""
    remaining = [call for call in calls if call not in memory.responses]
    for number, (call, response) in enumerate(run_calls(account, remaining), start=1):
        memory.add(call, response)
        report_progress(len(calls) - len(remaining) + number, len(calls))


def _add_parts(ca: CaStatus, requested: tuple[str, ...], responses: Responses) -> CaStatus:
    parts = {part: responses[ApiCall(PARTS[part], ca.arn)] for part in requested}
    read = {part: response for part, response in parts.items() if not isinstance(response, FailedCall)}
    values = {
        name: value for part, response in read.items() for name, value in api_calls.to_part(part, response).items()
    }
    return replace(ca, unread=frozenset(PARTS) - read.keys(), **values)


def _failure_notes(calls: Iterable[ApiCall], responses: Responses) -> Iterator[ImportNote]:
    names = {operation: part for part, operation in PARTS.items()}
    for call in calls:
        response = responses[call]
        if isinstance(response, FailedCall):
            yield ImportNote("unknown", call.arn, f"{names[call.operation]}: {response.reason}")


def _list_certificates(account: Account, regions: Iterable[str], notes: list[ImportNote]) -> list[str]:
    """Return the ARNs of the private certificates in some regions; add failures to the notes."""
    clients = {region: account.client("acm", region) for region in sorted(set(regions))}
    requests = {region: partial(api_calls.list_certificates, client) for region, client in clients.items()}
    listed = read_all(account, requests, _LIST_CERTIFICATES, notes, what=f"{PRIVATE_CERTIFICATES}: ")
    return [arn for arns in listed.values() for arn in arns]


def _build_certificates(arns: Iterable[str], responses: Responses, notes: list[ImportNote]) -> Iterator[Certificate]:
    """Yield the certificates that have a private CA; add failures to the notes."""
    for arn in arns:
        detail = responses[ApiCall(api_calls.ACM_CERTIFICATE, arn)]
        if isinstance(detail, FailedCall):
            notes.append(ImportNote("unknown", arn, f"certificate: {detail.reason}"))
        elif detail.get("CertificateAuthorityArn"):
            yield api_calls.to_certificate(arn, detail, responses.get(ApiCall(api_calls.ACM_TAGS, arn)))
