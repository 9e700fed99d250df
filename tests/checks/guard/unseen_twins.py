"""What is like the hazards in unseen_hazards.py and does no harm."""

import json

from checks.guard.closed_world import ARN, UNKNOWN, edited, new
from checks.guard.test_walk_around import configured, kept, policy
from checks.guard.unseen_changes import (
    ACCOUNT,
    ALIAS,
    FRONT,
    MADE,
    POLICY,
    SERVED,
    STATEMENT,
    TRUST,
    WAF,
    Plan,
    attached,
    blocks,
    control,
    deferred,
    denial,
    encoded,
    managed,
    pointing,
    referring,
    there,
    trusting,
)

TWINS: dict[str, Plan] = {
    "scp on others": ([control(denial(["s3:*", "ec2:*"]))], {}),
    "scp that protects": (
        [control(denial(["acm-pca:Delete*", "acm-pca:UpdateCertificateAuthority", "iam:CreateUser"]))],
        {},
    ),
    "scp in other words": (
        [
            edited(
                "aws_organizations_policy",
                {"content": denial("acm-pca:*")},
                {"content": denial(["acm-pca:*"], Sid="A")},
            )
        ],
        {},
    ),
    "scp of other regions": (
        [control(denial("*", Condition={"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "us-east-1"]}}))],
        {},
    ),
    "scp on no account of the CAs": ([there(denial("acm-pca:*")), attached("999999999999")], {}),
    "scp on others attached": ([there(denial("s3:*")), attached(ACCOUNT)], {}),
    "full access": ([attached(ACCOUNT, "p-FullAWSAccess")], {}),
    "tag policy": ([control("{}", "TAG_POLICY")], {}),
    "resources' policy on others": ([control(denial("sqs:*", Principal="*"), "RESOURCE_CONTROL_POLICY")], {}),
    "trust in other words": ([trusting({**STATEMENT, "Action": "sts:AssumeRoleWithWebIdentity", "Sid": "Other"})], {}),
    "trust of others emptied": (
        [
            edited(
                "aws_iam_role",
                {"name": "other", "assume_role_policy": json.dumps(TRUST)},
                {"name": "other", "assume_role_policy": denial("*", Principal="*")},
            )
        ],
        {},
    ),
    "user denied on others": ([new("aws_iam_user_policy", user="ada", name="x", policy=denial("s3:*"))], {}),
    "user denied to delete": ([new("aws_iam_user_policy", user="ada", name="x", policy=denial("acm-pca:Delete*"))], {}),
    "others denied": ([new("aws_iam_user_policy", user="eve", name="x", policy=denial("acm-pca:*"))], {}),
    "first record to the distribution": ([SERVED, pointing(records=["d1.cloudfront.net."])], {}),
    "first alias to the distribution": ([SERVED, pointing("A", alias=ALIAS)], {}),
    "first record to the bucket": ([pointing(records=["closed-lists.s3.eu-west-1.amazonaws.com"])], {}),
    "first record to a new distribution": (
        [MADE, pointing("A", alias=UNKNOWN)],
        configured(
            "aws_route53_record.added",
            expressions={
                "alias": [
                    {
                        "name": {
                            "references": [
                                "aws_cloudfront_distribution.added.domain_name",
                                "aws_cloudfront_distribution.added",
                            ]
                        }
                    }
                ]
            },
        ),
    ),
    "first distribution": ([MADE], {}),
    "first text": ([SERVED, pointing("TXT", records=["x"])], {}),
    "record of others": ([SERVED, pointing(name="www.example", records=["elsewhere.example"])], {}),
    "firewall of others": (
        [SERVED, edited("aws_wafv2_web_acl", {"arn": WAF, "rule": []}, {"arn": WAF, "rule": [{"action": "block"}]})],
        {},
    ),
    "firewall's tags": (
        [
            kept("aws_cloudfront_distribution", **FRONT, web_acl_id=WAF),
            edited("aws_wafv2_web_acl", {"arn": WAF, "tags": {}}, {"arn": WAF, "tags": {"a": "b"}}),
        ],
        {},
    ),
    "firewall beside others": (
        [SERVED, new("aws_wafv2_web_acl_association", resource_arn="arn:aws:elasticloadbalancing:x", web_acl_arn=WAF)],
        {},
    ),
    "continuous deployment of others": (
        [SERVED, new("aws_cloudfront_continuous_deployment_policy", enabled=True, id=UNKNOWN)],
        {},
    ),
    "reference to others": referring("custom_thing", "aws_sqs_queue.x.arn"),
    "reference that records": referring("aws_ssm_parameter", "module.ca_issuing.active_arn"),
    "reference of what asks": referring("aws_msk_cluster", "module.ca_issuing.active_arn"),
    "reference to a bucket": referring("custom_thing", "module.crl_bucket_closed-lists.name"),
    "deferred role of others": deferred(new("aws_iam_role", name="other", assume_role_policy="{}")),
    "deferred instance": deferred(new("aws_instance", ami=UNKNOWN)),
    **{
        f"aws policy {name}": ([managed(name)], {})
        for name in (
            *("AmazonS3ReadOnlyAccess", "AmazonS3FullAccess", "ReadOnlyAccess", "job-function/ViewOnlyAccess"),
            *("service-role/AWSLambdaBasicExecutionRole", "CloudWatchAgentServerPolicy", "SecurityAudit"),
            *("AmazonSSMManagedInstanceCore", "AmazonEKSClusterPolicy", "AmazonEKSWorkerNodePolicy"),
            *("AmazonEC2ContainerRegistryReadOnly", "AmazonEKS_CNI_Policy", "AmazonSQSFullAccess"),
            *("service-role/AmazonECSTaskExecutionRolePolicy", "service-role/AmazonEBSCSIDriverPolicy"),
            *("service-role/AWSLambdaVPCAccessExecutionRole", "AWSXRayDaemonWriteAccess", "AmazonSNSFullAccess"),
        )
    },
    "provider of others in capitals": (
        [new("aws_iam_openid_connect_provider", url="https://Other.example/", arn=UNKNOWN)],
        {},
    ),
    "cloudflare of others": ([new("cloudflare_record", zone_id="f00", name="www", type="CNAME", content="x")], {}),
    "cloudflare text": ([new("cloudflare_record", zone_id="f00", name="crl", type="TXT", content="x")], {}),
    "cloudflare in another zone": (
        [
            kept("cloudflare_zone", id="f00", zone="other.example"),
            new("cloudflare_record", zone_id="f00", name="crl", type="CNAME", content="x"),
        ],
        {},
    ),
    "azure in another zone": ([new("azurerm_dns_cname_record", zone_name="other.example", name="crl", record="x")], {}),
    "azure to the distribution": (
        [SERVED, new("azurerm_dns_cname_record", zone_name="example", name="crl", record="d1.cloudfront.net")],
        {},
    ),
    "ovh's time": (
        [
            edited(
                "ovh_domain_zone_record",
                {"zone": "example", "subdomain": "crl", "ttl": 1},
                {"zone": "example", "subdomain": "crl", "ttl": 60},
            )
        ],
        {},
    ),
    "user data of others": ([new("aws_instance", ami="a", user_data=encoded("#!/bin/sh\necho pipe\n"))], {}),
    "list for more days": ([blocks("crl_configuration", 0)], {}),
    "exclusive list of what is there": (
        [new("aws_iam_user_policy_attachments_exclusive", user_name="ada", policy_arns=[POLICY])],
        {},
    ),
    "exclusive list of a role": (
        [
            new(
                "aws_iam_role_policy_attachments_exclusive",
                role_name="pipe",
                policy_arns=[POLICY.replace("ada", "pipe")],
            )
        ],
        {},
    ),
    "exclusive inline of what is there": (
        [new("aws_iam_user_policies_exclusive", user_name="eve", policy_names=[])],
        {},
    ),
    "exclusive inline of an issuer": (
        [
            kept("aws_iam_role_policy", role="pipe", name="b", policy=policy("acm-pca:GetCertificate", ARN)),
            new("aws_iam_role_policies_exclusive", role_name="pipe", policy_names=["b"]),
        ],
        {},
    ),
}
