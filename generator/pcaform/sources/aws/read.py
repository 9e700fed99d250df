"""An account -> the inventory of its CAs and of who can use them; what could not be read is said of each."""

from collections.abc import Iterable, Iterator
from functools import partial

from pcaform.core.problems import Failure
from pcaform.sources.aws import cas, issued_certificates, issuers, list_cas
from pcaform.sources.aws.access_level import AccountScope
from pcaform.sources.aws.api_calls import TAGS, Question, Unknown
from pcaform.sources.aws.checkpoint import Checkpoint
from pcaform.sources.aws.filters import Filters
from pcaform.sources.aws.iam_details import read_principals
from pcaform.sources.aws.list_cas import ListedCa
from pcaform.sources.aws.parallel import results, start
from pcaform.sources.aws.progress import ProgressCallback, no_progress
from pcaform.sources.aws.session import Account
from pcaform.sources.inventory import ImportNote, Inventory, Resource

_CA = "aws_acmpca_certificate_authority"


def read(
    account: Account, filters: Filters, *, checkpoint: Checkpoint, tell: ProgressCallback = no_progress
) -> Inventory:
    """Return the CAs that are wanted, with everything that hangs on them and everybody who can issue from them.

    All services are asked at once, since each has rates of its own. Raises Failure where the credentials expire, or a
    CA that is named is not there.
    """
    found, notes = _listed(account, filters)
    _check_named(found, notes, filters)
    found = list(_tagged(account, found, filters, checkpoint=checkpoint, tell=tell))
    questions = cas.asked(found)
    if not questions:
        _sort(_told(account, found, checkpoint, filters), [], notes)
        return Inventory((), tuple(notes), source="live", account_id=account.account_id)
    everybody = start(partial(read_principals, account, account.regions[0]))
    arns = _certificates(account, {question.region for question in questions}, notes)
    _ask(account, [*questions, *issued_certificates.asked(arns)], checkpoint, tell)
    resources: list[Resource] = []
    _sort(_told(account, found, checkpoint, filters), resources, notes)
    written = {each.id: each.origin for each in resources if each.type == _CA}
    _sort(issued_certificates.resources(arns, checkpoint.answers, written), resources, notes)
    _sort(issuers.resources(everybody(), AccountScope(account.account_id, tuple(written))), resources, notes)
    return Inventory(tuple(resources), tuple(notes), source="live", account_id=account.account_id)


def _tagged(
    account: Account, found: list[ListedCa], filters: Filters, *, checkpoint: Checkpoint, tell: ProgressCallback
) -> Iterator[ListedCa]:
    """Yield the CAs whose tags are wanted or unknown; tags are cheap to ask for, and all else of a CA is not."""
    questions = [each for each in cas.asked(found) if each.operation == TAGS] if filters.tags else []
    _ask(account, questions, checkpoint, tell)
    for each in found:
        tags = checkpoint.answers.get(Question(TAGS, each.arn), {})
        if not filters.tags or isinstance(tags, Unknown) or filters.has_wanted_tags(tags):
            yield each


def _told(
    account: Account, found: Iterable[ListedCa], checkpoint: Checkpoint, filters: Filters
) -> Iterator[Resource | ImportNote]:
    for each in found:
        yield from cas.resources(each, checkpoint.answers, filters, origin=_origin(account, each))


def read_access(account: Account, filters: Filters) -> Inventory:
    """Return the CAs that are wanted and everybody in the account with all policies, for judging who may do what."""
    found, notes = _listed(account, filters)
    _check_named(found, notes, filters)
    resources: list[Resource] = []
    questions = [each for each in cas.asked(found) if each.operation == TAGS] if filters.tags else []
    checkpoint = Checkpoint(account.account_id)
    _ask(account, questions, checkpoint, no_progress)
    _sort(cas.bare(found, checkpoint.answers, filters), resources, notes)
    place = AccountScope(account.account_id, tuple(each.id for each in resources))
    _sort(issuers.all_principals(read_principals(account, account.regions[0]), place), resources, notes)
    return Inventory(tuple(resources), tuple(notes), source="live")


def _listed(account: Account, filters: Filters) -> tuple[list[ListedCa], list[ImportNote]]:
    found, notes = [], []
    for each in list_cas.list_cas(account):
        if isinstance(each, ImportNote):
            notes.append(each)
        elif filters.is_wanted(each.authority):
            found.append(each)
    return sorted(
        found, key=lambda each: (each.arn.split(":")[3], str(each.authority.get("CreatedAt")), each.arn)
    ), notes


def _check_named(found: Iterable[ListedCa], notes: Iterable[ImportNote], filters: Filters) -> None:
    missing = sorted(set(filters.arns) - {each.arn for each in found})
    if missing and not any(note.kind == "unknown" for note in notes):
        raise Failure(f"{missing[0]}: there is no such CA in these regions, or none with the status that is asked for")


def _ask(account: Account, questions: list[Question], checkpoint: Checkpoint, tell: ProgressCallback) -> None:
    open_ones = [question for question in questions if question not in checkpoint.answers]
    for number, (question, answer) in enumerate(results(account, open_ones), start=1):
        checkpoint.add(question, answer)
        tell(len(questions) - len(open_ones) + number, len(questions))


def _certificates(account: Account, regions: Iterable[str], notes: list[ImportNote]) -> list[str]:
    """Return the ARNs of the private certificates in some regions, and add what could not be listed to the remarks."""
    arns = []
    for each in issued_certificates.list_certificates(account, regions):
        if isinstance(each, ImportNote):
            notes.append(each)
        else:
            arns.append(each)
    return arns


def _sort(found: Iterable[Resource | ImportNote], resources: list[Resource], notes: list[ImportNote]) -> None:
    for each in found:
        if isinstance(each, ImportNote):
            notes.append(each)
        else:
            resources.append(each)


def _origin(account: Account, each: ListedCa) -> str:
    region, owner = each.arn.split(":")[3:5]
    return f"{region}, shared by {owner} with {account.account_id}" if each.is_foreign else f"{region}, {owner}"
