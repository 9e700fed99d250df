"""Finds the files of others in the rendered stacks of a repository: what a branch adds, changes or deletes there.

A stack's directory has its name and a manifest, now or at the base. What pcaform writes is known by its path alone,
since a manifest can be edited as well; whether its content is what the spec renders to, `pcaform render --check` tells.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from pcaform.checks.guard.change_types import ChangeType
from pcaform.checks.guard.check import check_changes
from pcaform.checks.guard.verdict import Outcome, note
from pcaform.core.git import Revision, list_changes
from pcaform.core.problems import Failure
from pcaform.render import manifest
from pcaform.render.write.extra_files import DATA, is_harmless, is_of_stack
from pcaform.spec.stack import Spec
from pcaform.terraform.plan_json import Change

_ACTIONS = {"A": "create", "D": "delete"}


def check_extra_files(revision: Revision, specs: Mapping[str, Spec]) -> dict[str, list[Outcome]]:
    """Return by the path of each spec what is to be said of the files of others in its stack."""
    manifests = list_changes(revision, [f":(glob)**/{manifest.NAME}"], unwatched=DATA)
    places = [PurePosixPath(path).parent for path in manifests]
    stacks = [(path, at) for at in places for path in specs if _is_place_of(revision.top / at, specs[path])]
    there = list_changes(revision, [f":(literal){at}" for _, at in stacks], unwatched=DATA) if stacks else {}
    found: dict[str, list[Outcome]] = {path: [] for path in specs}
    for path, at in stacks:
        found[path] += _check(at, specs[path], there)
    return found


def _is_place_of(directory: Path, spec: Spec) -> bool:
    """Tell whether a directory has the name of a stack, and no manifest of another account or region."""
    if directory.name != spec.stack:
        return False
    with suppress(Failure):
        known, own = (manifest.read(directory / manifest.NAME).record.place, manifest.place_of(spec))
        return known.get(manifest.AWS, own[manifest.AWS]) == own[manifest.AWS]
    return True


def _check(place: PurePosixPath, spec: Spec, there: Mapping[str, str]) -> Iterator[Outcome]:
    for path, letter in sorted(there.items()):
        name = PurePosixPath(path).relative_to(place).as_posix() if PurePosixPath(path).is_relative_to(place) else ""
        is_accepted = name in spec.terraform.extra_files
        if not name or is_harmless(name) or is_of_stack(name, spec):
            continue
        if letter:
            kind = _ACTIONS.get(letter, "update")
            change = Change(path, ChangeType.FILE, (kind,), {}, {"is_accepted": is_accepted})
            yield from check_changes([change]).outcomes
        else:
            how = "accepted by" if is_accepted else "missing in"
            yield note(
                path, f"pcaform did not write it; it is as before, and {how} 'terraform.extra_files' of the spec"
            )
