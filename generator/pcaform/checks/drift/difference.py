"""What drift reports: differences between a spec and AWS, each with what becomes of it; as text, Markdown and JSON."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import groupby
from typing import Literal

from pcaform.core.finding import Finding, Location, Severity
from pcaform.core.formats.markdown import code, code_cell, escape, table
from pcaform.core.formats.report import Report, alias

_URGENT = "urgent"


class Kind(StrEnum):
    """What becomes of a difference, worst first; reports have this order."""

    RENEWAL = "breaks renewal"
    REPLACES = "would replace a CA"
    UNKNOWN = "unknown"
    INEXPRESSIBLE = "cannot be expressed"
    STAYS = "stays as it is"
    APPLIED = "applied by the next apply"


@dataclass(frozen=True, slots=True)
class Difference(Finding):
    """One difference. The rule is its kind, the subject its place in the spec.

    A place is such as `certificate_authorities.issuing.enabled`. `message` has the values in the spec and at AWS,
    `advice` what to do. With `is_urgent` it harms everyone who trusts the CA and is reported first, whatever its kind.
    """

    rule: Kind
    arn: str = ""
    is_urgent: bool = False

    kind = alias("rule", Kind)
    place = alias("subject", str)


@dataclass(frozen=True, slots=True)
class Drift:
    """All differences, sorted, and how many items were compared: what `drift --format json` prints."""

    format_version: Literal["1.1"] = field(default="1.1", kw_only=True)
    stack: str
    account_id: str
    compared: int
    differences: tuple[Difference, ...]


def sort_differences(differences: list[Difference]) -> tuple[Difference, ...]:
    """Return urgent differences first, the errors, then by kind; those of one kind in the order of the spec."""
    kinds = list(Kind)
    ordered = sorted(differences, key=lambda difference: (not difference.is_urgent, kinds.index(difference.kind)))
    return tuple(replace(each, severity=Severity.ERROR if each.is_urgent else Severity.WARNING) for each in ordered)


def build_report(drift: Drift, path: str = "") -> Report:
    """Return the report of the drift of the spec in a file."""
    location = Location(path) if path else None
    differences = tuple(replace(each, location=location) for each in drift.differences)
    return Report(
        differences,
        lines=lambda: _lines(drift),
        document=lambda: replace(drift, differences=differences),
        markdown=lambda: _format_markdown(drift),
    )


def _lines(drift: Drift) -> Iterator[str]:
    """Yield the differences grouped by what becomes of them, each in two lines: the difference, and what to do."""
    for title, differences in groupby(drift.differences, key=lambda each: _URGENT if each.is_urgent else each.kind):
        yield title
        for difference in differences:
            kind = f" [{difference.kind}]" if difference.is_urgent else ""
            yield f"  {difference.place}: {difference.message}{kind}"
            yield f"    {difference.advice}"


def _format_markdown(drift: Drift) -> str:
    if not drift.differences:
        return f"{code(drift.stack)}: no difference between the spec and account {drift.account_id}."
    kinds = ((each, f"**{each.kind}**" if each.is_urgent else each.kind) for each in drift.differences)
    rows = ((kind, code_cell(each.place), escape(each.message), escape(each.advice)) for each, kind in kinds)
    return "\n".join(table(("kind", "place in the spec", "difference", "what to do"), rows))
