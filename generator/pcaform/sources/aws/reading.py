"""An account -> the inventory of its CAs and of who can use them; what could not be read is said of each."""

from collections.abc import Iterable, Iterator

from pcaform.inventory import Inventory, Remark, Resource
from pcaform.problems import Failure
from pcaform.sources.aws import authorities, certificates, listing, principals
from pcaform.sources.aws.account import Account
from pcaform.sources.aws.asking import answered
from pcaform.sources.aws.checkpoint import Checkpoint
from pcaform.sources.aws.listing import Listed
from pcaform.sources.aws.people import people
from pcaform.sources.aws.powers import Place
from pcaform.sources.aws.progress import Tell, silent
from pcaform.sources.aws.questions import TAGS, Question
from pcaform.sources.aws.wanted import Filters

_CA = "aws_acmpca_certificate_authority"


def read(account: Account, filters: Filters, *, checkpoint: Checkpoint, tell: Tell = silent) -> Inventory:
    """Return the CAs that are wanted, with everything that hangs on them and everybody who can issue from them.

    Raises Failure where the credentials expire, or a CA that is named is not there.
    """
    found, remarks = _listed(account, filters)
    _check_named(found, remarks, filters)
    resources: list[Resource] = []
    _ask(account, authorities.asked(found), checkpoint, tell)
    for each in found:
        _sort(
            authorities.resources(each, checkpoint.answers, filters, origin=_origin(account, each)), resources, remarks
        )
    written = {each.id: each.origin for each in resources if each.type == _CA}
    _sort(_certificates(account, written, checkpoint, tell), resources, remarks)
    if written:
        place = Place(account.account_id, tuple(written))
        _sort(principals.resources(people(account, account.regions[0]), place), resources, remarks)
    return Inventory(tuple(resources), tuple(remarks), source="live")


def read_access(account: Account, filters: Filters) -> Inventory:
    """Return the CAs that are wanted and everybody in the account with all policies, for judging who may do what."""
    found, remarks = _listed(account, filters)
    _check_named(found, remarks, filters)
    resources: list[Resource] = []
    questions = [each for each in authorities.asked(found) if each.operation == TAGS] if filters.tags else []
    checkpoint = Checkpoint(account.account_id)
    _ask(account, questions, checkpoint, silent)
    _sort(authorities.bare(found, checkpoint.answers, filters), resources, remarks)
    place = Place(account.account_id, tuple(each.id for each in resources))
    _sort(principals.everybody(people(account, account.regions[0]), place), resources, remarks)
    return Inventory(tuple(resources), tuple(remarks), source="live")


def _listed(account: Account, filters: Filters) -> tuple[list[Listed], list[Remark]]:
    found, remarks = [], []
    for each in listing.listed(account):
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


def _certificates(
    account: Account, written: dict[str, str], checkpoint: Checkpoint, tell: Tell
) -> Iterator[Resource | Remark]:
    """Yield the private certificates in the regions where CAs are written."""
    arns = []
    for each in certificates.listed(account, {arn.split(":")[3] for arn in written}):
        if isinstance(each, Remark):
            yield each
        else:
            arns.append(each)
    _ask(account, certificates.asked(arns), checkpoint, tell)
    yield from certificates.resources(arns, checkpoint.answers, written)


def _sort(found: Iterable[Resource | Remark], resources: list[Resource], remarks: list[Remark]) -> None:
    for each in found:
        if isinstance(each, Remark):
            remarks.append(each)
        else:
            resources.append(each)


def _origin(account: Account, each: Listed) -> str:
    region, owner = each.arn.split(":")[3:5]
    return f"{region}, shared by {owner} with {account.account_id}" if each.is_foreign else f"{region}, {owner}"
