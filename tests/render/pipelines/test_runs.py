"""The policies of pipelines are enough and no more: real Terraform with the pipelines' own keys, policies counting."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from end_to_end.fixtures import HEAD, Stack, started
from end_to_end.test_principals import key_of
from pcaform.render.pipelines import documents
from pcaform.rules.load import load_valid_text
from pcaform.terraform.runner import TerraformError
from terraform_steps import remaining_changes

pytestmark = pytest.mark.terraform
SPEC = (Path(__file__).parent / "spec.yaml").read_text(encoding="utf-8").partition("certificate_authorities:")
BODY = SPEC[1] + SPEC[2]
WITHOUT_PERMISSION = (
    BODY.replace("    permissions: [{principal: acm.amazonaws.com}]\n", "    permissions: []\n")
    .replace(
        "    grants: [{certificates: managed",
        "    ignore: [{rule: managed-without-permission, reason: a test}]\n    grants: [{certificates: managed",
    )
    .replace("intranet: {", "intranet: {ignore: [{rule: managed-without-permission, reason: a test}], ")
)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Apply the stack as the applying pipeline, beside a user that exists already."""
    with started(tmp_path_factory.mktemp("pipelines"), iam=True) as found:
        found.server.client("iam").create_user(UserName="legacy")
        as_pipeline(found, "apply").apply_without_plan(BODY)
        yield found


def as_pipeline(stack: Stack, step: str) -> Stack:
    """Return the stack as a user sees it who has one pipeline's policy and nothing else."""
    iam, name = stack.server.client("iam"), f"pipeline-{step}"
    spec = load_valid_text((HEAD + BODY).encode(), "spec.yaml")
    held = {
        "plan": (documents.plan,),
        "apply": (documents.apply,),
        "break-glass": (documents.apply, documents.break_glass),
    }
    if name not in {user["UserName"] for user in iam.list_users()["Users"]}:
        iam.create_user(UserName=name)
        for make in held[step]:
            iam.put_user_policy(UserName=name, PolicyName=make.__name__, PolicyDocument=json.dumps(make(spec)))
    key = key_of(stack, name)
    credentials = {"AWS_ACCESS_KEY_ID": key["access_key_id"], "AWS_SECRET_ACCESS_KEY": key["secret_access_key"]}
    environment = {**stack.terraform.environment, **credentials}
    return replace(stack, terraform=replace(stack.terraform, environment=environment))


def test_the_planning_pipeline_plans(stack: Stack) -> None:
    assert as_pipeline(stack, "plan").remaining_changes(BODY) == {}


def test_the_applying_pipeline_changes_tags_and_policies(stack: Stack) -> None:
    changed = BODY.replace("service: certificates", "service: pki").replace("team: ci", "team: build")
    found = as_pipeline(stack, "apply").apply(changed)
    assert set(found.values()) == {("update",)}
    as_pipeline(stack, "apply").apply_without_plan(BODY)


def test_the_planning_pipeline_applies_nothing(stack: Stack) -> None:
    pipeline = as_pipeline(stack, "plan")
    pipeline.plan(BODY.replace("service: certificates", "service: pki"))
    with pytest.raises(TerraformError, match=r"is not authorized to perform: acm-pca:(Unt|T)agCertificateAuthority"):
        pipeline.terraform.apply(stack.home / "tfplan")


def test_only_broken_glass_takes_a_permission_away(stack: Stack) -> None:
    pipeline = as_pipeline(stack, "apply")
    assert set(pipeline.plan(WITHOUT_PERMISSION).values()) == {("delete",)}
    with pytest.raises(TerraformError, match="is not authorized to perform: acm-pca:DeletePermission"):
        pipeline.terraform.apply(stack.home / "tfplan")
    broken = as_pipeline(stack, "break-glass")
    broken.plan(WITHOUT_PERMISSION)
    broken.terraform.apply(stack.home / "tfplan")
    assert remaining_changes(pipeline.terraform, stack.home / "tfplan") == {}
    pipeline.apply_without_plan(BODY)
