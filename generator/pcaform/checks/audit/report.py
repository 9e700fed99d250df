"""Audit -> text for people and JSON for programs, and the JSON Schema of the latter."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import TypeAdapter

from pcaform.checks.audit.finding import Audit, Cost, End, Finding
from pcaform.core import facts
from pcaform.core.dates import day, days_until
from pcaform.sources.inventory import ImportNote

NOT_SHOWN = (
    "certificates that issuers sign themselves, which AWS does not list; whether a CA's own certificate was revoked; "
    "and of who may do what: service control policies, session policies and VPC endpoint policies"
)
PRICE = f"list price of {facts.MONTHLY_USD_DATE}, certificates, OCSP and free trials not counted"
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Report:
    """What `audit --format json` prints; the first part of `format_version` grows when a reader could break."""

    format_version: Literal["1.0"]
    account_id: str
    regions: tuple[str, ...]
    moment: datetime
    authorities: int
    certificates: int
    findings: tuple[Finding, ...]
    unknown: tuple[ImportNote, ...]
    ends: tuple[End, ...]
    costs: tuple[Cost, ...]
    monthly_usd: int
    price: str
    not_shown: str


_REPORT = TypeAdapter(Report)


def format_text(audit: Audit) -> str:
    """Return what is wrong, soonest first, then what ends when, then what it costs."""
    return "\n".join([*_findings(audit), *_ends(audit), *_costs(audit)])


def when(finding: Finding, now: datetime) -> str:
    """Return from when on something hurts, in words."""
    if finding.day is None:
        return "any day"
    return "now" if finding.day <= now else day(finding.day)


def _findings(audit: Audit) -> Iterator[str]:
    for each in audit.findings:
        yield f"{when(each, audit.moment):10}  {each.subject}: {each.message} [{each.rule.value}]"
        yield from (f"{'':10}    {line}" for line in (each.arn, each.advice) if line)
    for note in audit.notes:
        yield f"{'unknown':10}  {note.address}: {note.reason}"
    if audit.findings or audit.notes:
        yield ""


def _ends(audit: Audit) -> Iterator[str]:
    if audit.ends:
        yield "what ends when"
    for each in audit.ends[:_SHOWN]:
        status = f", {each.status}" if each.status == "DISABLED" else ""
        yield f"{day(each.day):10}  {each.what} {each.name}: {left(each, audit.moment)}{status}"
    more = len(audit.ends) - _SHOWN
    if more > 0:
        yield f"{'later':10}  {more} more, which --format json and html list"
    if audit.ends:
        yield ""


def left(end: End, now: datetime) -> str:
    """Return how long something still lives, in words."""
    days = days_until(end.day, now)
    return "over" if days < 0 or end.status == "EXPIRED" else f"{days} days left"


def _costs(audit: Audit) -> Iterator[str]:
    yield f"{audit.monthly_usd} USD a month for {len(audit.costs)} CAs ({PRICE})"
    for mode, usd in sorted({(each.usage_mode, each.monthly_usd) for each in audit.costs}, key=str):
        count = sum(each.usage_mode == mode and each.monthly_usd == usd for each in audit.costs)
        cost = "no price" if usd is None else f"{count * usd} USD"
        yield f"{cost:>10}  {count} in mode {mode}"
    for each in audit.costs:
        if each.status != "ACTIVE":
            yield f"{price(each):>10}  of it for CA {each.name}, which is {each.status}"


def price(cost: Cost) -> str:
    """Return what a CA costs, in words."""
    return "no price" if cost.monthly_usd is None else f"{cost.monthly_usd} USD"


def format_json(audit: Audit) -> str:
    """Return one JSON document, as `json_schema` describes it."""
    return _REPORT.dump_json(_report(audit), indent=2).decode()


def _report(audit: Audit) -> Report:
    return Report(
        "1.0",
        audit.account_id,
        audit.regions,
        audit.moment.astimezone(UTC),
        audit.authorities,
        audit.certificates,
        audit.findings,
        audit.notes,
        audit.ends,
        audit.costs,
        audit.monthly_usd,
        PRICE,
        NOT_SHOWN,
    )


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the report, for programs that read it."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {**dialect, **_REPORT.json_schema(mode="serialization")}


FORMATS: Mapping[str, Callable[[Audit], str]] = {"text": format_text, "json": format_json}
"""What `--format` takes, but for the page."""
