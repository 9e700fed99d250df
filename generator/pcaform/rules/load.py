"""A file's path -> the spec in it, read and judged: the front half of every command that takes a spec."""

from dataclasses import dataclass
from pathlib import Path

from pcaform.core.files import content, home, shown
from pcaform.core.problems import Invalid, Problem, Severity
from pcaform.rules.catalog import problems
from pcaform.spec.parse import read
from pcaform.spec.pem_files import beside, resolved
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Document, parse


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
