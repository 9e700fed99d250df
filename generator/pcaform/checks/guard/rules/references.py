"""Rules about parameters with the ARNs of CAs, which other stacks read when they are planned."""

import re
from collections.abc import Iterator

from pcaform.checks.guard.arguments import HARMLESS, changed_arguments
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.rule import rule
from pcaform.checks.guard.verdict import Level, Outcome
from pcaform.terraform.plan_json import Change
from pcaform.terraform.resource_types import SSM_PARAMETER

_ARN = re.compile(r"arn:[^:]+:acm-pca:[^:]+:[0-9]{12}:certificate-authority/")
"""How an ARN starts: the CA of a spec has a name instead of an id, and an end of line may follow."""
_VALUE, _SECRET = "insecure_value", "value"
_UNREAD = {*HARMLESS, "allowed_pattern", "arn", "has_value_wo", "key_id", "overwrite", "tier", "version"}
"""Arguments that change nothing for who reads a parameter by its name."""


@rule("reference-moved", Level.BREAKS_TRUST, types=[SSM_PARAMETER])
def reference_moved(change: Change, _: PlanContext) -> Iterator[Outcome]:
    """Changes or destroys a parameter that has the ARN of a CA.

    Consequence: stacks that read it get another CA with their next plan, or have no plan any more
    Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-parameter-store.html
    """
    arn = str(change.before.get(_VALUE) or change.before.get(_SECRET) or "")
    if not _ARN.match(arn):
        return
    names, name = sorted(changed_arguments(change) - _UNREAD), change.before.get("name")
    if change.is_destroyed and not change.is_replaced:
        names, message = [], f"'{name}' is destroyed: stacks that read {arn} from it cannot be planned any more"
    elif names or change.is_replaced:
        message = f"stacks that read {arn} from '{name}' read something else afterwards, or nothing"
    else:
        return
    advice = "see what these stacks would change, or let them take the CA from elsewhere before this is applied"
    yield reference_moved.finding(change, message, advice=advice, arguments=[each for each in names if each != _SECRET])
