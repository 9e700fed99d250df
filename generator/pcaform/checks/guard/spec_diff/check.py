"""Two specs of one stack, or a plan and its spec -> the judgement on the step, with what only a spec can say."""

from collections.abc import Iterable

from pcaform.checks.guard.check import check_plan, collect_result, run_rules
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.plan_json import Change, Plan
from pcaform.checks.guard.spec_diff.fill_unknown import fill_unknown
from pcaform.checks.guard.spec_diff.plan_diff import diff_specs
from pcaform.checks.guard.spec_diff.spec_changes import account_change, notes_on_terms, spec_changes, stack_removal
from pcaform.checks.guard.verdict import GuardResult
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names
from pcaform.terraform.resource_types import AUTHORITY


def check_specs(before: Spec | None, after: Spec) -> GuardResult:
    """Judge what changes; a stack that is new has nothing before."""
    if before is None:
        before = Spec(version=1, stack=after.stack, aws=after.aws)
    moved = account_change(before, after)
    if moved is not None:
        return _check_changes([moved])
    planned = check_plan(diff_specs(before, after))
    of_specs = _check_changes(spec_changes(before, after))
    addresses = {finding.address for finding in of_specs.findings}
    undecided = [each for each in planned.doubts if each.address not in addresses]
    notes = [*planned.notes, *notes_on_terms(before, after)]
    return collect_result([*planned.findings, *of_specs.findings, *notes, *undecided])


def check_plan_with_spec(planned: Plan, spec: Spec) -> GuardResult:
    """Judge a plan with the spec of its stack, which says what the plan leaves unknown, and which CAs exist already."""
    arns = {module_names.ca(key): ca.arn for key, ca in spec.managed.items() if ca.arn}
    existing = {f"module.{call}.{AUTHORITY}.this": arn for call, arn in arns.items()}
    return check_plan(fill_unknown(planned, spec), existing)


def stack_removed(before: Spec) -> GuardResult:
    """Judge that a stack has no spec any more."""
    return _check_changes([stack_removal(before)])


def _check_changes(changes: Iterable[Change]) -> GuardResult:
    context = PlanContext(Plan((), is_errored=False))
    return collect_result(outcome for change in changes for outcome in run_rules(change, context))
