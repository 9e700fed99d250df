"""A file's path -> the spec in it, read and judged: the front half of every command that takes a spec."""

import sys
from dataclasses import dataclass
from pathlib import Path

from pcaform.document import Document, parse
from pcaform.pems import beside, resolved
from pcaform.problems import Failure, Invalid, Problem, Severity
from pcaform.rules.catalog import problems
from pcaform.spec.reading import read
from pcaform.spec.stack import Spec

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Examined:
    """A spec, where its shape allows one, and every problem with it, sorted by place."""

    spec: Spec | None
    problems: tuple[Problem, ...]
    document: Document | None = None

    @property
    def has_errors(self) -> bool:
        """Tell whether anything may not be done with this spec."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)


def examine(text: bytes, name: str, *, directory: Path = Path()) -> Examined:
    """Return the spec in a file's bytes with all its problems, located under `name`; raises nothing.

    `directory` is where the certificates lie that the spec names by file.
    """
    try:
        document = parse(text, name)
        spec = resolved(read(document), document, beside(directory))
    except Invalid as invalid:
        return Examined(None, tuple(invalid.problems))
    return Examined(spec, tuple(sorted(problems(spec, document))), document)


def judged(text: bytes, name: str, *, directory: Path = Path()) -> Spec:
    """Return the spec in a file's bytes; raises Invalid with every problem where one of them is an error."""
    examined = examine(text, name, directory=directory)
    if examined.spec is None or examined.has_errors:
        raise Invalid(list(examined.problems))
    return examined.spec


def load(path: str) -> Spec:
    """Return the spec in a file, or on standard input for `-`.

    Raises Invalid with every problem in it, Failure where the file cannot be read.
    """
    return judged(content(path), shown(path), directory=home(path))


def shown(path: str) -> str:
    """Return how messages name a file."""
    return "<stdin>" if path == STDIN else path


def home(path: str) -> Path:
    """Return the directory that names in a spec are relative to: the spec's own, the current one for `-`."""
    return Path() if path == STDIN else Path(path).parent


def content(path: str) -> bytes:
    """Return a file's bytes, or those of standard input for `-`."""
    if path == STDIN:
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise Failure(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise Failure(f"{path}: this is a directory, name a file in it") from None
    except OSError as error:
        raise Failure(f"{path}: cannot be read: {error.strerror}") from None
