"""An account -> how its CAs stand: each with its status and end, and the parts that are asked for.

Source: https://docs.aws.amazon.com/privateca/latest/userguide/PcaUpdateStatus.html; AWS answers for a CA that it still
makes, could not make or has deleted with what its list says alone.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from pcaform.core import facts
from pcaform.sources import account_snapshot
from pcaform.sources.account_snapshot import AccountSnapshot, CaStatus
from pcaform.sources.aws import api_calls, convert
from pcaform.sources.aws.api_calls import Answers, Question, Unknown
from pcaform.sources.aws.list_cas import OWN, ListedCa, list_cas
from pcaform.sources.aws.parallel import results
from pcaform.sources.aws.progress import ProgressCallback, no_progress
from pcaform.sources.aws.session import Account
from pcaform.sources.inventory import ImportNote

PARTS = {
    account_snapshot.PERMISSIONS: api_calls.PERMISSIONS,
    account_snapshot.POLICY: api_calls.POLICY,
    account_snapshot.CERTIFICATE: api_calls.CERTIFICATE,
    account_snapshot.TAGS: api_calls.TAGS,
}
"""What can be asked about a CA, and the operation that answers it."""

_CERTIFIED = ("ACTIVE", "DISABLED", "EXPIRED")
_PENDING = "PENDING_CERTIFICATE"
_FOREIGN = (account_snapshot.CERTIFICATE,)


def read_snapshot(
    account: Account,
    parts: Iterable[str],
    *,
    is_wanted: Callable[[CaStatus], bool] | None = None,
    tell: ProgressCallback = no_progress,
) -> AccountSnapshot:
    """Return the CAs of an account and those shared with it, by region and name, with the parts that are asked for.

    `is_wanted` tells by their list which are meant, all without it; nothing is asked about the others.
    """
    found = list(list_cas(account))
    notes = [each for each in found if isinstance(each, ImportNote)]
    bare = [_bare(each) for each in found if isinstance(each, ListedCa)]
    authorities = sorted((each for each in bare if is_wanted is None or is_wanted(each)), key=_order)
    wanted = {each.arn: _askable(each, tuple(parts)) for each in authorities}
    asked = [Question(PARTS[part], arn) for arn, of in wanted.items() for part in of]
    answers: dict[Question, Any] = {}
    for number, (question, answer) in enumerate(results(account, asked), start=1):
        answers[question] = answer
        tell(number, len(asked))
    return AccountSnapshot(
        account.account_id,
        account.regions,
        tuple(_whole(each, wanted[each.arn], answers) for each in authorities),
        notes=(*notes, *_unread(asked, answers)),
        unlisted=frozenset(each.address.rpartition("/")[2] for each in notes if each.reason.startswith(OWN)),
    )


def _order(authority: CaStatus) -> tuple[str, str, str]:
    return authority.region, authority.name, authority.arn


def _askable(each: CaStatus, parts: tuple[str, ...]) -> tuple[str, ...]:
    if each.status not in (*_CERTIFIED, _PENDING):
        return ()
    without = () if each.status in _CERTIFIED else (account_snapshot.CERTIFICATE,)
    return tuple(part for part in parts if part not in without and (not each.is_foreign or part in _FOREIGN))


def _bare(each: ListedCa) -> CaStatus:
    """Return a CA by what its list says."""
    found = each.authority
    crl = (found.get("RevocationConfiguration") or {}).get("CrlConfiguration") or {}
    return CaStatus(
        each.arn,
        found["Status"],
        convert.arguments(found),
        ends=found.get("NotAfter"),
        restorable_until=found.get("RestorableUntil"),
        failure=found.get("FailureReason", ""),
        is_foreign=each.is_foreign,
        hides_list=bool((crl.get("CrlDistributionPointExtensionConfiguration") or {}).get("OmitExtension")),
        unsaid=tuple(convert.unsupported_settings(found)),
        unread=frozenset(PARTS),
    )


def _whole(authority: CaStatus, asked: tuple[str, ...], answers: Answers) -> CaStatus:
    known = {part: answers[Question(PARTS[part], authority.arn)] for part in asked}
    read = {part: answer for part, answer in known.items() if not isinstance(answer, Unknown)}
    values = {name: value for part, answer in read.items() for name, value in _values(part, answer).items()}
    return replace(authority, unread=authority.unread - read.keys(), **values)


def _values(part: str, answer: Any) -> dict[str, Any]:
    if part == account_snapshot.PERMISSIONS:
        given = {name for each in answer if each["Principal"] == facts.ACM_PRINCIPAL for name in each["Actions"]}
        return {"actions": tuple(name for name in facts.ALL_PERMISSION_ACTIONS if name in given)}
    if part == account_snapshot.CERTIFICATE:
        return {"certificate": answer.get("Certificate", "")}
    return {"tags": convert.own_tags(answer)} if part == account_snapshot.TAGS else {"policy": answer or ""}


def _unread(asked: Iterable[Question], answers: Answers) -> Iterator[ImportNote]:
    names = {operation: part for part, operation in PARTS.items()}
    for question in asked:
        answer = answers[question]
        if isinstance(answer, Unknown):
            yield ImportNote("unknown", question.subject, f"{names[question.operation]}: {answer.reason}")
