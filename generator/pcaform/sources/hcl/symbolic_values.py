"""What AWS will call a resource that exists only as text: symbolic values that tie resources to each other.

They never reach a spec. An ARN of IAM is no symbol: it follows from the name.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from pcaform.sources.hcl.providers import ProviderConfig
from pcaform.sources.hcl.unknown import Unknown
from pcaform.sources.inventory import SYMBOLIC

Known = Callable[[str], Any]
"""From an argument's name to its value."""
_NOT_IN_ARN = re.compile(r"[^A-Za-z0-9-]+")
_DIGITS = 8
_CERTIFICATE = "certificate of "
_AUTHORITY_ARN = re.compile(rf"arn:[a-z-]+:acm-pca:[a-z0-9-]+:[0-9]+:certificate-authority/{SYMBOLIC}[A-Za-z0-9-]+")


def identifier(address: str) -> str:
    """Return what stands for the id that AWS would choose."""
    digest = hashlib.sha256(address.encode()).hexdigest()[:_DIGITS]
    return f"{SYMBOLIC}{_NOT_IN_ARN.sub('-', address).strip('-')}-{digest}"


def with_region_and_account(text: str, arns: Mapping[str, str]) -> str:
    """Return a text with the real ARNs of CAs, by their symbolic ones, put in."""
    return _AUTHORITY_ARN.sub(lambda found: arns.get(found[0], found[0]), text)


def authority_arn(address: str, place: ProviderConfig) -> str:
    """Return what stands for the ARN of a CA."""
    return place.arn("acm-pca", f"certificate-authority/{identifier(address)}")


def request_of(address: str) -> str:
    """Return what stands for a CA's certificate signing request."""
    return f"request of {address}"


def certificate_of(address: str) -> str:
    """Return what stands for an issued certificate."""
    return f"{_CERTIFICATE}{address}"


def is_certificate(text: Any) -> bool:
    """Tell whether a text stands for an issued certificate."""
    return isinstance(text, str) and text.startswith(_CERTIFICATE)


def chain_of(address: str) -> str:
    """Return what stands for the chain of an issued certificate."""
    return f"chain of {address}"


def principal_arn(kind: str, name: str, path: str, *, place: ProviderConfig) -> str:
    """Return the ARN of an IAM user, role, policy or instance profile."""
    return place.arn("iam", f"{kind}{path}{name}", is_global=True)


def computed(kind: str, name: str, address: str, *, known: Known, place: ProviderConfig) -> Any:
    """Return an attribute that no argument gives; Unknown where only AWS knows it."""
    makers = _COMPUTED.get(kind, {})
    if name in makers:
        return makers[name](address, known, place)
    if kind in _IAM and name in ("arn", "id"):
        return _of_principal(kind, name, known, place=place)
    return Unknown(f"{address}.{name} is known only when it exists")


_IAM = {
    "aws_iam_user": "user",
    "aws_iam_role": "role",
    "aws_iam_policy": "policy",
    "aws_iam_group": "group",
    "aws_iam_instance_profile": "instance-profile",
}


def _of_principal(kind: str, attribute: str, known: Known, *, place: ProviderConfig) -> Any:
    name, path = known("name"), known("path")
    if not isinstance(name, str):
        return name if isinstance(name, Unknown) else Unknown("AWS chooses the name")
    if isinstance(path, Unknown):
        return path
    if attribute == "id" and kind != "aws_iam_policy":
        return name
    return principal_arn(_IAM[kind], name, path or "/", place=place)


def _bucket(known: Known, pattern: str, place: ProviderConfig) -> Any:
    name = known("bucket")
    if not isinstance(name, str):
        return name if isinstance(name, Unknown) else Unknown("AWS chooses the name")
    return pattern.format(name=name, region=place.region)


_Maker = Callable[[str, Known, ProviderConfig], Any]


def _bucket_arn(_address: str, known: Known, place: ProviderConfig) -> Any:
    partition = place.arn("s3", "").split(":")[1]
    return _bucket(known, f"arn:{partition}:s3:::{{name}}", place)


def _authority(address: str, _known: Known, place: ProviderConfig) -> Any:
    return authority_arn(address, place)


_COMPUTED: Mapping[str, Mapping[str, _Maker]] = {
    "aws_acmpca_certificate_authority": {
        "arn": _authority,
        "id": _authority,
        "certificate_signing_request": lambda address, _known, _place: request_of(address),
        "certificate": lambda address, _known, _place: Unknown(f"{address} gets its certificate later"),
    },
    "aws_acmpca_certificate": {
        "arn": lambda address, _known, place: place.arn("acm-pca", f"certificate/{identifier(address)}"),
        "id": lambda address, _known, place: place.arn("acm-pca", f"certificate/{identifier(address)}"),
        "certificate": lambda address, _known, _place: certificate_of(address),
        "certificate_chain": lambda address, _known, _place: chain_of(address),
    },
    "aws_acmpca_certificate_authority_certificate": {
        "id": lambda _address, known, _place: known("certificate_authority_arn"),
    },
    "aws_acm_certificate": {
        "arn": lambda address, _known, place: place.arn("acm", f"certificate/{identifier(address)}"),
        "id": lambda address, _known, place: place.arn("acm", f"certificate/{identifier(address)}"),
    },
    "aws_s3_bucket": {
        "id": lambda _address, known, place: _bucket(known, "{name}", place),
        "arn": _bucket_arn,
        "bucket_domain_name": lambda _address, known, place: _bucket(known, "{name}.s3.amazonaws.com", place),
    },
    "aws_s3_bucket_policy": {"id": lambda _address, known, _place: known("bucket")},
}
