"""Symbolic values for attributes that only AWS knows, such as ARNs; they link resources to each other.

They never get into a spec. ARNs of IAM are real: they follow from the names.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from pcaform.sources.hcl.providers import ProviderConfig
from pcaform.sources.hcl.unknown import Unknown
from pcaform.sources.inventory import SYMBOLIC
from pcaform.terraform.resource_types import (
    ACM_CERTIFICATE,
    AUTHORITY,
    CERTIFICATE,
    IAM_GROUP,
    IAM_INSTANCE_PROFILE,
    IAM_POLICY,
    IAM_ROLE,
    IAM_USER,
    INSTALLATION,
    S3_BUCKET,
    S3_BUCKET_POLICY,
)

GetArgument = Callable[[str], Any]
"""From an argument's name to its value, None if it is not set."""
_NOT_IN_ARN = re.compile(r"[^A-Za-z0-9-]+")
_DIGITS = 8
_CERTIFICATE = "certificate of "
_AUTHORITY_ARN = re.compile(rf"arn:[a-z-]+:acm-pca:[a-z0-9-]+:[0-9]+:certificate-authority/{SYMBOLIC}[A-Za-z0-9-]+")


def symbolic_id(address: str) -> str:
    """Return a symbolic id in place of the one that AWS assigns."""
    digest = hashlib.sha256(address.encode()).hexdigest()[:_DIGITS]
    return f"{SYMBOLIC}{_NOT_IN_ARN.sub('-', address).strip('-')}-{digest}"


def replace_ca_arns(text: str, arns: Mapping[str, str]) -> str:
    """Return a text with symbolic ARNs of CAs replaced by the real ones."""
    return _AUTHORITY_ARN.sub(lambda match: arns.get(match[0], match[0]), text)


def is_symbolic_certificate(text: Any) -> bool:
    """Tell whether a value is a symbolic certificate."""
    return isinstance(text, str) and text.startswith(_CERTIFICATE)


def computed_attribute(
    kind: str, name: str, address: str, *, get_argument: GetArgument, provider: ProviderConfig
) -> Any:
    """Return an attribute that is not an argument, real or symbolic; Unknown if only AWS knows it."""
    arn_or_id = name in ("arn", "id")
    if arn_or_id and kind in _SYMBOLIC_ARNS:
        service, resource = _SYMBOLIC_ARNS[kind]
        return provider.arn(service, f"{resource}/{symbolic_id(address)}")
    if arn_or_id and kind in _IAM_ARN_TYPES:
        return _iam_attribute(kind, name, get_argument, provider=provider)
    if kind == S3_BUCKET and name in ("arn", "id", "bucket_domain_name"):
        return _bucket_attribute(name, get_argument("bucket"), provider)
    if (kind, name) in _SAME_AS:
        return get_argument(_SAME_AS[kind, name])
    if (kind, name) == (AUTHORITY, "certificate"):
        return Unknown(f"the certificate of {address} is installed later")
    if (kind, name) in _TEXTS:
        return f"{_TEXTS[kind, name]}{address}"
    return Unknown(f"{address}.{name} is known only after creation")


_SYMBOLIC_ARNS = {
    AUTHORITY: ("acm-pca", "certificate-authority"),
    CERTIFICATE: ("acm-pca", "certificate"),
    ACM_CERTIFICATE: ("acm", "certificate"),
}
_SAME_AS = {(INSTALLATION, "id"): "certificate_authority_arn", (S3_BUCKET_POLICY, "id"): "bucket"}
_TEXTS = {
    (AUTHORITY, "certificate_signing_request"): "request of ",
    (CERTIFICATE, "certificate"): _CERTIFICATE,
    (CERTIFICATE, "certificate_chain"): "chain of ",
}
_IAM_ARN_TYPES = {
    IAM_USER: "user",
    IAM_ROLE: "role",
    IAM_POLICY: "policy",
    IAM_GROUP: "group",
    IAM_INSTANCE_PROFILE: "instance-profile",
}


def _iam_attribute(kind: str, attribute: str, get_argument: GetArgument, *, provider: ProviderConfig) -> Any:
    name, path = get_argument("name"), get_argument("path")
    if not isinstance(name, str):
        return name if isinstance(name, Unknown) else Unknown("AWS chooses the name")
    if isinstance(path, Unknown):
        return path
    if attribute == "id" and kind != IAM_POLICY:
        return name
    return provider.arn("iam", f"{_IAM_ARN_TYPES[kind]}{path or '/'}{name}", is_global=True)


def _bucket_attribute(attribute: str, name: Any, provider: ProviderConfig) -> Any:
    if not isinstance(name, str):
        return name if isinstance(name, Unknown) else Unknown("AWS chooses the name")
    if attribute == "arn":
        partition = provider.arn("s3", "").split(":")[1]
        return f"arn:{partition}:s3:::{name}"
    return name if attribute == "id" else f"{name}.s3.amazonaws.com"
