"""Formats an audit as text and as JSON, and describes the JSON by its schema."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import TypeAdapter

from pcaform.checks.audit.catalog import RULES
from pcaform.checks.audit.finding import Audit, Cost, End, Finding
from pcaform.core import facts
from pcaform.core.dates import day, days_until
from pcaform.sources.inventory import ImportNote

NOT_SHOWN = (
    "certificates that issuers sign themselves, which AWS does not list; whether a CA's own certificate was revoked; "
    "and for access: service control policies, session policies and VPC endpoint policies"
)
PRICE = f"list price of {facts.MONTHLY_USD_DATE}, certificates, OCSP and free trials not counted"
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Report:
    """What `audit --format json` prints; the major part of `format_version` grows when a reader could break."""

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
    """Return the findings, soonest first, then expiry dates, then costs."""
    return "\n".join([*_findings(audit), *_ends(audit), *_costs(audit)])


def when(finding: Finding, now: datetime) -> str:
    """Return from when on a finding does harm: now, a day, or any day."""
    if finding.day is None:
        return "any day"
    return "now" if finding.day <= now else day(finding.day)


def _findings(audit: Audit) -> Iterator[str]:
    for finding in audit.findings:
        yield f"{when(finding, audit.moment):10}  {finding.subject}: {finding.message} [{finding.rule}]"
        yield from (f"{'':10}    {line}" for line in (finding.arn, finding.advice) if line)
    for note in audit.notes:
        yield f"{'unknown':10}  {note.address}: {note.reason}"
    if audit.findings or audit.notes:
        yield ""


def _ends(audit: Audit) -> Iterator[str]:
    if audit.ends:
        yield "expiry dates"
    for end in audit.ends[:_SHOWN]:
        status = f", {end.status}" if end.status == "DISABLED" else ""
        yield f"{day(end.day):10}  {end.what} {end.name}: {left(end, audit.moment)}{status}"
    more = len(audit.ends) - _SHOWN
    if more > 0:
        yield f"{'later':10}  {more} more, listed by --format json and html"
    if audit.ends:
        yield ""


def left(end: End, now: datetime) -> str:
    """Return how long a CA or certificate is still valid, in words."""
    days = days_until(end.day, now)
    return "expired" if days < 0 or end.status == "EXPIRED" else f"{days} days left"


def _costs(audit: Audit) -> Iterator[str]:
    yield f"{audit.monthly_usd} USD a month for {len(audit.costs)} CAs ({PRICE})"
    for mode, usd in sorted({(cost.usage_mode, cost.monthly_usd) for cost in audit.costs}, key=str):
        count = sum(cost.usage_mode == mode and cost.monthly_usd == usd for cost in audit.costs)
        total = "no price" if usd is None else f"{count * usd} USD"
        yield f"{total:>10}  {count} in mode {mode}"
    for cost in audit.costs:
        if cost.status != "ACTIVE":
            yield f"{price(cost):>10}  of it for CA {cost.name}, which is {cost.status}"


def price(cost: Cost) -> str:
    """Return what a CA costs, in words."""
    return "no price" if cost.monthly_usd is None else f"{cost.monthly_usd} USD"


def format_json(audit: Audit) -> str:
    """Return one JSON document; `json_schema` describes it."""
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
    schema = {**dialect, **_REPORT.json_schema(mode="serialization")}
    rules = {"description": "What can be wrong with the CAs of an account.", "enum": [rule.id for rule in RULES]}
    schema["$defs"]["Rule"] = {**rules, "title": "Rule", "type": "string"}
    schema["$defs"]["Finding"]["properties"]["rule"] = {"$ref": "#/$defs/Rule"}
    return schema


FORMATS: Mapping[str, Callable[[Audit], str]] = {"text": format_text, "json": format_json}
"""The values of `--format`, without `html`."""
