"""`pcaform guard`: checks what a plan, or a change of specs, would break at AWS, before it is applied."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pcaform.cli.options import AccountOptions, Format
from pcaform.core.problems import Failure

if TYPE_CHECKING:
    from pcaform.sources.aws.session import Caller


@dataclass(frozen=True, slots=True)
class PlanOptions(AccountOptions):
    """What else a plan is checked with: the directory of its stack, and its account."""

    chdir: Annotated[Path | None, "--chdir DIR: Where Terraform reads a plan file. Default: its directory."] = None
    is_asked: Annotated[bool, "--account: Ask AWS whether the CAs that the plan creates exist already; read-only."] = (
        False
    )

    def asking(self) -> "Caller | None":
        """Return who reads the account, None if it is not asked; raises Failure for bad usage."""
        if self.is_asked:
            return self.caller()
        if self != replace(PlanOptions(), chdir=self.chdir):
            raise Failure("who reads the account, and where, has a meaning only with '--account'")
        return None


def command(
    paths: Annotated[
        list[str] | None, "PLAN|NEW: A plan: its file, its JSON, or '-'. With --spec OLD: the new spec."
    ] = None,
    *,
    spec: Annotated[str | None, "--spec SPEC|OLD: The spec of the plan's stack, or the old spec."] = None,
    base: Annotated[str | None, "--base REVISION: With --spec NEW: the git revision with the old specs."] = None,
    dependents: Annotated[
        list[str] | None, "--dependents SPEC: With a plan: specs of stacks that may use its CAs; repeatable."
    ] = None,
    waivers: Annotated[str | None, "--waivers FILE: A file of 'waivers', for what has no spec."] = None,
    is_quiet: Annotated[bool, "--quiet -q: One line for each finding."] = False,
    plan: PlanOptions,
    form: Format = "text",
    fail_on: Annotated[
        Literal["breaks-trust", "widens-access", "notice"], "--fail-on: The lowest level that fails."
    ] = "breaks-trust",
) -> int:
    """Tell what a plan, or a change of specs, would break.

    Exit code 2 if something reaches the level of --fail-on, 1 if something could not be judged.

    $ terraform plan -out=plan.tfplan && pcaform guard plan.tfplan
    $ pcaform guard --spec old.yaml new.yaml
    $ pcaform guard --spec specs --base origin/main --format markdown
    - PCAFORM_TERRAFORM AWS_PROFILE AWS_REGION
    """
    from pcaform.checks.guard.report import format_verdict
    from pcaform.checks.guard.verdict import Level
    from pcaform.cli.guard_cases import apply_case_waivers, check_cases, join_results, report_cases
    from pcaform.core.formats.report import print_line
    from pcaform.rules.load import load_waivers

    level = Level(fail_on)
    shared = load_waivers(waivers) if waivers is not None else ()
    cases = apply_case_waivers(
        check_cases(
            paths or [], spec=spec, base=base, chdir=plan.chdir, caller=plan.asking(), dependents=dependents or ()
        ),
        shared,
    )
    result = join_results(cases)
    report_cases(cases, level, is_quiet=is_quiet).print(form)
    notes = [] if is_quiet else [("note", each) for each in result.notes]
    for kind, each in [*notes, *(("undecided", each) for each in result.doubts)]:
        print_line(": ".join(part for part in (kind, each.address, each.message) if part))
    print_line(format_verdict(result, level))
    return result.code_at(level)
