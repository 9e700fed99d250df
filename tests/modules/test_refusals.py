"""Values that AWS would refuse only during an apply are refused by `terraform plan`, in words."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conftest import Offline
from modules.fixtures import NAMES, labels, lay_out
from modules.late_values import LATER, UNKNOWN
from pcaform.terraform.runner import Terraform
from terraform_steps import init_once

CA = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
TEMPLATE = "arn:aws:acm-pca:::template/"
EMPTY = '{"Statement": []}'
YEARS = {"type": "YEARS", "value": "5"}
PEM = "-----BEGIN CERTIFICATE-----\n"
RIGHT: Mapping[str, Mapping[str, Any]] = {
    "acm-certificate": {"certificate_authority_arn": CA, "domain_name": "intranet.corp.example"},
    "acm-permission": {"certificate_authority_arn": CA},
    "ca-certificate": {
        "issuer_arn": CA,
        "certificate_signing_request": "a request",
        "signing_algorithm": "SHA256WITHECDSA",
        "template_arn": f"{TEMPLATE}SubordinateCACertificate_PathLen0/V1",
        "validity": YEARS,
    },
    "ca-share": {"certificate_authority_arn": CA, "policy": EMPTY},
    "crl-bucket": {"bucket": "corp-lists", "policy": EMPTY},
    "issuer-attachment": {"user_name": "ci"},
    "issuer-role": {"role_name": "ci", "assume_role_policy": "{}"},
    "issuer-user": {"user_name": "ci"},
    "ssm-parameter": {"certificate_authority_arn": CA, "name": "/pcaform/pki/root"},
    "private-ca": {
        "type": "SUBORDINATE",
        "subject": {"common_name": "Issuing"},
        "key_algorithm": "EC_prime256v1",
        "signing_algorithm": "SHA256WITHECDSA",
    },
    "private-ca-with-certificate": {
        "type": "SUBORDINATE",
        "subject": {"common_name": "Issuing"},
        "key_algorithm": "EC_prime256v1",
        "issuer": {"arn": CA, "signing_algorithm": "SHA384WITHECDSA"},
        "certificates": {"g1": {"validity": YEARS}},
        "installed_certificate": "g1",
    },
}
"""Arguments that are right, for each module; the cases change some of them."""


@dataclass(frozen=True)
class Case:
    """A wrong value of one argument and the start of its message, or a valid value without a message."""

    module: str
    arguments: Mapping[str, Any]
    says: str = ""


def crl(**arguments: Any) -> dict[str, Any]:
    return {"revocation_configuration": {"crl_configuration": {"enabled": True, **LIST, **arguments}}}


def keys(key: str, signature: str | None) -> dict[str, Any]:
    return {"key_algorithm": key, "signing_algorithm": signature}


def issuing(actions: Any, **condition: Any) -> dict[str, Any]:
    return {
        "policy": json.dumps({"Statement": [{"Action": "acm-pca:GetCertificate"}, {"Action": actions, **condition}]})
    }


def root(**arguments: int) -> dict[str, Any]:
    return {"type": "ROOT", "issuer": None, "certificates": {"g1": {"validity": YEARS, **arguments}}}


WITH_CERTIFICATE = "private-ca-with-certificate"
SIGNED = "A SUBORDINATE CA has an issuer, a ROOT has none"
ARN = "A CA's ARN is arn:PARTITION:acm-pca"
LIST = {"s3_bucket_name": "lists", "expiration_in_days": 7}
API = {"template_arn": f"{TEMPLATE}SubordinateCACertificate_PathLen0_APIPassthrough/V1"}
FAMILY = "The signing algorithm is of the key's family"
DISABLED = "A disabled crl_configuration has no other argument"
CHAIN = "The certificate of a SUBORDINATE CA is installed together"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
ELSEWHERE = CERTIFICATE.replace("us-east-1", "eu-west-1")
RESERVED = "S3 keeps this prefix or suffix"
ISSUE = "acm-pca:IssueCertificate"
DOCUMENT = "A policy is a JSON document with a Statement"
UNLIMITED = "A statement that allows acm-pca:IssueCertificate"
VALIDITY = "The validity's value is a whole number"
CASES = [
    *(Case(module, {}) for module in NAMES),
    Case("crl-bucket", {"distribution": {"aliases": ["a.example"], "acm_certificate_arn": CERTIFICATE}}),
    Case("crl-bucket", {"distribution": {"aliases": ["a.example"]}}, "CloudFront takes aliases only together"),
    Case("crl-bucket", {"distribution": {"acm_certificate_arn": ELSEWHERE}}, "CloudFront takes certificates"),
    Case("private-ca", {"type": "INTERMEDIATE"}, "The type is ROOT or SUBORDINATE"),
    Case("private-ca", {"subject": {}}, "The subject has at least one field"),
    Case("private-ca", {"subject": {"common_name": ""}}, "The subject has at least one field"),
    Case("private-ca", {"subject": {"country": "DE"}}),
    Case("private-ca", {"subject": {"country": "D"}}, "The subject's country is two letters"),
    Case("private-ca", {"subject": {"distinguished_name_qualifier": "a+b (c)"}}),
    Case("private-ca", {"subject": {"distinguished_name_qualifier": "a_b"}}, "The subject's distinguished_name_q"),
    Case("private-ca", keys("RSA_2048", "SHA512WITHRSA")),
    Case("private-ca", keys("RSA_2048", "SHA256WITHECDSA"), FAMILY),
    Case("private-ca", keys("EC_secp384r1", "SHA256WITHRSA"), FAMILY),
    Case("private-ca", keys("SM2", "SM3WITHSM2")),
    Case("private-ca", keys("SM2", "SHA256WITHECDSA"), FAMILY),
    Case("private-ca", keys("EC_secp384r1", None)),
    Case("private-ca", keys("RSA_1024", "SHA256WITHRSA"), "The key is RSA_2048"),
    Case("private-ca", {"key_storage_security_standard": "CCPC_LEVEL_1_OR_HIGHER"}),
    Case("private-ca", {"key_storage_security_standard": "FIPS"}, "The standard is FIPS_140_2"),
    Case("private-ca", crl(s3_object_acl="PUBLIC_READ")),
    Case("private-ca", crl(s3_object_acl="PRIVATE"), "The ACL of lists is BUCKET_OWNER_FULL_CONTROL"),
    Case("private-ca", {"usage_mode": None}),
    Case("private-ca", {"usage_mode": "SHORT"}, "The usage mode is GENERAL_PURPOSE or"),
    Case("private-ca", {"permanent_deletion_time_in_days": 7}),
    Case("private-ca", {"permanent_deletion_time_in_days": 6}, "A deleted CA can be restored for 7 to 30 days"),
    Case("private-ca", {"permanent_deletion_time_in_days": 31}, "A deleted CA can be restored for 7 to 30 days"),
    Case("private-ca", {"revocation_configuration": None}),
    Case("private-ca", {"revocation_configuration": {}}),
    Case("private-ca", {"revocation_configuration": {"ocsp_configuration": {"enabled": True}}}),
    Case("private-ca", crl(expiration_in_days=5000, custom_cname="crl.corp.example")),
    Case("private-ca", crl(s3_bucket_name=None), "An enabled crl_configuration needs"),
    Case("private-ca", crl(expiration_in_days=None), "An enabled crl_configuration needs"),
    Case("private-ca", crl(expiration_in_days=0), "A list is valid for 1 to 5000 days"),
    Case("private-ca", crl(expiration_in_days=5001), "A list is valid for 1 to 5000 days"),
    Case("private-ca", {"revocation_configuration": {"crl_configuration": {"enabled": False}}}),
    Case("private-ca", crl(enabled=False), DISABLED),
    Case("private-ca", crl(custom_cname="http://crl.corp.example"), "A custom cname is a host name"),
    Case(
        "private-ca",
        {"revocation_configuration": {"ocsp_configuration": {"enabled": True, "ocsp_custom_cname": "https://ocsp"}}},
        "A custom cname is a host name",
    ),
    Case("private-ca", {"certificate": {"certificate": PEM, "certificate_chain": PEM}}),
    Case(
        "private-ca", {"certificate": {"certificate": "root.pem", "certificate_chain": PEM}}, "The certificate is PEM"
    ),
    Case("private-ca", {"certificate": {"certificate": PEM}}, CHAIN),
    Case("private-ca", {"type": "ROOT", "certificate": {"certificate": PEM}}),
    *(Case(WITH_CERTIFICATE, each) for each in (root(), root(path_length=3))),
    Case(WITH_CERTIFICATE, root(path_length=4), "AWS has templates for a path_length of 0 to 3"),
    Case(WITH_CERTIFICATE, {**root(), "installed_certificate": "g2"}, "The installed certificate is one of"),
    Case(WITH_CERTIFICATE, {"issuer": None}, SIGNED),
    Case(WITH_CERTIFICATE, {"type": "ROOT"}, SIGNED),
    Case("ca-certificate", {"template_arn": f"{TEMPLATE}RootCACertificate/V1"}),
    Case("ca-certificate", {"template_arn": f"{TEMPLATE}BlankSubordinateCACertificate_PathLen1_CSRPassthrough/V1"}),
    Case("ca-certificate", {"template_arn": f"{TEMPLATE}EndEntityCertificate/V1"}, "The template is one for CAs"),
    Case("ca-certificate", {"template_arn": "RootCACertificate/V1"}, "The template is one for CAs"),
    Case("ca-certificate", {"validity": {"type": "END_DATE", "value": "2030-01-31T00:00:00Z"}}),
    Case("ca-certificate", {"issuer_arn": "root"}, ARN),
    Case("ca-certificate", {"signing_algorithm": "SM3WITHSM2"}),
    Case("ca-certificate", {"signing_algorithm": "SHA1WITHRSA"}, "The signing algorithm is SHA256"),
    Case("ca-certificate", {"validity": {"type": "WEEKS", "value": "5"}}, "The validity's type is DAYS"),
    Case("ca-certificate", {"validity": {"type": "END_DATE", "value": "5"}}, VALIDITY),
    Case("ca-certificate", {"validity": {"type": "DAYS", "value": "2030-01-31T00:00:00Z"}}, VALIDITY),
    Case("ca-certificate", {"validity": {"type": "YEARS", "value": "0"}}, VALIDITY),
    Case("ca-certificate", {**API, "api_passthrough": "{}"}),
    Case("ca-certificate", {"api_passthrough": "{}"}, "AWS ignores an api_passthrough"),
    Case("crl-bucket", {"bucket": "a.b"}),
    Case("crl-bucket", {"bucket": "12345"}),
    Case("crl-bucket", {"bucket": "Lists"}, "A bucket's name has 3 to 63"),
    Case("crl-bucket", {"bucket": "a..b"}, "A bucket's name has no two dots"),
    Case("crl-bucket", {"bucket": "10.0.0.1"}, "A bucket's name has no two dots"),
    Case("crl-bucket", {"bucket": "xn--lists"}, RESERVED),
    Case("crl-bucket", {"bucket": "lists--x-s3"}, RESERVED),
    Case("crl-bucket", {"policy": "{}"}, DOCUMENT),
    Case("crl-bucket", {"policy": "a policy"}, DOCUMENT),
    Case("ca-share", {"policy": "{}"}, DOCUMENT),
    Case("ca-share", {"policy": "a policy"}, DOCUMENT),
    Case("ca-share", issuing(ISSUE), UNLIMITED),
    Case("ca-share", issuing([ISSUE]), UNLIMITED),
    Case("ca-share", issuing(ISSUE, Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}}), UNLIMITED),
    Case("ca-share", issuing([ISSUE], Condition={"StringEquals": {"acm-pca:TemplateArn": f"{TEMPLATE}A/V1"}})),
    Case("acm-certificate", {"domain_name": ""}, "The domain name has 1 to 64"),
    Case("acm-certificate", {"domain_name": f"{'a' * 57}.example"}, "The domain name has 1 to 64"),
    Case("acm-certificate", {"domain_name": f"{'a' * 56}.example"}),
    Case("acm-certificate", {"subject_alternative_names": [f"{number}.example" for number in range(99)]}),
    Case("acm-certificate", {"subject_alternative_names": [f"{number}.example" for number in range(100)]}, "There are"),
    Case("acm-certificate", {"key_algorithm": "EC_secp521r1"}, "ACM makes keys of RSA_2048, EC_prime256v1"),
    Case("acm-certificate", {"certificate_authority_arn": CA.replace("acm-pca", "acm")}, ARN),
    Case("ca-share", {"certificate_authority_arn": "issuing"}, ARN),
    Case("acm-permission", {"certificate_authority_arn": "issuing"}, ARN),
    Case("acm-permission", {"principal": "s3.amazonaws.com"}, "AWS grants to acm.amazonaws.com only"),
    Case("acm-permission", {"actions": ["RevokeCertificate"]}, "A permission has at least one"),
    Case("acm-permission", {"actions": ["IssueCertificate"]}),
    Case("acm-permission", {"actions": []}, "A permission has at least one of"),
    Case("ssm-parameter", {"certificate_authority_arn": "issuing"}, ARN),
    Case("ssm-parameter", {"name": "/Pki_1" + "/a.b-c" * 14}),
    Case("ssm-parameter", {"name": "/a" * 16}, "A name is 1 to 15 levels"),
    Case("ssm-parameter", {"name": "pki/root"}, "A name is 1 to 15 levels"),
    Case("ssm-parameter", {"name": "/pki/ro ot"}, "A name is 1 to 15 levels"),
    Case("ssm-parameter", {"name": "/AWS-pki/root"}, "Names that start with aws or ssm"),
    Case("issuer-attachment", {"user_name": None, "role_name": "deployer", "path": "/pki/ca/"}),
    Case("issuer-attachment", {"user_name": None}, "Name a user or a role, one of them"),
    Case("issuer-attachment", {"principal_type": "group"}, "The principal is a user or a role"),
    Case("issuer-attachment", {"principal_type": "role"}, "The name that is given is of the other kind"),
    Case("issuer-attachment", {"role_name": "deployer"}, "Name a user or a role, one of them"),
    Case("issuer-attachment", {"path": "pki"}, "A path starts and ends with a slash"),
    Case("issuer-attachment", {"policies": {"p": json.dumps({"Version": "x" * 6144})}}, "A policy has at most 6144"),
    Case("issuer-role", {"role_name": "a" * 64, "path": "/pki/ca/", "max_session_duration": 43200}),
    Case("issuer-role", {"role_name": "a" * 65}, "A role's name has 1 to 64"),
    Case("issuer-role", {"max_session_duration": 3599}, "A session may last 3600 to 43200"),
    Case("issuer-role", {"max_session_duration": 43201}, "A session may last 3600 to 43200"),
    Case("issuer-role", {"path": "pki"}, "A path starts and ends with a slash"),
    Case("issuer-role", {"policy_path": "pki"}, "A path starts and ends with a slash"),
    Case("issuer-role", {"permissions_boundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
    Case("issuer-role", {"permissions_boundary": "boundary"}, "A permissions boundary is the ARN of a policy"),
    Case("issuer-role", {"policies": {"p": json.dumps({"Version": "x" * 6144})}}, "A policy has at most 6144"),
    Case("issuer-user", {"user_name": "a" * 64, "path": "/pki/ca/"}),
    Case("issuer-user", {"user_name": "a" * 65}, "A user's name has 1 to 64"),
    Case("issuer-user", {"path": "pki"}, "A path starts and ends with a slash"),
    Case("issuer-user", {"policy_path": "pki"}, "A path starts and ends with a slash"),
    Case("issuer-user", {"path": f"/{'a' * 511}/"}, "A path starts and ends with a slash"),
    Case("issuer-user", {"permissions_boundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
    Case("issuer-user", {"permissions_boundary": "boundary"}, "A permissions boundary is the ARN of a policy"),
    Case("issuer-user", {"policies": {"p": json.dumps({"Version": f"{' ' * 9000}"})}}),
    Case("issuer-user", {"policies": {"p": json.dumps({"Version": "x" * 6144})}}, "A policy has at most 6144"),
]
NOWHERE = {
    "region": "eu-west-1",
    "access_key": "none",
    "secret_key": "none",
    "skip_credentials_validation": True,
    "skip_metadata_api_check": True,
    "skip_requesting_account_id": True,
}
"""A provider that makes no AWS calls: planning new resources needs no account."""


def files(cases: list[Case]) -> dict[str, str]:
    """Return a stack with one module call a line, so that a diagnostic's line is its case's index plus two.

    The arguments come from variables: a plan first validates, and stops there, where only literals are known.
    """
    calls, values = [], {}
    for index, case in enumerate(cases):
        name = f"case_{index}"
        arguments = {**RIGHT[case.module], **case.arguments}
        values[name] = {key: value for key, value in arguments.items() if LATER not in json.dumps(value)}
        given = {key: f"${{var.{name}.{key}}}" if key in values[name] else value for key, value in arguments.items()}
        calls.append(f'"{name}": {json.dumps({"source": f"./modules/{case.module}", **given})}')
    rest = {
        "variable": {name: {} for name in values},
        "resource": {"terraform_data": {"later": {}}},
        "provider": {"aws": NOWHERE},
    }
    stack = '{"module": {\n' + ",\n".join(calls) + "\n}, " + json.dumps(rest).removeprefix("{") + "\n"
    return {"main.tf.json": stack, "terraform.tfvars.json": json.dumps(values)}


def diagnostics(terraform: Terraform) -> list[Any]:
    """Return what a plan complains about."""
    command = [terraform.binary, "plan", "-json", "-input=false"]
    done = subprocess.run(
        command, cwd=terraform.directory, env=dict(terraform.environment), capture_output=True, check=False
    )
    messages = [json.loads(line) for line in done.stdout.decode().splitlines()]
    return [each["diagnostic"] for each in messages if each["type"] == "diagnostic"]


@pytest.mark.terraform
def test_each_wrong_value_is_refused_in_words_and_each_right_one_taken(tmp_path: Path, offline: Offline) -> None:
    cases = [*CASES, *(Case(name, arguments) for name, arguments in UNKNOWN.items())]
    lay_out(tmp_path, files(cases))
    terraform = offline(tmp_path)
    init_once(terraform)
    details: dict[int, list[str]] = {index: [] for index in range(len(cases))}
    for each in diagnostics(terraform):
        details[each["range"]["start"]["line"] - 2].append(each["detail"] or each["summary"])
    for case, texts in zip(cases, details.values(), strict=True):
        assert [text[: len(case.says) or None] for text in texts] == ([case.says] if case.says else []), case


@pytest.mark.parametrize("module", NAMES)
def test_every_message_is_provoked(module: str) -> None:
    messages = [text for _, texts in labels(module, "variables.tf", "variable") for text in texts]
    provoked = [case.says for case in CASES if case.module == module and case.says]
    assert [text for text in messages if not any(text.startswith(start) for start in provoked)] == []


@pytest.mark.parametrize("module", NAMES)
def test_every_checked_argument_may_be_known_late(module: str) -> None:
    assert {name for name, texts in labels(module, "variables.tf", "variable") if texts} <= set(UNKNOWN[module])
