"""Rules about findings of the guard that are accepted."""

from collections.abc import Iterator
from datetime import date

from pcaform.checks.guard.catalog import RULES
from pcaform.spec.finding import Finding
from pcaform.spec.messages import suggest_nearest
from pcaform.spec.stack import Spec
from pcaform.terraform import addresses

_EXPIRED = "waiver-expired"


def waiver_names_a_finding(spec: Spec) -> Iterator[Finding]:
    """A waiver names a rule of the guard, an address as Terraform writes it, and a day that the calendar has."""
    known = [name for name in RULES if name != _EXPIRED]
    for index, waiver in enumerate(spec.waivers):
        loc = ("waivers", index)
        if waiver.what not in known:
            yield Finding((*loc, "what"), f"the guard has no rule '{waiver.what}'{suggest_nearest(waiver.what, known)}")
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
