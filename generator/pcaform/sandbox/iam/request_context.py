"""What a request asks for, in IAM's terms: the resource and the condition keys of each service's calls.

Sources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsprivatecertificateauthority.html,
.../list_awscertificatemanager.html, .../list_awsidentityandaccessmanagementiam.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pcaform.core.facts import DEFAULT_KEY
from pcaform.sandbox.pca.templates import DEFAULT_TEMPLATE

Keys = dict[str, tuple[str, ...]]


def authority_arn(request: Mapping[str, Any]) -> str:
    """Return the CA that a Private CA request is about, `*` for CreateCertificateAuthority and the list."""
    arn: str = request.get("CertificateAuthorityArn") or request.get("ResourceArn") or "*"
    return arn


def authority_keys(operation: str, request: Mapping[str, Any], partition: str) -> Keys:
    """Return the condition keys that only Private CA has; a request without a template uses the default one."""
    keys = _tag_keys(request.get("Tags") or [])
    if operation == "IssueCertificate":
        default = f"arn:{partition}:acm-pca:::template/{DEFAULT_TEMPLATE}"
        keys["acm-pca:templatearn"] = (request.get("TemplateArn") or default,)
    return keys


def certificate_arn(operation: str, request: Mapping[str, Any], account: str) -> str:
    """Return the ACM certificate that a request is about; `account` is `arn:<partition>:acm:<region>:<account id>`."""
    if operation in {"RequestCertificate", "ImportCertificate"}:
        return str(request.get("CertificateArn") or f"{account}:certificate/*")
    return str(request.get("CertificateArn") or "*")


def certificate_keys(operation: str, request: Mapping[str, Any]) -> Keys:
    """Return the condition keys that ACM has; https://docs.aws.amazon.com/acm/latest/userguide/acm-conditions.html."""
    keys = _tag_keys(request.get("Tags") or [])
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


_NAMED_BY = {"InstanceProfileName": "instance-profile", "UserName": "user", "RoleName": "role", "GroupName": "group"}
"""Which argument names the resource, the first that is there: a role that is added to a profile is not asked."""


def identity_arn(operation: str, request: Mapping[str, str], account: str) -> str:
    """Return the IAM resource that a request is about; `account` is `arn:<partition>:iam::<account id>`."""
    path = request.get("Path") or "/"
    for name, kind in _NAMED_BY.items():
        if request.get(name):
            return f"{account}:{kind}{path}{request[name]}"
    if request.get("PolicyArn"):
        return request["PolicyArn"]
    if operation == "CreatePolicy":
        return f"{account}:policy{path}{request.get('PolicyName', '')}"
    return "*"


def identity_keys(request: Mapping[str, str]) -> Keys:
    """Return the condition keys that IAM has for what is attached and for boundaries."""
    wanted = (("iam:policyarn", "PolicyArn"), ("iam:permissionsboundary", "PermissionsBoundary"))
    return {key: (request[name],) for key, name in wanted if request.get(name)}


def _tag_keys(tags: list[Mapping[str, str]]) -> Keys:
    named = {tag["Key"]: tag.get("Value", "") for tag in tags if "Key" in tag}
    keys: Keys = {f"aws:requesttag/{key.lower()}": (value,) for key, value in named.items()}
    return keys | ({"aws:tagkeys": tuple(named)} if named else {})
