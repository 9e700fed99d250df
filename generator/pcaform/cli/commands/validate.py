"""`pcaform validate`: prints every problem of every spec, with its location."""

from collections.abc import Sequence
from typing import Annotated

import typer

from pcaform.cli.exit_codes import ERROR, OK
from pcaform.cli.options import ProblemFormat
from pcaform.core import console
from pcaform.core.problems import Problem, Severity


def command(
    specs: Annotated[list[str], typer.Argument(metavar="SPEC...", help="Files, directories, or '-'.")],
    *,
    form: Annotated[ProblemFormat, typer.Option("--format", help="How problems are printed.")] = ProblemFormat.text,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail too.")] = False,
) -> int:
    """Print every problem of every spec, at its place."""
    return run(specs, form=form.value, strict=strict)


def run(paths: Sequence[str], *, form: str = "text", strict: bool = False) -> int:
    """Print the problems of all specs in `form`; return 1 where one is an error, or with `strict` a warning."""
    from pcaform.core import formatters
    from pcaform.rules.load import check_file, list_spec_files

    results = [check_file(path) for path in list_spec_files(paths)]
    problems = sorted(problem for result in results for problem in result.problems)
    has_colour = form == "text" and console.has_colour()
    text = formatters.format_text(problems, colour=True) if has_colour else formatters.FORMATS[form](problems)
    if text:
        console.print_result(text)
    console.print_status(_summarize(len(results), problems))
    return ERROR if any(result.has_errors for result in results) or (strict and problems) else OK


def _summarize(count: int, problems: Sequence[Problem]) -> str:
    """Return the last line: how many specs, and how many problems of each severity."""
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    counts = {"error": errors, "warning": len(problems) - errors}
    found = ", ".join(_format_count(number, word) for word, number in counts.items() if number)
    return f"{_format_count(count, 'spec')}: {found or 'no problems'}"


def _format_count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
