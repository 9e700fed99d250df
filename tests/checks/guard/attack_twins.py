"""What is like the hazards in attack_hazards.py and does no harm."""

import json

from checks.guard.closed_world import UNKNOWN, edited, gone, new
from checks.guard.test_walk_around import kept, policy
from checks.guard.unseen_changes import (
    ALIAS,
    FRONT,
    POLICY,
    PROVIDER,
    SERVED,
    STATEMENT,
    TRUST,
    WAF,
    Plan,
    answering,
    attached,
    control,
    deferred,
    denial,
    encoded,
    managed,
    member,
    pointing,
    referring,
    referring_by_each,
    referring_by_variable,
    there,
    trusting,
)

SCPD = {"id": "p-9", "type": "SERVICE_CONTROL_POLICY"}
TWINS: dict[str, Plan] = {
    "scp other region": (
        [control(denial("acm-pca:*", Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}}))],
        {},
    ),
    "scp leave": ([control(denial(["organizations:LeaveOrganization", "account:*"]))], {}),
    "scp description": (
        [
            edited(
                "aws_organizations_policy",
                {**SCPD, "content": denial("acm-pca:*"), "description": "a"},
                {**SCPD, "content": denial("acm-pca:*"), "description": "b"},
            )
        ],
        {},
    ),
    "scp reformatted": (
        [
            edited(
                "aws_organizations_policy",
                {**SCPD, "content": denial("acm-pca:*")},
                {**SCPD, "content": json.dumps(json.loads(denial("acm-pca:*")), indent=2)},
            )
        ],
        {},
    ),
    "scp on other ca": (
        [
            control(
                denial(
                    "acm-pca:*",
                    "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/00000000-1111-2222-3333-444444444444",
                )
            )
        ],
        {},
    ),
    "scp of admin": (
        [
            control(
                denial(
                    ["iam:DeleteRole", "iam:CreateAccessKey", "acm-pca:CreateCertificateAuthority", "acm-pca:PutPolicy"]
                )
            )
        ],
        {},
    ),
    "scp not action": (
        [
            control(
                json.dumps(
                    {"Statement": [{"Effect": "Deny", "NotAction": ["acm-pca:*", "acm:*", "sts:*"], "Resource": "*"}]}
                )
            )
        ],
        {},
    ),
    "scp on an ou": ([there(denial("ec2:*")), attached("ou-1")], {}),
    "scp forgotten": (
        [
            {
                **gone("aws_organizations_policy", **SCPD, content=policy("*")),
                "change": {
                    **gone("aws_organizations_policy", **SCPD, content=policy("*"))["change"],
                    "actions": ["forget"],
                },
            }
        ],
        {},
    ),
    "backup policy": ([control(denial("acm-pca:*"), "BACKUP_POLICY")], {}),
    "rcp kms": ([control(denial("kms:*", Principal="*"), "RESOURCE_CONTROL_POLICY")], {}),
    "trust two statements": ([trusting({**STATEMENT, "Sid": "a"}, {**STATEMENT, "Sid": "b"})], {}),
    "trust reordered": ([trusting(dict(reversed(STATEMENT.items())))], {}),
    "trust of tls": (
        [trusting({**STATEMENT, "Action": ["sts:AssumeRoleWithWebIdentity"], "Principal": {"Federated": PROVIDER}})],
        {},
    ),
    "other role denied": (
        [
            edited(
                "aws_iam_role",
                {"name": "o", "assume_role_policy": json.dumps(TRUST)},
                {"name": "o", "assume_role_policy": denial("sts:*", Principal="*")},
            )
        ],
        {},
    ),
    "aaaa": (
        [SERVED, kept("aws_route53_record", name="crl.example", type="A", alias=ALIAS), pointing("AAAA", alias=ALIAS)],
        {},
    ),
    "caa": ([pointing("CAA", records=['0 issue "x"'])], {}),
    "www to it": ([SERVED, pointing(name="www.example", records=["crl.example"])], {}),
    "cloudflare www to it": (
        [new("cloudflare_record", zone_id="f", name="www", type="CNAME", content="crl.example")],
        {},
    ),
    "other alias of the distribution": (
        [SERVED, new("cloudflare_record", zone_id="f", name="cdn", type="CNAME", content="d1.cloudfront.net")],
        {},
    ),
    "ocsp record home": (
        [answering(), pointing(name="ocsp.example", records=["ocsp.acm-pca.eu-west-1.amazonaws.com"])],
        {},
    ),
    "ocsp distribution home": (
        [
            answering(),
            new(
                "aws_cloudfront_distribution",
                **{
                    **FRONT,
                    "aliases": ["ocsp.example"],
                    "origin": [{"domain_name": "ocsp.acm-pca.eu-west-1.amazonaws.com"}],
                },
            ),
        ],
        {},
    ),
    "distribution of others": (
        [
            new(
                "aws_cloudfront_distribution",
                **{**FRONT, "aliases": ["www.example"], "origin": [{"domain_name": "x"}], "web_acl_id": WAF},
            )
        ],
        {},
    ),
    "zone of others gone": ([gone("google_dns_managed_zone", name="z", dns_name="other.")], {}),
    "zone of google tagged": (
        [
            edited(
                "google_dns_managed_zone",
                {"dns_name": "example.", "labels": {}},
                {"dns_name": "example.", "labels": {"a": "b"}},
            )
        ],
        {},
    ),
    "route of others": ([new("cloudflare_worker_route", zone_id="f", pattern="www.example/*", script_name="x")], {}),
    "ip set of others": (
        [
            SERVED,
            edited(
                "aws_wafv2_ip_set",
                {"arn": "arn:aws:wafv2:ip/2", "addresses": []},
                {"arn": "arn:aws:wafv2:ip/2", "addresses": ["10.0.0.0/8"]},
            ),
        ],
        {},
    ),
    "health check of others": (
        [SERVED, edited("aws_route53_health_check", {"id": "h2"}, {"id": "h2", "disabled": True})],
        {},
    ),
    "ref to certificate": referring("custom_thing", "module.ca_issuing.certificate"),
    "ref log group": referring("aws_cloudwatch_log_group", "module.issuer_pipe.arn"),
    "ref by var others": referring_by_variable("aws_sqs_queue.x.arn"),
    "ref by for_each others": referring_by_each("aws_sqs_queue.x.arn"),
    "ref to another role": referring("custom_thing", "aws_iam_role.other.arn"),
    "blob": ([new("aws_instance", user_data_base64=encoded("\x00\x01binary" * 20))], {}),
    "hex": ([new("custom_thing", hash="a" * 64)], {}),
    "broken gzip": ([new("aws_instance", user_data_base64="H4sI" + "A" * 60)], {}),
    "exclusive destroyed": (
        [gone("aws_iam_user_policy_attachments_exclusive", user_name="ada", policy_arns=[POLICY])],
        {},
    ),
    "exclusive of others": (
        [
            new(
                "aws_iam_role_policy_attachments_exclusive",
                role_name="other",
                policy_arns=["arn:aws:iam::aws:policy/AmazonS3FullAccess"],
            )
        ],
        {},
    ),
    "exclusive moved": (
        [
            {
                **kept("aws_iam_user_policy_attachments_exclusive", user_name="ada", policy_arns=[POLICY]),
                "previous_address": "x.y",
            }
        ],
        {},
    ),
    "exclusive same": (
        [
            edited(
                "aws_iam_user_policy_attachments_exclusive",
                {"user_name": "ada", "policy_arns": [POLICY], "id": "a"},
                {"user_name": "ada", "policy_arns": [POLICY], "id": "b"},
            )
        ],
        {},
    ),
    "group denies others": ([new("aws_iam_group_policy", group="devs", name="x", policy=denial("acm-pca:*"))], {}),
    "group denies else": ([member(), new("aws_iam_group_policy", group="devs", name="x", policy=denial("s3:*"))], {}),
    "tls": (
        [
            new(
                "aws_iam_user_policy",
                user="ada",
                name="tls",
                policy=denial("*", Condition={"Bool": {"aws:SecureTransport": "false"}}),
            )
        ],
        {},
    ),
    "endpoint of s3": (
        [new("aws_vpc_endpoint", service_name="com.amazonaws.eu-west-1.s3", policy=denial("acm-pca:*"))],
        {},
    ),
    "endpoint new": ([new("aws_vpc_endpoint", service_name="com.amazonaws.eu-west-1.acm-pca")], {}),
    "endpoint tagged": (
        [
            edited(
                "aws_vpc_endpoint",
                {"service_name": "com.amazonaws.eu-west-1.acm-pca", "tags": {}},
                {"service_name": "com.amazonaws.eu-west-1.acm-pca", "tags": {"a": "b"}},
            )
        ],
        {},
    ),
    "deferred others": deferred(new("aws_iam_user", name="eve"), new("aws_sqs_queue", name=UNKNOWN)),
    "aws core": ([managed("AmazonSSMManagedInstanceCore")], {}),
    "aws v2": ([managed("CloudWatchLogsFullAccess")], {}),
    "aws ro": ([managed("AmazonRDSReadOnlyAccess", "group", "devs")], {}),
    "s3 object": ([new("aws_s3_object", bucket="site", key="crl.example/index.html", content="x")], {}),
    "ecr": ([new("aws_ecr_repository", name="pipe/app")], {}),
    "crl other cname casing": ([pointing(name="WWW.Example.", records=["x"])], {}),
}
