"""Builders of handmade states of version 4, as the provider writes them, without outputs or comments of pcaform."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_OID, uuid5

ACCOUNT = "123456789012"
REGION = "eu-west-1"
Resource = dict[str, Any]


def state(*resources: Resource) -> bytes:
    return json.dumps({"version": 4, "terraform_version": "1.11.4", "serial": 1, "resources": resources}).encode()


def resource(kind: str, module: str | None, attributes: Mapping[str, Any], **instance: Any) -> Resource:
    location = {"module": module} if module else {}
    return {
        **location,
        "mode": "managed",
        "type": kind,
        "name": "this",
        "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
        "instances": [{"schema_version": 1, "attributes": dict(attributes), **instance}],
    }


def arn_of(name: str, region: str = REGION) -> str:
    return f"arn:aws:acm-pca:{region}:{ACCOUNT}:certificate-authority/{uuid5(NAMESPACE_OID, name)}"


def authority(
    name: str, *, module: str | None = None, region: str = REGION, common_name: str | None = None, **more: Any
) -> Resource:
    """Return a CA; `name` is part of its ARN and request, and its default common name."""
    instance = {key: more.pop(key) for key in ("index_key", "deposed") if key in more}
    subject = dict.fromkeys(("country", "locality", "organization", "state", "title"), "")
    configuration = {
        "key_algorithm": "RSA_2048",
        "signing_algorithm": "SHA256WITHRSA",
        "subject": [{**subject, "common_name": name if common_name is None else common_name}],
    }
    attributes = {
        "arn": arn_of(name, region),
        "certificate": f"certificate of {name}\n",
        "certificate_authority_configuration": [configuration],
        "certificate_signing_request": f"request of {name}\n",
        "enabled": True,
        "key_storage_security_standard": "FIPS_140_2_LEVEL_3_OR_HIGHER",
        "permanent_deletion_time_in_days": 30,
        "revocation_configuration": [],
        "tags": None,
        "tags_all": {},
        "type": "ROOT",
        "usage_mode": "GENERAL_PURPOSE",
    }
    return resource("aws_acmpca_certificate_authority", module, {**attributes, **more}, **instance)


def certificate(
    name: str, *, parent: str | None = None, length: int = 0, region: str = REGION, **more: Any
) -> Resource:
    """Return the certificate for a CA's request, signed by itself or by its parent."""
    template = f"SubordinateCACertificate_PathLen{length}/V1" if parent else "RootCACertificate/V1"
    attributes = {
        "arn": f"{arn_of(parent or name, region)}/certificate/{name}",
        "certificate": f"certificate of {name}",
        "certificate_authority_arn": arn_of(parent or name, region),
        "certificate_signing_request": f"request of {name}",
        "template_arn": f"arn:aws:acm-pca:::template/{template}",
        "validity": [{"type": "YEARS", "value": "10"}],
    }
    return resource("aws_acmpca_certificate", None, {**attributes, **more})


def subordinate(name: str, parent: str, *, length: int = 0) -> tuple[Resource, Resource]:
    return authority(name, type="SUBORDINATE"), certificate(name, parent=parent, length=length)


def root(name: str = "root") -> tuple[Resource, Resource]:
    return authority(name), certificate(name)


def permission(name: str, *, module: str | None = None, source_account: str | None = ACCOUNT) -> Resource:
    attributes = {
        "certificate_authority_arn": arn_of(name),
        "actions": ["GetCertificate", "IssueCertificate", "ListPermissions"],
        "principal": "acm.amazonaws.com",
        "source_account": source_account,
    }
    return resource("aws_acmpca_permission", module, attributes)


def user(
    name: str, document: Any, *, policy: str | None = None, module: str | None = None, **more: Any
) -> list[Resource]:
    """Return a user with one policy attached."""
    arn = f"arn:aws:iam::{ACCOUNT}:policy/{name}"
    has: dict[str, Any] = {
        "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
        "name": name,
        "path": "/",
        "tags": None,
        "tags_all": {},
    }
    attached = {"user": name, "policy_arn": arn}
    shared = {"path": more.get("path", "/"), "tags_all": {}}
    written = {"arn": arn, "name": policy or f"{name}-private-ca", "policy": json.dumps(document), **shared}
    return [
        resource("aws_iam_user", module, {**has, **more}),
        resource("aws_iam_policy", module, written),
        resource("aws_iam_user_policy_attachment", module, attached),
    ]


def stacked(*resources: Resource) -> bytes:
    """Return a state with resources at the addresses of a rendered stack, so that nothing has to move."""
    held = [each["instances"][0]["attributes"] for each in resources]
    requests = ((has["arn"], has.get("certificate_signing_request", "")) for has in held if "arn" in has)
    names = {arn: request.removeprefix("request of ").strip() for arn, request in requests}
    return state(*({**each, **_location(each, names)} for each in resources))


def _location(each: Resource, names: Mapping[str, str]) -> Resource:
    has = each["instances"][0]["attributes"]
    kind = each["type"]
    if kind.startswith("aws_iam_"):
        key = has.get("user") or has["arn"].rpartition("/")[2]
        index = {} if kind == "aws_iam_user" else {"index_key": has.get("name") or f"{key}-private-ca"}
        return {"module": f"module.issuer_{key}", "instances": [{**each["instances"][0], **index}]}
    if kind == "aws_acmpca_certificate":
        return {"module": f"module.ca_{has['arn'].rpartition('/')[2]}_certificate"}
    arn = has.get("certificate_authority_arn") or has["arn"]
    key = names.get(arn) or arn.rpartition("/")[2]
    return {"module": f"module.acm_permission_{key}" if kind == "aws_acmpca_permission" else f"module.ca_{key}"}
