"""`pcaform validate`: every problem of every spec, at its place."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pcaform.core import console, formatters
from pcaform.core.files import STDIN, base_directory, display_name, read_bytes
from pcaform.core.problems import Failure, Problem, Severity
from pcaform.rules.load import LoadResult, load_text


def run(paths: Sequence[str], *, form: str = "text", strict: bool = False) -> int:
    """Print the problems of all specs in `form`; return 1 where one is an error, or with `strict` a warning."""
    examined = [examine_file(path) for path in files(paths)]
    problems = sorted(problem for each in examined for problem in each.problems)
    coloured = form == "text" and console.has_colour()
    written = formatters.format_text(problems, colour=True) if coloured else formatters.FORMATS[form](problems)
    if written:
        console.print_result(written)
    console.print_status(summary(len(examined), problems))
    return int(any(each.has_errors for each in examined) or (strict and bool(problems)))


def files(paths: Sequence[str]) -> Iterator[str]:
    """Yield the files that the arguments mean: a directory means every `*.yaml` below it."""
    for path in paths:
        if path == STDIN or not Path(path).is_dir():
            yield path
            continue
        found = sorted(str(file) for file in Path(path).rglob("*.yaml"))
        if not found:
            raise Failure(f"{path}: there is no '*.yaml' below this directory")
        yield from found


def examine_file(path: str) -> LoadResult:
    """Return what is in one file; raises Failure where it cannot be read."""
    return load_text(read_bytes(path), display_name(path), directory=base_directory(path))


def summary(count: int, problems: Sequence[Problem]) -> str:
    """Return the last line: how many specs, how many problems of each severity."""
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    counts = {"error": errors, "warning": len(problems) - errors}
    told = ", ".join(_counted(number, word) for word, number in counts.items() if number)
    return f"{_counted(count, 'spec')}: {told or 'no problems'}"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
