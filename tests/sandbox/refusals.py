"""The table of errors: each error of each Private CA operation, its cause, and a few lines that provoke it.

test_refusals.py runs every row; docs/generate.py generates the table of docs/sandbox.md from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pcaform.sandbox.clock import clock
from pcaform.sandbox.pca.creation_outcome import creation
from sandbox.conftest import ACM, ALL_ACTIONS, Pki, csr, parse_certificate, template

_UNKNOWN = "arn:aws:acm-pca:eu-central-1:111122223333:certificate-authority/00000000-0000-0000-0000-000000000000"
_VALIDITY = {"Type": "DAYS", "Value": 30}
_TAGS = [{"Key": "team", "Value": "pki"}]
_ISSUE = {"Csr": csr(), "SigningAlgorithm": "SHA256WITHECDSA", "Validity": _VALIDITY}
_ARGUMENTS: dict[str, dict[str, Any]] = {
    "DescribeCertificateAuthority": {},
    "UpdateCertificateAuthority": {"Status": "DISABLED"},
    "DeleteCertificateAuthority": {},
    "RestoreCertificateAuthority": {},
    "GetCertificateAuthorityCsr": {},
    "GetCertificateAuthorityCertificate": {},
    "ImportCertificateAuthorityCertificate": {"Certificate": b"-"},
    "IssueCertificate": _ISSUE,
    "GetCertificate": {"CertificateArn": f"{_UNKNOWN}/certificate/{'0' * 32}"},
    "RevokeCertificate": {"CertificateSerial": "0a", "RevocationReason": "UNSPECIFIED"},
    "CreatePermission": {"Principal": ACM, "Actions": ALL_ACTIONS},
    "ListPermissions": {},
    "DeletePermission": {"Principal": ACM},
    "PutPolicy": {"Policy": "{}"},
    "GetPolicy": {},
    "DeletePolicy": {},
    "TagCertificateAuthority": {"Tags": _TAGS},
    "UntagCertificateAuthority": {"Tags": _TAGS},
    "ListTags": {},
    "CreateCertificateAuthorityAuditReport": {"S3BucketName": "reports", "AuditReportResponseFormat": "JSON"},
    "DescribeCertificateAuthorityAuditReport": {"AuditReportId": "00000000-0000-0000-0000-000000000000"},
}
"""Each operation on one CA, with valid arguments."""


@dataclass(frozen=True)
class Row:
    """One error; `provoke` may call other operations first, which must succeed."""

    operation: str
    code: str
    when: str
    provoke: Callable[[Pki], object]


def _call(pki: Pki, operation: str, arn: str = "", **more: Any) -> object:
    """Call an operation by AWS's name with the arguments above, on a CA if `arn` is not empty."""
    name = "ResourceArn" if operation.endswith("Policy") else "CertificateAuthorityArn"
    arguments = _ARGUMENTS.get(operation, {}) | ({name: arn} if arn else {}) | more
    methods = {value: key for key, value in pki.client.meta.method_to_api_mapping.items()}
    return getattr(pki.client, methods[operation])(**arguments)


def _disabled(pki: Pki) -> str:
    arn = pki.root()
    pki.disable(arn)
    return arn


def _deleted(pki: Pki) -> str:
    arn = pki.create()
    _call(pki, "DeleteCertificateAuthority", arn)
    return arn


@contextmanager
def _override_creation(**settings: Any) -> Iterator[None]:
    for name, value in settings.items():
        setattr(creation, name, value)
    try:
        yield
    finally:
        creation.reset()


def _exceed_the_quota(pki: Pki) -> None:
    with _override_creation(quota=0):
        pki.create()


def _ask_too_early_for_the_csr(pki: Pki) -> None:
    with _override_creation(delay=timedelta(days=1)):
        arn = pki.create()
    pki.csr_of(arn)


def _import_a_text(pki: Pki) -> None:
    pki.install(pki.create(), "no certificate")


def _import_for_another_key(pki: Pki) -> None:
    arn = pki.root()
    other_certificate = pki.client.get_certificate_authority_certificate(CertificateAuthorityArn=arn)["Certificate"]
    pki.install(pki.create(), other_certificate)


def _import_a_root_with_a_chain(pki: Pki) -> None:
    arn = pki.create()
    own = pki.issue(arn, pki.csr_of(arn), TemplateArn=template("RootCACertificate"))["Certificate"]
    pki.install(arn, own, own)


def _import_without_a_chain(pki: Pki) -> None:
    arn = pki.create("SUBORDINATE")
    issued = pki.issue(pki.root(), pki.csr_of(arn), TemplateArn=template("SubordinateCACertificate_PathLen0"))
    pki.install(arn, issued["Certificate"])


def _revoke(pki: Pki, arn: str, certificate: str) -> None:
    _call(pki, "RevokeCertificate", arn, CertificateSerial=f"{parse_certificate(certificate).serial_number:x}")


def _revoke_twice(pki: Pki) -> None:
    arn = pki.root()
    certificate = pki.issue(arn)["Certificate"]
    for _ in range(2):
        _revoke(pki, arn, certificate)


def _revoke_a_root(pki: Pki) -> None:
    arn = pki.create()
    own = pki.issue(arn, pki.csr_of(arn), TemplateArn=template("RootCACertificate"))["Certificate"]
    pki.install(arn, own)
    _revoke(pki, arn, own)


def _revoke_after_deletion(pki: Pki) -> None:
    arn = pki.root()
    certificate = pki.issue(arn)["Certificate"]
    pki.disable(arn)
    _call(pki, "DeleteCertificateAuthority", arn)
    _revoke(pki, arn, certificate)


def _revoke_after_the_end(pki: Pki) -> None:
    arn = pki.root(days=5)
    certificate = pki.issue(arn, Validity={"Type": "DAYS", "Value": 1})["Certificate"]
    clock.advance(timedelta(days=6))
    _revoke(pki, arn, certificate)


def _grant_twice(pki: Pki) -> None:
    arn = pki.root()
    for _ in range(2):
        pki.grant(arn)


def _tag_too_often(pki: Pki) -> None:
    arn = pki.create(Tags=[{"Key": str(number), "Value": ""} for number in range(50)])
    _call(pki, "TagCertificateAuthority", arn)


def _row(operation: str, code: str, when: str, arn: Callable[[Pki], str] = Pki.root, **more: Any) -> Row:
    """Build a row for one call with these arguments on a new CA."""
    return Row(operation, code, when, lambda pki: _call(pki, operation, arn(pki), **more))


def _no_ca(_pki: Pki) -> str:
    return ""


_IN_ANY_STATE = {
    *("DescribeCertificateAuthority", "DescribeCertificateAuthorityAuditReport"),
    *("RestoreCertificateAuthority", "RevokeCertificate"),
}
"""The operations that say something else of a deleted CA, or describe it."""


def _general_rows() -> Iterator[Row]:
    """Build the rows that all operations on one CA have in common."""
    for operation in _ARGUMENTS:
        yield _row(operation, "ValidationException", "the value is not an ARN", lambda _: "not an arn")
        yield _row(operation, "InvalidArnException", "the ARN is not a CA's", lambda _: f"{_UNKNOWN}/x")
        yield _row(operation, "ResourceNotFoundException", "the CA does not exist", lambda _: _UNKNOWN)
        if operation not in _IN_ANY_STATE:
            yield _row(operation, "InvalidStateException", "the CA is deleted", _deleted)


_RESERVED = [{"Key": "aws:team", "Value": ""}]
_SPECIAL_ROWS = (
    Row("CreateCertificateAuthority", "LimitExceededException", "the quota is exceeded", _exceed_the_quota),
    Row(
        "CreateCertificateAuthority",
        "InvalidArgsException",
        "the signing algorithm does not match the key",
        lambda pki: pki.create(configuration={"SigningAlgorithm": "SHA256WITHRSA"}),
    ),
    Row(
        "CreateCertificateAuthority",
        "InvalidTagException",
        "a tag key starts with aws:",
        lambda pki: pki.create(Tags=_RESERVED),
    ),
    Row(
        "CreateCertificateAuthority",
        "ValidationException",
        "a value is not in the service model",
        lambda pki: pki.create(configuration={"KeyAlgorithm": "RSA_1024"}),
    ),
    _row(
        "ListCertificateAuthorities",
        "InvalidNextTokenException",
        "the token is unknown",
        _no_ca,
        NextToken="made-up",
    ),
    _row("ListCertificateAuthorities", "ValidationException", "MaxResults is above 1000", _no_ca, MaxResults=1001),
    _row("UpdateCertificateAuthority", "InvalidStateException", "the CA has no certificate yet", Pki.create),
    _row("UpdateCertificateAuthority", "InvalidArgsException", "the status cannot be set", Status="EXPIRED"),
    _row("DeleteCertificateAuthority", "InvalidStateException", "the CA is ACTIVE"),
    _row("RestoreCertificateAuthority", "InvalidStateException", "the CA is not deleted"),
    Row(
        "GetCertificateAuthorityCsr",
        "RequestInProgressException",
        "the CA is being created",
        _ask_too_early_for_the_csr,
    ),
    _row("GetCertificateAuthorityCertificate", "InvalidStateException", "the CA has no certificate yet", Pki.create),
    Row(
        "ImportCertificateAuthorityCertificate",
        "MalformedCertificateException",
        "the certificate is not PEM",
        _import_a_text,
    ),
    Row(
        "ImportCertificateAuthorityCertificate",
        "CertificateMismatchException",
        "the certificate is for another key",
        _import_for_another_key,
    ),
    Row(
        "ImportCertificateAuthorityCertificate",
        "InvalidRequestException",
        "a root CA's certificate has a chain",
        _import_a_root_with_a_chain,
    ),
    Row(
        "ImportCertificateAuthorityCertificate",
        "ValidationException",
        "a subordinate CA's certificate has no chain",
        _import_without_a_chain,
    ),
    _row(
        "ImportCertificateAuthorityCertificate",
        "ValidationException",
        "the certificate is above 32 KiB, or the chain above 2 MiB",
        Certificate=b"-" * 32769,
    ),
    _row("ImportCertificateAuthorityCertificate", "InvalidStateException", "the CA is disabled", _disabled),
    _row("IssueCertificate", "InvalidStateException", "the CA is disabled", _disabled),
    _row("IssueCertificate", "ValidationException", "the CSR is above 32 KiB", Csr=b"-" * 32769),
    _row("IssueCertificate", "MalformedCSRException", "the CSR is not PEM", Csr=b"no request"),
    _row(
        "IssueCertificate",
        "InvalidArgsException",
        "the signing algorithm does not match the CA's key",
        SigningAlgorithm="SHA256WITHRSA",
    ),
    _row(
        "IssueCertificate",
        "ValidationException",
        "the certificate would expire after the CA's",
        Validity={"Type": "YEARS", "Value": 90},
    ),
    _row("GetCertificate", "ResourceNotFoundException", "the certificate does not exist"),
    _row("RevokeCertificate", "ResourceNotFoundException", "the serial number is unknown"),
    Row("RevokeCertificate", "RequestAlreadyProcessedException", "the certificate is already revoked", _revoke_twice),
    Row("RevokeCertificate", "InvalidRequestException", "the certificate is a root CA's own", _revoke_a_root),
    Row("RevokeCertificate", "InvalidStateException", "the CA is deleted", _revoke_after_deletion),
    Row("RevokeCertificate", "InvalidStateException", "the CA is expired", _revoke_after_the_end),
    Row("CreatePermission", "PermissionAlreadyExistsException", "the account already has a permission", _grant_twice),
    _row("CreatePermission", "ValidationException", "the principal is not ACM", Principal="ec2.amazonaws.com"),
    _row("ListPermissions", "InvalidNextTokenException", "the token is unknown", NextToken="made-up"),
    _row("DeletePermission", "ResourceNotFoundException", "the permission does not exist"),
    _row("PutPolicy", "InvalidPolicyException", "the policy does not have a form that AWS documents"),
    _row("GetPolicy", "ResourceNotFoundException", "the CA has no policy"),
    _row("TagCertificateAuthority", "InvalidTagException", "a key starts with aws:", Tags=_RESERVED),
    Row("TagCertificateAuthority", "TooManyTagsException", "the CA would have more than 50 tags", _tag_too_often),
    _row("UntagCertificateAuthority", "InvalidTagException", "a key starts with aws:", Tags=_RESERVED),
    _row("CreateCertificateAuthorityAuditReport", "InvalidArgsException", "Private CA cannot write to the bucket"),
    _row("DescribeCertificateAuthorityAuditReport", "ResourceNotFoundException", "the report does not exist"),
)
REFUSALS = (*_general_rows(), *_SPECIAL_ROWS)

_UNSPECIFIED = "an unspecified failure within AWS, which the sandbox does not have"
_AT_ONCE = "the sandbox finishes every request before the next one on the same CAs"
_LARGE = "the quota is a million certificates for a CA"
_BUCKET = "it is about the policy of the CRL's bucket, which the sandbox does not check"
_NO_DENIAL = "AWS does not document when; a policy that can only allow cannot lock out its author"
_NEVER = {
    "RequestFailedException": _UNSPECIFIED,
    "ConcurrentModificationException": _AT_ONCE,
    "LockoutPreventedException": _NO_DENIAL,
}
_NEVER_IN = {
    ("ImportCertificateAuthorityCertificate", "RequestInProgressException"): _AT_ONCE,
    ("GetCertificate", "RequestInProgressException"): _AT_ONCE,
    ("RevokeCertificate", "RequestInProgressException"): _AT_ONCE,
    ("IssueCertificate", "LimitExceededException"): _LARGE,
    ("RevokeCertificate", "LimitExceededException"): _LARGE,
    ("CreatePermission", "LimitExceededException"): "AWS publishes no quota of permissions",
    ("CreateCertificateAuthority", "InvalidPolicyException"): _BUCKET,
    ("UpdateCertificateAuthority", "InvalidPolicyException"): _BUCKET,
    ("CreateCertificateAuthorityAuditReport", "RequestInProgressException"): _AT_ONCE,
    ("DescribeCertificateAuthorityAuditReport", "InvalidArgsException"): "AWS does not document when",
}


def reason_never(operation: str, code: str) -> str | None:
    """Return why an operation never gives an error that the service model declares for it, None if it may."""
    return _NEVER_IN.get((operation, code)) or _NEVER.get(code)
