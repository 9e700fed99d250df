"""`pcaform adopt`: take over what Terraform cannot import, proven before anything shared is touched."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pcaform.adopt import report
from pcaform.adopt.backend import Backend
from pcaform.adopt.export import emit
from pcaform.adopt.permissions import GAP, delete_permissions
from pcaform.adopt.scratch import copy_stack, read_files
from pcaform.adopt.session import Session, open_session
from pcaform.adopt.state_backup import open_backup, refuse_inside
from pcaform.adopt.transaction import Environment, Plan, ProvenState, prove, push
from pcaform.cli.commands.render import refuse_stale
from pcaform.core import console
from pcaform.core.problems import Failure
from pcaform.terraform.environment import user_environment

_REFUSED = 2


@dataclass(frozen=True, slots=True)
class AdoptOptions:
    """What a user asked for: the spec that the stack must be of, what is accepted, and what becomes of the result."""

    spec: str | None = None
    accept: tuple[str, ...] = ()
    proof: Path | None = None
    keep: Path | None = None
    emit: Path | None = None
    is_dry: bool = False
    is_recreating: bool = False


def run(directory: Path, wanted: AdoptOptions) -> int:
    """Take over what an initialised stack describes; return 2 where its plan would do more than that."""
    _check(wanted, directory)
    if wanted.spec is not None:
        refuse_stale(wanted.spec, directory)
    stack = open_session(directory, user_environment(os.environ))
    circumstances = _circumstances(stack, wanted)
    with open_backup(wanted.keep, directory) as states, tempfile.TemporaryDirectory(prefix="pcaform-adopt-") as scratch:
        ground = _ground(stack, wanted, states=states, scratch=Path(scratch))
        proven = prove(ground)
        _tell(report.build_proof(proven, circumstances, "not pushed"), wanted)
        if not proven.result.is_accepted:
            return _refused(proven)
        step = _conclude(stack, ground, proven, wanted)
        _write(report.build_proof(proven, circumstances, step), wanted)
    return 0


def _check(wanted: AdoptOptions, directory: Path) -> None:
    """Raise Failure for options that contradict each other, before anything is read."""
    if wanted.emit is None:
        return
    if wanted.is_dry or wanted.is_recreating:
        raise Failure(
            "--emit writes a state for somebody else to push, --dry-run writes none, and --recreate deletes at AWS "
            "instead: give one of them"
        )
    refuse_inside(wanted.emit, directory)


def _ground(stack: Session, wanted: AdoptOptions, *, states: Path, scratch: Path) -> Environment:
    backend = Backend(stack.terraform, states)
    copy = copy_stack(stack.terraform, scratch, workspace=stack.workspace)

    def plan_of(state: bytes) -> Plan:
        console.print_status("planning in a copy of the stack, whose state is a copy too")
        return copy.plan(state)

    def plan() -> Plan:
        console.print_status("pushed; planning once more, now with the shared state")
        return stack.terraform.plan(scratch / "after.tfplan", "-lock=false")

    return Environment(
        pull=backend.pull,
        push=backend.push,
        plan_scratch=plan_of,
        plan_shared=plan,
        find_grants=stack.find_grants,
        save_copy=backend.save_copy,
        iam=f"arn:{stack.providers[0].partition}:iam::{stack.providers[0].account_id}",
        accepted=wanted.accept,
        is_recreating=wanted.is_recreating,
    )


def _conclude(stack: Session, ground: Environment, proven: ProvenState, wanted: AdoptOptions) -> report.Step:
    """Take the last step with what was proven: none, the hand-over to somebody else, or the push."""
    directory = stack.terraform.directory
    if wanted.is_dry:
        console.print_status(f"proven, and nothing was pushed: {_next(proven)}")
        return "not pushed"
    if wanted.emit is not None and not proven.is_pushable:
        console.print_status(f"proven, the state needs nothing, so nothing was written to {wanted.emit}")
        return "nothing to push"
    if wanted.emit is not None:
        for command in emit(wanted.emit, proven.after, stack.terraform, workspace=stack.workspace):
            console.print_result(command)
        console.print_status(
            f"proven, and nothing was pushed: what to push is in {wanted.emit}; treat it as the secret it is"
        )
        return "emitted"
    if proven.is_pushable:
        push(ground, proven)
    if wanted.is_recreating:
        delete_permissions(proven.grants, stack.account)
        gone = _counted(len(proven.grants), "permission was", "permissions were")
        console.print_status(f"{gone} deleted at AWS: {GAP}" if proven.grants else "there was no permission to delete")
    pushed = "the state is pushed and planned again" if proven.is_pushable else "the state needs nothing"
    console.print_status(f"proven, {pushed}: 'terraform apply' in {directory} does the rest")
    return "pushed and planned again" if proven.is_pushable else "nothing to push"


def _next(proven: ProvenState) -> str:
    """Return what a run without --dry-run would do."""
    if proven.to_create:
        permissions = _counted(len(proven.to_create), "permission", "permissions")
        return f"it would delete {permissions} at AWS for Terraform to make again; {GAP}"
    entries = _counted(len(proven.entries), "entry", "entries")
    return f"it would put {entries} into the state" if proven.entries else "the state needs nothing"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _refused(proven: ProvenState) -> int:
    result = proven.result
    for reason in result.reasons:
        console.print_status(f"cannot judge: {reason}")
    missing = sorted({name for line in result.refused for name in line.classes})
    if missing and all(line.classes for line in result.refused):
        options = " ".join(f"--accept {name}" for name in missing)
        console.print_status(
            f"all that differs is {' and '.join(missing)}: let 'terraform apply' change it with {options}"
        )
    console.print_status("refused, nothing was changed: applying this plan would do more than take over")
    return _REFUSED


def _circumstances(stack: Session, wanted: AdoptOptions) -> report.ProofContext:
    directory = stack.terraform.directory
    return report.ProofContext(
        stack=directory.resolve().name,
        workspace=stack.workspace,
        account_id=stack.providers[0].account_id,
        region=stack.providers[0].region,
        accepted=tuple(sorted(set(wanted.accept))),
        files=read_files(directory, stack.terraform.environment),
        terraform=stack.terraform.version(),
        provider=stack.provider_version,
    )


def _tell(found: report.Proof, wanted: AdoptOptions) -> None:
    """Print a proof and write it; where it cannot be written nothing is pushed."""
    _write(found, wanted)
    console.print_result(report.format_text(found))


def _write(found: report.Proof, wanted: AdoptOptions) -> None:
    if wanted.proof is None:
        return
    try:
        wanted.proof.write_text(report.format_json(found), encoding="utf-8")
    except OSError as error:
        raise Failure(f"{wanted.proof}: the proof cannot be written: {error.strerror}") from None
