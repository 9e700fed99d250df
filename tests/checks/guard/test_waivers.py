"""Waived findings: listed with reason and last day until they expire, then findings again."""

from collections.abc import Iterator
from datetime import date

from checks.guard.builders import parse_earlier
from checks.guard.corpus import HAZARDS, TEXT, harmed
from pcaform.checks.guard.spec_diff.check import check_specs
from pcaform.checks.guard.verdict import GuardResult, Level
from pcaform.checks.guard.waivers import apply_waivers

TODAY = date(2030, 6, 15)
ADDRESS = "module.ca_replaced.aws_acmpca_certificate_authority.this"


def result(**waiver: str) -> GuardResult:
    """Return the result for a CA that is replaced and one that is disabled, with one waiver in the spec."""
    hazards = [hazard for hazard in HAZARDS if hazard.item in ("replaced", "disabled")]
    lines = "".join(_lines(waiver))
    after = parse_earlier((harmed(*hazards) + f"waivers:\n{lines}").encode(), "new.yaml", lambda _: b"")
    return apply_waivers(
        check_specs(parse_earlier(TEXT.encode(), "old.yaml", lambda _: b""), after), after.waivers, today=TODAY
    )


def _lines(waiver: dict[str, str]) -> Iterator[str]:
    given = {"what": "ca-replaced", "why": "the old CA never issued", "until": "2030-06-15", **waiver}
    for number, (name, value) in enumerate(given.items()):
        yield f'  {"- " if number == 0 else "  "}{name}: "{value}"\n'


def left(found: GuardResult) -> list[str]:
    return [finding.rule for finding in found.findings]


def test_finding_is_accepted_to_the_end_of_its_last_day() -> None:
    found = result()
    assert left(found) == ["ca-disabled"]
    assert [(each.finding.address, each.why, each.until) for each in found.waived] == [
        (ADDRESS, "the old CA never issued", "2030-06-15")
    ]


def test_one_that_is_over_accepts_nothing_and_is_a_finding_itself() -> None:
    found = result(until="2030-06-14")
    assert sorted(left(found)) == ["ca-disabled", "ca-replaced", "waiver-expired"]
    (late,) = (finding for finding in found.findings if finding.rule == "waiver-expired")
    assert late.message == "the waiver of 'ca-replaced' ended on 2030-06-14: the old CA never issued"
    assert late.level is Level.BREAKS_TRUST


def test_address_narrows_it() -> None:
    assert left(result(address=ADDRESS)) == ["ca-disabled"]
    assert left(result(address="module.ca_replaced")) == ["ca-disabled"]
    assert left(result(address="module.ca_replaced_too")) == ["ca-disabled", "ca-replaced"]


def test_one_that_accepts_nothing_is_noted() -> None:
    found = result(what="stack-moved")
    assert [note.message for note in found.notes if "waiver" in note.message] == [
        "the waiver of 'stack-moved' until 2030-06-15 accepts nothing here"
    ]
