"""`pcaform validate`: prints every problem of every spec, with its location."""

from itertools import chain
from typing import Annotated

from pcaform.cli.exit_codes import ERROR, OK
from pcaform.cli.options import Format
from pcaform.core import console
from pcaform.core.finding import Finding, Severity
from pcaform.core.formats import markdown
from pcaform.core.formats.report import Report, list_problems
from pcaform.core.formats.text import count, count_severities, format_findings, source_lines


def command(
    specs: Annotated[list[str], "SPEC...: Files, directories, or '-'."],
    *,
    form: Format = "text",
    strict: Annotated[bool, "--strict: Fail on warnings too."] = False,
    provider: Annotated[
        str | None, "--provider RELEASE: Say what would not work with this release of provider aws."
    ] = None,
) -> int:
    """List every problem of every spec, with file, line and column.

    Exit code 1 if a spec has an error.

    $ pcaform validate specs
    $ pcaform validate corp-pki.yaml --strict --format sarif > problems.sarif
    > rules.md
    """
    from pcaform.rules.load import check_all, check_files

    results, valid = check_files(specs)
    of_release: list[Finding] = []
    if provider is not None:
        from pcaform.rules.provider_release import check_release

        of_release += check_release(valid, provider)
    problems = sorted({*chain(*(result.problems for result in results)), *check_all(valid), *of_release})
    has_errors = of_release or any(problem.severity is Severity.ERROR for problem in problems)
    code = ERROR if has_errors or (strict and problems) else OK
    if form == "text" and console.has_colour() and problems:
        console.print_result(format_findings(problems, colour=True), is_coloured=True)
    else:
        report = Report(
            problems,
            lines=lambda: (line for problem in problems for line in source_lines(problem)),
            document=lambda: {"format_version": "1.1", "exit_code": code, "problems": list_problems(problems)},
            markdown=lambda: markdown.format_findings(problems, "No problems."),
        )
        report.print(form)
    found = count_severities(problems) or "no problems"
    console.print_progress(f"{count(len(results), 'spec')}: {found}")
    return code
