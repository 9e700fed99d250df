"""Symbolic values in place of those that AWS sets and no file or plan has: they link resources, and get into no spec.

ARNs of IAM and names of buckets are real, since they follow from the arguments.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pcaform.sources.hcl.providers import ProviderConfig
from pcaform.sources.hcl.values import Unknown
from pcaform.sources.inventory import SYMBOLIC
from pcaform.terraform import resource_types as types

_NOT_IN_ARN = re.compile(r"[^A-Za-z0-9-]+")
_DIGITS = 8
_REGION_OF_ID = re.compile(r"@[a-z]{2,}(?:-[a-z]+)+-[0-9]+\Z")
_CERTIFICATE = "certificate of "
_AUTHORITY_ARN = re.compile(rf"arn:[a-z-]+:acm-pca:[a-z0-9-]+:[0-9]+:certificate-authority/{SYMBOLIC}[A-Za-z0-9-]+")
_SYMBOLIC_ARNS = {
    types.AUTHORITY: ("acm-pca", "certificate-authority"),
    types.CERTIFICATE: ("acm-pca", "certificate"),
    types.ACM_CERTIFICATE: ("acm", "certificate"),
}
_SAME_AS = {(types.INSTALLATION, "id"): "certificate_authority_arn", (types.S3_BUCKET_POLICY, "id"): "bucket"}
_TEXTS = {
    (types.AUTHORITY, "certificate_signing_request"): "request of ",
    (types.CERTIFICATE, "certificate"): _CERTIFICATE,
    (types.CERTIFICATE, "certificate_chain"): "chain of ",
}
_IAM_ARN_TYPES = {
    types.IAM_USER: "user",
    types.IAM_ROLE: "role",
    types.IAM_POLICY: "policy",
    types.IAM_GROUP: "group",
    types.IAM_INSTANCE_PROFILE: "instance-profile",
}


@dataclass(frozen=True, slots=True)
class Planned:
    """A resource that may not exist yet; `argument` returns one argument, None if it is not set."""

    kind: str
    address: str
    provider: ProviderConfig
    argument: Callable[[str], Any]


def symbolic_arn(kind: str, address: str) -> tuple[str, str]:
    """Return the service and the resource of a symbolic ARN, with an id in place of the one that AWS assigns."""
    digest = hashlib.sha256(address.encode()).hexdigest()[:_DIGITS]
    service, resource = _SYMBOLIC_ARNS[kind]
    return service, f"{resource}/{SYMBOLIC}{_NOT_IN_ARN.sub('-', address).strip('-')}-{digest}"


def replace_ca_arns(text: str, arns: Mapping[str, str]) -> str:
    """Return a text with symbolic ARNs of CAs replaced by the real ones."""
    return _AUTHORITY_ARN.sub(lambda match: arns.get(match[0], match[0]), text)


def imported_arn(id_: str) -> str:
    """Return an import id without the region that provider 6 takes behind an ARN: `ARN@eu-west-1`."""
    return _REGION_OF_ID.sub("", id_) if id_.startswith("arn:") else id_


def certificate_address(text: Any) -> str:
    """Return the address of the certificate that a value is a symbol of, empty if it is none."""
    is_symbol = isinstance(text, str) and text.startswith(_CERTIFICATE)
    return text.removeprefix(_CERTIFICATE) if is_symbol else ""


def computed_attribute(instance: Planned, name: str) -> Any:
    """Return an attribute that is not an argument, real or symbolic; Unknown if only AWS knows it."""
    kind, address, provider = instance.kind, instance.address, instance.provider
    arn_or_id = name in ("arn", "id")
    if arn_or_id and kind in _SYMBOLIC_ARNS:
        return provider.arn(*symbolic_arn(kind, address))
    if arn_or_id and kind in _IAM_ARN_TYPES:
        return _iam_attribute(instance, name)
    if kind == types.S3_BUCKET and name in ("arn", "id", "bucket_domain_name"):
        return _bucket_attribute(instance, name)
    if (kind, name) in _SAME_AS:
        return instance.argument(_SAME_AS[kind, name])
    if (kind, name) == (types.AUTHORITY, "certificate"):
        return Unknown(f"the certificate of {address} is installed later")
    if (kind, name) == (types.CERTIFICATE, "certificate_chain") and "/RootCA" in str(instance.argument("template_arn")):
        return ""
    if (kind, name) in _TEXTS:
        return f"{_TEXTS[kind, name]}{address}"
    return Unknown(f"{address}.{name} is known only after creation")


def _iam_attribute(instance: Planned, attribute: str) -> Any:
    kind, name, path = instance.kind, instance.argument("name"), instance.argument("path")
    if not isinstance(name, str):
        return name if isinstance(name, Unknown) else Unknown("AWS chooses the name")
    if isinstance(path, Unknown):
        return path
    if attribute == "id" and kind != types.IAM_POLICY:
        return name
    return instance.provider.arn("iam", f"{_IAM_ARN_TYPES[kind]}{path or '/'}{name}", is_global=True)


def _bucket_attribute(instance: Planned, attribute: str) -> Any:
    name = instance.argument("bucket")
    if not isinstance(name, str):
        return name if isinstance(name, Unknown) else Unknown("AWS chooses the name")
    if attribute == "arn":
        partition = instance.provider.arn("s3", "").split(":")[1]
        return f"arn:{partition}:s3:::{name}"
    return name if attribute == "id" else f"{name}.s3.amazonaws.com"
