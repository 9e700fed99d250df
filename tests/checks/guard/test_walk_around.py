"""Changes that were made to walk around the guard, one or several together, and harmless ones that are like them."""

import copy
import json
from typing import Any

import pytest

from checks.guard.closed_world import (
    ARN,
    CA,
    PLAN,
    POLICY,
    RECORDS,
    ROLE,
    TEMPLATE,
    UNKNOWN,
    Change,
    edited,
    gone,
    is_quiet,
    issued,
    judge,
    mutated,
    new,
    record,
)

PIPE, OTHER = ROLE["arn"], "arn:aws:iam::123456789012:role/other"
SET = "arn:aws:sso:::permissionSet/ssoins-1/ps-1"
BUCKET_POLICY = "module.crl_bucket_closed-lists.aws_s3_bucket_policy.this"
AUTHORITY = "module.ca_issuing.aws_acmpca_certificate_authority.this"
REQUEST = "certificate_signing_request"
OPEN_BUCKET = json.loads(RECORDS[BUCKET_POLICY]["change"]["after"]["policy"])
ACCOUNT = {"id": "123456789012", "parent_id": "ou-1"}


def policy(action: Any, resource: Any = "*", **more: Any) -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def kept(kind: str, **values: Any) -> Change:
    return {**record(kind, ["no-op"], values, values, {}), "address": f"{kind}.kept"}


def configured(address: str, **more: Any) -> dict[str, Any]:
    """Return the plan's configuration with another resource in it."""
    configuration = copy.deepcopy(PLAN["configuration"])
    resource = {"address": address, "mode": "managed", "type": address.partition(".")[0], "expressions": {}, **more}
    configuration["root_module"].setdefault("resources", []).append(resource)
    return {"configuration": configuration}


def script(**command: Any) -> dict[str, Any]:
    return configured("null_resource.added", provisioners=[{"type": "local-exec", "expressions": {"command": command}}])


def with_statement(**statement: Any) -> Change:
    statements = [
        *OPEN_BUCKET["Statement"],
        {"Effect": "Allow", "Resource": "arn:aws:s3:::closed-lists/*", **statement},
    ]
    return mutated(BUCKET_POLICY, ("policy",), json.dumps({**OPEN_BUCKET, "Statement": statements}))


def revoking(argument: str, value: Any) -> Change:
    return mutated(AUTHORITY, ("revocation_configuration", 0, "crl_configuration", 0, argument), value)


TAGGED = kept(
    "aws_iam_role_policy",
    role="wide",
    policy=policy(
        "acm-pca:IssueCertificate",
        Condition={"StringEquals": {"aws:PrincipalTag/team": "pki", "aws:ResourceTag/open": "yes"}},
    ),
)
IN_SET = kept("aws_ssoadmin_permission_set_inline_policy", permission_set_arn=SET, inline_policy=policy("acm-pca:*"))
SUB_CA = issued(TEMPLATE.format("SubordinateCACertificate_PathLen3"))
READING = {"query": {"ca": ARN}, "input": ARN}
MADE_BY: dict[str, dict[str, Any]] = {
    "aws_cloudwatch_event_target": {"role_arn": PIPE},
    "aws_cloudwatch_log_subscription_filter": {"role_arn": PIPE},
    "aws_config_remediation_configuration": {"parameter": [{"static_value": PIPE}]},
    "aws_config_conformance_pack": {"template_body": f"Role: {PIPE}"},
    "aws_budgets_budget_action": {"definition": [{"iam_action_definition": [{"policy_arn": POLICY}]}]},
    "aws_dlm_lifecycle_policy": {"execution_role_arn": PIPE},
    "aws_scheduler_schedule": {"target": [{"role_arn": PIPE}]},
    "aws_iam_organizations_features": {"enabled_features": ["RootSessions"]},
    "aws_iam_user_policy_attachments_exclusive": {"user_name": "ada", "policy_arns": []},
    "aws_iam_role_policy": {
        "role": "other",
        "policy": policy(
            "iam:AddClientIDToOpenIDConnectProvider", "arn:aws:iam::123456789012:oidc-provider/ci.example"
        ),
    },
    "aws_acmpca_permission": {"certificate_authority_arn": ARN, "principal": "another.amazonaws.com"},
    "aws_s3_object": {"bucket": "closed-lists", "key": f"crl/{ARN.rpartition('/')[2]}.crl", "content": "x"},
    "awscc_s3_bucket_policy": {"bucket": "closed-lists", "policy_document": "{}"},
    "awscc_iam_managed_policy": {"policy_document": policy("*")},
    "awscc_iam_role_policy": {"role_name": "other", "policy_document": policy("sts:AssumeRole")},
    "awscc_iam_role": {"managed_policy_arns": ["arn:aws:iam::aws:policy/AdministratorAccess"]},
    "aws_route53_zone": {"name": "crl.example"},
    "aws_route53_record": {"name": "example", "type": "NS", "records": ["ns.elsewhere"]},
    "aws_servicecatalog_provisioned_product": {"product_id": "x"},
    "aws_cloudcontrolapi_resource": {"type_name": UNKNOWN, "desired_state": "{}"},
    "custom_thing": {"path": f"/cas/{ARN.rpartition('/')[2]}/off"},
    "custom_link": {"url": f"https://x.example/?arn={ARN.replace(':', '%3A')}&y=1"},
    "custom_map": {"by_ca": {ARN: "off"}},
}
TEMPLATES = {
    "nested": '{"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://x.example"}}',
    "included": "Transform: {Name: 'AWS::Include', Parameters: {Location: 's3://x'}}",
    "escaped": '{"Type": "AWS::\\u0049AM::Role"}',
    "serverless": "Transform: AWS::Serverless-2016-10-31",
    "role of a variable account": "Role: !Sub arn:aws:iam::${AWS::AccountId}:role/pipe",
}
REFERENCES = {
    "module of the type's name": "module.aws_acmpca_certificate_authority.x.certificate_signing_request",
    "its output": "terraform_data.x.output.aws_acmpca_certificate_authority.x.certificate_signing_request",
    "local": "local.csr",
    "other request": "tls_cert_request.x.cert_request_pem",
}
Case = tuple[list[Change], dict[str, Any]]
HAZARDS: dict[str, Case] = {
    **{kind: ([new(kind, **after)], {}) for kind, after in MADE_BY.items()},
    **{
        f"template {name}": ([new("aws_cloudformation_stack", template_body=body)], {})
        for name, body in TEMPLATES.items()
    },
    **{
        f"request by {name}": (
            [SUB_CA],
            configured("aws_acmpca_certificate.added", expressions={REQUEST: {"references": [each]}}),
        )
        for name, each in REFERENCES.items()
    },
    **{
        f"read of {kind}": ([record(kind, ["read"], None, READING, {"result": True})], {})
        for kind in ("external", "aws_lambda_invocation")
    },
    "script": ([new("null_resource", triggers={})], script(constant_value=f"aws acm-pca delete {ARN}")),
    "script by reference": ([new("null_resource", triggers={})], script(references=["module.ca_issuing.arn"])),
    "script at the end": ([gone("null_resource", triggers={})], script(constant_value=f"aws acm-pca delete {ARN}")),
    "tag of a principal": ([TAGGED, mutated("module.issuer_pipe.aws_iam_role.this", ("tags",), {"team": "pki"})], {}),
    "tag of a CA": ([TAGGED, mutated(AUTHORITY, ("tags",), {"open": "yes"})], {}),
    "attributes of a permission set": (
        [IN_SET, new("aws_ssoadmin_instance_access_control_attributes", instance_arn="x")],
        {},
    ),
    "tokens for a permission set": ([IN_SET, new("aws_ssoadmin_trusted_token_issuer", instance_arn="x")], {}),
    "account closed": ([gone("aws_organizations_account", **ACCOUNT)], {}),
    "account under other policies": ([edited("aws_organizations_account", ACCOUNT, {**ACCOUNT, "parent_id": "b"})], {}),
    "deferred policy of unknown text": (
        [],
        {"deferred_changes": [{"resource_change": new("aws_iam_role_policy", role="other", policy=UNKNOWN)}]},
    ),
    "other bucket behind the name": ([revoking("s3_bucket_name", "elsewhere")], {}),
    "other distribution reads": (
        [mutated(BUCKET_POLICY, ("policy",), json.dumps(OPEN_BUCKET).replace("distribution/E1", "distribution/E2"))],
        {},
    ),
    "anybody writes lists": ([with_statement(Principal="*", Action="s3:PutObject")], {}),
    "others delete lists": ([with_statement(Principal={"AWS": "999999999999"}, Action="s3:DeleteObject")], {}),
    "name at another provider": (
        [edited("cloudflare_record", {"name": "crl.example"}, {"name": "crl.example", "x": "b"})],
        {},
    ),
    "name in a zone of Google": ([gone("google_dns_record_set", name="crl.example.")], {}),
}
HARMLESS: dict[str, dict[str, Any]] = {
    "aws_cloudwatch_event_target": {"role_arn": OTHER, "input": ARN},
    "aws_cloudwatch_log_subscription_filter": {"role_arn": OTHER},
    "aws_cloudwatch_log_group": {"name": "/pki/pipe"},
    "aws_cloudwatch_dashboard": {"dashboard_body": ARN},
    "aws_cloudwatch_event_rule": {"event_pattern": json.dumps({"resources": [ARN]})},
    "aws_config_config_rule": {"input_parameters": json.dumps({"ca": ARN})},
    "aws_budgets_budget": {"name": "pipe"},
    "aws_lambda_function": {"role": OTHER, "environment": [{"variables": {"CA": ARN}}]},
    "aws_ecs_task_definition": {"container_definitions": json.dumps([{"environment": [{"value": ARN}]}])},
    "aws_s3_object": {"bucket": "site", "key": "ca.json", "content": f"{ARN} {PIPE}"},
    "aws_iam_role_policy": {"role": "other", "policy": policy("sts:AssumeRole", f"{OTHER}2")},
    "aws_iam_role_policy_attachments_exclusive": {"role_name": "other", "policy_arns": []},
    "aws_iam_user": {"name": "eve", "arn": UNKNOWN},
    "aws_organizations_account": {"name": "another"},
    "aws_organizations_organizational_unit": {"name": "another"},
    "aws_route53_zone": {"name": "corp.example"},
    "aws_route53_record": {"name": "corp.example", "type": "NS", "records": ["a"]},
    "aws_s3_bucket_notification": {"bucket": "closed-lists"},
    "aws_s3_bucket_logging": {"bucket": "closed-lists", "target_bucket": "logs"},
    "aws_ecr_repository_policy": {"policy": PIPE},
    "aws_ssoadmin_trusted_token_issuer": {"instance_arn": "x"},
    "awscc_iam_role_policy": {"role_name": "other", "policy_document": policy("s3:GetObject")},
    "awscc_s3_bucket_policy": {"bucket": "site", "policy_document": "{}"},
    "aws_cloudformation_stack": {"template_body": "Type: AWS::SNS::Topic\nDescription: é, ü, 日本"},
    "aws_cloudcontrolapi_resource": {"type_name": "AWS::SQS::Queue", "desired_state": "{}"},
    "aws_appautoscaling_policy": {"name": "pipe"},
    "vault_mount": {"path": "pipe"},
    "datadog_monitor": {"query": f"avg:aws.acm_pca{{arn:{ARN}}}"},
    "helm_release": {"values": [ARN]},
    "google_dns_record_set": {"name": "www.example."},
}
TWINS: dict[str, Case] = {
    **{kind: ([new(kind, **after)], {}) for kind, after in HARMLESS.items()},
    "script of others": ([new("null_resource", triggers={})], script(constant_value="echo pipe")),
    "read of others": ([record("external", ["read"], None, {"query": {"a": "b"}}, {"result": True})], {}),
    "other tag": ([TAGGED, mutated(AUTHORITY, ("tags",), {"cost": "pki"})], {}),
    "days of a list": ([revoking("expiration_in_days", 14)], {}),
    "bucket listed": ([with_statement(Principal={"AWS": "123456789012"}, Action="s3:ListBucket")], {}),
    "deferred policy of others": (
        [],
        {"deferred_changes": [{"resource_change": new("aws_iam_role_policy", role="o", policy=policy("s3:*"))}]},
    ),
    "other account moved": ([edited("aws_organizations_account", {"id": "9"}, {"id": "9", "parent_id": "b"})], {}),
}


@pytest.mark.parametrize("name", HAZARDS)
def test_what_walks_around_does_not_pass(name: str) -> None:
    changes, more = HAZARDS[name]
    assert not is_quiet(judge(*changes, **more))


@pytest.mark.parametrize("name", TWINS)
def test_what_is_like_it_and_harmless_is_quiet(name: str) -> None:
    changes, more = TWINS[name]
    found = judge(*changes, **more)
    assert (found.findings, found.doubts) == ((), ())


def test_the_plan_has_a_name_for_its_list() -> None:
    assert CA["revocation_configuration"][0]["crl_configuration"][0]["custom_cname"] == "crl.example"
