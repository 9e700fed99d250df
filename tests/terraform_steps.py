"""Terraform with what costs most done once: what tests do between the steps that they are about.

A command that needs the provider takes two to three seconds of a core before it does anything. So nothing here starts
one that only repeats what another has shown; docs/decisions/test-suite.md has the figures.
"""

import re
from pathlib import Path

from pcaform.terraform.plan_json import Changes, list_changes
from pcaform.terraform.runner import Terraform

_LOCK = ".terraform.lock.hcl"
_CHECKSUMS = re.compile(r"^  hashes = \[\n(?:.*\n)*?  \]\n", re.MULTILINE)


def init_once(terraform: Terraform, *arguments: str) -> None:
    """Run `terraform init`; where it has run before, only fetch the modules, which is all that a new rendering changes.

    The checksum of the provider is taken out of the lock file: init has just written it, and with it each command
    reads the provider again, all of its 700 MB.
    """
    lock = terraform.directory / _LOCK
    if lock.exists():
        terraform._run("get")  # noqa: SLF001 - the program itself always runs init
        return
    terraform.init(*arguments)
    if lock.exists():
        lock.write_text(_CHECKSUMS.sub("", lock.read_text(encoding="utf-8")), encoding="utf-8")


def apply_without_plan(terraform: Terraform) -> None:
    """Apply what is to be there before a test begins, with no plan file in between."""
    init_once(terraform)
    terraform._run("apply", "-input=false", "-no-color", "-auto-approve")  # noqa: SLF001 - the program applies plans


def remaining_changes(terraform: Terraform, file: Path) -> Changes:
    """Return what a plan would still change: nothing where Terraform itself says so, else what it shows of the plan."""
    arguments = ("plan", "-input=false", "-no-color", "-detailed-exitcode", f"-out={file}")
    done = terraform._run(*arguments, codes=(0, 1, 2))  # noqa: SLF001 - the program reads the plan, and no exit code
    return {} if done.returncode == 0 else list_changes(terraform.plan(file))
