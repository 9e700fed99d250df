"""A root that is disabled between ceremonies: what needs its signature is refused until it is enabled again."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from end_to_end.fixtures import HEAD, Stack, started
from pcaform.checks.guard.spec_diff.check import check_plan_with_spec, check_specs
from pcaform.checks.guard.verdict import GuardResult
from pcaform.core.problems import Invalid
from pcaform.rules.load import load_valid_text
from pcaform.spec.stack import Spec
from pcaform.terraform.plan_json import read

pytestmark = pytest.mark.terraform
SIGNED = ", issued_generation: 1"
ASLEEP = f", enabled: false{SIGNED}"


def hierarchy(root: str, **below: str) -> str:
    """Return a root and the CAs below it, each with what else is in its entry."""
    of_root = "type: ROOT, subject: {common_name: Root}, validity: {type: YEARS, value: 20}"
    signed = "type: SUBORDINATE, parent: root, validity: {type: YEARS, value: 5}"
    others = {key: f"{signed}, subject: {{common_name: {key}}}{rest}" for key, rest in below.items()}
    entries = {"root": of_root + root, **others}.items()
    return "certificate_authorities:\n" + "".join(f"  {key}: {{{entry}}}\n" for key, entry in entries)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with started(tmp_path) as found:
        yield found


def spec(text: str) -> Spec:
    return load_valid_text((HEAD + text).encode(), "spec.yaml")


def planned(stack: Stack, text: str) -> GuardResult:
    plan = read(json.dumps(stack.planned(text)).encode(), "plan")
    return check_plan_with_spec(plan, spec(text))


def rules(result: GuardResult) -> set[tuple[str, str]]:
    return {(finding.rule, finding.level) for finding in result.findings}


def test_a_root_sleeps_between_ceremonies(stack: Stack) -> None:
    awake, asleep = hierarchy("", one=""), hierarchy(ASLEEP, one=SIGNED)
    stack.apply_without_plan(awake)
    assert rules(check_specs(spec(awake), spec(asleep))) == {("ca-disabled", "notice")}
    assert stack.apply(asleep) == {"module.ca_root.aws_acmpca_certificate_authority.this": ("update",)}
    assert (stack.status("Root"), stack.remaining_changes(asleep)) == ("DISABLED", {})

    with pytest.raises(Invalid, match="'root' is disabled, and nothing says that generation 1 of 'two' was issued"):
        stack.render(hierarchy(ASLEEP, one=SIGNED, two=""))
    claimed = hierarchy(ASLEEP, one=SIGNED, two=SIGNED)
    assert rules(check_specs(spec(asleep), spec(claimed))) == {("disabled-signer", "breaks-trust")}
    assert rules(planned(stack, claimed)) == {("disabled-signer", "breaks-trust")}

    signing = hierarchy("", one=SIGNED, two="")  # one apply enables the root and lets it sign
    assert rules(planned(stack, signing)) == set()
    stack.terraform.apply(stack.home / "tfplan")
    assert (stack.status("Root"), stack.status("two")) == ("ACTIVE", "ACTIVE")
    stack.apply_without_plan(claimed)
    assert (stack.status("Root"), stack.remaining_changes(claimed)) == ("DISABLED", {})
