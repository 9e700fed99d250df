"""`pcaform adopt`: take over what Terraform cannot import, proven before anything shared is touched."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pcaform.adopt import permissions as recreating
from pcaform.adopt import report
from pcaform.adopt.backend import Backend
from pcaform.adopt.export import emit
from pcaform.adopt.scratch import copied, files
from pcaform.adopt.session import Opened, opened
from pcaform.adopt.state_backup import refuse_inside, vault
from pcaform.adopt.transaction import Ground, Plan, Proven, prove, push
from pcaform.cli.commands.render import refuse_stale
from pcaform.core import console
from pcaform.core.problems import Failure
from pcaform.terraform.environment import users

_REFUSED = 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a user asked for: the spec that the stack must be of, what is accepted, and what becomes of the result."""

    spec: str | None = None
    accept: tuple[str, ...] = ()
    proof: Path | None = None
    keep: Path | None = None
    emit: Path | None = None
    is_dry: bool = False
    is_recreating: bool = False


def run(directory: Path, wanted: Wanted) -> int:
    """Take over what an initialised stack describes; return 2 where its plan would do more than that."""
    _check(wanted, directory)
    if wanted.spec is not None:
        refuse_stale(wanted.spec, directory)
    stack = opened(directory, users(os.environ))
    circumstances = _circumstances(stack, wanted)
    with vault(wanted.keep, directory) as states, tempfile.TemporaryDirectory(prefix="pcaform-adopt-") as scratch:
        ground = _ground(stack, wanted, states=states, scratch=Path(scratch))
        proven = prove(ground)
        _tell(report.proof(proven, circumstances, "not pushed"), wanted)
        if not proven.judgement.is_accepted:
            return _refused(proven)
        step = _conclude(stack, ground, proven, wanted)
        _write(report.proof(proven, circumstances, step), wanted)
    return 0


def _check(wanted: Wanted, directory: Path) -> None:
    """Raise Failure for options that contradict each other, before anything is read."""
    if wanted.emit is None:
        return
    if wanted.is_dry or wanted.is_recreating:
        raise Failure(
            "--emit writes a state for somebody else to push, --dry-run writes none, and --recreate deletes at AWS "
            "instead: give one of them"
        )
    refuse_inside(wanted.emit, directory)


def _ground(stack: Opened, wanted: Wanted, *, states: Path, scratch: Path) -> Ground:
    backend = Backend(stack.terraform, states)
    copy = copied(stack.terraform, scratch, workspace=stack.workspace)

    def plan_of(state: bytes) -> Plan:
        console.say("planning in a copy of the stack, whose state is a copy too")
        return copy.plan(state)

    def plan() -> Plan:
        console.say("pushed; planning once more, now with the shared state")
        return stack.terraform.plan(scratch / "after.tfplan", "-lock=false")

    return Ground(
        pull=backend.pull,
        push=backend.push,
        plan_of=plan_of,
        plan=plan,
        grants=stack.grants,
        keep=backend.keep,
        iam=f"arn:{stack.places[0].partition}:iam::{stack.places[0].account_id}",
        accepted=wanted.accept,
        is_recreating=wanted.is_recreating,
    )


def _conclude(stack: Opened, ground: Ground, proven: Proven, wanted: Wanted) -> report.Step:
    """Take the last step with what was proven: none, the hand-over to somebody else, or the push."""
    directory = stack.terraform.directory
    if wanted.is_dry:
        console.say(f"proven, and nothing was pushed: {_next(proven)}")
        return "not pushed"
    if wanted.emit is not None and not proven.is_pushable:
        console.say(f"proven, the state needs nothing, so nothing was written to {wanted.emit}")
        return "nothing to push"
    if wanted.emit is not None:
        for command in emit(wanted.emit, proven.after, stack.terraform, workspace=stack.workspace):
            console.result(command)
        console.say(f"proven, and nothing was pushed: what to push is in {wanted.emit}; treat it as the secret it is")
        return "emitted"
    if proven.is_pushable:
        push(ground, proven)
    if wanted.is_recreating:
        recreating.withdraw(proven.grants, stack.account)
        gone = _counted(len(proven.grants), "permission was", "permissions were")
        console.say(
            f"{gone} deleted at AWS: {recreating.GAP}" if proven.grants else "there was no permission to delete"
        )
    pushed = "the state is pushed and planned again" if proven.is_pushable else "the state needs nothing"
    console.say(f"proven, {pushed}: 'terraform apply' in {directory} does the rest")
    return "pushed and planned again" if proven.is_pushable else "nothing to push"


def _next(proven: Proven) -> str:
    """Return what a run without --dry-run would do."""
    if proven.awaited:
        permissions = _counted(len(proven.awaited), "permission", "permissions")
        return f"it would delete {permissions} at AWS for Terraform to make again; {recreating.GAP}"
    entries = _counted(len(proven.entries), "entry", "entries")
    return f"it would put {entries} into the state" if proven.entries else "the state needs nothing"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _refused(proven: Proven) -> int:
    judgement = proven.judgement
    for reason in judgement.doubts:
        console.say(f"cannot judge: {reason}")
    missing = sorted({name for line in judgement.refused for name in line.classes})
    if missing and all(line.classes for line in judgement.refused):
        options = " ".join(f"--accept {name}" for name in missing)
        console.say(f"all that differs is {' and '.join(missing)}: let 'terraform apply' change it with {options}")
    console.say("refused, nothing was changed: applying this plan would do more than take over")
    return _REFUSED


def _circumstances(stack: Opened, wanted: Wanted) -> report.Circumstances:
    directory = stack.terraform.directory
    return report.Circumstances(
        stack=directory.resolve().name,
        workspace=stack.workspace,
        account_id=stack.places[0].account_id,
        region=stack.places[0].region,
        accepted=tuple(sorted(set(wanted.accept))),
        files=files(directory, stack.terraform.environment),
        terraform=stack.terraform.version(),
        provider=stack.provider,
    )


def _tell(found: report.Proof, wanted: Wanted) -> None:
    """Print a proof and write it; where it cannot be written nothing is pushed."""
    _write(found, wanted)
    console.result(report.text(found))


def _write(found: report.Proof, wanted: Wanted) -> None:
    if wanted.proof is None:
        return
    try:
        wanted.proof.write_text(report.as_json(found), encoding="utf-8")
    except OSError as error:
        raise Failure(f"{wanted.proof}: the proof cannot be written: {error.strerror}") from None
