"""Rules about accepted findings of the guard."""

from collections.abc import Iterator
from datetime import date

from pcaform.checks.guard.registry import waivable_rules
from pcaform.rules.rule import error
from pcaform.spec.finding import Finding
from pcaform.spec.messages import nearest
from pcaform.spec.stack import Spec
from pcaform.terraform import addresses


@error("waiver")
def waiver_is_valid(spec: Spec) -> Iterator[Finding]:
    """A waiver names a rule of the guard, an address as Terraform writes it, and a day that the calendar has."""
    known = waivable_rules() if spec.waivers else ()
    for index, waiver in enumerate(spec.waivers):
        loc = ("waivers", index)
        if waiver.what not in known:
            yield Finding((*loc, "what"), f"the guard has no rule '{waiver.what}'{nearest(waiver.what, known)}")
        if waiver.address is not None and (why := _mistake(waiver.address)):
            yield Finding((*loc, "address"), why)
        if not _is_day(waiver.until):
            yield Finding((*loc, "until"), f"there is no day '{waiver.until}'")


def _mistake(address: str) -> str:
    try:
        addresses.parse(address)
    except ValueError as error:
        return str(error)
    return ""


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
