"""The steps of `pcaform adopt` that print, write files, or connect the transaction to Terraform and AWS."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pcaform.adopt import permissions, report
from pcaform.adopt.backend import EMITTED, Backend, copy_stack, data_directory, emit, refuse_inside
from pcaform.adopt.session import Session, refuse_foreign, refuse_uninitialised
from pcaform.adopt.state import parse_state, remove_absorbed_moves
from pcaform.adopt.transaction import Environment, Plan, ProvenState, push
from pcaform.cli.commands.adopt import AdoptOptions
from pcaform.core import console
from pcaform.core.files import STDIN, base_directory, resolve_target, write_file, write_target
from pcaform.core.formats.report import format_json
from pcaform.core.formats.text import count
from pcaform.core.problems import Failure
from pcaform.rules.load import load_file
from pcaform.spec.extends import read_document
from pcaform.spec.parse import file_reader
from pcaform.terraform.provider_releases import LOCK_FILE
from pcaform.terraform.runner import Terraform, find_binary, user_environment

_PLANNING = "planning in a copy of the stack, whose state is a copy too"
_PLANNING_AGAIN = "pushed; planning once more, now with the shared state"


def check_options(options: AdoptOptions, directory: Path) -> None:
    """Raise Failure for options that contradict each other, before anything is read."""
    if options.emit is None:
        return
    if options.is_dry_run or options.is_recreating:
        raise Failure(
            "--emit writes a state for others to push, --dry-run writes none, and --recreate deletes at AWS "
            "instead: give one of them"
        )
    refuse_inside(options.emit, directory)


@dataclass
class Progress:
    """Shows steps on a terminal, numbered and with their seconds; elsewhere only what is worth a line of a log."""

    number: int = 0

    @contextmanager
    def step(self, text: str, *, is_logged: bool = False) -> Iterator[None]:
        """Show a step while it runs, and how long it took; also the decorator of a function that is one."""
        if not console.has_progress():
            console.print_progress(*[text][: int(is_logged)])
            yield
            return
        from rich.console import Console
        from rich.progress import Progress as Bar
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        self.number += 1
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        start, line = time.monotonic(), f"step {self.number}: {text}"
        with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
            bar.add_task(line, total=None)
            yield
        console.print_progress(f"{line} ({time.monotonic() - start:.0f} s)")


def initialise(directory: Path, environment: Mapping[str, str], progress: Progress) -> None:
    """Run `terraform init` in a stack."""
    refuse_foreign(directory)
    with progress.step(f"initialising {directory}", is_logged=True):
        Terraform(find_binary(environment), directory, environment).init()
    console.print_progress(f"wrote {data_directory(directory, environment)} and {directory / LOCK_FILE}")


def build_environment(
    session: Session, options: AdoptOptions, *, states: Path, scratch: Path, progress: Progress
) -> Environment:
    """Return what the transaction works with: the shared state, and plans of a copy of the stack below `scratch`."""
    backend = Backend(session.terraform, states)
    with progress.step("copying the stack and initialising the copy"):
        copy = copy_stack(session.terraform, scratch, workspace=session.workspace)

    def plan_shared() -> Plan:
        return session.terraform.plan(scratch / "after.tfplan", "-lock=false")

    def save_copy(name: str, content: bytes) -> None:
        backend.save_copy(name, content)
        if options.keep is not None:
            console.print_progress(f"wrote {states / name}")

    return Environment(
        pull=progress.step("reading the shared state")(backend.pull),
        push=progress.step("pushing the state")(backend.push),
        plan_scratch=progress.step(_PLANNING, is_logged=True)(copy.plan),
        plan_shared=progress.step(_PLANNING_AGAIN, is_logged=True)(plan_shared),
        find_grants=progress.step("looking for permissions at AWS")(session.find_grants),
        save_copy=save_copy,
        iam=f"arn:{session.providers[0].partition}:iam::{session.providers[0].account_id}",
        accepted=options.accepted,
        is_recreating=options.is_recreating,
    )


def conclude(session: Session, environment: Environment, proven: ProvenState, options: AdoptOptions) -> report.Step:
    """Take the last step with the proven state: none, its export for others to push, or the push."""
    directory = session.terraform.directory
    if options.is_dry_run:
        console.print_status(f"proven, and nothing was pushed: {_describe_next_step(proven)}")
        return "not pushed"
    if options.emit is not None and not proven.is_pushable:
        console.print_status(f"proven, the state needs nothing, so nothing was written to {options.emit}")
        return "nothing to push"
    if options.emit is not None:
        for command in emit(options.emit, proven.after, session.terraform, workspace=session.workspace):
            console.print_result(command)
        console.print_status(*(f"wrote {options.emit / name}" for name in EMITTED))
        console.print_status(
            f"proven, and nothing was pushed: what to push is in {options.emit}; treat it as the secret it is"
        )
        return "emitted"
    if proven.is_pushable:
        push(environment, proven)
    if options.is_recreating:
        permissions.delete_permissions(proven.grants, session.account)
        deleted = f"deleted {count(len(proven.grants), 'permission')} at AWS: {permissions.GAP}"
        console.print_status(deleted if proven.grants else "there was no permission to delete")
    pushed = "the state is pushed and planned again" if proven.is_pushable else "the state needs nothing"
    console.print_status(f"proven, {pushed}: 'terraform apply' in {directory} does the rest")
    return "pushed and planned again" if proven.is_pushable else "nothing to push"


def print_refusal(proven: ProvenState) -> None:
    """Print why the plan is refused, and which `--accept` options would allow it."""
    result = proven.result
    for reason in result.reasons:
        console.print_status(f"undecided: {reason}")
    console.print_status(*report.describe_refused_policies(proven.plan, result))
    missing = sorted({name for line in result.refused for name in line.classes})
    if missing and all(line.classes for line in result.refused):
        accept = " ".join(f"--accept {name}" for name in missing)
        console.print_status(
            f"all that differs is {' and '.join(missing)}: let 'terraform apply' change it with {accept}"
        )
    console.print_status("refused, nothing was changed: applying this plan would do more than take over")


def write_proof(proof: report.Proof, path: Path | None) -> None:
    """Write the proof where a file is named for it; raises Failure, before anything is pushed."""
    if path is not None:
        write_file(path, f"{format_json(proof)}\n".encode(), subject="the proof", advice="name another file")


def _describe_next_step(proven: ProvenState) -> str:
    """Return what a run without --dry-run would do."""
    if proven.to_create:
        awaited = count(len(proven.to_create), "permission")
        return f"it would delete {awaited} at AWS for Terraform to make again; {permissions.GAP}"
    entries = "1 entry" if len(proven.entries) == 1 else f"{len(proven.entries)} entries"
    return f"it would put {entries} into the state" if proven.entries else "the state needs nothing"


def finish_spec(spec: str, directory: Path) -> None:
    """Remove from a spec the moves that the state of its stack has absorbed, and print each.

    Raises Failure, and changes nothing, where that fails.
    """
    if spec == STDIN:
        raise Failure("--finish changes the spec in its file: name the file instead of '-'")
    load_file(spec)
    environment = user_environment(os.environ)
    refuse_uninitialised(directory, environment)
    state = parse_state(Backend(Terraform(find_binary(environment), directory, environment), directory).pull())
    if not state.serial:
        raise Failure(f"{directory}: there is no state yet: apply the stack, then finish")
    target = resolve_target(Path(spec))
    before = target.before or b""
    finished = remove_absorbed_moves(read_document(before, spec, file_reader(base_directory(spec))), before, state)
    write_target(target, finished.content)
    for address in finished.removed:
        console.print_status(f"{spec}: removed the move of {address}: the state has absorbed it")
    for address in finished.remaining:
        console.print_status(f"{spec}: kept the move of {address}: the state has not absorbed it, apply it first")
    for address, place in finished.in_bases.items():
        console.print_status(f"{spec}: kept the move of {address}: {place} gives it, change it there")
    if not (finished.removed or finished.remaining or finished.in_bases):
        console.print_status(f"{spec}: it has no moves")
