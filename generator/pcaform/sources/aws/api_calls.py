"""The API calls about one CA or certificate: which members of each response are kept, and what they are in a snapshot.

Source of this allow list: the acm-pca and acm service models in botocore. No operation changes anything, and no
response contains a key. A CA's settings become the arguments of provider aws 5.100, as in a state after a refresh:
`terraform.schema` maps AWS's members to arguments. Names of
IAM actions: https://docs.aws.amazon.com/service-authorization/latest/reference/, the pages of
awsprivatecertificateauthority, awscertificatemanager, awsidentityandaccessmanagementiam and awsaccountmanagement.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pcaform.sources import account_snapshot
from pcaform.sources.account_snapshot import CaStatus, Certificate, Permission
from pcaform.terraform.resource_types import AUTHORITY
from pcaform.terraform.schema import arguments_of

PERMISSIONS = "acm-pca:ListPermissions"
POLICY = "acm-pca:GetPolicy"
CERTIFICATE = "acm-pca:GetCertificateAuthorityCertificate"
REQUEST = "acm-pca:GetCertificateAuthorityCsr"
TAGS = "acm-pca:ListTags"
ACM_CERTIFICATE = "acm:DescribeCertificate"
ACM_TAGS = "acm:ListTagsForCertificate"
_PRIVATE = "PRIVATE"
_CERTIFICATE_MEMBERS = (
    *("CertificateAuthorityArn", "DomainName", "KeyAlgorithm", "Status", "SubjectAlternativeNames"),
    *("FailureReason", "RenewalEligibility"),
)
_SUBJECT, _CRL, _KEY = "ASN1Subject", "CrlConfiguration", "CertificateAuthorityConfiguration"
_KEPT = "Terraform does not support this, and does not change it"
_UNSET: Mapping[str, Any] = {"string": "", "number": 0, "bool": False}
"""By kind of argument: what a state has for a single value that is not set."""
_AWS_PREFIX = "aws:"
CRL_SETTING = "crl_configuration."
"""How the description of a setting of a CRL begins."""
_LATER = "it stays until Terraform next changes the revocation configuration, which resets it"


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One operation on a CA or certificate, by its ARN."""

    operation: str
    arn: str

    @property
    def service(self) -> str:
        """The service of the operation."""
        return self.operation.partition(":")[0]

    @property
    def region(self) -> str:
        """The region of the resource."""
        return self.arn.split(":")[3]


@dataclass(frozen=True, slots=True)
class FailedCall:
    """A call without a response, and why; never the same as the response that there is nothing."""

    reason: str


Responses = Mapping[ApiCall, Any]
"""Plain JSON data by call; None for what does not exist, FailedCall for what could not be read."""


def list_cas(client: Any, owner: str) -> list[Mapping[str, Any]]:
    """Return all CAs of an owner, SELF or OTHER_ACCOUNTS, in a client's region."""
    pages = client.get_paginator("list_certificate_authorities").paginate(ResourceOwner=owner)
    return [ca for page in pages for ca in page["CertificateAuthorities"]]


def list_certificates(client: Any) -> list[str]:
    """Return the ARNs of all private certificates in a client's region."""
    key_types = client.meta.service_model.shape_for("KeyAlgorithm").enum
    pages = client.get_paginator("list_certificates").paginate(Includes={"keyTypes": key_types})
    certificates = [certificate for page in pages for certificate in page["CertificateSummaryList"]]
    return [each["CertificateArn"] for each in certificates if each.get("Type", _PRIVATE) == _PRIVATE]


def _list_permissions(client: Any, arn: str) -> list[dict[str, Any]]:
    pages = client.get_paginator("list_permissions").paginate(CertificateAuthorityArn=arn)
    kept = ("Principal", "SourceAccount", "Actions", "Policy")
    return [
        {name: permission[name] for name in kept if name in permission}
        for page in pages
        for permission in page["Permissions"]
    ]


def _list_tags(client: Any, arn: str) -> dict[str, str]:
    pages = client.get_paginator("list_tags").paginate(CertificateAuthorityArn=arn)
    return {tag["Key"]: tag.get("Value", "") for page in pages for tag in page["Tags"]}


def _get_certificate(client: Any, arn: str) -> dict[str, str]:
    response = client.get_certificate_authority_certificate(CertificateAuthorityArn=arn)
    return {name: response[name] for name in ("Certificate", "CertificateChain") if response.get(name)}


def _describe_acm_certificate(client: Any, arn: str) -> dict[str, Any]:
    response = client.describe_certificate(CertificateArn=arn)["Certificate"]
    kept = {name: response[name] for name in _CERTIFICATE_MEMBERS if name in response}
    if "NotAfter" in response:
        kept["NotAfter"] = response["NotAfter"].isoformat()
    renewal = response.get("RenewalSummary") or {}
    kept["Renewal"] = [renewal.get("RenewalStatus", ""), renewal.get("RenewalStatusReason", "")]
    kept["Users"] = len(response.get("InUseBy", []))
    return kept


def _list_acm_tags(client: Any, arn: str) -> dict[str, str]:
    response = client.list_tags_for_certificate(CertificateArn=arn)
    return {tag["Key"]: tag.get("Value", "") for tag in response.get("Tags", [])}


API_CALLS: Mapping[str, Callable[[Any, str], Any]] = {
    PERMISSIONS: _list_permissions,
    POLICY: lambda client, arn: client.get_policy(ResourceArn=arn)["Policy"],
    CERTIFICATE: _get_certificate,
    REQUEST: lambda client, arn: client.get_certificate_authority_csr(CertificateAuthorityArn=arn)["Csr"],
    TAGS: _list_tags,
    ACM_CERTIFICATE: _describe_acm_certificate,
    ACM_TAGS: _list_acm_tags,
}
"""By operation: a function from a client and an ARN to plain JSON data."""

ABSENT_IF_NOT_FOUND = frozenset({POLICY})
"""Operations whose ResourceNotFoundException means that there is nothing: [API] GetPolicy, a CA without a policy."""


def to_ca(description: Mapping[str, Any], *, is_foreign: bool) -> CaStatus:
    """Return a CA with what ListCertificateAuthorities returns."""
    crl_extension = _structures(description)[_CRL].get("CrlDistributionPointExtensionConfiguration") or {}
    return CaStatus(
        description["Arn"],
        description["Status"],
        _arguments(description),
        starts=description.get("NotBefore"),
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
        _KEY: {name: value for name, value in configuration.items() if name != "Subject"},
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
    if not any(_arguments(ca)["certificate_authority_configuration"][0]["subject"][0].values()):
        members = ", ".join(name for name, _ in _unsupported_members(ca, _SUBJECT)) or "nothing"
        return f"Terraform does not support a subject of {members} alone"
    return ""


def _unsupported_settings(ca: Mapping[str, Any]) -> Iterator[str]:
    """Yield descriptions of a CA's settings that Terraform does not support."""
    for name, value in _unsupported_members(ca, _KEY):
        yield f"{name} is {_format_value(value)}: {_KEPT}"
    for name, value in _unsupported_members(ca, _SUBJECT):
        yield f"subject.{name} is {_format_value(value)}: {_KEPT}"
    if _structures(ca)[_CRL].get("Enabled"):
        for name, value in _unsupported_members(ca, _CRL):
            yield f"{CRL_SETTING}{name} is {_format_value(value)}: Terraform does not support this; {_LATER}"


def _unsupported_members(ca: Mapping[str, Any], shape: str) -> Iterator[tuple[str, Any]]:
    """Yield the members of one of a CA's structures without an argument of the provider, by the spec's names."""
    rows = {row.api.removeprefix(f"{shape}."): row for row in arguments_of(AUTHORITY)}
    for member, value in _structures(ca)[shape].items():
        row = rows.get(member)
        if value and not (row and (row.is_argument or value == row.aws_default)):
            yield row.name.rpartition(".")[2] if row else member, value


def _format_value(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, list):
        return ", ".join(f"{attribute.get('ObjectIdentifier')}='{attribute.get('Value')}'" for attribute in value)
    return ", ".join(f"{name}={inner}" if isinstance(inner, str | bool) else name for name, inner in value.items())
