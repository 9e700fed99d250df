"""The guard in the demo: one change that breaks trust is refused from the specs alone, and from Terraform's plan."""

import json

from pcaform.checks.guard.plan_json import read
from pcaform.checks.guard.spec_diff.check import check_plan_with_spec, check_specs
from pcaform.checks.guard.verdict import GuardResult, Level
from pcaform.cli.demo.stack import Stack
from pcaform.cli.demo.steps import require, step
from pcaform.spec.stack import Spec


def guard_specs(before: Spec, after: Spec, *, rule: str) -> None:
    """Show that the change from one spec to another is refused; raises StepFailed where it is not."""
    with step("pcaform guard --spec refuses the change, with no plan and no credentials") as notes:
        notes.append(_require_refusal(check_specs(before, after), rule))


def guard_plan(stack: Stack, spec: Spec, *, rule: str) -> None:
    """Show that the plan of the same change is refused as well; it is not applied."""
    with step("pcaform guard refuses Terraform's plan of it") as notes:
        planned = stack.terraform.plan(stack.scratch / "guarded.tfplan")
        notes.append(_require_refusal(check_plan_with_spec(read(json.dumps(planned).encode(), "the plan"), spec), rule))


def _require_refusal(result: GuardResult, rule: str) -> str:
    findings = [finding for finding in result.findings if finding.level is Level.BREAKS_TRUST]
    rules = [finding.rule for finding in findings]
    require(rules == [rule], f"it finds {rules}, expected [{rule!r}]")
    return f"{findings[0].rule}: {findings[0].message}"
