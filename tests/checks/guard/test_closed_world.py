"""A closed world: each change of what is in scope is found or is a doubt, unless it is known to do no harm."""

import json
from typing import Any

import pytest

from checks.guard.closed_world import (
    CA,
    PLAN,
    RECORDS,
    ROLE,
    ROOT,
    UNKNOWN,
    USER,
    Change,
    edited,
    gone,
    is_quiet,
    judge,
    mutated,
    mutations,
    new,
)
from checks.guard.policy_texts import request
from pcaform.checks.guard.plan_json import read
from pcaform.core.problems import Failure

ARN, ROOT_ARN = CA["arn"], ROOT["arn"]
TEMPLATE = "arn:aws:acm-pca:::template/{}/V1"
POLICY = RECORDS['module.issuer_ada.aws_iam_policy.this["ada-private-ca"]']["change"]["after"]["arn"]
LABELS = {"tags", "tags_all", "id", "region", "description", "timeouts", "unique_id", "create_date"}
KNOWN = {
    "aws_acmpca_certificate_authority": {"permanent_deletion_time_in_days", "revocation_configuration"},
    "aws_acm_certificate": {
        *("early_renewal_duration", "options", "domain_validation_options", "not_after", "not_before"),
        *("pending_renewal", "renewal_eligibility", "renewal_summary", "status", "validation_emails"),
    },
    "aws_iam_policy": {"attachment_count", "policy_id"},
    "aws_iam_user": {"force_destroy"},
    "aws_iam_role": {"force_detach_policies", "max_session_duration"},
}
"""Arguments of which some other values do no harm."""
S3 = "aws_s3_bucket"


def issued(template: str, pem: Any = UNKNOWN) -> Change:
    return new(
        "aws_acmpca_certificate",
        certificate_authority_arn=ROOT_ARN,
        certificate_signing_request=pem,
        template_arn=template,
        certificate=UNKNOWN,
        arn=UNKNOWN,
    )


def named(kind: str, value: Any = ARN) -> Change:
    """Return the creation of an object that names one of the stack."""
    return new(kind, target=value, other="x")


HAZARDS: dict[str, Change] = {
    "ca of another provider": new("awscc_acmpca_certificate_authority", type="ROOT"),
    "ca of another provider destroyed": gone("awscc_acmpca_certificate_authority", arn=ARN),
    "ca of another provider with an argument changed": edited(
        "awscc_acmpca_certificate_authority", {"arn": ARN, "status": "ACTIVE"}, {"arn": ARN, "status": "DISABLED"}
    ),
    "kind of a later release": edited("aws_acmpca_novelty", {"a": 1}, {"a": 2}),
    "ca by cloud control": gone(
        "aws_cloudcontrolapi_resource", type_name="AWS::ACMPCA::CertificateAuthority", identifier=ARN
    ),
    "permission by cloud control": new("aws_cloudcontrolapi_resource", type_name="AWS::ACMPCA::Permission"),
    "role by cloud control": new("aws_cloudcontrolapi_resource", type_name="AWS::IAM::Role", desired_state="{}"),
    "template with a ca": new(
        "aws_cloudformation_stack", template_body='{"Resources": {"A": {"Type": "AWS::ACMPCA::Certificate"}}}'
    ),
    "template destroyed": gone("aws_cloudformation_stack", template_body="Type: AWS::ACMPCA::CertificateAuthority"),
    "template elsewhere": new("aws_cloudformation_stack", template_url="https://x.example/y"),
    "template of a stack set": new("aws_cloudformation_stack_set", template_body="Type: 'AWS::RAM::ResourceShare'"),
    "sub ca for a stranger": issued(TEMPLATE.format("SubordinateCACertificate_PathLen3"), request()),
    "blank sub ca for a stranger": issued(
        TEMPLATE.format("BlankSubordinateCACertificate_PathLen0_APICSRPassthrough"), request()
    ),
    "sub ca for an unknown request": issued(TEMPLATE.format("SubordinateCACertificate_PathLen0")),
    "template unknown": issued(UNKNOWN, request()),
    "template of a later release": issued(TEMPLATE.format("GrandCertificate"), request()),
    "code signing": issued(TEMPLATE.format("CodeSigningCertificate"), request()),
    "ocsp signing": issued(TEMPLATE.format("OCSPSigningCertificate"), request()),
    "purpose of the request": issued(TEMPLATE.format("BlankEndEntityCertificate_CSRPassthrough"), request()),
    "sharing with the organization ended": gone("aws_ram_sharing_with_organization", id="123456789012"),
    "scp": gone("aws_organizations_policy", name="keep", content="{}"),
    "scp detached": gone("aws_organizations_policy_attachment", policy_id="p-1", target_id="123456789012"),
    "scp of another provider": edited("awscc_organizations_policy", {"content": "{}"}, {"content": "[]"}),
    "provider's keys": edited(
        "aws_iam_openid_connect_provider",
        {"arn": "arn:aws:iam::123456789012:oidc-provider/ci.example", "client_id_list": ["a"]},
        {"arn": "arn:aws:iam::123456789012:oidc-provider/ci.example", "client_id_list": ["a", "b"]},
    ),
    "provider by its address": new("aws_iam_openid_connect_provider", url="https://ci.example", arn=UNKNOWN),
    "instance profile": new("aws_iam_instance_profile", role="pipe"),
    "function": new("aws_lambda_function", role=ROLE["arn"], function_name="f"),
    "task": new("aws_ecs_task_definition", task_role_arn=ROLE["arn"]),
    "pod identity": new("aws_eks_pod_identity_association", role_arn=ROLE["arn"], namespace="x"),
    "anywhere": new("aws_rolesanywhere_profile", role_arns=[ROLE["arn"]]),
    "service account": new("kubernetes_service_account", metadata=[{"annotations": {"role": ROLE["arn"]}}]),
    "user's device": gone("aws_iam_user_ssh_key", username="ada"),
    "user renamed": edited("aws_iam_user", USER, {**USER, "name": "eve"}),
    "nobody knows what": named("custom_thing"),
    "nobody knows what, in a text": named("custom_thing", json.dumps({"ca": [ARN]})),
    "nobody knows what, by its id": named("custom_thing", ARN.rpartition("/")[2]),
    "nobody knows what, destroyed": gone("custom_thing", target=ARN),
    "script": new("terraform_data", input={"ca": ARN}),
    "policy used elsewhere": named("custom_thing", POLICY),
}
TWINS: dict[str, Change] = {
    "end entity": issued(TEMPLATE.format("EndEntityCertificate"), request()),
    "end entity by default": new(
        "aws_acmpca_certificate", certificate_authority_arn=ARN, certificate_signing_request="x"
    ),
    "own sub ca": issued(
        TEMPLATE.format("SubordinateCACertificate_PathLen0"), CA["certificate_signing_request"].replace("\n", "\r\n")
    ),
    "cloud control of others": new("aws_cloudcontrolapi_resource", type_name="AWS::Logs::LogGroup"),
    "template of others": new("aws_cloudformation_stack", template_body="Type: AWS::SNS::Topic"),
    "template's tags": edited(
        "aws_cloudformation_stack", {"template_url": "x", "tags": {}}, {"template_url": "x", "tags": {"a": "b"}}
    ),
    "parameter with the arn": new("aws_ssm_parameter", value=ARN),
    "alarm": new("aws_cloudwatch_metric_alarm", dimensions={"CertificateAuthorityArn": ARN}),
    "cluster that asks": new(
        "aws_msk_cluster", client_authentication=[{"tls": [{"certificate_authority_arns": [ARN]}]}]
    ),
    "issuer in kubernetes": new("kubernetes_manifest", manifest={"spec": {"arn": ARN}}),
    "bucket's policy for the role": new(
        "aws_s3_bucket_policy",
        bucket="artifacts",
        policy=json.dumps(
            {
                "Statement": [
                    {"Effect": "Allow", "Principal": {"AWS": ROLE["arn"]}, "Action": "s3:GetObject", "Resource": "*"}
                ]
            }
        ),
    ),
    "function of others": new(
        "aws_lambda_function", role="arn:aws:iam::123456789012:role/other", function_name="pipe-x"
    ),
    "name that is a coincidence": new("aws_instance", tags={"Name": "pipe"}, name="ada"),
    "ca by another provider, tagged": edited(
        "awscc_acmpca_certificate_authority", {"arn": ARN, "tags": []}, {"arn": ARN, "tags": [{"key": "a"}]}
    ),
    "function's memory": edited(
        "aws_lambda_function", {"role": ROLE["arn"], "memory_size": 1}, {"role": ROLE["arn"], "memory_size": 2}
    ),
    "other user": new("aws_iam_user", name="eve", arn=UNKNOWN),
    "password rules": new("aws_iam_account_password_policy", minimum_password_length=20),
    "provider of others": new("aws_iam_openid_connect_provider", url="https://other.example", arn=UNKNOWN),
    "profile of others": new("aws_iam_instance_profile", role="other"),
    "anywhere, of others": new("aws_rolesanywhere_trust_anchor", name="x", enabled=True),
}


@pytest.mark.parametrize("hazard", HAZARDS)
def test_hazard_does_not_pass(hazard: str) -> None:
    assert not is_quiet(judge(HAZARDS[hazard]))


@pytest.mark.parametrize("twin", TWINS)
def test_twin_is_quiet(twin: str) -> None:
    found = judge(TWINS[twin])
    assert (found.findings, found.doubts) == ((), ())


@pytest.mark.parametrize("address", RECORDS)
def test_each_argument_is_judged_or_known_to_do_no_harm(address: str) -> None:
    kind = RECORDS[address]["type"]
    passing = {str(path[0]) for at, path in mutations() if at == address and is_quiet(judge(mutated(at, path)))}
    assert passing <= LABELS | KNOWN.get(kind, set())


@pytest.mark.parametrize("address", RECORDS)
@pytest.mark.parametrize("value", [True, 7, "x", ["x"], {"x": "y"}, [{"x": True}]], ids=str)
def test_an_argument_of_a_later_release_is_a_doubt(address: str, value: Any) -> None:
    """Of the kinds whose arguments are listed; those of buckets are judged with what serves a list."""
    assert not is_quiet(judge(mutated(address, ("novelty",), value)))


@pytest.mark.parametrize("address", RECORDS)
def test_what_is_destroyed_is_found(address: str) -> None:
    change = {**RECORDS[address], "change": {**RECORDS[address]["change"], "actions": ["delete"], "after": None}}
    result = judge(change)
    assert result.findings or result.doubts or result.notes


@pytest.mark.parametrize("wrong", [True, 7, "x", ["x"], [["x"]], {"x": "y"}, [{"enabled": "yes"}]], ids=str)
@pytest.mark.parametrize("path", [("revocation_configuration",), ("revocation_configuration", 0, "crl_configuration")])
def test_a_value_of_another_form_is_a_doubt(path: tuple[Any, ...], wrong: Any) -> None:
    change = mutated("module.ca_issuing.aws_acmpca_certificate_authority.this", path, wrong)
    assert not is_quiet(judge(change))


def test_a_plan_without_its_changes_is_refused() -> None:
    document = {name: value for name, value in PLAN.items() if name != "resource_changes"}
    with pytest.raises(Failure, match="has objects and no 'resource_changes'"):
        read(json.dumps(document).encode(), "plan")


@pytest.mark.parametrize("part", ["before", "after", "after_unknown", "importing"])
@pytest.mark.parametrize("wrong", [7, "x", ["x"], True], ids=str)
def test_a_change_of_another_form_is_refused(part: str, wrong: Any) -> None:
    change = {**RECORDS["module.issuer_ada.aws_iam_user.this"]}
    change["change"] = {**change["change"], part: wrong}
    with pytest.raises(Failure, match="does not have the format that Terraform writes"):
        judge(change)


INVOKED = {"address": "action.aws_lambda_invoke.notify", "type": "aws_lambda_invoke", "name": "notify"}


def test_each_action_is_a_doubt_of_its_own() -> None:
    later = [{"reason": "absent_prereq", "action_invocation": {**INVOKED, "address": "action.aws_lambda_invoke.later"}}]
    found = judge(action_invocations=[INVOKED], deferred_action_invocations=later)
    assert [each.address for each in found.doubts] == [
        "action.aws_lambda_invoke.later",
        "action.aws_lambda_invoke.notify",
    ]


def test_a_deferred_change_is_a_doubt_where_it_is_in_scope() -> None:
    ours, others = new("aws_acmpca_permission", certificate_authority_arn=ARN), new("aws_instance", ami="x")
    deferred = [{"reason": "absent_prereq", "resource_change": each} for each in (ours, others)]
    assert [each.address for each in judge(deferred_changes=deferred).doubts] == ["aws_acmpca_permission.added"]
