"""Hazards of kinds that no rule names one by one; unseen_twins.py has what is like them and does no harm."""

import json

from checks.guard.closed_world import ARN, UNKNOWN, edited, gone, new
from checks.guard.test_walk_around import kept, policy
from checks.guard.unseen_changes import (
    ACCOUNT,
    ALIAS,
    EXTRA,
    FRONT,
    POLICY,
    PROVIDER,
    SERVED,
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

HAZARDS: dict[str, Plan] = {
    "scp": ([control(denial("acm-pca:*"))], {}),
    "scp by its default type": ([new("aws_organizations_policy", name="x", content=denial("acm:*"))], {}),
    "scp of everything else": ([control(denial([], NotAction=["ec2:*"]).replace('"Action": [], ', ""))], {}),
    "scp changed": (
        [
            edited(
                "aws_organizations_policy", {"content": denial("s3:*")}, {"content": denial(["s3:*", "acm-pca:Issue*"])}
            )
        ],
        {},
    ),
    "scp that allows less": (
        [edited("aws_organizations_policy", {"content": policy("*")}, {"content": policy(["s3:*", "ec2:*"])})],
        {},
    ),
    "scp on what assumes": ([control(denial("sts:AssumeRole*"))], {}),
    "scp in other regions": (
        [control(denial("*", Condition={"StringNotEquals": {"aws:RequestedRegion": ["us-east-1"]}}))],
        {},
    ),
    "scp of unknown text": ([control(UNKNOWN)], {}),
    "scp that cannot be read": ([control("{")], {}),
    "scp with a condition": (
        [control(denial("acm-pca:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}}))],
        {},
    ),
    "scp attached": ([there(denial("acm-pca:*")), attached(ACCOUNT)], {}),
    "scp attached that is not seen": ([attached("ou-1")], {}),
    "resources' policy": ([control(denial("s3:*", Principal="*"), "RESOURCE_CONTROL_POLICY")], {}),
    "full access detached": (
        [gone("aws_organizations_policy_attachment", policy_id="p-FullAWSAccess", target_id=ACCOUNT)],
        {},
    ),
    "trust emptied": ([trusting()], {}),
    "trust denied": ([trusting(*TRUST["Statement"], {"Effect": "Deny", "Principal": "*", "Action": "sts:*"})], {}),
    "trust of another only": (
        [trusting({**TRUST["Statement"][0], "Principal": {"Federated": PROVIDER + "2"}})],
        {},
    ),
    "trust for another action": ([trusting({**TRUST["Statement"][0], "Action": "sts:TagSession"})], {}),
    "trust under a condition": (
        [
            trusting(
                {
                    **TRUST["Statement"][0],
                    "Condition": {**TRUST["Statement"][0]["Condition"], "Bool": {"aws:SecureTransport": "false"}},
                }
            )
        ],
        {},
    ),
    "user denied": ([new("aws_iam_user_policy", user="ada", name="x", policy=denial("acm-pca:*"))], {}),
    "user denied by attachment": (
        [
            kept("aws_iam_policy", arn=f"arn:aws:iam::{ACCOUNT}:policy/no", name="no", policy=denial("acm-pca:*")),
            new("aws_iam_user_policy_attachment", user="ada", policy_arn=f"arn:aws:iam::{ACCOUNT}:policy/no"),
        ],
        {},
    ),
    "user denied by aws": ([managed("AWSDenyAll", "user", "ada")], {}),
    "first record": ([SERVED, pointing(records=["elsewhere.example"])], {}),
    "first alias": ([SERVED, pointing("A", alias=[{**ALIAS[0], "name": "d9.cloudfront.net"}])], {}),
    "first address": ([SERVED, pointing("A", records=["192.0.2.1"])], {}),
    "first record that is not known": ([SERVED, pointing(records=UNKNOWN)], {}),
    "first wildcard": ([pointing(name="*.example", records=["elsewhere.example"])], {}),
    "first distribution": (
        [new("aws_cloudfront_distribution", **{**FRONT, "origin": [{"domain_name": "x.s3.amazonaws.com"}]})],
        {},
    ),
    "firewall of a distribution": (
        [edited("aws_cloudfront_distribution", FRONT, {**FRONT, "web_acl_id": WAF})],
        {},
    ),
    "firewall of a new distribution": ([new("aws_cloudfront_distribution", **FRONT, web_acl_id=WAF)], {}),
    "firewall's rules": (
        [
            kept("aws_cloudfront_distribution", **FRONT, web_acl_id=WAF),
            edited("aws_wafv2_web_acl", {"arn": WAF, "rule": []}, {"arn": WAF, "rule": [{"action": "block"}]}),
        ],
        {},
    ),
    "firewall beside": ([SERVED, new("aws_wafv2_web_acl_association", resource_arn=FRONT["arn"], web_acl_arn=WAF)], {}),
    "continuous deployment": (
        [edited("aws_cloudfront_distribution", FRONT, {**FRONT, "continuous_deployment_policy_id": "c"})],
        {},
    ),
    "continuous deployment's policy": (
        [
            kept("aws_cloudfront_distribution", **FRONT, continuous_deployment_policy_id="c"),
            edited("aws_cloudfront_continuous_deployment_policy", {"id": "c"}, {"id": "c", "enabled": True}),
        ],
        {},
    ),
    "reference to a CA": referring("custom_thing", "module.ca_issuing.active_arn"),
    "reference to a CA by its resource": (
        [
            new("aws_acmpca_certificate_authority", arn=UNKNOWN, type="ROOT"),
            *referring("custom_thing", "aws_acmpca_certificate_authority.added.arn")[0],
        ],
        referring("custom_thing", "aws_acmpca_certificate_authority.added.arn")[1],
    ),
    "reference to a role": referring("custom_thing", "module.issuer_pipe.arn"),
    "reference in a block": referring(
        "custom_thing", "module.issuer_pipe.arn", value={"block": [{}]}, mark={"block": [{"target": True}]}
    ),
    "deferred role": deferred(new("aws_iam_role", name=UNKNOWN, assume_role_policy="{}")),
    "deferred user": deferred(new("aws_iam_user", name=UNKNOWN)),
    "deferred attachment": deferred(new("aws_iam_role_policy_attachment", role=UNKNOWN, policy_arn=UNKNOWN)),
    "aws policy of a later release": ([managed("AWSNoveltyFullAccess")], {}),
    "aws policy that passes roles": ([managed("AWSLambda_FullAccess")], {}),
    "aws policy to issue": ([managed("service-role/AmazonAppStreamPCAAccess")], {}),
    "aws policy of a role": (
        [
            new(
                "aws_iam_role",
                name="o",
                assume_role_policy=json.dumps(TRUST),
                managed_policy_arns=["arn:aws:iam::aws:policy/AWSNovelty"],
            )
        ],
        {},
    ),
    "provider in capitals": ([new("aws_iam_openid_connect_provider", url="https://CI.example/", arn=UNKNOWN)], {}),
    "provider's audience in capitals": (
        [
            edited(
                "aws_iam_openid_connect_provider",
                {"url": "CI.Example", "client_id_list": ["a"]},
                {"url": "CI.Example", "client_id_list": ["a", "b"]},
            )
        ],
        {},
    ),
    "cloudflare, relative": (
        [new("cloudflare_record", zone_id="f00", name="crl", type="CNAME", content="elsewhere.example")],
        {},
    ),
    "azure": ([new("azurerm_dns_cname_record", zone_name="example", name="crl", record="elsewhere.example")], {}),
    "google": (
        [new("google_dns_record_set", managed_zone="example", name="crl.example.", type="A", rrdatas=["192.0.2.1"])],
        {},
    ),
    "digitalocean": ([gone("digitalocean_record", domain="example", name="crl", type="CNAME", value="x.")], {}),
    "ovh": (
        [
            edited(
                "ovh_domain_zone_record",
                {"zone": "example", "subdomain": "crl", "target": "a"},
                {"zone": "example", "subdomain": "crl", "target": "b"},
            )
        ],
        {},
    ),
    "user data": ([new("aws_instance", ami="a", user_data=encoded(f"#!/bin/sh\naws acm-pca delete {ARN}\n"))], {}),
    "packed user data": ([new("aws_launch_template", user_data=encoded(f"aws delete {ARN}", is_packed=True))], {}),
    "second list": ([blocks("crl_configuration", 1)], {}),
    "second responder": ([blocks("ocsp_configuration", 1)], {}),
    "exclusive list with less": (
        [new("aws_iam_user_policy_attachments_exclusive", user_name="ada", policy_arns=[EXTRA])],
        {},
    ),
    "exclusive list with more": (
        [
            new(
                "aws_iam_user_policy_attachments_exclusive",
                user_name="ada",
                policy_arns=[POLICY, "arn:aws:iam::aws:policy/IAMFullAccess"],
            )
        ],
        {},
    ),
    "exclusive inline with less": ([new("aws_iam_role_policies_exclusive", role_name="pipe", policy_names=[])], {}),
}
