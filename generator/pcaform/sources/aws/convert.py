"""Converts AWS's structures to those of an account snapshot.

A CA's settings become the arguments of provider aws 5.100, as in a state after a refresh: `terraform.schema` maps AWS's
members to arguments; `core.facts` has values that the provider does not support.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pcaform.core import facts
from pcaform.sources import account_snapshot
from pcaform.sources.account_snapshot import CaStatus, Certificate, Permission
from pcaform.sources.aws.api_calls import FailedCall
from pcaform.terraform.resource_types import AUTHORITY
from pcaform.terraform.schema import arguments_of, default_of

_SUBJECT, _CRL = "ASN1Subject", "CrlConfiguration"
_UNSET: Mapping[str, Any] = {"string": "", "number": 0, "bool": False}
"""By kind of argument: what a state has for a single value that is not set."""
_AWS_PREFIX = "aws:"
_LATER = "it stays until Terraform next changes the revocation configuration, which resets it"


def to_ca(description: Mapping[str, Any], *, is_foreign: bool) -> CaStatus:
    """Return a CA with what ListCertificateAuthorities returns."""
    crl_extension = _structures(description)[_CRL].get("CrlDistributionPointExtensionConfiguration") or {}
    return CaStatus(
        description["Arn"],
        description["Status"],
        _arguments(description),
        ends=description.get("NotAfter"),
        restorable_until=description.get("RestorableUntil"),
        failure=description.get("FailureReason", ""),
        is_foreign=is_foreign,
        omits_crl_url=bool(crl_extension.get("OmitExtension")),
        unsupported_settings=tuple(_unsupported_settings(description)),
        unmanageable=_unmanageable_reason(description),
    )


def to_part(part: str, response: Any) -> dict[str, Any]:
    """Return the members of a CA that the response to a call about one of its parts fills."""
    if part == account_snapshot.PERMISSIONS:
        members = ((each["Principal"], sorted(each["Actions"]), each.get("SourceAccount", "")) for each in response)
        return {"permissions": tuple(Permission(name, tuple(actions), source) for name, actions, source in members)}
    if part == account_snapshot.CERTIFICATE:
        chain = response.get("CertificateChain", "")
        return {"certificate": response.get("Certificate", ""), "certificate_chain": chain}
    if part == account_snapshot.TAGS:
        return {"tags": _user_tags(response)}
    return {"request": response} if part == account_snapshot.REQUEST else {"policy": response or ""}


def to_certificate(arn: str, detail: Mapping[str, Any], tags: Any) -> Certificate:
    """Return a private certificate of ACM; `tags` are the response about them, None if they were not requested."""
    renewal, reason = detail.get("Renewal", ("", ""))
    return Certificate(
        arn,
        detail["DomainName"],
        detail["CertificateAuthorityArn"],
        detail["Status"],
        datetime.fromisoformat(detail["NotAfter"]) if "NotAfter" in detail else None,
        # DescribeCertificate writes RSA-2048 where requests write RSA_2048.
        key_algorithm=detail.get("KeyAlgorithm", "").replace("-", "_"),
        names=tuple(sorted(detail.get("SubjectAlternativeNames", []))),
        users=detail.get("Users", 0),
        is_eligible=detail.get("RenewalEligibility") == "ELIGIBLE",
        failure=detail.get("FailureReason", ""),
        renewal=renewal,
        reason=reason,
        tags={} if tags is None or isinstance(tags, FailedCall) else _user_tags(tags),
        unread_tags=tags.reason if isinstance(tags, FailedCall) else "",
    )


def _structures(ca: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return the structures of a CA by the shapes in the table of arguments."""
    configuration, revocation = ca["CertificateAuthorityConfiguration"], ca.get("RevocationConfiguration") or {}
    return {
        "CreateCertificateAuthorityRequest": {**ca, "CertificateAuthorityType": ca["Type"]},
        "CertificateAuthorityConfiguration": configuration,
        _SUBJECT: configuration["Subject"],
        _CRL: revocation.get("CrlConfiguration") or {},
        "OcspConfiguration": revocation.get("OcspConfiguration") or {},
    }


def _arguments(ca: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `aws_acmpca_certificate_authority` for a CA; as in a state, unset ones are empty."""
    structures = _structures(ca)
    arguments: dict[str, Any] = {"arn": ca["Arn"], "enabled": ca["Status"] != "DISABLED"}
    for row in arguments_of(AUTHORITY):
        shape, _, member = row.api.partition(".")
        if row.is_argument and row.kind in _UNSET and shape in structures:
            *blocks, name = row.name.split(".")
            inner = arguments
            for block in blocks:
                (inner,) = inner.setdefault(block, [{}])
            inner[name] = structures[shape].get(member, _UNSET[row.kind])
    return arguments


def _user_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Return tags without those that AWS sets itself, `aws:...`."""
    return {key: value for key, value in sorted(tags.items()) if not key.lower().startswith(_AWS_PREFIX)}


def _unmanageable_reason(ca: Mapping[str, Any]) -> str:
    """Return why Terraform cannot manage a CA, empty if it can."""
    configuration = ca["CertificateAuthorityConfiguration"]
    for name in ("KeyAlgorithm", "SigningAlgorithm"):
        value = configuration[name]
        if value in facts.INEXPRESSIBLE_VALUES:
            return f"Terraform does not support '{value}': {facts.INEXPRESSIBLE_VALUES[value]}"
    if not any(_arguments(ca)["certificate_authority_configuration"][0]["subject"][0].values()):
        members = ", ".join(name for name, _ in _unsupported_members(ca, _SUBJECT)) or "nothing"
        return f"Terraform does not support a subject of {members} alone"
    return ""


def _unsupported_settings(ca: Mapping[str, Any]) -> Iterator[str]:
    """Yield descriptions of a CA's settings that Terraform does not support."""
    for name, value in _unsupported_members(ca, _SUBJECT):
        yield f"subject.{name} is {_format_value(value)}: Terraform does not support this, and does not change it"
    if _structures(ca)[_CRL].get("Enabled"):
        for name, value in _unsupported_members(ca, _CRL):
            if value != default_of(f"certificate_authorities.*.revocation_configuration.crl_configuration.{name}"):
                yield f"crl_configuration.{name} is {_format_value(value)}: Terraform does not support this; {_LATER}"


def _unsupported_members(ca: Mapping[str, Any], shape: str) -> Iterator[tuple[str, Any]]:
    """Yield the members of one of a CA's structures without an argument of the provider, by the spec's names."""
    structure = _structures(ca)[shape]
    for row in arguments_of(AUTHORITY):
        member = row.api.removeprefix(f"{shape}.")
        if member != row.api and not row.is_argument and structure.get(member):
            yield row.name.rpartition(".")[2], structure[member]


def _format_value(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, list):
        return ", ".join(f"{attribute.get('ObjectIdentifier')}='{attribute.get('Value')}'" for attribute in value)
    return ", ".join(f"{name}={inner}" for name, inner in value.items())
