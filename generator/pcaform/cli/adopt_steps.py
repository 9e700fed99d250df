"""The steps of `pcaform adopt` that print, write files, or connect the transaction to Terraform and AWS."""

from pathlib import Path

from pcaform.adopt import permissions, report
from pcaform.adopt.backend import Backend, emit, refuse_inside
from pcaform.adopt.scratch import copy_stack, read_files
from pcaform.adopt.session import Session
from pcaform.adopt.transaction import Environment, Plan, ProvenState, push
from pcaform.cli.adopt_options import AdoptOptions
from pcaform.core import console
from pcaform.core.files import write_file
from pcaform.core.formats.json_document import format_json
from pcaform.core.problems import Failure


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


def build_proof_context(session: Session, options: AdoptOptions) -> report.ProofContext:
    """Return what the proof says about the stack: where it is, its files, and the versions used."""
    directory = session.terraform.directory
    return report.ProofContext(
        stack=directory.resolve().name,
        workspace=session.workspace,
        account_id=session.providers[0].account_id,
        region=session.providers[0].region,
        accepted=tuple(sorted(set(options.accept))),
        files=read_files(directory, session.terraform.environment),
        terraform=session.terraform.version(),
        provider=session.provider_version,
    )


def build_environment(session: Session, options: AdoptOptions, *, states: Path, scratch: Path) -> Environment:
    """Return what the transaction works with: the shared state, and plans of a copy of the stack below `scratch`."""
    backend = Backend(session.terraform, states)
    copy = copy_stack(session.terraform, scratch, workspace=session.workspace)

    def plan_scratch(state: bytes) -> Plan:
        console.print_status("planning in a copy of the stack, whose state is a copy too")
        return copy.plan(state)

    def plan_shared() -> Plan:
        console.print_status("pushed; planning once more, now with the shared state")
        return session.terraform.plan(scratch / "after.tfplan", "-lock=false")

    return Environment(
        pull=backend.pull,
        push=backend.push,
        plan_scratch=plan_scratch,
        plan_shared=plan_shared,
        find_grants=session.find_grants,
        save_copy=backend.save_copy,
        iam=f"arn:{session.providers[0].partition}:iam::{session.providers[0].account_id}",
        accepted=options.accept,
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
        console.print_status(
            f"proven, and nothing was pushed: what to push is in {options.emit}; treat it as the secret it is"
        )
        return "emitted"
    if proven.is_pushable:
        push(environment, proven)
    if options.is_recreating:
        permissions.delete_permissions(proven.grants, session.account)
        deleted = _format_count(len(proven.grants), "permission was", "permissions were")
        console.print_status(
            f"{deleted} deleted at AWS: {permissions.GAP}" if proven.grants else "there was no permission to delete"
        )
    pushed = "the state is pushed and planned again" if proven.is_pushable else "the state needs nothing"
    console.print_status(f"proven, {pushed}: 'terraform apply' in {directory} does the rest")
    return "pushed and planned again" if proven.is_pushable else "nothing to push"


def print_refusal(proven: ProvenState) -> None:
    """Print why the plan is refused, and which `--accept` options would allow it."""
    result = proven.result
    for reason in result.reasons:
        console.print_status(f"undecided: {reason}")
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
        awaited = _format_count(len(proven.to_create), "permission", "permissions")
        return f"it would delete {awaited} at AWS for Terraform to make again; {permissions.GAP}"
    entries = _format_count(len(proven.entries), "entry", "entries")
    return f"it would put {entries} into the state" if proven.entries else "the state needs nothing"


def _format_count(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
