"""Finds the files of others in the rendered stacks of a repository: what a branch adds, changes or deletes there.

A stack's directory has its name and a manifest, now or at the base. What pcaform writes is known by its path alone,
since a manifest can be edited as well; whether its content is what the spec renders to, `pcaform render --check` tells.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from pcaform.checks.guard.change_types import ChangeType
from pcaform.checks.guard.check import check_changes
from pcaform.checks.guard.verdict import Outcome, note
from pcaform.core.git import Revision, list_changes
from pcaform.core.grouping import grouped
from pcaform.core.problems import Failure
from pcaform.render import manifest
from pcaform.render.write.extra_files import DATA, is_harmless, is_of_stack
from pcaform.spec.stack import Spec
from pcaform.terraform.plan_json import Change

_ACTIONS = {"A": "create", "D": "delete"}


def check_extra_files(revision: Revision, specs: Mapping[str, Spec]) -> dict[str, list[Outcome]]:
    """Return by the path of each spec what is to be said of the files of others in its stack."""
    stacks = find_stacks(revision, specs)
    there = list_changes(revision, [f":(literal){at}" for _, at in stacks], unwatched=DATA) if stacks else {}
    places = {at for _, at in stacks}
    inside = grouped((at, path) for path in there for at in PurePosixPath(path, "-").parents if at in places)
    return grouped((path, each) for path, at in stacks for each in _check(at, specs[path], inside.get(at, ()), there))


def find_stacks(revision: Revision, specs: Mapping[str, Spec]) -> list[tuple[str, PurePosixPath]]:
    """Return the directories of rendered stacks, now or at a revision, each with the path of the spec it is of."""
    manifests = list_changes(revision, [f":(glob)**/{manifest.NAME}"], unwatched=DATA)
    by_stack = grouped((spec.stack, (path, spec)) for path, spec in specs.items())
    found = []
    for file, letter in manifests.items():
        directory = (revision.top / file).parent.parts
        names = ("/".join(directory[at:]) for at in range(len(directory)))  # the longest first
        fitting = (
            [path for path, spec in by_stack.get(name, ()) if letter or _has_account(revision.top / file, spec)]
            for name in names
        )
        found += [(path, PurePosixPath(file).parent) for path in next(filter(None, fitting), ())]
    return found


def _has_account(file: Path, spec: Spec) -> bool:
    """Tell whether a manifest that the branch left as it was names the account of a spec, or none that can be read."""
    own = manifest.place_of(spec)[manifest.AWS]
    with suppress(Failure):
        return manifest.read(file).record.place.get(manifest.AWS, own) == own
    return True


def _check(place: PurePosixPath, spec: Spec, paths: Iterable[str], there: Mapping[str, str]) -> Iterator[Outcome]:
    for path in sorted(paths):
        name = PurePosixPath(path).relative_to(place).as_posix()
        values = {"is_accepted": name in spec.terraform.extra_files}
        if is_harmless(name) or is_of_stack(name, spec):
            continue
        if there[path]:
            change = Change(path, ChangeType.FILE, (_ACTIONS.get(there[path], "update"),), {}, values)
            yield from check_changes([change]).outcomes
        else:
            how = "accepted by" if values["is_accepted"] else "missing in"
            yield note(path, f"pcaform did not write it; as before, and {how} 'terraform.extra_files' of the spec")
