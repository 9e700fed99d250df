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


def symbolic_ca_arn(address: str, provider: ProviderConfig) -> str:
    """Return the symbolic ARN of a CA."""
    return provider.arn("acm-pca", f"certificate-authority/{symbolic_id(address)}")


def symbolic_csr(address: str) -> str:
    """Return the symbolic certificate signing request of a CA."""
    return f"request of {address}"


def symbolic_certificate(address: str) -> str:
    """Return the symbolic value of an issued certificate."""
    return f"{_CERTIFICATE}{address}"


def is_symbolic_certificate(text: Any) -> bool:
    """Tell whether a value is a symbolic certificate."""
    return isinstance(text, str) and text.startswith(_CERTIFICATE)


def symbolic_chain(address: str) -> str:
    """Return the symbolic chain of an issued certificate."""
    return f"chain of {address}"


def iam_arn(kind: str, name: str, path: str, *, provider: ProviderConfig) -> str:
    """Return the ARN of an IAM user, role, policy or instance profile."""
    return provider.arn("iam", f"{kind}{path}{name}", is_global=True)


def computed_attribute(
    kind: str, name: str, address: str, *, get_argument: GetArgument, provider: ProviderConfig
) -> Any:
    """Return an attribute that is not an argument, real or symbolic; Unknown if only AWS knows it."""
    attributes = _COMPUTED.get(kind, {})
    if name in attributes:
        return attributes[name](address, get_argument, provider)
    if kind in _IAM_ARN_TYPES and name in ("arn", "id"):
        return _iam_attribute(kind, name, get_argument, provider=provider)
    return Unknown(f"{address}.{name} is known only after creation")


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
    return iam_arn(_IAM_ARN_TYPES[kind], name, path or "/", provider=provider)


def _format_bucket_name(get_argument: GetArgument, pattern: str, provider: ProviderConfig) -> Any:
    name = get_argument("bucket")
    if not isinstance(name, str):
        return name if isinstance(name, Unknown) else Unknown("AWS chooses the name")
    return pattern.format(name=name, region=provider.region)


_ComputeAttribute = Callable[[str, GetArgument, ProviderConfig], Any]


def _compute_bucket_arn(_address: str, get_argument: GetArgument, provider: ProviderConfig) -> Any:
    partition = provider.arn("s3", "").split(":")[1]
    return _format_bucket_name(get_argument, f"arn:{partition}:s3:::{{name}}", provider)


def _compute_ca_arn(address: str, _get_argument: GetArgument, provider: ProviderConfig) -> Any:
    return symbolic_ca_arn(address, provider)


_COMPUTED: Mapping[str, Mapping[str, _ComputeAttribute]] = {
    AUTHORITY: {
        "arn": _compute_ca_arn,
        "id": _compute_ca_arn,
        "certificate_signing_request": lambda address, _get_argument, _provider: symbolic_csr(address),
        "certificate": lambda address, _get_argument, _provider: Unknown(
            f"the certificate of {address} is installed later"
        ),
    },
    CERTIFICATE: {
        "arn": lambda address, _get_argument, provider: provider.arn("acm-pca", f"certificate/{symbolic_id(address)}"),
        "id": lambda address, _get_argument, provider: provider.arn("acm-pca", f"certificate/{symbolic_id(address)}"),
        "certificate": lambda address, _get_argument, _provider: symbolic_certificate(address),
        "certificate_chain": lambda address, _get_argument, _provider: symbolic_chain(address),
    },
    INSTALLATION: {
        "id": lambda _address, get_argument, _provider: get_argument("certificate_authority_arn"),
    },
    ACM_CERTIFICATE: {
        "arn": lambda address, _get_argument, provider: provider.arn("acm", f"certificate/{symbolic_id(address)}"),
        "id": lambda address, _get_argument, provider: provider.arn("acm", f"certificate/{symbolic_id(address)}"),
    },
    S3_BUCKET: {
        "id": lambda _address, get_argument, provider: _format_bucket_name(get_argument, "{name}", provider),
        "arn": _compute_bucket_arn,
        "bucket_domain_name": lambda _address, get_argument, provider: _format_bucket_name(
            get_argument, "{name}.s3.amazonaws.com", provider
        ),
    },
    S3_BUCKET_POLICY: {"id": lambda _address, get_argument, _provider: get_argument("bucket")},
}
