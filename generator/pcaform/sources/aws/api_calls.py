"""The API calls about one CA or certificate, and which members of each response are kept (an allow list).

Source: the acm-pca and acm service models in botocore. No operation changes anything, and no response contains a key.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

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
