"""`pcaform adopt`: takes into a Terraform state what Terraform cannot import, proven before the state is touched."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pcaform.cli.exit_codes import FINDINGS, OK
from pcaform.cli.options import AcceptedChange
from pcaform.core import console
from pcaform.core.problems import Failure


@dataclass(frozen=True, slots=True)
class AdoptOptions:
    """The spec that the stack must match, the changes that are accepted, and where the results go."""

    spec: Annotated[str | None, "--spec SPEC: Stop unless the stack is what SPEC renders to."] = None
    accept: Annotated[
        list[AcceptedChange] | None,
        "--accept tags|force-destroy|timeouts|wording|forget: Allow apply to change these; repeatable. With wording, "
        "policies keep their meaning.",
    ] = None
    proof: Annotated[Path | None, "--proof FILE: Write the proof as JSON."] = None
    keep: Annotated[Path | None, "--keep DIR: Keep the states before and after in DIR."] = None
    emit: Annotated[Path | None, "--emit DIR: Push nothing: write the state to DIR, and print how to push it."] = None
    is_dry_run: Annotated[bool, "--dry-run: Prove, and push nothing."] = False
    is_recreating: Annotated[
        bool, "--recreate: Delete permissions at AWS, 'terraform apply' creates them again: renewals fail in between."
    ] = False

    is_initialising: Annotated[bool, "--init: Run 'terraform init' in STACK first."] = False

    @property
    def accepted(self) -> tuple[str, ...]:
        """The changes that are accepted, as words."""
        return tuple(change.value for change in self.accept or ())


def command(
    stack: Annotated[Path, "STACK: The directory of a rendered, initialised stack."],
    *,
    options: AdoptOptions,
    finish: Annotated[str | None, "--finish SPEC: Only remove from SPEC the moves that the state has absorbed."] = None,
) -> int:
    """Put into a state what Terraform cannot import.

    A plan proves first that nothing would change. Exit code 2 if it would: then the state is as it was.

    $ pcaform adopt stacks/corp-pki --init --dry-run
    $ pcaform adopt stacks/corp-pki --spec corp-pki.yaml --proof proof.json
    $ pcaform adopt stacks/corp-pki --finish corp-pki.yaml
    - PCAFORM_TERRAFORM AWS_PROFILE AWS_REGION
    """
    from pcaform.cli import adopt_steps as steps

    if finish is None:
        return _adopt(stack, options)
    if options != AdoptOptions():
        raise Failure("--finish only changes the spec, the other options are for adopting: give one or the other")
    steps.finish_spec(finish, stack)
    return OK


def _adopt(directory: Path, options: AdoptOptions) -> int:
    """Take over what an initialised stack describes; return 2 where its plan would do more than that."""
    from pcaform.adopt.backend import open_workspace
    from pcaform.adopt.report import build_proof, conclude_proof, format_lines
    from pcaform.adopt.session import open_session
    from pcaform.adopt.transaction import prove
    from pcaform.cli import adopt_steps as steps
    from pcaform.cli.stacks import refuse_stale
    from pcaform.core.formats.text import join_lines
    from pcaform.terraform.runner import user_environment

    steps.check_options(options, directory)
    if options.spec is not None:
        refuse_stale(options.spec, directory)
    environment, progress = user_environment(os.environ), steps.Progress()
    if options.is_initialising:
        steps.initialise(directory, environment, progress)
    with progress.step("reading the account"):
        session = open_session(directory, environment)
    with open_workspace(options.keep, directory) as (states, scratch):
        setting = steps.build_environment(session, options, states=states, scratch=scratch, progress=progress)
        proven = prove(setting)
        proof = build_proof(proven, session, options.accepted)
        steps.write_proof(proof, options.proof)
        if options.proof is not None:
            console.print_progress(f"wrote {options.proof}")
        console.print_result(join_lines(format_lines(proof)))
        if not proven.result.is_accepted:
            steps.print_refusal(proven)
            return FINDINGS
        step = steps.conclude(session, setting, proven, options)
        steps.write_proof(conclude_proof(proof, step), options.proof)
    return OK
