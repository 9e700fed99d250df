"""Plans of real Terraform: each hazard is found and named, its harmless twin is not, a plan cut short is not safe."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from checks.guard import real_plans as plans
from checks.guard.expected_outputs import PLANS, settled
from conftest import Run
from pcaform.checks.guard.check import check_plan
from pcaform.checks.guard.report import build_report
from pcaform.checks.guard.verdict import GuardResult
from pcaform.cli.sandbox_process import open_sandbox
from pcaform.terraform.plan_json import read
from pcaform.terraform.runner import Terraform, find_binary
from spec.golden import compare
from terraform_steps import apply_without_plan

pytestmark = pytest.mark.terraform
AUTHORITY = "aws_acmpca_certificate_authority.this"
CERTIFICATE = "aws_acmpca_certificate.this"
INSTALLATION = "aws_acmpca_certificate_authority_certificate.this[0]"
GONE = "its block is no longer in the configuration"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, bytes]]:
    """Apply the stack once and make all plans of it, each over a copy; the order counts, see `hazards`."""
    out = tmp_path_factory.mktemp("guard")
    plans.render_to(plans.TEXT, out)
    with open_sandbox(account_id="123456789012", region="eu-west-1") as (server, environment):
        terraform = Terraform(find_binary(), out / plans.STACK, environment)
        apply_without_plan(terraform)
        stack = plans.Stack(terraform, server)
        made = {"idle": terraform.plan(out / "tfplan")}
        made |= {make.__name__: make(stack) for make in (plans.twins, plans.broken_off, plans.hazards)}
        yield {name: json.dumps(plan).encode() for name, plan in made.items()}


def check(plan: bytes) -> GuardResult:
    return check_plan(read(plan, "plan.json"))


def test_each_hazard_is_found_with_what_forces_it(made: Mapping[str, bytes]) -> None:
    found = check(made["hazards"])
    assert {(finding.address, finding.rule, finding.cause) for finding in found.findings} == {
        (f"module.ca_leaving.{AUTHORITY}", "ca-destroyed", GONE),
        (
            f"module.ca_renamed.{AUTHORITY}",
            "ca-replaced",
            "'certificate_authority_configuration[0].subject[0].common_name' changes",
        ),
        (f"module.ca_leaving_certificate.{CERTIFICATE}", "certificate-destroyed", GONE),
        (
            f"module.ca_renamed_certificate.{CERTIFICATE}",
            "certificate-replaced",
            "'certificate_signing_request' changes",
        ),
        (
            f"module.ca_reparented_certificate.{CERTIFICATE}",
            "certificate-replaced",
            "'certificate_authority_arn' changes",
        ),
        (f"module.ca_root_certificate.{CERTIFICATE}", "certificate-replaced", "'-replace' asks for it"),
        ("module.acm_permission_leaving.aws_acmpca_permission.this", "permission-destroyed", GONE),
        ("module.acm_permission_silenced.aws_acmpca_permission.this", "permission-destroyed", GONE),
        ("module.acm_permission_narrowed.aws_acmpca_permission.this", "permission-replaced", "'actions' changes"),
        (f"module.ca_renewed.{INSTALLATION}", "certificate-rolled-back", "'certificate' changes"),
    }
    assert found.doubts == ()


def test_finding_says_what_happens_and_what_to_do(made: Mapping[str, bytes]) -> None:
    found = {finding.address: finding for finding in check(made["hazards"]).findings}
    narrowed = found["module.acm_permission_narrowed.aws_acmpca_permission.this"]
    assert narrowed.message.startswith("ACM loses IssueCertificate")
    leaving = found[f"module.ca_leaving.{AUTHORITY}"]
    assert "for 30 days" in leaving.message
    assert "'removed: {leaving: forget}'" in leaving.advice
    assert "AWS does not revoke a self-signed certificate" in found[f"module.ca_root_certificate.{CERTIFICATE}"].message


def test_documentation_shows_what_is_said_of_the_plan(made: Mapping[str, bytes]) -> None:
    compare(settled(build_report(check(made["hazards"])).format("text")), PLANS[1])


def test_installation_that_goes_with_its_authority_is_no_finding(made: Mapping[str, bytes]) -> None:
    notes = {note.address: note.message for note in check(made["hazards"]).notes}
    assert "the CA keeps its certificate" in notes[f"module.ca_leaving.{INSTALLATION}"]


def test_rollback_names_both_certificates(made: Mapping[str, bytes]) -> None:
    """The same two certificates the other way round are a renewal, and no finding."""
    document = json.loads(made["hazards"])
    address = f"module.ca_renewed.{INSTALLATION}"
    record = next(each for each in document["resource_changes"] if each["address"] == address)
    change = record["change"]
    change["before"]["certificate"], change["after"]["certificate"] = (
        change["after"]["certificate"],
        change["before"]["certificate"],
    )
    assert address not in {finding.address for finding in check(json.dumps(document).encode()).findings}


def test_twins_of_the_hazards_are_safe_and_told(made: Mapping[str, bytes]) -> None:
    """A tag edit, a new CA, an import, a move, a forget and a second generation are all in this plan."""
    found = check(made["twins"])
    assert (found.findings, found.doubts) == ((), ())
    assert {note.address: note.message.partition(":")[0] for note in found.notes} == {
        "module.acm_permission_leaving.aws_acmpca_permission.this": "forgotten",
        f"module.ca_leaving.{AUTHORITY}": "forgotten",
        f"module.ca_leaving.{INSTALLATION}": "forgotten",
        f"module.ca_leaving_certificate.{CERTIFICATE}": "forgotten",
        f"module.ca_silenced.{INSTALLATION}": "replaced to install a new certificate",
        "aws_acmpca_certificate_authority.imported": "imported",
        f"module.ca_named-anew.{AUTHORITY}": "moved",
        f"module.ca_named-anew.{INSTALLATION}": "moved",
        f"module.ca_named-anew_certificate.{CERTIFICATE}": "moved",
    }


def test_twins_are_what_they_say(made: Mapping[str, bytes]) -> None:
    """Were one of the edits not in the plan, its being safe would mean nothing."""
    changes = {each["address"]: each for each in json.loads(made["twins"])["resource_changes"]}
    actions = {address: each["change"]["actions"] for address, each in changes.items()}
    assert actions[f"module.ca_root.{AUTHORITY}"] == ["update"]
    assert actions[f"module.ca_added.{AUTHORITY}"] == ["create"]
    assert changes["aws_acmpca_certificate_authority.imported"]["change"]["importing"]
    assert changes[f"module.ca_named-anew.{AUTHORITY}"]["previous_address"] == f"module.ca_renamed.{AUTHORITY}"
    assert actions[f"module.ca_named-anew.{AUTHORITY}"] == ["no-op"]
    assert actions[f"module.ca_silenced_certificate_g2.{CERTIFICATE}"] == ["create"]
    assert actions[f"module.ca_silenced.{INSTALLATION}"] == ["create", "delete"]


def test_plan_that_broke_off_is_judged_and_still_in_doubt(made: Mapping[str, bytes]) -> None:
    found = check(made["broken_off"])
    assert [finding.rule for finding in found.findings] == ["ca-replaced"]
    assert [doubt.address for doubt in found.doubts] == [""]


@pytest.mark.parametrize(("name", "code"), [("idle", 0), ("twins", 0), ("hazards", 2), ("broken_off", 1)])
def test_exit_codes(made: Mapping[str, bytes], pcaform: Run, name: str, code: int) -> None:
    done = pcaform("guard", "-", stdin=made[name])
    assert done.returncode == code, done.stderr
    assert bool(done.stdout) == (code != 0)


def test_text_says_for_each_finding_what_to_do_instead(made: Mapping[str, bytes], pcaform: Run, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes(made["hazards"])
    done = pcaform("guard", tmp_path / "plan.json")
    lines = done.stdout.splitlines()
    verdict, *heads = [line for line in lines if not line.startswith("  ")]
    assert verdict == "do not apply this: 10 breaks-trust"
    assert len([line for line in lines if line.startswith("  instead: ")]) == len(heads)
    assert all(line.startswith("error: module.") and line.endswith(", breaks-trust]") for line in heads)
    assert done.stderr.endswith("do not apply this: 10 breaks-trust\n")


@pytest.mark.parametrize("name", ["hazards", "twins", "broken_off"])
def test_json_is_what_its_published_schema_says(made: Mapping[str, bytes], pcaform: Run, name: str) -> None:
    schema: dict[str, Any] = json.loads(pcaform("schema", "guard").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    printed = json.loads(pcaform("guard", "-", "--format", "json", stdin=made[name]).stdout)
    jsonschema.Draft202012Validator(schema).validate(printed)
    assert printed["format_version"] == "1.3"
    assert len(printed["findings"]) == len(check(made[name]).findings)
