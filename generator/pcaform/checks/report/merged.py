"""The findings of many sources in one list, worst first: what `drift` over many specs and `report merge` print."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal

from pydantic import Field

from pcaform.checks.drift.difference import Kind
from pcaform.checks.guard.verdict import UNDECIDED
from pcaform.checks.report.parts import Part
from pcaform.core.finding import Finding, Severity
from pcaform.core.formats import markdown
from pcaform.core.formats.report import Report
from pcaform.core.formats.text import count, count_severities, day
from pcaform.core.grouping import grouped
from pcaform.core.shards import Shard

_UNKNOWN = ("unknown", UNDECIDED)
_KINDS = list(map(str, Kind))


@dataclass(frozen=True, slots=True)
class MergedFinding(Finding):
    """A finding of a source, such as a stack or an account."""

    source: str = ""
    arn: str = ""

    @property
    def named(self) -> Finding:
        """The finding for people: its subject has the source and the ARN."""
        subject = ": ".join(filter(None, (self.source, self.subject))) + (f" ({self.arn})" if self.arn else "")
        return replace(self, subject=subject)


@dataclass(frozen=True, slots=True)
class Merged:
    """What is printed as JSON: the findings of a command on all `sources`, each once.

    `shard` is which part of the sources these are, null for all. With `exit_code` 1 a finding says what is missing.
    """

    format_version: Literal["1.0"] = field(default="1.0", kw_only=True)
    command: str
    exit_code: Annotated[int, Field(ge=0, le=2)]
    shard: Shard | None
    sources: tuple[str, ...]
    findings: tuple[MergedFinding, ...]


def merge(parts: Sequence[Part], command: str, exit_code: int, shard: Shard | None = None) -> Merged:
    """Return the findings of some parts."""
    found = sorted((_badness(each), _describe(part, each)) for part in parts for _, each in part.found)
    sources = tuple(dict.fromkeys(part.name for part in parts))
    return Merged(command, exit_code, shard, sources, tuple(dict.fromkeys(each for _, each in found)))


def _badness(finding: Finding) -> tuple[bool, bool, str, int]:
    since, rule = getattr(finding, "day", None), finding.rule
    kind = _KINDS.index(rule) if rule in _KINDS else -1
    return finding.severity is not Severity.ERROR, rule not in _UNKNOWN, day(since) if since else "~", kind


def _describe(part: Part, finding: Finding) -> MergedFinding:
    if isinstance(finding, MergedFinding):
        return finding
    arn, at = getattr(finding, "arn", ""), finding.location and replace(finding.location, source="")
    words = (finding.subject, finding.statement, finding.advice, part.name, arn)
    return MergedFinding(str(finding.rule), *words, severity=finding.severity, location=at)


def drop_repeated(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield parts in which a finding that an earlier one has is left out."""
    seen = set[MergedFinding]()
    for part in parts:
        described = {_describe(part, finding): (check, finding) for check, finding in part.found}
        yield replace(part, found=tuple(pair for each, pair in described.items() if each not in seen))
        seen.update(described)


def list_parts(merged: Merged, file: str) -> list[Part]:
    """Return a part for each source of what was merged before."""
    found = grouped((each.source, (merged.command, each)) for each in merged.findings)
    return [Part(name, file, found=tuple(found.get(name, ()))) for name in dict.fromkeys((*merged.sources, *found))]


def build_report(merged: Merged) -> Report:
    """Return the report of all findings."""
    findings = [each.named for each in merged.findings]
    return Report(
        findings,
        lines=lambda: map(str, findings),
        document=lambda: merged,
        markdown=lambda: markdown.format_findings(findings, format_summary(merged)),
    )


def format_summary(merged: Merged) -> str:
    """Return how much there is, and how bad."""
    found = count_severities(merged.findings) or "no findings"
    return f"{merged.command} of {count(len(merged.sources), 'source')}: {found}"
