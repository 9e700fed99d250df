"""Hazards of an attack on the guard, as they came; attack_twins.py has what is like them and does no harm."""

import json

from checks.guard.closed_world import ROLE, UNKNOWN, edited, gone, mutated, new, record
from checks.guard.test_walk_around import kept, policy
from checks.guard.unseen_changes import (
    ACCOUNT,
    ALIAS,
    FRONT,
    PIPE,
    SERVED,
    STATEMENT,
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
    twice,
)

HAZARDS: dict[str, Plan] = {
    "scp NotResource": (
        [control(json.dumps({"Statement": [{"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::x"}]}))],
        {},
    ),
    "scp PrincipalArn": (
        [control(denial("acm-pca:*", Condition={"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}}))],
        {},
    ),
    "scp question mark": ([control(denial("acm-pca:IssueC?rtificate"))], {}),
    "scp capitals": ([control(denial("ACM-PCA:ISSUECERTIFICATE"))], {}),
    "scp on arn": (
        [control(denial("acm-pca:Get*", "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/*"))],
        {},
    ),
    "scp on gov partition": ([control(denial("acm-pca:*", "arn:*:acm-pca:*:*:*"))], {}),
    "scp awscc": ([new("awscc_organizations_policy", content=denial("acm-pca:*"))], {}),
    "rcp sts": ([control(denial("sts:AssumeRoleWithWebIdentity", Principal="*"), "RESOURCE_CONTROL_POLICY")], {}),
    "scp attach unknown": ([attached(UNKNOWN)], {}),
    "scp attach replaced": (
        [
            {
                **record(
                    "aws_organizations_policy_attachment",
                    ["delete", "create"],
                    {"policy_id": "p-0", "target_id": ACCOUNT},
                    {"policy_id": "p-1", "target_id": ACCOUNT},
                    {},
                ),
                "address": "a.b",
            },
            there(denial("acm:*")),
        ],
        {},
    ),
    "scp allow gone": ([gone("aws_organizations_policy", type="SERVICE_CONTROL_POLICY", content=policy("*"))], {}),
    "group denies": ([member(), new("aws_iam_group_policy", group="devs", name="x", policy=denial("acm-pca:*"))], {}),
    "joins group that denies": (
        [
            kept("aws_iam_group_policy", group="no", name="x", policy=denial("acm-pca:*")),
            new("aws_iam_user_group_membership", user="ada", groups=["no"]),
        ],
        {},
    ),
    "trust saml action": ([trusting({**STATEMENT, "Action": "sts:AssumeRoleWithSAML"})], {}),
    "trust NotPrincipal deny": (
        [
            trusting(
                STATEMENT,
                {
                    "Effect": "Deny",
                    "NotPrincipal": {"AWS": "arn:aws:iam::123456789012:root"},
                    "Action": "sts:AssumeRoleWithWebIdentity",
                },
            )
        ],
        {},
    ),
    "trust empty text": ([mutated(PIPE, ("assume_role_policy",), "{}")], {}),
    "trust of another subject": (
        [
            trusting(
                {
                    **STATEMENT,
                    "Condition": {
                        "StringLike": {"ci.example:sub": ["repo:corp/other:main"]},
                        "StringEquals": {"ci.example:aud": ["sts.amazonaws.com"]},
                    },
                }
            )
        ],
        {},
    ),
    "ocsp record": ([answering(), pointing(name="ocsp.example", records=["elsewhere.example"])], {}),
    "ocsp distribution": (
        [
            answering(),
            new(
                "aws_cloudfront_distribution",
                **{**FRONT, "aliases": ["ocsp.example"], "origin": [{"domain_name": "proxy.example"}]},
            ),
        ],
        {},
    ),
    "weighted first": (
        [SERVED, pointing("A", alias=[{**ALIAS[0], "name": "d9.cloudfront.net"}], set_identifier="a")],
        {},
    ),
    "ns first": ([pointing("NS", records=["ns.elsewhere"])], {}),
    "awscc record": (
        [new("awscc_route53_record_set", name="crl.example.", type="CNAME", resource_records=["elsewhere.example"])],
        {},
    ),
    "cloudflare v5": (
        [new("cloudflare_dns_record", zone_id="f", name="crl.example", type="CNAME", content="x.example")],
        {},
    ),
    "dnsimple": ([new("dnsimple_zone_record", zone_name="example", name="crl", type="CNAME", value="x")], {}),
    "linode": ([new("linode_domain_record", domain_id=5, name="crl", record_type="CNAME", target="x")], {}),
    "powerdns": ([new("powerdns_record", zone="example.", name="crl.example.", type="CNAME", records=["x."])], {}),
    "wildcard cloudflare": ([new("cloudflare_record", zone_id="f", name="*", type="CNAME", content="x")], {}),
    "wildcard azure": ([new("azurerm_dns_cname_record", zone_name="example", name="*", record="x")], {}),
    "zone of google gone": ([gone("google_dns_managed_zone", name="z", dns_name="example.")], {}),
    "zone of cloudflare gone": ([gone("cloudflare_zone", id="f", zone="example")], {}),
    "worker route": ([new("cloudflare_worker_route", zone_id="f", pattern="crl.example/*", script_name="x")], {}),
    "ruleset by url": ([new("cloudflare_page_rule", zone_id="f", target="https://crl.example/*")], {}),
    "ip set of the firewall": (
        [
            kept("aws_cloudfront_distribution", **FRONT, web_acl_id=WAF),
            kept(
                "aws_wafv2_web_acl",
                arn=WAF,
                rule=[{"statement": [{"ip_set_reference_statement": [{"arn": "arn:aws:wafv2:ip/1"}]}]}],
            ),
            edited(
                "aws_wafv2_ip_set",
                {"arn": "arn:aws:wafv2:ip/1", "addresses": []},
                {"arn": "arn:aws:wafv2:ip/1", "addresses": ["0.0.0.0/1"]},
            ),
        ],
        {},
    ),
    "response headers": (
        [
            kept("aws_cloudfront_distribution", **FRONT, default_cache_behavior=[{"response_headers_policy_id": "rh"}]),
            edited("aws_cloudfront_response_headers_policy", {"id": "rh"}, {"id": "rh", "x": 1}),
        ],
        {},
    ),
    "health check": (
        [
            SERVED,
            kept("aws_route53_record", name="crl.example", type="A", alias=ALIAS, health_check_id="hc"),
            edited("aws_route53_health_check", {"id": "hc", "disabled": False}, {"id": "hc", "disabled": True}),
        ],
        {},
    ),
    "ref by var": referring_by_variable("module.ca_issuing.active_arn"),
    "ref by for_each": referring_by_each("module.issuer_pipe.arn"),
    "ref aws kind": referring("aws_novelty", "module.issuer_pipe.arn"),
    "revocation twice": ([twice("revocation_configuration")], {}),
    "configuration twice": ([twice("certificate_authority_configuration")], {}),
    "subject twice": ([twice("certificate_authority_configuration", 0, "subject")], {}),
    "sso aws policy": (
        [
            kept(
                "aws_ssoadmin_permission_set_inline_policy",
                permission_set_arn="arn:aws:sso:::permissionSet/i/p",
                inline_policy=policy("s3:*"),
            ),
            new(
                "aws_ssoadmin_managed_policy_attachment",
                permission_set_arn="arn:aws:sso:::permissionSet/i/p",
                managed_policy_arn="arn:aws:iam::aws:policy/AWSNovelty",
            ),
        ],
        {},
    ),
    "group aws policy": ([managed("SecretsManagerReadWrite", "group", "devs")], {}),
    "user data in launch config": (
        [new("aws_launch_configuration", user_data_base64=encoded(f"arn {ROLE['arn']} x" * 3))],
        {},
    ),
    "exclusive unknown": (
        [new("aws_iam_role_policy_attachments_exclusive", role_name="pipe", policy_arns=UNKNOWN)],
        {},
    ),
    "endpoint": (
        [new("aws_vpc_endpoint", service_name="com.amazonaws.eu-west-1.acm-pca", policy=denial("acm-pca:*"))],
        {},
    ),
    "endpoint changed": (
        [
            edited(
                "aws_vpc_endpoint",
                {"service_name": "com.amazonaws.eu-west-1.acm-pca", "policy": policy("*")},
                {"service_name": "com.amazonaws.eu-west-1.acm-pca", "policy": policy("s3:*")},
            )
        ],
        {},
    ),
    "endpoint policy": (
        [
            kept("aws_vpc_endpoint", id="vpce-1", service_name="com.amazonaws.eu-west-1.acm-pca"),
            new("aws_vpc_endpoint_policy", vpc_endpoint_id="vpce-1", policy=policy("s3:*")),
        ],
        {},
    ),
    "region off": ([new("aws_account_region", region_name="eu-west-1", enabled=False)], {}),
    "deferred policy attachment": deferred(new("aws_iam_user_policy_attachment", user="ada", policy_arn=UNKNOWN)),
    "deferred group": deferred(new("aws_iam_group", name=UNKNOWN)),
    "provider http capitals": (
        [
            edited(
                "aws_iam_openid_connect_provider",
                {"url": "https://CI.EXAMPLE/", "thumbprint_list": ["a"]},
                {"url": "https://CI.EXAMPLE/", "thumbprint_list": ["a", "b"]},
            )
        ],
        {},
    ),
}
