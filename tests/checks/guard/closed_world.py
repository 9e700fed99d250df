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

from checks.guard.policy_texts import LIVE, request
from pcaform.checks.guard.check import check_plan
from pcaform.checks.guard.verdict import GuardResult
from pcaform.terraform.plan_json import read

PLAN = json.loads(lzma.decompress((Path(__file__).parent / "closed_world.plan.xz").read_bytes()))
RECORDS = {record["address"]: record for record in PLAN["resource_changes"]}
ROOT = RECORDS["module.ca_root.aws_acmpca_certificate_authority.this"]["change"]["after"]
CA = RECORDS["module.ca_issuing.aws_acmpca_certificate_authority.this"]["change"]["after"]
ROLE = RECORDS["module.issuer_pipe.aws_iam_role.this"]["change"]["after"]
USER = RECORDS["module.issuer_ada.aws_iam_user.this"]["change"]["after"]
ARN, ROOT_ARN = CA["arn"], ROOT["arn"]
TEMPLATE = "arn:aws:acm-pca:::template/{}/V1"
POLICY = RECORDS['module.issuer_ada.aws_iam_policy.this["ada-private-ca"]']["change"]["after"]["arn"]
DENIAL = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "acm-pca:*", "Resource": "*"}]}'
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
    "certificate of another key": new(
        "aws_acmpca_certificate_authority_certificate", certificate_authority_arn=ARN, certificate=LIVE
    ),
    "sharing with the organization ended": gone("aws_ram_sharing_with_organization", id="123456789012"),
    "scp": gone("aws_organizations_policy", name="keep", content=DENIAL),
    "scp of two": edited("aws_organizations_policy", {"content": DENIAL}, {"content": "{}"}),
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
    "user's key": gone("aws_iam_access_key", user="ada", id="AKIA"),
    "user's key switched on": edited(
        "aws_iam_access_key", {"user": "ada", "status": "Inactive"}, {"user": "ada", "status": "Active"}
    ),
    "group of issuers renamed, by inline policies": new(
        "aws_iam_role_policies_exclusive", role_name="pipe", policy_names=[]
    ),
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
    "key of others": gone("aws_iam_access_key", user="eve", id="AKIA"),
    "scp on others": gone("aws_organizations_policy", name="x", content=DENIAL.replace("acm-pca:*", "s3:*")),
    "other user": new("aws_iam_user", name="eve", arn=UNKNOWN),
    "password rules": new("aws_iam_account_password_policy", minimum_password_length=20),
    "provider of others": new("aws_iam_openid_connect_provider", url="https://other.example", arn=UNKNOWN),
    "profile of others": new("aws_iam_instance_profile", role="other"),
    "anywhere, of others": new("aws_rolesanywhere_trust_anchor", name="x", enabled=True),
}
