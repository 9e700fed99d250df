"""Checks the step between two specs of one stack, or a plan with the spec of its stack, which fills unknown policies.

If Terraform creates a CA, every text with its ARN is known only after the apply. The spec has the rest of the text, so
it can be checked with a placeholder for the ARN. What the spec does not say stays unknown.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pcaform.checks.guard.check import check_changes, check_plan, collect_result
from pcaform.checks.guard.plan_json import Change, Plan
from pcaform.checks.guard.spec_diff.plan_diff import diff_specs
from pcaform.checks.guard.spec_diff.spec_changes import account_change, notes_on_terms, spec_changes, stack_removal
from pcaform.checks.guard.verdict import GuardResult
from pcaform.render.plan.placeholders import build_placeholders, ca_placeholder
from pcaform.render.plan.resources import resources
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names
from pcaform.terraform.resource_types import AUTHORITY, IAM_ROLE, POLICIES, SHARE

_FILLED = {**dict.fromkeys((*POLICIES, SHARE), "policy"), IAM_ROLE: "assume_role_policy"}


def check_specs(before: Spec | None, after: Spec) -> GuardResult:
    """Check what changes from one spec to the next; a new stack has no spec before."""
    if before is None:
        before = Spec(version=1, stack=after.stack, aws=after.aws)
    moved = account_change(before, after)
    if moved is not None:
        return check_changes([moved])
    planned = check_plan(diff_specs(before, after))
    of_specs = check_changes(spec_changes(before, after))
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
    return check_changes([stack_removal(before)])


def fill_unknown(plan: Plan, spec: Spec) -> Plan:
    """Return the plan with the policies of the spec; CAs that exist already have their real ARNs."""
    rendered = resources(spec, build_placeholders(spec))
    real = {ca_placeholder(spec, key): _arn(plan, key) for key in spec.managed}
    known = {
        address: _replace_arns(resource.values, real)
        for address, resource in rendered.items()
        if resource.type in _FILLED
    }
    return replace(plan, changes=tuple(_fill(change, known) for change in plan.changes))


def _fill(change: Change, known: Mapping[str, Mapping[str, Any]]) -> Change:
    name = _FILLED.get(change.type)
    if name is None or not change.unknown.get(name) or name not in known.get(change.address, {}):
        return change
    unknown = {key: value for key, value in change.unknown.items() if key != name}
    return replace(change, after={**change.after, name: known[change.address][name]}, unknown=unknown)


def _arn(plan: Plan, key: str) -> str | None:
    """Return the ARN of a CA that the plan keeps, None for a CA that it creates."""
    address = module_names.resource(module_names.ca(key), AUTHORITY)
    for change in plan.changes:
        if change.address == address and "create" not in change.actions:
            return change.before.get("arn")
    return None


def _replace_arns(values: Mapping[str, Any], real: Mapping[str, str | None]) -> Mapping[str, Any]:
    filled = dict(values)
    for name, text in filled.items():
        if isinstance(text, str):
            for one, other in real.items():
                text = text.replace(f'{one}"', f'{other}"') if other else text  # noqa: PLW2901 - one text, several names
            filled[name] = text
    return filled
