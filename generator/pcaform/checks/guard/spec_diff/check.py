"""Checks the step between two specs of one stack, or a plan with the spec of its stack."""

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
    """Check what changes from one spec to the next; a new stack has no spec before."""
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
    """Check a plan with the spec of its stack, which fills unknown policies and names the CAs that exist already."""
    cas = spec.managed.items()
    existing = {module_names.resource(module_names.ca(key), AUTHORITY): ca.arn for key, ca in cas if ca.arn}
    return check_plan(fill_unknown(planned, spec), existing)


def stack_removed(before: Spec) -> GuardResult:
    """Check the removal of a stack's spec."""
    return _check_changes([stack_removal(before)])


def _check_changes(changes: Iterable[Change]) -> GuardResult:
    context = PlanContext(Plan((), is_errored=False))
    return collect_result(outcome for change in changes for outcome in run_rules(change, context))
