"""Formats an access result as text, as Markdown for pages and pull requests, or as JSON with its JSON Schema."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter

from pcaform.checks.access import access_request
from pcaform.checks.access.access_request import AccessRequest
from pcaform.checks.access.check import Access, AccessResult, Decision
from pcaform.checks.access.summary import Row, merge_rows, rows
from pcaform.core import facts
from pcaform.iam import actions

_NOT_SHOWN = (
    "service control policies, resource control policies, permissions boundaries, session policies, VPC endpoint "
    "policies, the CAs' own policies, and other policies of principals that exist already"
)
_NOT_SHOWN_LIVE = (
    "service control policies, resource control policies, session policies, VPC endpoint policies, and the CAs' own "
    "policies"
)


def not_shown(result: AccessResult) -> str:
    """Return which other policies also decide at AWS, but are not part of a stack or of an account's principals."""
    return _NOT_SHOWN_LIVE if result.is_live else _NOT_SHOWN


@dataclass(frozen=True, slots=True)
class Allowed:
    """An allowed request, without details that are the same for all requests of its kind."""

    action: str
    target: str
    route: str
    template: str | None
    names: tuple[str, ...] | None
    key_algorithm: str | None
    tag: str | None
    circumstance: str = ""


@dataclass(frozen=True, slots=True)
class Principal:
    """One principal of the stack and what it may do."""

    key: str
    kind: str
    arn: str
    judged: int
    compared: bool
    allowed: tuple[Allowed, ...]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A finding."""

    principal: str
    request: str
    allowed: bool
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """What `access --format json` prints; the major number of `format_version` grows with breaking changes."""

    format_version: Literal["1.0"]
    principals: tuple[Principal, ...]
    findings: tuple[Wrong, ...]
    not_shown: str


_REPORT = TypeAdapter(Report)


def format_text(result: AccessResult) -> str:
    """Return a block for each principal: what it may do on which target, and by which route; all else is denied."""
    return "\n".join(
        [
            *_finding_lines(result),
            *(line for access in result.accesses for line in _block(access, _rows(result, access))),
        ]
    )


def _finding_lines(result: AccessResult) -> list[str]:
    return [f"{finding.subject}: {describe(finding.request)}: {finding.message}" for finding in result.findings]


def _rows(result: AccessResult, access: Access) -> list[Row]:
    return merge_rows(rows(access.allowed)) if result.is_live else rows(access.allowed)


def _block(access: Access, table: list[Row]) -> Iterator[str]:
    subject = access.subject
    yield f"{subject.kind} {subject.key}: {_arn(access)}"
    width = max((len(row.target) for row in table), default=0)
    for row in table:
        for route, permissions in row.routes():
            yield f"  {row.target.ljust(width)}  {route}: {', '.join(permissions)}"
    yield f"  all else is denied: {access.request_count} requests checked{'' if access.has_expected else _NOT_COMPARED}"


_NOT_COMPARED = ", not compared with grants"


def _arn(access: Access) -> str:
    principal = access.subject.principal
    return principal.role_arn or principal.arn


def format_markdown(result: AccessResult) -> str:
    """Return a table with a line for each principal and each target it may act on."""
    lines = ["| principal | on | itself | through ACM |", "| --- | --- | --- | --- |"]
    for access in result.accesses:
        name = f"{access.subject.kind} `{access.subject.key}`"
        lines += [_line(name, row) for row in _rows(result, access)]
    checked = sum(access.request_count for access in result.accesses)
    outcome = "findings" if result.is_live else "not as granted"
    lines += ["", f"All else is denied: {checked} requests checked, {len(result.findings)} {outcome}."]
    return "\n".join([*lines, *(f"- {line}" for line in _finding_lines(result))])


def _line(name: str, row: Row) -> str:
    through = ["the same"] if row.through_acm == row.direct else row.through_acm
    return f"| {name} | {row.target} | {', '.join(row.direct)} | {', '.join(through) if row.through_acm else ''} |"


def format_json(result: AccessResult) -> str:
    """Return one JSON document that follows `json_schema`."""
    principals = tuple(
        Principal(
            access.subject.key,
            access.subject.kind,
            _arn(access),
            access.request_count,
            access.has_expected,
            tuple(_convert_request(request) for request in access.allowed),
        )
        for access in result.accesses
    )
    findings = tuple(_convert_finding(finding) for finding in result.findings)
    return _REPORT.dump_json(Report("1.0", principals, findings, not_shown(result)), indent=2).decode()


def _convert_request(request: AccessRequest) -> Allowed:
    return Allowed(
        request.action,
        request.target,
        request.route,
        request.template,
        request.names,
        request.key_algorithm,
        request.tag,
        request.variant,
    )


def _convert_finding(finding: Decision) -> Wrong:
    return Wrong(finding.subject, describe(finding.request), finding.is_allowed, finding.message)


def describe(request: AccessRequest) -> str:
    """Describe a request in one line."""
    template = request.template or (request.action == actions.ISSUE and "without a template")
    key = request.key_algorithm != facts.DEFAULT_KEY and request.key_algorithm
    parts = [
        f"{request.action} on {request.target}",
        template,
        request.names is not None and f"for {', '.join(request.names) or 'no name'}",
        key and f"with a key {key}",
        request.tag and f"tagged {request.tag}",
        request.action.startswith("acm-pca:") and request.route != access_request.DIRECT and request.route,
        request.variant,
    ]
    return ", ".join(str(part) for part in parts if part)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the report, for programs that read it."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {**dialect, **_REPORT.json_schema(mode="serialization")}


FORMATS: Mapping[str, Callable[[AccessResult], str]] = {
    "text": format_text,
    "markdown": format_markdown,
    "json": format_json,
}
"""The values of `--format`."""
