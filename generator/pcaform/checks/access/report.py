"""The report of access: its text, Markdown for pages and pull requests, and what its JSON holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pcaform.checks.access import access_request
from pcaform.checks.access.access_request import ANY_NAME, AccessRequest
from pcaform.checks.access.check import AccessReport, Principal
from pcaform.core import facts
from pcaform.core.formats.markdown import code_cell, escape, table
from pcaform.core.formats.report import Report
from pcaform.core.formats.text import count
from pcaform.core.grouping import grouped
from pcaform.iam import actions

_MAX_NAMES = 3
ISSUING = actions.ISSUE.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Row:
    """What is allowed on one CA or certificate, by route."""

    target: str
    direct: list[str]
    through_acm: list[str]

    @property
    def through(self) -> str:
        """What is allowed through ACM, in words."""
        return "the same" if self.through_acm and self.through_acm == self.direct else ", ".join(self.through_acm)

    def routes(self) -> Iterator[tuple[str, list[str]]]:
        """Yield each route and what it allows."""
        if self.direct:
            yield "itself", self.direct
        if self.through_acm and self.through_acm != self.direct:
            yield "through ACM", self.through_acm


def build_report(result: AccessReport) -> Report:
    """Return the report of what principals may do, and of what they may do although, or not although, it is granted."""
    return Report(
        result.findings,
        lines=lambda: (
            *(finding.summary for finding in result.findings),
            *(line for principal in result.principals for line in _block(principal, list_rows(result, principal))),
        ),
        document=lambda: result,
        markdown=lambda: "\n".join(_markdown_lines(result)),
    )


def list_rows(result: AccessReport, principal: Principal, *, names: int = _MAX_NAMES) -> list[Row]:
    """Return the rows of a principal; CAs of an account on which it may do the same have one, with some `names`."""
    return _merge_rows(rows(principal.allowed), names) if result.is_live else rows(principal.allowed)


def _block(principal: Principal, table: list[Row]) -> Iterator[str]:
    yield f"{principal.kind} {principal.key}: {principal.arn}"
    width = max((len(row.target) for row in table), default=0)
    for row in table:
        for route, permissions in row.routes():
            yield f"  {row.target.ljust(width)}  {route}: {', '.join(permissions)}"
    end = "" if principal.compared else ", not compared with grants"
    yield f"  all else is denied: {count(principal.judged, 'request')} checked{end}"


def _markdown_lines(result: AccessReport) -> Iterator[str]:
    """Yield a table with a line for each principal and each target it may act on, then the findings."""
    rows = []
    for principal in result.principals:
        for row in list_rows(result, principal):
            cells = (row.target, ", ".join(row.direct), row.through)
            rows.append((f"{principal.kind} {code_cell(principal.key)}", *map(escape, cells)))
    yield from table(("principal", "on", "itself", "through ACM"), rows)
    yield ""
    checked = sum(principal.judged for principal in result.principals)
    outcome = "findings" if result.is_live else "not as granted"
    yield f"All else is denied: {checked} requests checked, {len(result.findings)} {outcome}."
    yield from (f"- {escape(finding.summary)}" for finding in result.findings)
    yield from (f"- not read: {escape(note.address)}: {escape(note.reason)}" for note in result.unknown)


def format_summary(result: AccessReport) -> str:
    """Return the last line: how much was checked, and the number of findings."""
    requests = sum(principal.judged for principal in result.principals)
    end = count(len(result.findings), "finding") if result.findings else "nothing found"
    return f"{count(len(result.principals), 'principal')}, {count(requests, 'request')} checked: {end}"


def rows(allowed: Sequence[AccessRequest]) -> list[Row]:
    """Return a row for each target, in the order of the requests."""
    by_target = grouped((request.target, request) for request in allowed)
    routes = (access_request.DIRECT, access_request.THROUGH_ACM)
    return [Row(target, *(_phrases(each, route) for route in routes)) for target, each in by_target.items()]


def _merge_rows(table: Sequence[Row], names: int) -> list[Row]:
    """Merge rows of targets on which the same is allowed: an account can have a thousand CAs."""
    groups = grouped(((*row.direct, "", *row.through_acm), row) for row in table)
    return [replace(group[0], target=", ".join(_targets(group, names))) for group in groups.values()]


def _targets(group: Sequence[Row], limit: int) -> Iterator[str]:
    """Yield the targets of rows; "another CA" (future CAs) is never cut off."""
    names = [row.target for row in group if row.target != access_request.OTHER_CA]
    yield from names[:limit]
    if len(names) > limit:
        yield f"{len(names) - limit} more"
    if len(names) < len(group):
        yield access_request.OTHER_CA


def _phrases(allowed: Sequence[AccessRequest], route: str) -> list[str]:
    """Return what is allowed on one target by a route; what is allowed for any name is not listed for some."""
    keys_by_phrase: dict[str, set[str | None]] = {}
    is_any = any(each.names_label == ANY_NAME for each in allowed)
    for request in allowed:
        is_special = request.names is not None and is_any and request.names_label != ANY_NAME
        if request.route == route and not is_special:
            keys_by_phrase.setdefault(_phrase(request), set()).add(request.key_algorithm)
    return [
        # no key means that the request names none, so that all are allowed
        phrase if None in keys else f"{phrase} ({', '.join(sorted(filter(None, keys)))})"
        for phrase, keys in _shorten(keys_by_phrase).items()
    ]


def _shorten(phrases: dict[str, set[str | None]]) -> dict[str, set[str | None]]:
    """Replace all templates, all templates of CA certificates, and all actions by one phrase each."""
    of_cas = [f"{ISSUING} {template}" for template in facts.TEMPLATES if "CACertificate" in template]
    every = [*(f"{ISSUING} {template}" for template in facts.TEMPLATES), ISSUING]
    for summary, group in (("with every template", every), ("with every template of CA certificates", of_cas)):
        if all(phrases.get(phrase) == phrases.get(group[0], set()) for phrase in group):
            others = {phrase: keys for phrase, keys in phrases.items() if phrase not in group}
            phrases = {f"{ISSUING} {summary}": phrases[group[0]], **others}
            break
    every = [action.partition(":")[2] for action in actions.ON_AUTHORITY]
    if all(action in phrases for action in every):
        others = {phrase: keys for phrase, keys in phrases.items() if phrase not in every}
        phrases = {**others, "every other action on a CA": {None}}
    return phrases


def _phrase(request: AccessRequest) -> str:
    phrase = request.action.partition(":")[2]
    if request.template is not None:
        phrase += f" {request.template}"
    elif request.names_label:
        phrase += f" for {request.names_label}"
    return f"{phrase} under conditions" if request.variant == access_request.CONDITIONS_MET else phrase
