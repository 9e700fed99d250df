"""An account -> the inventory of its CAs and of who can use them; what could not be read is said of each."""

from collections.abc import Iterable, Iterator
from functools import partial

from pcaform.core.problems import Failure
from pcaform.sources.aws import cas, issued_certificates, issuers, list_cas
from pcaform.sources.aws.access_level import Place
from pcaform.sources.aws.api_calls import TAGS, Question, Unknown
from pcaform.sources.aws.checkpoint import Checkpoint
from pcaform.sources.aws.filters import Filters
from pcaform.sources.aws.iam_details import people
from pcaform.sources.aws.list_cas import Listed
from pcaform.sources.aws.parallel import answered, begun
from pcaform.sources.aws.progress import Tell, silent
from pcaform.sources.aws.session import Account
from pcaform.sources.inventory import Inventory, Remark, Resource

_CA = "aws_acmpca_certificate_authority"


def read(account: Account, filters: Filters, *, checkpoint: Checkpoint, tell: Tell = silent) -> Inventory:
    """Return the CAs that are wanted, with everything that hangs on them and everybody who can issue from them.

    All services are asked at once, since each has rates of its own. Raises Failure where the credentials expire, or a
    CA that is named is not there.
    """
    found, remarks = _listed(account, filters)
    _check_named(found, remarks, filters)
    found = list(_tagged(account, found, filters, checkpoint=checkpoint, tell=tell))
    questions = cas.asked(found)
    if not questions:
        _sort(_told(account, found, checkpoint, filters), [], remarks)
        return Inventory((), tuple(remarks), source="live", account_id=account.account_id)
    everybody = begun(partial(people, account, account.regions[0]))
    arns = _certificates(account, {question.region for question in questions}, remarks)
    _ask(account, [*questions, *issued_certificates.asked(arns)], checkpoint, tell)
    resources: list[Resource] = []
    _sort(_told(account, found, checkpoint, filters), resources, remarks)
    written = {each.id: each.origin for each in resources if each.type == _CA}
    _sort(issued_certificates.resources(arns, checkpoint.answers, written), resources, remarks)
    _sort(issuers.resources(everybody(), Place(account.account_id, tuple(written))), resources, remarks)
    return Inventory(tuple(resources), tuple(remarks), source="live", account_id=account.account_id)


def _tagged(
    account: Account, found: list[Listed], filters: Filters, *, checkpoint: Checkpoint, tell: Tell
) -> Iterator[Listed]:
    """Yield the CAs whose tags are wanted or unknown; tags are cheap to ask for, and all else of a CA is not."""
    questions = [each for each in cas.asked(found) if each.operation == TAGS] if filters.tags else []
    _ask(account, questions, checkpoint, tell)
    for each in found:
        tags = checkpoint.answers.get(Question(TAGS, each.arn), {})
        if not filters.tags or isinstance(tags, Unknown) or filters.has_wanted_tags(tags):
            yield each


def _told(
    account: Account, found: Iterable[Listed], checkpoint: Checkpoint, filters: Filters
) -> Iterator[Resource | Remark]:
    for each in found:
        yield from cas.resources(each, checkpoint.answers, filters, origin=_origin(account, each))


def read_access(account: Account, filters: Filters) -> Inventory:
    """Return the CAs that are wanted and everybody in the account with all policies, for judging who may do what."""
    found, remarks = _listed(account, filters)
    _check_named(found, remarks, filters)
    resources: list[Resource] = []
    questions = [each for each in cas.asked(found) if each.operation == TAGS] if filters.tags else []
    checkpoint = Checkpoint(account.account_id)
    _ask(account, questions, checkpoint, silent)
    _sort(cas.bare(found, checkpoint.answers, filters), resources, remarks)
    place = Place(account.account_id, tuple(each.id for each in resources))
    _sort(issuers.everybody(people(account, account.regions[0]), place), resources, remarks)
    return Inventory(tuple(resources), tuple(remarks), source="live")


def _listed(account: Account, filters: Filters) -> tuple[list[Listed], list[Remark]]:
    found, remarks = [], []
    for each in list_cas.listed(account):
        if isinstance(each, Remark):
            remarks.append(each)
        elif filters.is_wanted(each.authority):
            found.append(each)
    return sorted(
        found, key=lambda each: (each.arn.split(":")[3], str(each.authority.get("CreatedAt")), each.arn)
    ), remarks


def _check_named(found: Iterable[Listed], remarks: Iterable[Remark], filters: Filters) -> None:
    missing = sorted(set(filters.arns) - {each.arn for each in found})
    if missing and not any(remark.kind == "unknown" for remark in remarks):
        raise Failure(f"{missing[0]}: there is no such CA in these regions, or none with the status that is asked for")


def _ask(account: Account, questions: list[Question], checkpoint: Checkpoint, tell: Tell) -> None:
    open_ones = [question for question in questions if question not in checkpoint.answers]
    for number, (question, answer) in enumerate(answered(account, open_ones), start=1):
        checkpoint.add(question, answer)
        tell(len(questions) - len(open_ones) + number, len(questions))


def _certificates(account: Account, regions: Iterable[str], remarks: list[Remark]) -> list[str]:
    """Return the ARNs of the private certificates in some regions, and add what could not be listed to the remarks."""
    arns = []
    for each in issued_certificates.listed(account, regions):
        if isinstance(each, Remark):
            remarks.append(each)
        else:
            arns.append(each)
    return arns


def _sort(found: Iterable[Resource | Remark], resources: list[Resource], remarks: list[Remark]) -> None:
    for each in found:
        if isinstance(each, Remark):
            remarks.append(each)
        else:
            resources.append(each)


def _origin(account: Account, each: Listed) -> str:
    region, owner = each.arn.split(":")[3:5]
    return f"{region}, shared by {owner} with {account.account_id}" if each.is_foreign else f"{region}, {owner}"
