"""Sequences of edits with real Terraform: it plans what the model says, and loses nothing unasked.

Many sequences are in one stack, each with keys of its own, so that one plan is about all of them.
"""

import os
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pcaform.cli.sandbox_process import open_sandbox
from pcaform.render.manifest import Record
from pcaform.render.plan.stack import plan
from pcaform.render.templates import render
from pcaform.render.write.write import write
from pcaform.rules.load import load_valid_text
from pcaform.terraform.plan_json import list_changes
from pcaform.terraform.runner import Terraform, find_binary
from render.drafts import ACCOUNT, KEYS, KINDS, Draft, Step, empty_draft, text_of
from render.removal_specs import read_back
from render.sequences import Stack
from terraform_steps import init_once

SEQUENCES = int(os.environ.get("PCAFORM_TERRAFORM_SEQUENCES", "12"))
STEPS = 6
OF_FAKE_ARNS = ("import", "hand_over", "drop_arn", "destroy_other")
"""Edits with an ARN that the sandbox would have to know."""
CALL = re.compile(r"(module\.(?:ca|acm_permission)_)")


@pytest.fixture
def terraform(tmp_path: Path) -> Iterator[Terraform]:
    """Return Terraform in the directory of a stack, on a sandbox of its own."""
    with open_sandbox(account_id=ACCOUNT, region="eu-west-1") as (_, environment):
        (tmp_path / "s").mkdir()
        yield Terraform(find_binary(), tmp_path / "s", environment)


@pytest.mark.terraform
@pytest.mark.parametrize("seed", range(-(-SEQUENCES // 12)))
def test_terraform_plans_what_the_model_says(terraform: Terraform, seed: int) -> None:
    draw, record = random.Random(seed), Record()  # noqa: S311 - draws test cases
    stacks = [Stack() for _ in range(12)]
    for number in range(STEPS):
        is_applied = number == 0 or draw.random() < 0.4
        expected, draft = set[str](), empty_draft()
        for index, each in enumerate(stacks):
            expected |= _take(each, index, draw, number=number, is_applied=is_applied)
            _join(draft, each.draft, f"s{index}")
        spec = load_valid_text(text_of(draft), "s.yaml")
        planned = plan(spec, source="s.yaml", before=record)
        record = read_back(planned.record)
        write(render(planned), terraform.directory.parent)
        init_once(terraform)
        file = terraform.directory / "tfplan"
        changes = list_changes(terraform.plan(file))
        destroyed = {_call(address) for address, actions in changes.items() if "delete" in actions and _counts(address)}
        assert destroyed == expected
        if is_applied:
            terraform.apply(file)


def _take(stack: Stack, index: int, draw: random.Random, *, number: int, is_applied: bool) -> set[str]:
    """Make the next edit of one sequence, or none if it is refused; return the calls that a plan destroys."""
    kinds = [kind for kind in KINDS if kind not in OF_FAKE_ARNS]
    step = Step(draw.choice(kinds), draw.choice(KEYS), draw.choice(KEYS), "", is_applied)
    first = Step("add", "a", "b", "", is_applied=True)
    outcome = stack.take(step if number else first) or stack.take(step._replace(kind="keep"))
    assert outcome is not None
    assert (outcome.lost, outcome.refused) == ({}, []), (step, outcome)
    return {_own(call, f"s{index}") for call in outcome.destroyed}


def _join(draft: Draft, other: Draft, prefix: str) -> None:
    """Add a draft to another one, with a prefix before each key."""
    for key, ca in other["cas"].items():
        draft["cas"][prefix + key] = {**ca, "subject": f"{prefix} {ca['subject']}", **_renamed(ca, prefix)}
    for key, issuer in other["issuers"].items():
        own = {"ca": prefix + issuer["ca"], "owner": f"{prefix}-{issuer['owner']}", **_renamed(issuer, prefix)}
        draft["issuers"][prefix + key] = {**issuer, **own}
    for name, removal in other["removed"].items():
        section, dot, key = name.rpartition(".")
        draft["removed"][section + dot + prefix + key] = _own_arn(removal, prefix)
    draft["moves"] |= {
        CALL.sub(rf"\g<1>{prefix}", old): CALL.sub(rf"\g<1>{prefix}", new) for old, new in other["moves"].items()
    }


def _renamed(item: dict[str, Any], prefix: str) -> dict[str, str]:
    return {"renamed_from": prefix + item["renamed_from"]} if "renamed_from" in item else {}


def _own_arn(removal: Any, prefix: str) -> Any:
    """Return a removal whose ARN is not that of another sequence."""
    if isinstance(removal, dict) and "destroy" in removal:
        return {"destroy": removal["destroy"].replace("11111111-2222", f"11111111-{int(prefix[1:]):04}")}
    return removal


def _own(call: str, prefix: str) -> str:
    return re.sub(r"^(ca_|acm_permission_|issuer_)", rf"\g<1>{prefix}", call)


def _counts(address: str) -> bool:
    """Tell whether the model knows a resource: it leaves out what is installed anew, which nothing loses."""
    return "certificate_authority_certificate" not in address and "_policy" not in address


def _call(address: str) -> str:
    return address.removeprefix("module.").partition(".")[0]
