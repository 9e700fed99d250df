"""Two versions of specs, as files, directories or a git revision -> for each stack, what its change would break."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pcaform.checks.guard.report import SourcePositions, positions_of_spec
from pcaform.checks.guard.spec_diff.check import check_specs, stack_removed
from pcaform.checks.guard.verdict import GuardResult
from pcaform.core.files import base_directory, display_name, read_bytes
from pcaform.core.git import Revision, find_revision
from pcaform.core.problems import Failure, Invalid
from pcaform.rules.load import LoadResult, check_file, list_spec_files
from pcaform.spec.parse import Reader, file_reader, load_pem_files, parse_spec
from pcaform.spec.sections import Waiver
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Document, parse


@dataclass(frozen=True, slots=True)
class Case:
    """One stack or plan: its name, the result before waivers, the waivers, and where its findings are in the spec."""

    name: str
    result: GuardResult
    waivers: Sequence[Waiver]
    positions: SourcePositions


def check_paths(before: str, after: str) -> list[Case]:
    """Check the change from one file or directory to another; raises Failure where one cannot be read."""
    return list(_check_stacks(_by_stack(dict(_read_earlier(before))), [after]))


def check_base(base: str, paths: Sequence[str]) -> list[Case]:
    """Check the change from a git revision to the files or directories that are there now."""
    earlier = dict(entry for path in paths for entry in _read_revision(base, Path(path)))
    return list(_check_stacks(_by_stack(earlier), paths))


def parse_earlier(content: bytes, name: str, reader: Reader) -> Spec:
    """Return a spec of an earlier version: it must have the right shape, today's rules do not matter."""
    document = parse(content, name)
    return load_pem_files(parse_spec(document), document, reader)


def check_now(path: str) -> LoadResult:
    """Return a spec of the current version, which must have no errors; raises Invalid otherwise."""
    loaded = check_file(path)
    if loaded.spec is None or loaded.has_errors:
        raise Invalid(list(loaded.problems))
    return loaded


def _check_stacks(earlier: Mapping[str, Spec], paths: Sequence[str]) -> Iterator[Case]:
    seen: dict[str, str] = {}
    for path in list_spec_files(paths):
        spec, document = _load_now(path)
        if spec.stack in seen:
            raise Failure(f"{seen[spec.stack]}, {path}: both are the stack '{spec.stack}'; rename one of them")
        seen[spec.stack] = path
        yield Case(
            spec.stack,
            check_specs(earlier.get(spec.stack), spec),
            spec.waivers,
            positions_of_spec(display_name(path), spec, document),
        )
    for stack in sorted(set(earlier) - set(seen)):
        yield Case(stack, stack_removed(earlier[stack]), (), SourcePositions(paths[0]))


def _load_now(path: str) -> tuple[Spec, Document | None]:
    loaded = check_now(path)
    if loaded.spec is None:
        raise Invalid(list(loaded.problems))
    return loaded.spec, loaded.document


def _by_stack(specs: Mapping[str, Spec]) -> dict[str, Spec]:
    return {spec.stack: spec for spec in specs.values()}


def _read_earlier(before: str) -> Iterator[tuple[str, Spec]]:
    for path in list_spec_files([before]):
        yield path, parse_earlier(read_bytes(path), display_name(path), file_reader(base_directory(path)))


def _read_revision(base: str, path: Path) -> Iterator[tuple[str, Spec]]:
    """Yield the earlier specs by name: those of a directory, or the one of a file, even if the file was renamed."""
    directory = path if path.is_dir() else path.parent
    revision = find_revision(base, directory)
    if path.is_dir():
        names = revision.files()
    elif revision.content(path.name) is not None:
        names = [path.name]
    else:
        yield from _read_renamed(revision, path)
        return
    for name in names:
        yield f"{base}:{directory / name}", _read_spec(revision, name)


def _read_renamed(revision: Revision, path: Path) -> Iterator[tuple[str, Spec]]:
    """Yield the earlier spec of the same stack from another file, for a file that is new."""
    spec, _ = _load_now(str(path))
    top = find_revision(revision.name, revision.top())
    for name in top.naming(spec.stack):
        yield f"{revision.name}:{name}", _read_spec(top, name)


def _read_spec(revision: Revision, name: str) -> Spec:
    directory = Path(name).parent
    content = revision.content(name) or b""
    return parse_earlier(content, f"{revision.name}:{name}", lambda file: revision.text((directory / file).as_posix()))
