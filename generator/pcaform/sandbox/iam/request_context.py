"""The resource and the condition keys of a request, for each service.

Sources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsprivatecertificateauthority.html,
.../list_awscertificatemanager.html, .../list_awsidentityandaccessmanagementiam.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pcaform.core.facts import DEFAULT_KEY
from pcaform.sandbox.pca.templates import DEFAULT_TEMPLATE

Keys = dict[str, tuple[str, ...]]


def requested_ca_arn(request: Mapping[str, Any]) -> str:
    """Return the CA of a Private CA request, `*` for CreateCertificateAuthority and ListCertificateAuthorities."""
    arn: str = request.get("CertificateAuthorityArn") or request.get("ResourceArn") or "*"
    return arn


def ca_condition_keys(operation: str, request: Mapping[str, Any], partition: str) -> Keys:
    """Return the condition keys of Private CA; a request without a template uses the default one."""
    keys = _tag_condition_keys(request.get("Tags") or [])
    if operation == "IssueCertificate":
        default = f"arn:{partition}:acm-pca:::template/{DEFAULT_TEMPLATE}"
        keys["acm-pca:templatearn"] = (request.get("TemplateArn") or default,)
    return keys


def requested_certificate_arn(operation: str, request: Mapping[str, Any], account: str) -> str:
    """Return the certificate of an ACM request; `account` is `arn:<partition>:acm:<region>:<account id>`."""
    if operation in {"RequestCertificate", "ImportCertificate"}:
        return str(request.get("CertificateArn") or f"{account}:certificate/*")
    return str(request.get("CertificateArn") or "*")


def certificate_condition_keys(operation: str, request: Mapping[str, Any]) -> Keys:
    """Return the condition keys of ACM; https://docs.aws.amazon.com/acm/latest/userguide/acm-conditions.html."""
    keys = _tag_condition_keys(request.get("Tags") or [])
    if operation != "RequestCertificate":
        return keys
    names = [request.get("DomainName", ""), *(request.get("SubjectAlternativeNames") or [])]
    keys["acm:domainnames"] = tuple(dict.fromkeys(name.lower() for name in names))
    keys["acm:keyalgorithm"] = (request.get("KeyAlgorithm") or DEFAULT_KEY,)
    for key, name in (
        ("acm:certificateauthority", "CertificateAuthorityArn"),
        ("acm:validationmethod", "ValidationMethod"),
    ):
        if request.get(name):
            keys[key] = (request[name],)
    return keys


_KIND_BY_PARAMETER = {
    "InstanceProfileName": "instance-profile",
    "UserName": "user",
    "RoleName": "role",
    "GroupName": "group",
}
"""The parameter that names the resource, the first that is present: AddRoleToInstanceProfile is about the profile."""


def requested_identity_arn(operation: str, request: Mapping[str, str], account: str) -> str:
    """Return the resource of an IAM request; `account` is `arn:<partition>:iam::<account id>`."""
    path = request.get("Path") or "/"
    for name, kind in _KIND_BY_PARAMETER.items():
        if request.get(name):
            return f"{account}:{kind}{path}{request[name]}"
    if request.get("PolicyArn"):
        return request["PolicyArn"]
    if operation == "CreatePolicy":
        return f"{account}:policy{path}{request.get('PolicyName', '')}"
    return "*"


def identity_condition_keys(request: Mapping[str, str]) -> Keys:
    """Return the condition keys of IAM for attached policies and permissions boundaries."""
    parameters = (("iam:policyarn", "PolicyArn"), ("iam:permissionsboundary", "PermissionsBoundary"))
    return {key: (request[name],) for key, name in parameters if request.get(name)}


def _tag_condition_keys(tags: list[Mapping[str, str]]) -> Keys:
    values = {tag["Key"]: tag.get("Value", "") for tag in tags if "Key" in tag}
    keys: Keys = {f"aws:requesttag/{key.lower()}": (value,) for key, value in values.items()}
    return keys | ({"aws:tagkeys": tuple(values)} if values else {})
