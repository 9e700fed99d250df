"""The loop on real Terraform: a stack applied on the sandbox, what edits plan, and the same spec from its state."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from importer.infer.infer_state import infer_state
from pcaform.cli.sandbox_process import open_sandbox
from pcaform.render.normal_form import differing_fields
from pcaform.render.plan.stack import plan
from pcaform.render.templates import render
from pcaform.render.write.write import write
from pcaform.rules.load import load_valid_text
from pcaform.sandbox.server import Sandbox
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_writer import dump
from pcaform.terraform.plan_json import list_changes
from pcaform.terraform.runner import Terraform, TerraformError, find_binary
from terraform_steps import apply_without_plan, remaining_changes

pytestmark = pytest.mark.terraform
TEXT = (Path(__file__).parent / "spec.yaml").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Applied:
    server: Sandbox
    terraform: Terraform
    out: Path

    def planned(self, text: str) -> dict[str, tuple[str, ...]]:
        """Render a spec over the applied stack and return what its plan changes."""
        render_to(text, self.out)
        return list_changes(self.terraform.plan(self.out / "tfplan"))


def render_to(text: str, out: Path) -> Spec:
    spec = load_valid_text(text.encode(), "spec.yaml")
    write(render(plan(spec, source="spec.yaml")), out)
    return spec


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    """Apply the spec once; tests render edits over it and only plan, so its state stays what it is."""
    out = tmp_path_factory.mktemp("loop")
    spec = render_to(TEXT, out)
    with open_sandbox(account_id=spec.aws.account_id, region=spec.aws.region) as (server, environment):
        terraform = Terraform(find_binary(), out / spec.stack, environment)
        apply_without_plan(terraform)
        yield Applied(server, terraform, out)


def test_second_plan_is_empty(applied: Applied) -> None:
    render_to(TEXT, applied.out)
    assert remaining_changes(applied.terraform, applied.out / "tfplan") == {}


def test_every_authority_is_active(applied: Applied) -> None:
    found = applied.server.client("acm-pca").list_certificate_authorities()["CertificateAuthorities"]
    assert {ca["CertificateAuthorityConfiguration"]["Subject"]["CommonName"]: ca["Status"] for ca in found} == {
        "Corp Root": "ACTIVE",
        "Corp Policy CA": "ACTIVE",
        "Corp Issuing CA 1": "ACTIVE",
        "Corp Short CA": "ACTIVE",
    }


def test_state_gives_the_same_spec_back(applied: Applied) -> None:
    (found,) = infer_state(applied.terraform.state_pull(), "state", stack="loop")
    assert found.left_out == ()
    assert differing_fields(load_valid_text(TEXT.encode(), "spec.yaml"), found.spec, "state") == []


def test_imported_spec_plans_nothing(applied: Applied) -> None:
    (found,) = infer_state(applied.terraform.state_pull(), "state", stack="loop")
    render_to(dump(found.spec), applied.out)
    assert remaining_changes(applied.terraform, applied.out / "tfplan") == {}


def test_state_alone_is_enough(applied: Applied) -> None:
    """With outputs gone and every module renamed, keys come from common names and all else stays equal."""
    state = json.loads(applied.terraform.state_pull())
    state["outputs"] = {}
    for number, resource in enumerate(state["resources"]):
        resource["module"] = f"module.m{number}[0]"
    (found,) = infer_state(json.dumps(state).encode(), "state", stack="loop")
    renamed = {
        "root": "corp-root",
        "policy-ca": "corp-policy-ca",
        "issuing_1": "corp-issuing-ca-1",
        "short": "corp-short-ca",
        "taken-over": "old-user-corp",
    }
    text = load_valid_text(TEXT.encode(), "spec.yaml").model_dump_json()
    for ours, theirs in renamed.items():
        text = text.replace(f'"{ours}"', f'"{theirs}"')
    expected = Spec.model_validate_json(text.replace('"tier":"corp-root"', '"tier":"root"'))
    assert differing_fields(expected, found.spec, "state") == []
    assert len(found.spec.moves) == len(state["resources"])


def test_tag_edit_touches_only_its_authority(applied: Applied) -> None:
    edited = TEXT.replace("{tier: root}", "{tier: top}")
    assert applied.planned(edited) == {"module.ca_root.aws_acmpca_certificate_authority.this": ("update",)}


def test_validity_edit_of_an_active_certificate_reissues_nothing(applied: Applied) -> None:
    render_to(TEXT.replace("value: 120", "value: 96"), applied.out)
    assert remaining_changes(applied.terraform, applied.out / "tfplan") == {}


PARENT_OF_SHORT = "parent: {}\n    subject: {{common_name: Corp Short CA}}"


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [
        ("common_name: Corp Policy CA", "common_name: Other", "Instance cannot be destroyed"),
        (PARENT_OF_SHORT.format("policy-ca"), PARENT_OF_SHORT.format("root"), "was issued by another CA"),
    ],
    ids=["subject", "parent"],
)
def test_edit_that_would_replace_or_revoke_is_refused(applied: Applied, old: str, new: str, refusal: str) -> None:
    assert old in TEXT
    with pytest.raises(TerraformError, match=refusal):
        applied.planned(TEXT.replace(old, new))


def test_destroying_the_stack_is_refused(applied: Applied) -> None:
    render_to(TEXT, applied.out)
    with pytest.raises(TerraformError, match="Instance cannot be destroyed"):
        applied.terraform.plan(applied.out / "tfplan", "-destroy")
