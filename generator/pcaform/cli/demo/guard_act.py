"""The guard in the demo: one change that breaks trust, refused from the specs alone and again from Terraform's plan."""

import json

from pcaform.checks.guard.levels import Level
from pcaform.checks.guard.plan_json import read
from pcaform.checks.guard.spec_diff.check import check_plan_with_spec, check_specs
from pcaform.checks.guard.verdict import GuardResult
from pcaform.cli.demo.stack import Stack
from pcaform.cli.demo.steps import holds, step
from pcaform.spec.stack import Spec


def refuse_specs(before: Spec, after: Spec, *, rule: str) -> None:
    """Show that the step from one spec to another is refused; raises DoesNotHold where it is not."""
    with step("pcaform guard --spec refuses the change, with no plan and no credentials") as notes:
        notes.append(_refusal(check_specs(before, after), rule))


def refuse_plan(stack: Stack, spec: Spec, *, rule: str) -> None:
    """Show that the plan of the same change is refused as well; it is not applied."""
    with step("pcaform guard refuses Terraform's plan of it") as notes:
        planned = stack.terraform.plan(stack.scratch / "guarded.tfplan")
        notes.append(_refusal(check_plan_with_spec(read(json.dumps(planned).encode(), "the plan"), spec), rule))


def _refusal(result: GuardResult, rule: str) -> str:
    found = [finding for finding in result.findings if finding.level is Level.BREAKS_TRUST]
    rules = [finding.rule for finding in found]
    holds(rules == [rule], f"it finds {rules}, expected [{rule!r}]")
    return f"{found[0].rule}: {found[0].message}"
