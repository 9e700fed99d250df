"""`pcaform guard --spec`: two specs, trees of them, or a revision and what is there now -> what changes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pcaform.checks.guard.annotations import SourcePositions, positions_of_spec
from pcaform.checks.guard.spec_diff.check import check_specs, stack_removed
from pcaform.checks.guard.verdict import GuardResult
from pcaform.cli.commands.validate import files
from pcaform.core.files import base_directory, display_name, read_bytes
from pcaform.core.git import Revision, find_revision
from pcaform.core.problems import Failure, Invalid
from pcaform.rules.load import LoadResult, load_text
from pcaform.spec.parse import parse_spec
from pcaform.spec.pem_files import Reader, file_reader, load_pem_files
from pcaform.spec.sections import Waiver
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Document, parse


@dataclass(frozen=True, slots=True)
class Case:
    """One stack or plan: how it is called, the judgement before waivers, the waivers, and where findings stand."""

    name: str
    result: GuardResult
    waivers: Sequence[Waiver]
    places: SourcePositions


def of_paths(before: str, after: str) -> list[Case]:
    """Judge the step from one file or directory to another; raises Failure where one cannot be read."""
    olds = _by_stack(
        {
            path: earlier(read_bytes(path), display_name(path), file_reader(base_directory(path)))
            for path in files([before])
        }
    )
    return list(_cases(olds, [after]))


def of_base(base: str, paths: Sequence[str]) -> list[Case]:
    """Judge the step from a revision to the files or directories that are there now."""
    olds = dict(found for path in paths for found in _at_base(base, Path(path)))
    return list(_cases(_by_stack(olds), paths))


def earlier(text: bytes, name: str, reader: Reader) -> Spec:
    """Return a spec of before: of the right shape, whatever the rules of today say of it."""
    document = parse(text, name)
    return load_pem_files(parse_spec(document), document, reader)


def check_case(path: str) -> LoadResult:
    """Return a spec of now, which must be without errors; raises Invalid else."""
    found = load_text(read_bytes(path), display_name(path), directory=base_directory(path))
    if found.spec is None or found.has_errors:
        raise Invalid(list(found.problems))
    return found


def _cases(olds: Mapping[str, Spec], paths: Sequence[str]) -> Iterator[Case]:
    seen: dict[str, str] = {}
    for path in files(paths):
        spec, document = _whole(check_case(path))
        if spec.stack in seen:
            raise Failure(f"{seen[spec.stack]}, {path}: both are the stack '{spec.stack}'; rename one of them")
        seen[spec.stack] = path
        yield Case(
            spec.stack,
            check_specs(olds.get(spec.stack), spec),
            spec.waivers,
            positions_of_spec(display_name(path), spec, document),
        )
    for stack in sorted(set(olds) - set(seen)):
        yield Case(stack, stack_removed(olds[stack]), (), SourcePositions(paths[0]))


def _whole(found: LoadResult) -> tuple[Spec, Document | None]:
    if found.spec is None:
        raise Invalid(list(found.problems))
    return found.spec, found.document


def _by_stack(specs: Mapping[str, Spec]) -> dict[str, Spec]:
    return {spec.stack: spec for spec in specs.values()}


def _at_base(base: str, path: Path) -> Iterator[tuple[str, Spec]]:
    """Yield the specs of before by name: those of a directory, or the one that a file was, also under another name."""
    directory = path if path.is_dir() else path.parent
    at = find_revision(base, directory)
    if path.is_dir():
        names = at.files()
    elif at.content(path.name) is not None:
        names = [path.name]
    else:
        yield from _renamed(at, path)
        return
    for name in names:
        yield f"{base}:{directory / name}", _spec(at, name)


def _renamed(at: Revision, path: Path) -> Iterator[tuple[str, Spec]]:
    """Yield the spec of the same stack from another file, for a file that is new."""
    spec, _ = _whole(check_case(str(path)))
    top = find_revision(at.name, at.top())
    for name in top.naming(spec.stack):
        yield f"{at.name}:{name}", _spec(top, name)


def _spec(at: Revision, name: str) -> Spec:
    beside_it = Path(name).parent
    text = at.content(name) or b""
    return earlier(text, f"{at.name}:{name}", lambda file: at.text((beside_it / file).as_posix()))
