"""What is known of a stack beside its manifest: its rendered files on disk, a state, and what the user says of them.

A manifest can be lost, or half merged. Then the stack's own files still tell that it had something; what they show and
the manifest does not know is refused, whatever `--force` says.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from pcaform.core.files import read_file
from pcaform.core.problems import Failure
from pcaform.render import history
from pcaform.render.history import StateContent, call_of, calls_of, list_calls
from pcaform.render.manifest import AWS, BACKEND, NAME, SECTIONS, Manifest, Record
from pcaform.render.plan.stack import MODULE_FILES, STACK_FILES
from pcaform.render.templates import MODULES
from pcaform.render.write import tripwire
from pcaform.spec.stack import Spec
from pcaform.terraform.state_location import FILE, LOCAL, state_location

_CALL = re.compile(r'^module "([^"]+)"', re.MULTILINE)
_BACKEND = re.compile(r"\b(backend|cloud)\b")
_FROM = re.compile(r"^\s*from\s*=\s*module\.([A-Za-z0-9_-]+)", re.MULTILINE)
_UNSURE = ("errored.tfstate", ".terraform/environment", "terraform.tfstate.d", f".{FILE}.lock.info")
"""A failed apply, another workspace, or a running apply: then the state in the directory is not all that there is."""
NEVER_APPLIED = "if nothing of this stack was ever applied, 'pcaform render --never-applied' starts over"
_PREFIXES = tuple(
    call.removesuffix("_certificate") for section in SECTIONS for call in list_calls(section, "", generation=0)
)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the user says of the renders before: that the last one was applied, or none; or a state that shows it."""

    is_applied: bool = False
    is_never_applied: bool = False
    state: StateContent | None = None


def record_of(directory: Path, manifest: Manifest, confirmation: Confirmation, local: StateContent | None) -> Record:
    """Return what a stack may have at AWS, as its manifest says and the user confirms.

    `local` is the state in its directory. Raises Failure where they contradict each other, or the manifest does not
    know what the stack's files show.
    """
    state = confirmation.state or local
    if confirmation.state is not None and not confirmation.state.is_empty:
        _check_owner(directory, confirmation.state, manifest.record)
    if confirmation.is_never_applied:
        if state is not None and not state.is_empty:
            raise Failure(f"{directory}: its state has resources: something was applied, so it cannot start over")
        return Record()
    if confirmation.state is None or not confirmation.state.is_empty:
        _check_files(directory, manifest)
    record = manifest.record
    if confirmation.is_applied:
        if state is not None:
            _check_applied(directory, state, record)
        return history.settle(record)
    return history.confirm(record, confirmation.state) if confirmation.state is not None else record


def _check_owner(directory: Path, state: StateContent, record: Record) -> None:
    """Check that a state is that of the stack: of another one, everything would seem to be gone."""
    if record.items and not state.calls & _known_calls(record):
        raise Failure(f"{directory}: this state has nothing of this stack: show its own, from 'terraform state pull'")
    own = record.place.get(AWS, {}).get("account_id")
    providers = [item for table in (record.items, record.let_go) for item in table.values() if item.provider]
    accounts = {arn.split(":")[4] for arn in state.arns.values() if arn and arn.count(":") > 4} - {""}  # noqa: PLR2004 - ARNs
    if own is not None and accounts and own not in accounts and not providers:
        raise Failure(f"{directory}: this state is of account {min(accounts)}, this stack of {own}: show its own")


def _check_applied(directory: Path, state: StateContent, record: Record) -> None:
    """Check that a state has each module that the last render made, and none that it moved or removed."""
    made = frozenset(call for name, item in record.items.items() for call in history.list_made_calls(name, item))
    own = frozenset(chain[-1] for name, item in record.items.items() for chain in history.chains_of(name, item))
    for calls, word in (
        ((_known_calls(record) - own) & state.calls, "still has"),
        (made - state.calls, "does not have"),
    ):
        if calls:
            raise Failure(
                f"{directory}: its state {word} 'module.{min(calls)}': the last render was not applied, or not as a "
                "whole. Apply it first, or leave '--applied' out"
            )


def _check_files(directory: Path, manifest: Manifest) -> None:
    """Check that the manifest knows each module that the stack's own files call, and is there if they are."""
    called = [(path, call) for path in MODULE_FILES for call in _list_file_matches(directory / path)]
    if manifest.is_missing:
        interrupted = tripwire.read(directory / tripwire.NAME)  # of a first render, which ends with the manifest
        copies = sorted((directory / MODULES).glob("private-*/*.tf"))
        found = [*(directory / path for path, _ in called), *copies]
        traces = [path for path in found if path.relative_to(directory).as_posix() not in interrupted]
        if traces:
            raise Failure(
                f"{directory}: {traces[0].relative_to(directory)} was written by pcaform, but {NAME} is not there: "
                "without it nothing tells what this stack had",
                f"restore {NAME}, for example from version control; {NEVER_APPLIED}",
            )
        return
    record = manifest.record
    known = _known_calls(record) | {call_of(address) for address in record.moves}
    called += [("changes.tf", call) for call in _list_file_matches(directory / "changes.tf", _FROM)]
    for path, call in called:
        if call not in known:
            raise Failure(
                f"{directory / path}: has module '{call}', which {NAME} does not know: a part of it was lost",
                f"restore {NAME}, for example from version control; {NEVER_APPLIED}",
            )


def _known_calls(record: Record) -> frozenset[str]:
    items = [*record.items.items(), *record.let_go.items()]
    return frozenset(call for name, item in items for call in calls_of(name, item))


def _list_file_matches(path: Path, pattern: re.Pattern[str] = _CALL) -> list[str]:
    try:
        return pattern.findall(read_file(path).decode(errors="replace"))
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return []
    except OSError as error:
        raise Failure(f"{path}: cannot be read: {error.strerror}") from None


def check_state(directory: Path, state: StateContent, before: Record, now: Record) -> None:
    """Check that each of pcaform's modules in a state is one that the stack has, had or let go.

    A spec and a directory that go back together, as with 'git revert', know nothing of what was applied since.
    """
    known = _known_calls(now) | _known_calls(before) | {call_of(address) for address in now.moves}
    own = {
        call
        for path in sorted(directory.glob("*.tf"))
        if path.name not in MODULE_FILES
        for call in _list_file_matches(path)
    }
    for call in sorted(state.calls - known - own):
        if call.startswith(_PREFIXES):
            raise Failure(
                f"{directory}: its state has 'module.{call}', which neither the spec nor {NAME} knows: Terraform would "
                "destroy it. Go back to the spec that was applied, or declare it under 'removed'"
            )


def local_state_file(directory: Path, record: Record, spec: Spec) -> Path | None:
    """Return the file that has the whole state of a stack without another backend; None if that is not sure."""
    old, new = record.place.get(BACKEND), state_location(spec.terraform.state)
    kind, settings = new
    if kind != LOCAL or (old is not None and dict(old) != {kind: settings}):
        return None
    is_unsure = any((directory / name).exists() for name in _UNSURE) or _has_other_backend(directory)
    path = directory / settings.get("path", FILE)
    return path if not is_unsure and path.is_file() and not _is_elsewhere(directory, settings.get("path")) else None


def _has_other_backend(directory: Path) -> bool:
    """Tell whether a file that is not pcaform's sets a backend, which then has the state."""
    own = (*STACK_FILES, tripwire.NAME)
    others = [path for kind in ("*.tf", "*.tf.json", "*.tofu", "*.tofu.json") for path in directory.glob(kind)]
    return any(path.name not in own and _list_file_matches(path, _BACKEND) for path in others)


def _is_elsewhere(directory: Path, path: str | None) -> bool:
    """Tell whether 'terraform init' was given another backend, or another path for the state, than the spec names."""
    try:
        backend = json.loads(read_file(directory / ".terraform" / FILE))["backend"]
        return backend["type"] != LOCAL or backend["config"].get("path") not in (None, path, FILE)
    except FileNotFoundError:
        return False
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return True
