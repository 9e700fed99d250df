"""For each argument of each resource type: an instance, and another value for it."""

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from pcaform.terraform.resource_types import (
    ACM_CERTIFICATE,
    AUTHORITY,
    CERTIFICATE,
    CLOUDFRONT_DISTRIBUTION,
    IAM_GROUP_POLICY,
    IAM_GROUP_POLICY_ATTACHMENT,
    IAM_INSTANCE_PROFILE,
    IAM_POLICY,
    IAM_POLICY_ATTACHMENT,
    IAM_ROLE,
    IAM_ROLE_POLICY,
    IAM_ROLE_POLICY_ATTACHMENT,
    IAM_USER,
    IAM_USER_POLICY,
    IAM_USER_POLICY_ATTACHMENT,
    INSTALLATION,
    PERMISSION,
    S3_BUCKET,
    S3_BUCKET_OWNERSHIP_CONTROLS,
    S3_BUCKET_POLICY,
    S3_BUCKET_PUBLIC_ACCESS_BLOCK,
    S3_BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION,
    SHARE,
)
from terraform.distributions import CHANGED, DISTRIBUTION

CA, POLICY = AUTHORITY, SHARE
SUBJECT = "certificate_authority_configuration[0].subject[0]"
NAMES = (
    "common_name",
    "distinguished_name_qualifier",
    "generation_qualifier",
    "given_name",
    "initials",
    "locality",
    "organization",
    "organizational_unit",
    "pseudonym",
    "state",
    "surname",
    "title",
)
LIST = {
    "enabled": True,
    "expiration_in_days": 7,
    "s3_bucket_name": "lists",
    "custom_cname": "a.example",
    "s3_object_acl": "BUCKET_OWNER_FULL_CONTROL",
}
OCSP = {"enabled": True, "ocsp_custom_cname": "b.example"}


def authority(name: str, kind: str = "SUBORDINATE") -> dict[str, Any]:
    configuration = {
        "key_algorithm": "EC_prime256v1",
        "signing_algorithm": "SHA256WITHECDSA",
        "subject": [{"common_name": name, "country": "DE"}],
    }
    return {"type": kind, "certificate_authority_configuration": [configuration]}


def issued(csr_of: str, template: str = "SubordinateCACertificate_PathLen0_APIPassthrough") -> dict[str, Any]:
    return {
        "certificate_authority_arn": f"${{{INSTALLATION}.root.certificate_authority_arn}}",
        "certificate_signing_request": f"${{{CA}.{csr_of}.certificate_signing_request}}",
        "signing_algorithm": "SHA256WITHECDSA",
        "template_arn": f"arn:aws:acm-pca:::template/{template}/V1",
        "validity": [{"type": "DAYS", "value": "30"}],
    }


def installed(name: str) -> dict[str, Any]:
    return {
        "certificate_authority_arn": f"${{{CA}.{name}.arn}}",
        "certificate": f"${{{CERTIFICATE}.{name}.certificate}}",
        "certificate_chain": f"${{{CERTIFICATE}.{name}.certificate_chain}}",
    }


def permitted(name: str) -> dict[str, Any]:
    return {
        "certificate_authority_arn": f"${{{INSTALLATION}.{name}.certificate_authority_arn}}",
        "principal": "acm.amazonaws.com",
        "actions": ["IssueCertificate", "GetCertificate", "ListPermissions"],
    }


def shared(name: str, account: str) -> dict[str, Any]:
    read_only = {
        "Action": [
            "acm-pca:DescribeCertificateAuthority",
            "acm-pca:GetCertificate",
            "acm-pca:GetCertificateAuthorityCertificate",
            "acm-pca:ListPermissions",
            "acm-pca:ListTags",
        ],
        "Effect": "Allow",
        "Resource": f"${{{CA}.{name}.arn}}",
        "Principal": {"AWS": account},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [read_only]})
    return {"resource_arn": f"${{{INSTALLATION}.{name}.certificate_authority_arn}}", "policy": policy}


def document(action: str) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})


def trust(service: str) -> str:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": f"{service}.amazonaws.com"}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def readable(bucket: str, action: str) -> str:
    statement = {"Effect": "Allow", "Action": action, "Principal": "*", "Resource": f"arn:aws:s3:::{bucket}/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def requested() -> dict[str, Any]:
    return {
        "certificate_authority_arn": f"${{{INSTALLATION}.root.certificate_authority_arn}}",
        "domain_name": "www.corp.example",
        "subject_alternative_names": ["api.corp.example"],
        "key_algorithm": "EC_prime256v1",
    }


def encrypted(algorithm: str) -> list[Any]:
    return [{"apply_server_side_encryption_by_default": [{"sse_algorithm": algorithm}]}]


BOUNDARY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
GROUP = "aws_iam_group"
BASE: Mapping[str, Mapping[str, dict[str, Any]]] = {
    IAM_USER: {"u1": {"name": "u1"}, "u2": {"name": "u2"}},
    IAM_ROLE: {name: {"name": name, "assume_role_policy": trust("ec2")} for name in ("r1", "r2")},
    GROUP: {"g1": {"name": "g1"}, "g2": {"name": "g2"}},
    IAM_POLICY: {name: {"name": name, "policy": document("acm:Get*")} for name in ("p1", "p2", "p3")},
    S3_BUCKET: {name: {"bucket": name} for name in ("bucket-1", "bucket-2")},
}
"""What others name; it stays as it is."""


def policy_arn(name: str) -> str:
    return f"${{{IAM_POLICY}.{name}.arn}}"


def of_principal(kind: str, name: str) -> str:
    return f"${{aws_iam_{kind}.{name}.name}}"


def of_bucket(number: int) -> str:
    return f"${{{S3_BUCKET}.bucket-{number}.bucket}}"


ACTIVE = ("a", "b", "c")
Mutation = Mapping[str, Any]
MUTATIONS: Mapping[str, tuple[str, dict[str, Any], Mutation]] = {
    "key": (CA, authority("x"), {"certificate_authority_configuration[0].key_algorithm": "EC_secp384r1"}),
    "signature": (CA, authority("x"), {"certificate_authority_configuration[0].signing_algorithm": "SHA384WITHECDSA"}),
    "country": (CA, authority("x"), {f"{SUBJECT}.country": "FR"}),
    **{name: (CA, authority("x"), {f"{SUBJECT}.{name}": "yz"}) for name in NAMES},
    "enabled": (CA, authority("x"), {"enabled": False}),
    "storage": (CA, authority("x"), {"key_storage_security_standard": "CCPC_LEVEL_1_OR_HIGHER"}),
    "window": (CA, authority("x"), {"permanent_deletion_time_in_days": 7}),
    "tags": (CA, authority("x"), {"tags": {"a": "b"}}),
    "type": (CA, authority("x"), {"type": "ROOT"}),
    "usage": (CA, authority("x"), {"usage_mode": "SHORT_LIVED_CERTIFICATE"}),
    "list": (CA, authority("x"), {"revocation_configuration": [{"crl_configuration": [LIST]}]}),
    "ocsp": (CA, authority("x"), {"revocation_configuration": [{"ocsp_configuration": [OCSP]}]}),
    "passthrough": (CERTIFICATE, issued("a"), {"api_passthrough": '{"Extensions":{}}'}),
    "signer": (CERTIFICATE, issued("a"), {"certificate_authority_arn": f"${{{CA}.b.arn}}"}),
    "request": (CERTIFICATE, issued("a"), {"certificate_signing_request": f"${{{CA}.b.certificate_signing_request}}"}),
    "signed": (CERTIFICATE, issued("a"), {"signing_algorithm": "SHA512WITHECDSA"}),
    "template": (CERTIFICATE, issued("a"), {"template_arn": "arn:aws:acm-pca:::template/EndEntityCertificate/V1"}),
    "unit": (CERTIFICATE, issued("a"), {"validity[0].type": "MONTHS"}),
    "amount": (CERTIFICATE, issued("a"), {"validity[0].value": "31"}),
    "a": (INSTALLATION, installed("a"), {"certificate": f"${{{CERTIFICATE}.amount.certificate}}"}),
    "b": (INSTALLATION, installed("b"), {"certificate_chain": f"${{{CERTIFICATE}.amount.certificate}}"}),
    "c": (INSTALLATION, installed("c"), {"certificate_authority_arn": f"${{{CA}.key.arn}}"}),
    "fewer": (PERMISSION, permitted("a"), {"actions": ["GetCertificate"]}),
    "account": (PERMISSION, permitted("b"), {"source_account": "222222222222"}),
    "other": (PERMISSION, permitted("c"), {"certificate_authority_arn": f"${{{CA}.key.arn}}"}),
    "share": (POLICY, shared("a", "111111111111"), {"policy": shared("a", "222222222222")["policy"]}),
    "place": (POLICY, shared("b", "111111111111"), {"resource_arn": f"${{{CA}.c.arn}}"}),
    "managed": (
        ACM_CERTIFICATE,
        requested(),
        {
            "certificate_authority_arn": f"${{{CA}.b.arn}}",
            "domain_name": "web.corp.example",
            "subject_alternative_names": ["b.corp.example"],
            "key_algorithm": "RSA_2048",
        },
    ),
    "renewed": (ACM_CERTIFICATE, requested(), {"early_renewal_duration": "P60D", "tags": {"a": "b"}}),
    "user": (
        IAM_USER,
        {"name": "user"},
        {
            "name": "other-user",
            "path": "/pki/",
            "permissions_boundary": BOUNDARY,
            "force_destroy": True,
            "tags": {"a": "b"},
        },
    ),
    "role": (
        IAM_ROLE,
        {"name": "role", "assume_role_policy": trust("ec2")},
        {
            "assume_role_policy": trust("lambda"),
            "max_session_duration": 7200,
            "permissions_boundary": BOUNDARY,
            "tags": {"a": "b"},
            "description": "for signing",
            "inline_policy": {"name": "inline", "policy": document("acm:List*")},
        },
    ),
    "role2": (
        IAM_ROLE,
        {"name": "role2", "assume_role_policy": trust("ec2")},
        {"name": "other-role", "path": "/pki/"},
    ),
    "policy": (
        IAM_POLICY,
        {"name": "policy", "policy": document("acm:Get*")},
        {"policy": document("acm:List*"), "tags": {"a": "b"}},
    ),
    "policy2": (
        IAM_POLICY,
        {"name": "policy2", "policy": document("acm:Get*")},
        {"name": "other-policy", "path": "/pki/", "description": "for signing"},
    ),
    **{
        f"attached-{kind}": (
            attachment,
            {kind: of_principal(kind, f"{kind[0]}1"), "policy_arn": policy_arn("p1")},
            {kind: of_principal(kind, f"{kind[0]}2"), "policy_arn": policy_arn("p2")},
        )
        for kind, attachment in {
            "user": IAM_USER_POLICY_ATTACHMENT,
            "role": IAM_ROLE_POLICY_ATTACHMENT,
            "group": IAM_GROUP_POLICY_ATTACHMENT,
        }.items()
    },
    **{
        f"inline-{kind}": (
            inline,
            {kind: of_principal(kind, f"{kind[0]}1"), "name": "inline", "policy": document("acm:Get*")},
            {kind: of_principal(kind, f"{kind[0]}2"), "name": "other", "policy": document("acm:List*")},
        )
        for kind, inline in {
            "user": IAM_USER_POLICY,
            "role": IAM_ROLE_POLICY,
            "group": IAM_GROUP_POLICY,
        }.items()
    },
    "everywhere": (
        IAM_POLICY_ATTACHMENT,
        {"name": "everywhere", "policy_arn": policy_arn("p3"), "users": [of_principal("user", "u1")]},
        {
            "users": [of_principal("user", "u2")],
            "roles": [of_principal("role", "r1")],
            "groups": [of_principal("group", "g1")],
            "policy_arn": policy_arn("p2"),
        },
    ),
    "profile": (
        IAM_INSTANCE_PROFILE,
        {"name": "profile", "role": of_principal("role", "r1")},
        {"role": of_principal("role", "r2"), "tags": {"a": "b"}},
    ),
    "profile2": (IAM_INSTANCE_PROFILE, {"name": "profile2"}, {"name": "other-profile", "path": "/pki/"}),
    "bucket": (S3_BUCKET, {"bucket": "bucket"}, {"force_destroy": True, "tags": {"a": "b"}}),
    "bucket2": (S3_BUCKET, {"bucket": "bucket2"}, {"bucket": "other-bucket"}),
    "distribution": (CLOUDFRONT_DISTRIBUTION, DISTRIBUTION, CHANGED),
    "bucket-policy": (
        S3_BUCKET_POLICY,
        {"bucket": of_bucket(1), "policy": readable("bucket-1", "s3:GetObject")},
        {"bucket": of_bucket(2), "policy": readable("bucket-2", "s3:GetObject")},
    ),
    "owned": (
        S3_BUCKET_OWNERSHIP_CONTROLS,
        {"bucket": of_bucket(1), "rule": [{"object_ownership": "BucketOwnerEnforced"}]},
        {"bucket": of_bucket(2), "rule[0].object_ownership": "ObjectWriter"},
    ),
    "blocked": (
        S3_BUCKET_PUBLIC_ACCESS_BLOCK,
        {"bucket": of_bucket(1)},
        {
            "bucket": of_bucket(2),
            "block_public_acls": True,
            "block_public_policy": True,
            "ignore_public_acls": True,
            "restrict_public_buckets": True,
        },
    ),
    "encrypted": (
        S3_BUCKET_SERVER_SIDE_ENCRYPTION_CONFIGURATION,
        {"bucket": of_bucket(1), "rule": encrypted("AES256")},
        {"bucket": of_bucket(2), "rule": encrypted("aws:kms")},
    ),
}
"""Name of an instance -> its kind, its arguments, and what is changed of them, by path."""


def configuration(*, is_changed: bool) -> str:
    resources: dict[str, dict[str, Any]] = {
        CA: {"root": authority("root", "ROOT"), **{name: authority(name) for name in ACTIVE}},
        CERTIFICATE: {"root": _of_root(), **{name: issued(name) for name in ACTIVE}},
        INSTALLATION: {"root": {**installed("root"), "certificate_chain": None}},
        **{kind: dict(instances) for kind, instances in BASE.items()},
    }
    for name, (kind, arguments, mutation) in MUTATIONS.items():
        resources.setdefault(kind, {})[name] = _changed(arguments, mutation) if is_changed else arguments
    return json.dumps({"resource": resources}, indent=1)


def _of_root() -> dict[str, Any]:
    arn = f"${{{CA}.root.arn}}"
    return {**issued("root", "RootCACertificate"), "certificate_authority_arn": arn, "validity": [_TEN_YEARS]}


_TEN_YEARS = {"type": "YEARS", "value": "10"}


def _changed(arguments: dict[str, Any], mutation: Mutation) -> dict[str, Any]:
    changed = deepcopy(arguments)
    for path, value in mutation.items():
        *steps, last = path.replace("[0]", ".0").split(".")
        at: Any = changed
        for step in steps:
            at = at[int(step)] if step.isdigit() else at[step]
        at[last] = value
    return changed
