"""A plan and the spec of its stack -> the plan with the policies that it leaves unknown, as the spec says them.

Where Terraform makes a CA, all that names its ARN is known only after the apply. The spec says the rest of the text, so
that it can be judged with a name in place of the ARN. What the spec does not say stays unknown.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pcaform.checks.guard.plan_json import Change, Plan
from pcaform.render.plan.placeholders import build_placeholders, ca_placeholder
from pcaform.render.plan.resources import resources
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names
from pcaform.terraform.resource_types import AUTHORITY, POLICIES, SHARE

_FILLED = {**dict.fromkeys((*POLICIES, SHARE), "policy"), "aws_iam_role": "assume_role_policy"}


def fill_unknown(plan: Plan, spec: Spec) -> Plan:
    """Return the plan with what the spec knows; the ARNs of CAs that exist already are the real ones."""
    made = resources(spec, build_placeholders(spec))
    real = {ca_placeholder(spec, key): _arn(plan, key) for key in spec.managed}
    known = {address: _renamed(each.values, real) for address, each in made.items() if each.type in _FILLED}
    return replace(plan, changes=tuple(_filled(change, known) for change in plan.changes))


def _filled(change: Change, known: Mapping[str, Mapping[str, Any]]) -> Change:
    name = _FILLED.get(change.type)
    if name is None or not change.unknown.get(name) or name not in known.get(change.address, {}):
        return change
    unknown = {key: value for key, value in change.unknown.items() if key != name}
    return replace(change, after={**change.after, name: known[change.address][name]}, unknown=unknown)


def _arn(plan: Plan, key: str) -> str | None:
    """Return the ARN of a CA that the plan keeps, None for one that it makes."""
    address = f"module.{module_names.ca(key)}.{AUTHORITY}.this"
    for change in plan.changes:
        if change.address == address and "create" not in change.actions:
            return change.before.get("arn")
    return None


def _renamed(values: Mapping[str, Any], real: Mapping[str, str | None]) -> Mapping[str, Any]:
    found = dict(values)
    for name, text in found.items():
        if isinstance(text, str):
            for one, other in real.items():
                text = text.replace(f'{one}"', f'{other}"') if other else text  # noqa: PLW2901 - one text, several names
            found[name] = text
    return found
