"""Reads the CAs of an account and the principals that can use them to an inventory, with notes on failures."""

from collections.abc import Iterable, Iterator
from functools import partial

from pcaform.core.problems import Failure
from pcaform.sources.aws import cas, issued_certificates, issuers, list_cas
from pcaform.sources.aws.access_level import AccountScope
from pcaform.sources.aws.api_calls import TAGS, ApiCall, FailedCall
from pcaform.sources.aws.checkpoint import Checkpoint
from pcaform.sources.aws.filters import Filters
from pcaform.sources.aws.iam_details import read_principals
from pcaform.sources.aws.list_cas import ListedCa
from pcaform.sources.aws.parallel import run_calls, start
from pcaform.sources.aws.progress import ProgressCallback, no_progress
from pcaform.sources.aws.session import Account
from pcaform.sources.inventory import ImportNote, Inventory, Resource
from pcaform.sources.source_kind import LIVE
from pcaform.terraform.resource_types import AUTHORITY


def read(
    account: Account, filters: Filters, *, checkpoint: Checkpoint, report_progress: ProgressCallback = no_progress
) -> Inventory:
    """Return the selected CAs with their permissions, policies, certificates and issuers.

    All services are read in parallel, since each has its own rate limits. Raises Failure if the credentials expire, or
    a CA that is selected by ARN does not exist.
    """
    listed, notes = _list_cas(account, filters)
    _check_selected_arns(listed, notes, filters)
    listed = list(_filter_by_tags(account, listed, filters, checkpoint=checkpoint, report_progress=report_progress))
    calls = cas.list_calls(listed)
    if not calls:
        _split(_ca_resources(account, listed, checkpoint, filters), [], notes)
        return Inventory((), tuple(notes), source=LIVE, account_id=account.account_id)
    get_principals = start(partial(read_principals, account, account.regions[0]))
    arns = _list_certificates(account, {call.region for call in calls}, notes)
    _read(account, [*calls, *issued_certificates.list_calls(arns)], checkpoint, report_progress)
    resources: list[Resource] = []
    _split(_ca_resources(account, listed, checkpoint, filters), resources, notes)
    written = {resource.id: resource.origin for resource in resources if resource.type == AUTHORITY}
    _split(issued_certificates.list_resources(arns, checkpoint.responses, written), resources, notes)
    _split(issuers.list_issuers(get_principals(), AccountScope(account.account_id, tuple(written))), resources, notes)
    return Inventory(tuple(resources), tuple(notes), source=LIVE, account_id=account.account_id)


def _filter_by_tags(
    account: Account,
    listed: list[ListedCa],
    filters: Filters,
    *,
    checkpoint: Checkpoint,
    report_progress: ProgressCallback,
) -> Iterator[ListedCa]:
    """Yield the CAs whose tags are selected or unknown; tags are read first, since other calls are slower."""
    calls = [call for call in cas.list_calls(listed) if call.operation == TAGS] if filters.tags else []
    _read(account, calls, checkpoint, report_progress)
    for ca in listed:
        tags = checkpoint.responses.get(ApiCall(TAGS, ca.arn), {})
        if not filters.tags or isinstance(tags, FailedCall) or filters.has_selected_tags(tags):
            yield ca


def _ca_resources(
    account: Account, listed: Iterable[ListedCa], checkpoint: Checkpoint, filters: Filters
) -> Iterator[Resource | ImportNote]:
    for ca in listed:
        yield from cas.list_resources(ca, checkpoint.responses, filters, origin=_origin(account, ca))


def read_access(account: Account, filters: Filters) -> Inventory:
    """Return the selected CAs and all principals with access to them, for checks of who may do what."""
    listed, notes = _list_cas(account, filters)
    _check_selected_arns(listed, notes, filters)
    resources: list[Resource] = []
    calls = [call for call in cas.list_calls(listed) if call.operation == TAGS] if filters.tags else []
    checkpoint = Checkpoint(account.account_id)
    _read(account, calls, checkpoint, no_progress)
    _split(cas.list_bare_resources(listed, checkpoint.responses, filters), resources, notes)
    scope = AccountScope(account.account_id, tuple(resource.id for resource in resources))
    _split(issuers.list_principals(read_principals(account, account.regions[0]), scope), resources, notes)
    return Inventory(tuple(resources), tuple(notes), source=LIVE)


def _list_cas(account: Account, filters: Filters) -> tuple[list[ListedCa], list[ImportNote]]:
    listed, notes = [], []
    for result in list_cas.list_cas(account):
        if isinstance(result, ImportNote):
            notes.append(result)
        elif filters.is_selected(result.description):
            listed.append(result)
    return sorted(listed, key=lambda ca: (ca.arn.split(":")[3], str(ca.description.get("CreatedAt")), ca.arn)), notes


def _check_selected_arns(listed: Iterable[ListedCa], notes: Iterable[ImportNote], filters: Filters) -> None:
    missing = sorted(set(filters.arns) - {ca.arn for ca in listed})
    if missing and not any(note.kind == "unknown" for note in notes):
        raise Failure(f"{missing[0]}: no such CA in these regions, or it does not have the selected status")


def _read(account: Account, calls: list[ApiCall], checkpoint: Checkpoint, report_progress: ProgressCallback) -> None:
    remaining = [call for call in calls if call not in checkpoint.responses]
    for number, (call, response) in enumerate(run_calls(account, remaining), start=1):
        checkpoint.add(call, response)
        report_progress(len(calls) - len(remaining) + number, len(calls))


def _list_certificates(account: Account, regions: Iterable[str], notes: list[ImportNote]) -> list[str]:
    """Return the ARNs of the private certificates in some regions; add failures to the notes."""
    arns = []
    for result in issued_certificates.list_certificates(account, regions):
        if isinstance(result, ImportNote):
            notes.append(result)
        else:
            arns.append(result)
    return arns


def _split(results: Iterable[Resource | ImportNote], resources: list[Resource], notes: list[ImportNote]) -> None:
    for result in results:
        if isinstance(result, ImportNote):
            notes.append(result)
        else:
            resources.append(result)


def _origin(account: Account, ca: ListedCa) -> str:
    region, owner = ca.arn.split(":")[3:5]
    return f"{region}, shared by {owner} with {account.account_id}" if ca.is_foreign else f"{region}, {owner}"
