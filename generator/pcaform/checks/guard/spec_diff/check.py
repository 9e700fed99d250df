"""Two specs of one stack, or a plan and its spec -> the judgement on the step, with what only a spec can say."""

from collections.abc import Iterator

from pcaform.checks.guard.check import check_plan, collect_result
from pcaform.checks.guard.findings import finding, is_created
from pcaform.checks.guard.plan_json import Change, Plan
from pcaform.checks.guard.spec_diff import backend_changed
from pcaform.checks.guard.spec_diff.fill_unknown import fill_unknown
from pcaform.checks.guard.spec_diff.plan_diff import diff_specs
from pcaform.checks.guard.spec_diff.spec_only_checks import spec_only_checks, stack_moved
from pcaform.checks.guard.verdict import Finding, GuardResult
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names
from pcaform.terraform.resource_types import AUTHORITY


def check_specs(before: Spec | None, after: Spec) -> GuardResult:
    """Judge what changes; a stack that is new has nothing before."""
    if before is None:
        before = Spec(version=1, stack=after.stack, aws=after.aws)
    elsewhere = stack_moved(before, after)
    if elsewhere is not None:
        return collect_result([elsewhere])
    found = check_plan(diff_specs(before, after))
    told = [*backend_changed.backend_changed(before, after), *spec_only_checks(before, after)]
    known = {each.address for each in told if isinstance(each, Finding)}
    doubts = [each for each in found.doubts if each.address not in known]
    return collect_result([*found.findings, *found.notes, *told, *doubts])


def check_plan_with_spec(planned: Plan, spec: Spec) -> GuardResult:
    """Judge a plan with the spec of its stack, which says what the plan leaves unknown, and which CAs exist already."""
    found = check_plan(fill_unknown(planned, spec))
    known = {(each.rule, each.address) for each in found.findings}
    again = [each for each in _made_again(planned, spec) if (each.rule, each.address) not in known]
    return collect_result([*found.findings, *found.notes, *found.doubts, *again])


def _made_again(planned: Plan, spec: Spec) -> Iterator[Finding]:
    """Find CAs that Terraform makes although the spec gives the ARN of the one that exists."""
    arns = {
        f"module.{module_names.ca(key)}.{AUTHORITY}.this": each.arn for key, each in spec.managed.items() if each.arn
    }
    for change in planned.changes:
        if change.address in arns and is_created(change) and not change.importing:
            message = f"another CA is made although {arns[change.address]} exists: it fell out of the state"
            advice = "render the stack again: its import block takes the CA that exists into the state"
            yield finding(change, "ca-made-again", message, advice=advice)


def stack_removed(before: Spec) -> GuardResult:
    """Judge that a stack has no spec any more."""
    change = Change(f"stack {before.stack}", "stack", ("delete",), {}, {}, {}, "", (), "")
    message = (
        "its CAs stay as they are until somebody destroys the stack's directory, and then nothing says which of them "
        "must be kept"
    )
    advice = "let go of its CAs first, with 'removed', and take the spec away when nothing is left in it"
    return collect_result([finding(change, "stack-gone", message, advice=advice)])
