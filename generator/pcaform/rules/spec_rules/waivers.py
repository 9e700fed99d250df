"""Rules about accepted findings of the guard."""

from collections.abc import Iterator
from datetime import date

from pcaform.checks.guard.rule import waivable_rules
from pcaform.rules.rule import error
from pcaform.spec.messages import suggest_nearest
from pcaform.spec.parse import Violation
from pcaform.spec.stack import Spec
from pcaform.terraform import addresses


@error("waiver")
def waiver_is_valid(spec: Spec) -> Iterator[Violation]:
    """A waiver names a rule of the guard, a valid address, and a day that exists."""
    known = waivable_rules() if spec.waivers else ()
    for index, waiver in enumerate(spec.waivers):
        loc = ("waivers", index)
        if waiver.what not in known:
            yield Violation(
                (*loc, "what"), f"the guard has no rule '{waiver.what}'{suggest_nearest(waiver.what, known)}"
            )
        if waiver.address is not None and (mistake := _find_mistake(waiver.address)):
            yield Violation((*loc, "address"), mistake)
        if not _is_day(waiver.until):
            yield Violation((*loc, "until"), f"'{waiver.until}' is not a day of the calendar")


def _find_mistake(address: str) -> str:
    try:
        addresses.parse(address)
    except ValueError as invalid:
        return str(invalid)
    return ""


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
