"""The plan behind test_closed_world.py, one without changes of real Terraform, and the changes to put into it.

It is of the stack in closed_world.yaml, applied on the sandbox: a root and an issuing CA with ACM's permission and a
share, a bucket of lists, a user and a role that issue, and a certificate of ACM.
"""

import copy
import json
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pcaform.checks.guard.check import check_plan
from pcaform.checks.guard.plan_json import read
from pcaform.checks.guard.verdict import GuardResult

PLAN = json.loads(lzma.decompress((Path(__file__).parent / "closed_world.plan.xz").read_bytes()))
RECORDS = {record["address"]: record for record in PLAN["resource_changes"]}
ROOT = RECORDS["module.ca_root.aws_acmpca_certificate_authority.this"]["change"]["after"]
CA = RECORDS["module.ca_issuing.aws_acmpca_certificate_authority.this"]["change"]["after"]
ROLE = RECORDS["module.issuer_pipe.aws_iam_role.this"]["change"]["after"]
USER = RECORDS["module.issuer_ada.aws_iam_user.this"]["change"]["after"]
UNKNOWN = "known after apply"
Change = dict[str, Any]


def judge(*changes: Change, **more: Any) -> GuardResult:
    """Return what the guard says of the plan with these changes in it."""
    changed = {change["address"] for change in changes}
    kept = [record for address, record in RECORDS.items() if address not in changed]
    return check_plan(read(json.dumps({**PLAN, "resource_changes": [*kept, *changes], **more}).encode(), "plan"))


def is_quiet(result: GuardResult) -> bool:
    return not result.findings and not result.doubts


def new(kind: str, **after: Any) -> Change:
    """Return the creation of an object; the arguments that are UNKNOWN are known after the apply."""
    unknown = {name: True for name, value in after.items() if value == UNKNOWN}
    known = {name: value for name, value in after.items() if value != UNKNOWN}
    return record(kind, ["create"], None, known, unknown)


def gone(kind: str, **before: Any) -> Change:
    return record(kind, ["delete"], before, None, {})


def edited(kind: str, before: Any, after: Any) -> Change:
    return record(kind, ["update"], before, after, {})


def record(kind: str, actions: list[str], before: Any, after: Any, unknown: Any) -> Change:
    change = {"actions": actions, "before": before, "after": after, "after_unknown": unknown}
    return {"address": f"{kind}.added", "mode": "managed", "type": kind, "name": "added", "change": change}


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for name in value:
            yield from leaves(value[name], (*path, name))
    elif isinstance(value, list) and value:
        for number in range(len(value)):
            yield from leaves(value[number], (*path, number))
    else:
        yield path


def other(value: Any) -> Any:
    """Return another value of the same type."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case _:
            return f"{value or ''}x"


def mutations() -> Iterator[tuple[str, tuple[Any, ...]]]:
    for address, each in RECORDS.items():
        for path in leaves(each["change"]["after"]):
            yield address, path


def mutated(address: str, path: tuple[Any, ...], value: Any = None) -> Change:
    change: Change = copy.deepcopy(RECORDS[address])
    change["change"]["actions"] = ["update"]
    inner: Any = change["change"]["after"]
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = other(inner[path[-1]]) if value is None else value
    return change
