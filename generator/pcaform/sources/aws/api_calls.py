"""What is asked about one CA or certificate, and what of the answer is kept: an allow list, operation by operation.

Source: the acm-pca and acm service models in botocore. No operation here changes anything, and none answers with a key.
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


@dataclass(frozen=True, slots=True)
class Question:
    """One operation on one thing: a CA or a certificate, by its ARN."""

    operation: str
    subject: str

    @property
    def service(self) -> str:
        """The service that answers."""
        return self.operation.partition(":")[0]

    @property
    def region(self) -> str:
        """The region that answers."""
        return self.subject.split(":")[3]


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer, and why: never the same as an answer that there is nothing."""

    reason: str


Answers = Mapping[Question, Any]
"""Plain JSON data by question, None for what is not there, Unknown for what could not be read."""


def _permissions(client: Any, arn: str) -> list[dict[str, Any]]:
    pages = client.get_paginator("list_permissions").paginate(CertificateAuthorityArn=arn)
    kept = ("Principal", "SourceAccount", "Actions")
    return [{name: each[name] for name in kept if name in each} for page in pages for each in page["Permissions"]]


def _tags(client: Any, arn: str) -> dict[str, str]:
    pages = client.get_paginator("list_tags").paginate(CertificateAuthorityArn=arn)
    return {each["Key"]: each.get("Value", "") for page in pages for each in page["Tags"]}


def _certificate(client: Any, arn: str) -> dict[str, str]:
    answer = client.get_certificate_authority_certificate(CertificateAuthorityArn=arn)
    return {name: answer[name] for name in ("Certificate", "CertificateChain") if answer.get(name)}


def _acm_certificate(client: Any, arn: str) -> dict[str, Any]:
    kept = ("CertificateAuthorityArn", "DomainName", "KeyAlgorithm", "Status", "SubjectAlternativeNames")
    answer = client.describe_certificate(CertificateArn=arn)["Certificate"]
    return {name: answer[name] for name in kept if name in answer}


def _acm_tags(client: Any, arn: str) -> dict[str, str]:
    answer = client.list_tags_for_certificate(CertificateArn=arn)
    return {each["Key"]: each.get("Value", "") for each in answer.get("Tags", [])}


ASK: Mapping[str, Callable[[Any, str], Any]] = {
    PERMISSIONS: _permissions,
    POLICY: lambda client, arn: client.get_policy(ResourceArn=arn)["Policy"],
    CERTIFICATE: _certificate,
    REQUEST: lambda client, arn: client.get_certificate_authority_csr(CertificateAuthorityArn=arn)["Csr"],
    TAGS: _tags,
    ACM_CERTIFICATE: _acm_certificate,
    ACM_TAGS: _acm_tags,
}
"""Operation -> the call, from a client and an ARN to plain JSON data."""

ABSENT_IF_NOT_FOUND = frozenset({POLICY})
"""Where ResourceNotFoundException means that there is none: [API] GetPolicy, a CA without a policy."""
