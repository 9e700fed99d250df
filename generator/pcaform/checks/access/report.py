"""The report of access: its text, Markdown for pages and pull requests, and what its JSON holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pcaform.checks.access import access_request
from pcaform.checks.access.access_request import AccessRequest
from pcaform.checks.access.check import Access, AccessResult
from pcaform.checks.access.summary import Row, merge_rows, rows
from pcaform.core import facts
from pcaform.core.finding import Finding
from pcaform.core.formats.json_document import alias
from pcaform.core.formats.markdown import code_cell, escape, table
from pcaform.core.formats.report import Report
from pcaform.iam import actions

_RULE = "not-as-granted"
_NOT_SHOWN = (
    "service control policies, resource control policies, permissions boundaries, session policies, VPC endpoint "
    "policies, the CAs' own policies, and other policies of principals that exist already"
)
_NOT_SHOWN_LIVE = (
    "service control policies, resource control policies, session policies, VPC endpoint policies, and the CAs' own "
    "policies"
)

_NOT_COMPARED = ", not compared with grants"


def not_shown(result: AccessResult) -> str:
    """Return which other policies also decide at AWS, but are not part of a stack or of an account's principals."""
    return _NOT_SHOWN_LIVE if result.is_live else _NOT_SHOWN


@dataclass(frozen=True, slots=True)
class Principal:
    """One principal of the stack and what it may do."""

    key: str
    kind: str
    arn: str
    judged: int
    compared: bool
    allowed: tuple[AccessRequest, ...]


@dataclass(frozen=True, slots=True)
class AccessFinding(Finding):
    """A request of a principal, the subject, that is decided otherwise than it should be."""

    request: str = ""
    allowed: bool = False

    principal = alias("subject", str)

    @property
    def statement(self) -> str:
        """The request, and what is wrong with the decision."""
        return f"{self.request}: {self.message}"


@dataclass(frozen=True, slots=True)
class AccessReport:
    """What `access --format json` prints."""

    format_version: Literal["1.1"]
    principals: tuple[Principal, ...]
    findings: tuple[AccessFinding, ...]
    not_shown: str


def build_report(result: AccessResult) -> Report:
    """Return the report of what principals may do, and of what they may do although, or not although, it is granted."""
    findings = tuple(
        AccessFinding(_RULE, each.subject, each.message, request=describe(each.request), allowed=each.is_allowed)
        for each in result.findings
    )
    return Report(
        findings,
        lines=lambda: (
            *(finding.summary for finding in findings),
            *(line for access in result.accesses for line in _block(access, _rows(result, access))),
        ),
        document=lambda: AccessReport("1.1", tuple(map(_principal, result.accesses)), findings, not_shown(result)),
        markdown=lambda: "\n".join(_markdown_lines(result, findings)),
    )


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


def _arn(access: Access) -> str:
    principal = access.subject.principal
    return principal.role_arn or principal.arn


def _markdown_lines(result: AccessResult, findings: Sequence[AccessFinding]) -> Iterator[str]:
    """Yield a table with a line for each principal and each target it may act on, then the findings."""
    rows = (
        (f"{access.subject.kind} {code_cell(access.subject.key)}", *map(escape, _cells(row)))
        for access in result.accesses
        for row in _rows(result, access)
    )
    yield from table(("principal", "on", "itself", "through ACM"), rows)
    yield ""
    checked = sum(access.request_count for access in result.accesses)
    outcome = "findings" if result.is_live else "not as granted"
    yield f"All else is denied: {checked} requests checked, {len(findings)} {outcome}."
    yield from (f"- {escape(finding.summary)}" for finding in findings)


def _cells(row: Row) -> tuple[str, str, str]:
    through = "the same" if row.through_acm == row.direct else ", ".join(row.through_acm)
    return row.target, ", ".join(row.direct), through if row.through_acm else ""


def _principal(access: Access) -> Principal:
    return Principal(
        access.subject.key,
        access.subject.kind,
        _arn(access),
        access.request_count,
        access.has_expected,
        access.allowed,
    )


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
