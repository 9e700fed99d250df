"""Every hazard is found in the step between specs and in the plan of real Terraform, at the same places; no twin is."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from checks.guard import corpus
from checks.guard import real_plans as plans
from checks.guard.builders import parse_earlier
from checks.guard.corpus import HAZARDS, Hazard
from checks.guard.expected_outputs import PLANS, settled, shown
from pcaform.checks.guard.check import check_plan
from pcaform.checks.guard.report import build_report
from pcaform.checks.guard.rule import all_rules
from pcaform.checks.guard.spec_diff.check import check_specs, fill_unknown
from pcaform.checks.guard.spec_diff.plan_diff import diff_specs as compared
from pcaform.checks.guard.verdict import GuardResult, Level
from pcaform.cli.sandbox_process import open_sandbox
from pcaform.rules.load import load_valid_text as loaded
from pcaform.spec.parse import file_reader
from pcaform.spec.stack import Spec
from pcaform.terraform.plan_json import Plan, read
from pcaform.terraform.runner import Terraform, find_binary
from spec.golden import compare
from terraform_steps import init_once

BEFORE = loaded(corpus.TEXT.encode(), "corpus.yaml")
EXTRA = """
resource "aws_iam_access_key" "leaked" {
  user = "ada"
}
resource "aws_iam_user_login_profile" "leaked" {
  user = "ada"
}
"""
SECRETS = {
    ("secret-in-state", "aws_iam_access_key.leaked"),
    ("secret-in-state", "aws_iam_user_login_profile.leaked"),
}
FOLLOWING = {
    "access-removed",
    "certificate-destroyed",
    "certificate-replaced",
    "managed-certificate-destroyed",
    "policy-widened",
}
"""What a hazard drags along: the certificate of a CA that is destroyed, and the like."""


def spec(content: str) -> Spec:
    return parse_earlier(content.encode(), "corpus.yaml", file_reader(Path()))


def rules(found: GuardResult) -> set[tuple[str, str]]:
    return {(finding.rule, finding.address) for finding in found.findings}


def expected(where: str) -> set[tuple[str, str]]:
    return {found for hazard in HAZARDS if where in hazard.seen for found in hazard.found}


@pytest.mark.parametrize("hazard", [each for each in HAZARDS if "spec" in each.seen], ids=lambda each: each.item)
def test_hazard_is_found_between_specs(hazard: Hazard) -> None:
    found = check_specs(BEFORE, spec(corpus.harmed(hazard)))
    assert set(hazard.found) <= rules(found)
    assert {rule for rule, _ in rules(found) - set(hazard.found)} <= FOLLOWING
    assert found.doubts == ()


def test_no_twin_is_found_between_specs() -> None:
    found = check_specs(BEFORE, spec(corpus.spared()))
    assert (found.findings, found.doubts) == ((), ())


def test_every_rule_is_seen_at_work() -> None:
    assert set(shown()) == set(all_rules())


@dataclass(frozen=True)
class Made:
    """Plans of the corpus: of the specs with all hazards, all twins and the moves, and what Terraform plans first."""

    first: Plan
    harmed: Plan
    spared: Plan
    moved: Plan


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """Apply the corpus once; then a CA is deleted, and another one made live, outside Terraform."""
    out = tmp_path_factory.mktemp("corpus")
    plans.render_to(corpus.TEXT, out)
    with open_sandbox(account_id="123456789012", region="eu-west-1") as (server, environment):
        terraform = Terraform(find_binary(), out / "corpus", environment)
        init_once(terraform)
        first = terraform.plan(out / "tfplan")
        terraform.apply(out / "tfplan")
        stack = plans.Stack(terraform, server, name="corpus")
        spared = stack.planned(corpus.spared())
        moved = stack.planned(corpus.moved())
        plans.renew(server, "Waiting")
        plans.delete(server, "Lost")
        edited = corpus.harmed(*(hazard for hazard in HAZARDS if "plan" in hazard.seen))
        harmed = stack.planned(edited, edit=_with_extra)
        yield Made(*(read(json.dumps(each).encode(), "plan") for each in (first, harmed, spared, moved)))


def _with_extra(directory: Path) -> None:
    plans.unprotect(directory)
    (directory / "extra.tf").write_text(EXTRA, encoding="utf-8")


@pytest.mark.terraform
def test_every_hazard_is_found_in_the_plan(made: Made) -> None:
    found = check_plan(made.harmed)
    lost = {found for hazard in HAZARDS if hazard.item == "lost" for found in hazard.found}
    assert expected("plan") | SECRETS | lost <= rules(found)
    assert {rule for rule, _ in rules(found) - expected("plan") - SECRETS - lost} <= FOLLOWING


@pytest.mark.terraform
def test_documentation_shows_what_is_said_of_the_plan(made: Made) -> None:
    compare(settled(build_report(check_plan(made.harmed)).format("text")), PLANS[0])


@pytest.mark.terraform
def test_no_twin_is_found_in_the_plan(made: Made) -> None:
    found = check_plan(made.spared)
    assert (found.findings, found.doubts) == ((), ())


@pytest.mark.terraform
def test_first_plan_breaks_no_trust_and_grants_what_the_spec_grants(made: Made) -> None:
    """Without the spec the policies are unknown, which is reported; with it they are checked."""
    blind, seeing = check_plan(made.first), check_plan(fill_unknown(made.first, BEFORE))
    for found in (blind, seeing):
        assert {finding.level for finding in found.findings} == {Level.WIDENS_ACCESS}
        assert found.doubts == ()
    messages = {finding.address: finding.message for finding in blind.findings}
    address = 'module.issuer_widened.aws_iam_policy.this["widened-private-ca"]'
    assert "known only after the apply" in messages[address]
    granted = next(finding for finding in seeing.findings if finding.address == address)
    assert any("IssueCertificate EndEntityCertificate/V1" in line for line in granted.affected)


@pytest.mark.terraform
def test_specs_tell_what_terraform_plans_for_twins(made: Made) -> None:
    """Address by address the same actions, and the same arguments that force a replacement."""
    ours = _actions(compared(BEFORE, spec(corpus.spared())))
    theirs = _actions(made.spared)
    assert ours == {address: theirs[address] for address in ours}


@pytest.mark.terraform
def test_specs_tell_what_terraform_plans_for_hazards(made: Made) -> None:
    """But for certificates, since the stack behind this plan lost the blocks that protect them."""
    in_both = (each for each in HAZARDS if each.seen == ("spec", "plan"))
    ours, theirs = _actions(compared(BEFORE, spec(corpus.harmed(*in_both)))), _actions(made.harmed)
    others = {
        address
        for address in ours
        if "certificate.this" not in address and not {"waiting", "lost"} & set(re.split("[._]", address))
    }
    assert {address: ours[address][0] for address in others} == {address: theirs[address][0] for address in others}
    assert all(ours[address][1] <= theirs[address][1] for address in others)


@pytest.mark.terraform
def test_specs_tell_what_terraform_plans_for_moves(made: Made) -> None:
    """A move beats what is removed, and a CA that moves with all its parts does not change."""
    ours, theirs = _actions(compared(BEFORE, spec(corpus.moved()))), _actions(made.moved)
    assert ours == {address: theirs[address] for address in ours}
    assert "ca-replaced" in {finding.rule for finding in check_plan(made.moved).findings}


def _actions(plan: Plan) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    return {change.address: (frozenset(change.actions), frozenset(change.paths)) for change in plan.changes}
