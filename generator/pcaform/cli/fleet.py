"""A fleet: the stacks of many specs, and those that a change in git touches, each with the reasons.

Stacks stand in the order of their specs. A stack that needs another one will come after it, here and in the matrix.
"""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from pcaform import __version__
from pcaform.cli.guard_base import BaseMatch, list_parts, match_base
from pcaform.cli.guard_files import find_stacks
from pcaform.core.formats.text import join_lines
from pcaform.core.git import Revision, list_changes
from pcaform.core.grouping import grouped
from pcaform.core.problems import Invalid
from pcaform.render import manifest
from pcaform.render.templates import MODULES
from pcaform.render.write.extra_files import DATA
from pcaform.rules.load import list_bases, load_specs
from pcaform.rules.together import SpecFile, check_together
from pcaform.terraform.state_location import state_location

MAX_JOBS = 256
"""https://docs.github.com/en/actions/reference/limits: jobs of one matrix."""
Kind = Literal["spec", "base", "certificate", "stack", "modules", "tool"]


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack, and the spec that it is rendered from."""

    stack: str
    spec: str
    account_id: str
    region: str
    backend: str
    bases: tuple[str, ...]
    certificate_authorities: int


@dataclass(frozen=True, slots=True)
class StackList:
    """What `pcaform stacks --format json` prints."""

    format_version: Literal["1.0"]
    stacks: tuple[Stack, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a stack is affected: the kind of thing that changed, and which one."""

    kind: Kind
    what: str


@dataclass(frozen=True, slots=True)
class AffectedStack:
    """A stack that a change touches."""

    stack: str
    spec: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Affected:
    """What `pcaform affected --format json` prints; `gone` are stacks that have no spec any more, `doubts` may be."""

    format_version: Literal["1.0"]
    base: str
    stacks: tuple[AffectedStack, ...]
    gone: tuple[str, ...]
    doubts: tuple[str, ...]


def load_fleet(paths: Iterable[str]) -> list[SpecFile]:
    """Return all specs that arguments name; raises Invalid if one has errors, or two are of one stack."""
    specs = load_specs(paths)
    if problems := list(check_together(specs)):
        raise Invalid(problems)
    return specs


def list_stacks(specs: Iterable[SpecFile]) -> StackList:
    """Return the stacks of specs, in their order."""
    stacks = (
        Stack(
            spec.stack,
            path,
            spec.aws.account_id,
            spec.aws.region,
            state_location(spec.terraform.state)[0],
            tuple(dict.fromkeys(base.path for base in document.layers[1:])),
            len(spec.certificate_authorities),
        )
        for path, spec, document in specs
    )
    return StackList("1.0", tuple(stacks))


def find_affected(base: str, arguments: Sequence[str], specs: Sequence[SpecFile]) -> Affected:
    """Return the stacks that were changed since a revision, committed or not; raises Failure where git cannot say."""
    match = match_base(base, arguments, specs)
    of_stacks = grouped(_changed_stacks(match.revision, specs)) if match.revision else {}
    affected = [
        AffectedStack(spec.stack, path, reasons)
        for path, spec, document in specs
        if (reasons := (*_changed_files(match, (path, spec, document)), *of_stacks.get(path, ())))
    ]
    gone = tuple(f"{each.spec.stack}, {each.path}" for each in match.gone)
    return Affected("1.0", base, tuple(affected), gone, tuple(text for owner, text in match.doubts if not owner))


def _changed_files(match: BaseMatch, spec_file: SpecFile) -> Iterator[Reason]:
    path, spec, document = spec_file
    bases, parts = list_bases(path, document), list_parts(path, spec, document)
    kinds: tuple[tuple[Kind, Sequence[str]], ...] = (
        ("spec", [os.path.realpath(path)]),
        ("base", bases),
        ("certificate", parts[len(bases) :]),
    )
    for kind, files in kinds:
        changed = (os.path.relpath(each) for each in dict.fromkeys(files) if not match.is_same(each))
        yield from (Reason(kind, path if kind == "spec" else each) for each in changed)


def _changed_stacks(revision: Revision, specs: Sequence[SpecFile]) -> Iterator[tuple[str, Reason]]:
    """Yield by the path of each spec what changed in its rendered stack, where git has it."""
    by_path = {path: spec for path, spec, _ in specs}
    places = find_stacks(revision, by_path)
    modules = {path: at.parents[by_path[path].stack.count("/")] / MODULES for path, at in places}
    watched = sorted({f":(literal){each}" for path, at in places for each in (at, modules[path])})
    there = list_changes(revision, watched, unwatched=DATA) if watched else {}
    changed = {str(parent) for file, letter in there.items() if letter for parent in PurePosixPath(file).parents}
    copied = {str(parent) for file in there for parent in PurePosixPath(file).parents}
    for path, at in places:
        if str(at) in changed:
            yield path, Reason("stack", str(at))
        if str(modules[path]) in changed and str(at / MODULES) not in copied:
            yield path, Reason("modules", str(modules[path]))
        for version in sorted(manifest.read(Path(revision.top, at, manifest.NAME)).versions - {__version__}):
            yield path, Reason("tool", f"{at} is of pcaform {version}, this is {__version__}")


def format_stacks(listed: StackList) -> str:
    """Return a table with a line for each stack."""
    head = ("stack", "spec", "account", "region", "state", "CAs", "bases")
    rows = [
        (
            each.stack,
            each.spec,
            each.account_id,
            each.region,
            each.backend,
            str(each.certificate_authorities),
            ", ".join(each.bases),
        )
        for each in listed.stacks
    ]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in (head, *rows))
    return join_lines(lines)


def format_affected(affected: Affected) -> str:
    """Return a line for each stack, and one below it for each reason."""
    return join_lines(
        line
        for each in affected.stacks
        for line in (f"{each.stack}: {each.spec}", *(f"  {reason.kind}: {reason.what}" for reason in each.reasons))
    )


def format_matrix(affected: Affected) -> str:
    """Return a matrix of GitHub Actions in one line: a job for each stack, or for several where there are too many."""
    stacks = affected.stacks
    jobs = min(len(stacks), MAX_JOBS)
    shards = [stacks[len(stacks) * job // jobs : len(stacks) * (job + 1) // jobs] for job in range(jobs)]
    include = [
        {
            "name": shard[0].stack + (f" and {len(shard) - 1} more" if len(shard) > 1 else ""),
            "stacks": [each.stack for each in shard],
            "specs": [each.spec for each in shard],
        }
        for shard in shards
    ]
    return json.dumps({"count": len(stacks), "include": include})
