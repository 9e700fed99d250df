"""The report of the guard: its text, Markdown for pull requests, its JSON, and where findings are in a spec."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from pcaform.checks.guard.verdict import GuardFinding, GuardResult, Level, Outcome, Undecided
from pcaform.core.finding import Finding, Location
from pcaform.core.formats.markdown import code, escape, fold, html_code
from pcaform.core.formats.report import Report
from pcaform.render.history import CALLS, call_of, list_calls
from pcaform.render.manifest import AUTHORITIES
from pcaform.spec.parse import locate
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Document, Loc
from pcaform.terraform import module_names

MARKER = "<!-- pcaform guard -->"
"""The first line, invisible: a pipeline that finds it in one of its comments updates that comment."""

_LISTED = 12
"""How many affected objects the text lists; the JSON has all."""
_LIMIT = 60_000
"""GitHub refuses a comment of more than 65,536 characters; this limit leaves room for the rest."""

AnyOutcome = TypeVar("AnyOutcome", bound=Outcome)


@dataclass(frozen=True, slots=True)
class SourcePositions:
    """Where findings are reported: in `path`, and with a spec at the entry whose module call an address is in."""

    path: str
    document: Document | None = None
    calls: Mapping[str, Loc] | None = None

    def of_address(self, address: str) -> Location:
        """Return the position of an address: the entry of the spec that it was rendered from, else the whole file."""
        loc = (self.calls or {}).get(call_of(address))
        if self.document is None or loc is None:
            return Location(self.path)
        return self.document.location(locate(self.document, loc), of_key=True)


def positions_of_spec(path: str, spec: Spec, document: Document | None) -> SourcePositions:
    """Return the positions of a spec's entries, by the module calls that are rendered from them."""
    items = ((section, item) for section in (AUTHORITIES, *CALLS) for item in getattr(spec, section).items())
    calls: dict[str, Loc] = {
        call: (section, key)
        for section, (key, item) in items
        for call in list_calls(section, key, generation=getattr(item, "generation", 1))
    }
    shares: dict[str, Loc] = {module_names.share(key): ("shares", key) for key in spec.shares}
    return SourcePositions(path, document, calls | shares)


def add_locations(result: GuardResult, positions: SourcePositions) -> GuardResult:
    """Return a result whose findings and undecided changes know where they are."""

    def located(outcomes: Iterable[AnyOutcome]) -> tuple[AnyOutcome, ...]:
        return tuple(replace(each, location=positions.of_address(each.address)) for each in outcomes)

    return replace(result, findings=located(result.findings), doubts=located(result.doubts))


def build_report(
    result: GuardResult, located: Sequence[Finding] = (), *, level: Level = Level.BREAKS_TRUST, is_quiet: bool = False
) -> Report:
    """Return the report of a result; `located` are its findings and undecided changes for annotations.

    The text starts with the verdict at a level of `--fail-on`; a quiet one has one line for each finding.
    """
    return Report(
        sorted(located),
        lines=lambda: _lines(result, level, is_quiet=is_quiet),
        document=lambda: replace(result, exit_code=result.code_at(level)),
        markdown=lambda: format_markdown(result),
    )


def _lines(result: GuardResult, level: Level, *, is_quiet: bool) -> Iterator[str]:
    """Yield the verdict, and a few lines for each finding: what happens, why, what it affects, what to do."""
    if result.findings or result.doubts or result.waived:
        yield format_verdict(result, level)
    for finding in result.findings:
        yield _head(finding, str(finding.severity))
        if not is_quiet:
            yield from (f"  {each.path}: {each.before} -> {each.after}" for each in finding.differences)
            yield from (f"  affects {line}" for line in shorten(finding.affected))
            yield f"  {finding.advice_line}"
    for waived in result.waived:
        yield _head(waived.finding, "waived")
        if not is_quiet:
            yield f"  waived until {waived.until}: {waived.why}"


def _head(finding: GuardFinding | Undecided, label: str) -> str:
    address = f"{finding.address}: " if finding.address else ""
    return f"{label}: {address}{finding.statement} [{finding.rule}, {finding.level}]"


def shorten(lines: tuple[str, ...]) -> Iterator[str]:
    """Yield the first lines, and how many more there are."""
    yield from lines[:_LISTED]
    if len(lines) > _LISTED:
        yield f"and {len(lines) - _LISTED} more"


def format_verdict(result: GuardResult, level: Level) -> str:
    """Return whether the change may be applied, if a level of `--fail-on` counts, and the numbers."""
    if any(each.level.reaches(level) for each in result.doubts):  # then even the findings may not be all
        return f"undecided, do not apply this: {_count(result)}"
    is_refused = any(each.level.reaches(level) for each in result.findings)
    return f"do not apply this: {_count(result)}" if is_refused else _count(result)


def _count(result: GuardResult) -> str:
    """Return the number of findings by level, of undecided changes, and of waived findings."""
    levels = [finding.level for finding in result.findings]
    counts = [f"{levels.count(level)} {level}" for level in dict.fromkeys(levels)]
    counts += [f"{len(result.doubts)} not judged"] if result.doubts else []
    counts += [f"{len(result.waived)} waived"] if result.waived else []
    return ", ".join(counts) or "nothing found"


def format_markdown(result: GuardResult) -> str:
    """Return the comment: a marker, a verdict, then one collapsed section for each finding. The same for the same."""
    lists = {
        "not judged": [(each.address, "", each.message) for each in result.doubts],
        "waived": [
            (each.finding.address, f" {each.finding.rule}, until {each.until}", each.why) for each in result.waived
        ],
        "notes": [(each.address, "", each.message) for each in result.notes],
    }
    parts = [*map(_section, result.findings)]
    parts += [
        fold(f"{len(rows)} {title}", "\n".join(_list_item(*row) for row in rows))
        for title, rows in lists.items()
        if rows
    ]
    return "\n\n".join([MARKER, f"### pcaform guard: {_count(result)}", *_fit(parts)])


def _section(finding: GuardFinding) -> str:
    lines = [
        f"{escape(finding.statement)}.",
        *(f"- {code(each.path)}: {code(each.before)} → {code(each.after)}" for each in finding.differences),
    ]
    affected = [f"- {escape(line)}" for line in shorten(finding.affected)]
    body = ["\n".join(lines), *(["Affected:\n" + "\n".join(affected)] if affected else [])]
    body.append(f"Instead: {escape(finding.advice)}.")
    return fold(f"{finding.level}: {html_code(finding.address)} {finding.rule}", "\n\n".join(body))


def _list_item(address: str, facts: str, message: str) -> str:
    return f"- {code(address)}{escape(facts)}: {escape(message)}" if address or facts else f"- {escape(message)}"


def _fit(parts: list[str]) -> Iterator[str]:
    """Yield as many parts as fit into a comment, and how many more there are."""
    left = _LIMIT
    for number, part in enumerate(parts):
        left -= len(part)
        if left < 0:
            yield f"{len(parts) - number} more do not fit here: see the log of the pipeline."
            return
        yield part
