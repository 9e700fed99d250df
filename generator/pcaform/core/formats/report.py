"""What a check says, in every format of `--format`: the one place where findings become text."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pcaform.core import console
from pcaform.core.finding import Finding
from pcaform.core.formats.annotations import format_github, format_sarif
from pcaform.core.formats.json_document import format_json
from pcaform.core.formats.text import join_lines


@dataclass(frozen=True, slots=True)
class Report:
    """A check's findings and its own words for each format, made only for the format that is asked for.

    `lines` are those of the text, each escaped as a whole; `document` is a dataclass or plain data for the JSON.
    """

    findings: Sequence[Finding]
    lines: Callable[[], Iterable[str]]
    document: Callable[[], Any]
    markdown: Callable[[], str]
    html: Callable[[], str] = str

    def format(self, form: str) -> str:
        """Return the report in a format of `--format`."""
        if form == "text":
            return join_lines(self.lines())
        if form == "json":
            return format_json(self.document())
        if form in ("github", "sarif"):
            return (format_github if form == "github" else format_sarif)(self.findings)
        return self.html() if form == "html" else self.markdown()

    def print(self, form: str) -> None:
        """Print the report in a format of `--format`, unless there is nothing to say."""
        if text := self.format(form):
            console.print_result(text, has_commands=form == "github")
