"""A fleet: the stacks of many specs, and those that a change in git touches, each with the reasons.

Stacks stand in the order of their specs; one that needs another is to come after it, here and in the matrix.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from pcaform import __version__
from pcaform.cli.guard_base import BaseMatch, list_parts, match_base
from pcaform.cli.guard_files import find_stacks
from pcaform.core.formats.text import join_lines
from pcaform.core.git import Revision, list_changes
from pcaform.core.grouping import grouped
from pcaform.render import manifest
from pcaform.render.templates import MODULES
from pcaform.render.write.extra_files import DATA
from pcaform.rules.across import sort_by_need
from pcaform.rules.load import list_bases
from pcaform.rules.together import SpecFile
from pcaform.spec.cas import Reference
from pcaform.spec.references import lock_file_name, needed_stacks
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Document
from pcaform.terraform.state_location import state_location

_COLUMNS = ("level", "stack", "spec", "account_id", "region", "state", "certificate_authorities", "needs", "bases")
Reason = Mapping[str, str]
"""The `kind` of what changed, and `what` it is."""


def list_levels(specs: Iterable[SpecFile]) -> list[list[SpecFile]]:
    """Return the specs in levels: the stacks of each need only those of the levels before."""
    by_stack = {each[1].stack: each for each in specs}
    levels = sort_by_need({stack: needed_stacks(spec) for stack, (_, spec, _) in by_stack.items()})
    return [[by_stack[stack] for stack in level] for level in levels]


def list_stacks(specs: Sequence[SpecFile]) -> list[dict[str, Any]]:
    """Return what `pcaform stacks` shows of each stack, each after those that it needs."""
    return [
        {
            "level": level,
            "stack": spec.stack,
            "spec": path,
            "account_id": spec.aws.account_id,
            "region": spec.aws.region,
            "state": state_location(spec.terraform.state)[0],
            "certificate_authorities": len(spec.certificate_authorities),
            "needs": needed_stacks(spec),
            "bases": list(dict.fromkeys(base.path for base in document.layers[1:])),
        }
        for level, of_level in enumerate(list_levels(specs))
        for path, spec, document in of_level
    ]


def format_table(stacks: Sequence[Mapping[str, Any]]) -> str:
    """Return a line for each stack."""
    rows = [[_cell(each[name]) for name in _COLUMNS] for each in stacks]
    widths = [max(map(len, column)) for column in zip(_COLUMNS, *rows, strict=True)]
    return join_lines("  ".join(map(str.ljust, row, widths)).rstrip() for row in (_COLUMNS, *rows))


def _cell(value: Any) -> str:
    return (", ".join(value) or "-") if isinstance(value, list) else str(value)


def find_affected(base: str, arguments: Sequence[str], specs: Sequence[SpecFile]) -> dict[str, Any]:
    """Return what was changed since a revision, committed or not; raises Failure where git cannot say.

    `gone` are the stacks that have no spec any more, and `doubts` what may be one of them.
    """
    match = match_base(base, arguments, specs)
    reasons = grouped(_changed_stacks(match.revision, specs)) if match.revision else {}
    stacks: dict[str, dict[str, Any]] = {}
    for level, of_level in enumerate(list_levels(specs)):
        for path, spec, document in of_level:
            needed = [{"kind": "needs", "what": each} for each in needed_stacks(spec) if each in stacks]
            if why := [*_changed_files(path, spec, document, match), *reasons.get(path, ()), *needed]:
                stacks[spec.stack] = {"stack": spec.stack, "spec": path, "level": level, "reasons": why}
    gone = [{"stack": each.spec.stack, "spec": each.path} for each in match.gone]
    doubts = [text for owner, text in match.doubts if not owner]
    return {"format_version": "1.0", "base": base, "stacks": [*stacks.values()], "gone": gone, "doubts": doubts}


def _changed_files(path: str, spec: Spec, document: Document, match: BaseMatch) -> Iterator[Reason]:
    """Yield the files of a spec that are not as they were; of a lock file only the CAs count that the spec uses."""
    lock_file = lock_file_name(spec, document)
    bases, parts = list_bases(path, document), list_parts(path, spec, document)
    certificates = parts[len(bases) : -1 if lock_file else None]
    kinds = {"spec": [os.path.realpath(path)], "base": bases, "certificate": certificates}
    for kind, files in kinds.items():
        for file in dict.fromkeys(files):
            if not match.is_same(file):
                yield {"kind": kind, "what": path if kind == "spec" else os.path.relpath(file)}
    if lock_file and not match.is_same(parts[-1]):
        now = _list_used(spec) - {use for each in match.before[path] for use in _list_used(each.spec)}
        yield from ({"kind": "lock", "what": what} for what, _ in sorted(now))


def _list_used(spec: Spec) -> set[tuple[str, str | None]]:
    """Return each CA of another stack with its ARN, and the algorithm of its key."""
    cas = [each for each in spec.certificate_authorities.values() if isinstance(each, Reference) and each.stack]
    return {(f"{each.stack}, {each.certificate_authority}: {each.arn}", each.key_algorithm) for each in cas}


def _changed_stacks(revision: Revision, specs: Sequence[SpecFile]) -> Iterator[tuple[str, Reason]]:
    """Yield by the path of each spec what changed in its rendered stack, where git has it."""
    by_path = {path: spec for path, spec, _ in specs}
    places = [
        (path, at, at.parents[by_path[path].stack.count("/")] / MODULES) for path, at in find_stacks(revision, by_path)
    ]
    watched = sorted({f":(literal){each}" for _, *both in places for each in both})
    there = list_changes(revision, watched, unwatched=DATA) if watched else {}
    known, changed = (
        {str(parent) for file, letter in there.items() if is_any or letter for parent in PurePosixPath(file).parents}
        for is_any in (True, False)
    )
    for path, at, modules in places:
        if str(at) in changed:
            yield path, {"kind": "stack", "what": str(at)}
        if str(modules) in changed and str(at / MODULES) not in known:
            yield path, {"kind": "modules", "what": str(modules)}
        for version in sorted(manifest.read(Path(revision.top, at, manifest.NAME)).versions - {__version__}):
            yield path, {"kind": "tool", "what": f"{at} is of pcaform {version}, this is {__version__}"}


def format_affected(affected: Mapping[str, Any]) -> str:
    """Return a line for each stack, and one below it for each reason."""
    return join_lines(
        line
        for each in affected["stacks"]
        for line in (
            f"{each['stack']}: {each['spec']}",
            *(f"  {reason['kind']}: {reason['what']}" for reason in each["reasons"]),
        )
    )
