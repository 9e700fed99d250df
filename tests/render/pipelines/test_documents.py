"""The policies of pipelines, checked with the evaluator: they allow plan and apply, and no undeclared deletion."""

import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from conftest import Run
from pcaform.iam.documents import read_document
from pcaform.iam.evaluator.evaluate import Policies, Principal, Request, evaluate
from pcaform.iam.policies.issuer_policies import size
from pcaform.render.pipelines import documents, resources
from pcaform.rules.load import load_file, load_valid_text
from pcaform.spec.stack import Spec

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import parliament

PATH = Path(__file__).parent / "spec.yaml"
ACCOUNT = "123456789012"
PIPELINE = Principal(
    f"arn:aws:sts::{ACCOUNT}:assumed-role/pipeline/1", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:role/pipeline"
)
CA = f"arn:aws:acm-pca:eu-west-1:{ACCOUNT}:certificate-authority/11111111-2222-3333-4444-555555555555"
USER = f"arn:aws:iam::{ACCOUNT}:user"
ENDING = {
    "acm-pca:DeleteCertificateAuthority": CA,
    "acm-pca:RevokeCertificate": CA,
    "acm-pca:DeletePermission": CA,
    "acm-pca:DeletePolicy": CA,
    "acm:DeleteCertificate": f"arn:aws:acm:eu-west-1:{ACCOUNT}:certificate/1",
    "iam:DeleteUser": f"{USER}/ci",
    "iam:DetachUserPolicy": f"{USER}/ci",
    "iam:DeleteRole": f"arn:aws:iam::{ACCOUNT}:role/pki/machines",
    "iam:DeletePolicy": f"arn:aws:iam::{ACCOUNT}:policy/ci-private-ca",
}
"""Actions that a pipeline may only perform if the spec declares them."""


def spec(more: str = "", *, without: str = "") -> Spec:
    return load_valid_text((PATH.read_text(encoding="utf-8").replace(without, "") + more).encode(), "spec.yaml")


def allows(document: Any, action: str, resource: str, **keys: str) -> bool:
    context = {name.replace("__", ":").lower(): (value,) for name, value in keys.items()}
    request = Request(PIPELINE, action, resource, context, ACCOUNT)
    return evaluate(request, Policies(identity=(read_document(document, "pipeline"),))).is_allowed


@pytest.mark.parametrize("make", [documents.plan, documents.apply])
@pytest.mark.parametrize("action", ENDING)
def test_nothing_ends_unasked(make: Any, action: str) -> None:
    attached = f"arn:aws:iam::{ACCOUNT}:policy/ci-private-ca"
    assert not allows(make(spec()), action, ENDING[action], iam__policyarn=attached)
    assert allows(documents.break_glass(spec()), action, ENDING[action], iam__policyarn=attached)


def test_planning_changes_nothing() -> None:
    allowed = {action for each in documents.plan(spec())["Statement"] for action in each["Action"]}
    lock = {"s3:PutObject", "s3:DeleteObject"}
    assert {
        action for action in allowed if not action.partition(":")[2].startswith(("Get", "List", "Describe"))
    } == lock


def test_applying_signs_cas_with_the_templates_of_the_stack_only() -> None:
    document, arn = documents.apply(spec()), "arn:aws:acm-pca:::template/{}/V1"
    for template, is_allowed in {
        "RootCACertificate": True,
        "SubordinateCACertificate_PathLen0": True,
        "SubordinateCACertificate_PathLen1": False,
        "EndEntityCertificate": False,
    }.items():
        key = {"acm-pca__templatearn": arn.format(template), "aws__viaawsservice": "false"}
        assert allows(document, resources.ISSUE, CA, **key) is is_allowed, template


def test_applying_requests_certificates_of_the_stacks_cas_only() -> None:
    document = documents.apply(spec())
    assert allows(document, resources.REQUEST, "*", acm__certificateauthority=CA)
    assert not allows(document, resources.REQUEST, "*")
    elsewhere = CA.replace(ACCOUNT, "210987654321")
    assert not allows(document, resources.REQUEST, "*", acm__certificateauthority=elsewhere)


def test_applying_attaches_the_stacks_own_policies_only() -> None:
    document = documents.apply(spec())
    for name, is_allowed in {"ci-private-ca": True, "AdministratorAccess": False}.items():
        policy = f"arn:aws:iam::{ACCOUNT}:policy/{name}"
        assert allows(document, "iam:AttachUserPolicy", f"{USER}/ci", iam__policyarn=policy) is is_allowed
        assert allows(document, "iam:AttachUserPolicy", f"{USER}/deep/er/legacy", iam__policyarn=policy) is is_allowed
        assert not allows(document, "iam:AttachUserPolicy", f"{USER}/other", iam__policyarn=policy)


@pytest.mark.parametrize(
    ("region", "service"), [("cn-north-1", "ec2.amazonaws.com.cn"), ("us-iso-east-1", "ec2.c2s.ic.gov")]
)
def test_applying_passes_roles_to_ec2_by_its_name_in_the_partition(region: str, service: str) -> None:
    text = f"""version: 1
stack: corp
aws: {{region: {region}, account_id: "{ACCOUNT}"}}
issuers:
  ci:
    role: {{instance_profile: true, trust: {{services: [{service}]}}}}
    policy: {{name: ci, document: {{Version: "2012-10-17", Statement: [{{Effect: Deny, Action: "*", Resource: "*"}}]}}}}
"""
    document = documents.apply(load_valid_text(text.encode(), "spec.yaml"))
    (passing,) = (each for each in document["Statement"] if "iam:PassRole" in each["Action"])
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": ["ec2.amazonaws.com", service]}}


def test_applying_gives_the_boundary_of_the_spec_and_takes_none_away() -> None:
    ours = f"arn:aws:iam::{ACCOUNT}:policy/bound"
    bounded = PATH.read_text(encoding="utf-8").replace("  ci: {", f"  ci: {{permissions_boundary: '{ours}', ")
    document = documents.apply(load_valid_text(bounded.encode(), "spec.yaml"))
    change = "iam:{}PermissionsBoundary"
    assert allows(document, change.format("PutUser"), f"{USER}/ci", iam__permissionsboundary=ours)
    assert not allows(document, change.format("PutUser"), f"{USER}/ci", iam__permissionsboundary=f"{ours}-less")
    assert not allows(document, change.format("DeleteUser"), f"{USER}/ci", iam__permissionsboundary=ours)
    assert not allows(document, change.format("PutRole"), ENDING["iam:DeleteRole"], iam__permissionsboundary=ours)


def test_a_removal_allows_itself_and_nothing_else() -> None:
    other = CA.replace("1111", "9999")
    document = documents.apply(
        spec(f"removed: {{old: {{destroy: '{CA}'}}, issuers.gone: {{destroy: '{USER}/x/gone'}}}}\n")
    )
    for action in ("acm-pca:DeleteCertificateAuthority", "acm-pca:DeletePermission", "acm-pca:DeletePolicy"):
        assert allows(document, action, CA)
        assert not allows(document, action, other)
    assert allows(document, "iam:DeleteUser", f"{USER}/x/gone")
    assert allows(document, "iam:DeletePolicy", f"arn:aws:iam::{ACCOUNT}:policy/x/gone-private-ca-2")
    assert not allows(document, "iam:DeleteUser", f"{USER}/ci")
    assert not allows(document, "iam:DeletePolicy", f"arn:aws:iam::{ACCOUNT}:policy/ci-private-ca")


def test_what_is_forgotten_allows_nothing_to_end() -> None:
    document = documents.apply(spec("removed: {old: forget, issuers.gone: forget}\n"))
    assert not any(allows(document, action, resource) for action, resource in ENDING.items())


@pytest.mark.parametrize("action", ENDING)
def test_an_scp_denies_what_ends_something_to_all_but_one(action: str) -> None:
    exempt = "arn:aws:iam::*:role/break-glass"
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    for principal, is_allowed in {
        f"arn:aws:iam::{ACCOUNT}:role/pipeline": False,
        exempt.replace("*", ACCOUNT): True,
    }.items():
        guarded = documents.scp(spec(), exempt=(exempt,))
        document = {**guarded, "Statement": [*guarded["Statement"], everything]}
        keys = {"aws__principalarn": principal, "iam__policyarn": f"arn:aws:iam::{ACCOUNT}:policy/ci-private-ca"}
        assert allows(document, action, ENDING[action], **keys) is is_allowed
        assert allows(document, "acm-pca:DescribeCertificateAuthority", CA, **keys)


@pytest.mark.parametrize("make", [documents.plan, documents.apply, documents.break_glass])
def test_the_linter_knows_every_action_and_where_it_applies(make: Any) -> None:
    text = json.dumps(make(spec()))
    ignored = ("aws:ViaAWSService", "s3:ListBucket")  # unknown to it; a resource that it takes for a mismatch
    findings = parliament.analyze_policy_string(text).findings
    assert [f"{each.issue} {each.detail}" for each in findings if not any(x in str(each.detail) for x in ignored)] == []


def test_they_fit_into_a_managed_policy() -> None:
    assert {make.__name__: size(make(load_file(str(PATH)))) <= 6144 for make in (documents.plan, documents.apply)} == {
        "plan": True,
        "apply": True,
    }


def test_outputs_name_the_cas_that_are_made(pcaform: Run, tmp_path: Path) -> None:
    outputs = {"certificate_authority_arns": {"value": {"root": CA, "issuing": CA.replace("1111", "2222")}}}
    (tmp_path / "outputs.json").write_text(json.dumps(outputs), encoding="utf-8")
    done = pcaform("access", PATH, "--pipeline", "apply", "--outputs", tmp_path / "outputs.json")
    assert done.returncode == 0
    statements = {each["Sid"]: each for each in json.loads(done.stdout)["Statement"]}
    assert "CreateCas" not in statements
    assert statements["Cas"]["Resource"] == sorted([CA, CA.replace("1111", "2222")])
    assert "every CA of the region" not in done.stderr


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"certificate_authority_arns": {"value": []}}', "[" * 100000])
def test_what_are_no_outputs(pcaform: Run, text: str) -> None:
    done = pcaform("access", PATH, "--pipeline", "plan", "--outputs", "-", stdin=text.encode())
    assert done.returncode == 1
    assert done.stderr == (
        "pcaform: <stdin>: there is no 'certificate_authority_arns' in it: "
        "give a state, or the output of 'terraform output -json'\n"
    )
