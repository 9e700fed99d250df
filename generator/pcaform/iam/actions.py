"""The actions of Private CA and of ACM by resource, and the key algorithms for test requests.

Source: the acm-pca and acm service models in botocore, compared by a test; the resource of each action:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsprivatecertificateauthority.html and
list_awscertificatemanager.html beside it.
"""

from pcaform.iam.evaluator.patterns import Context

REQUEST = "acm:RequestCertificate"
ISSUE = "acm-pca:IssueCertificate"


def named(service: str, names: str) -> tuple[str, ...]:
    """Return the actions of a service with these names, which spaces separate."""
    return tuple(f"{service}:{name}" for name in names.split())


READING = named(
    "acm-pca",
    "DescribeCertificateAuthority DescribeCertificateAuthorityAuditReport GetCertificate "
    "GetCertificateAuthorityCertificate GetCertificateAuthorityCsr GetPolicy ListPermissions ListTags",
)
ADMINISTERING = named(
    "acm-pca",
    "CreateCertificateAuthority CreatePermission DeleteCertificateAuthority DeletePermission DeletePolicy "
    "ImportCertificateAuthorityCertificate PutPolicy RestoreCertificateAuthority TagCertificateAuthority "
    "UntagCertificateAuthority UpdateCertificateAuthority",
)
"""What an issuer must never be allowed: create, change or delete a CA, or grant access to it."""

MAKING_AND_ENDING = named(
    "acm-pca", "CreateCertificateAuthority DeleteCertificateAuthority DeletePermission DeletePolicy"
)
"""What an administrator may not do, since it is done through the spec."""

ON_NO_AUTHORITY = named("acm-pca", "CreateCertificateAuthority ListCertificateAuthorities")
ON_AUTHORITY = tuple(
    name
    for name in (*READING, *ADMINISTERING, *named("acm-pca", "CreateCertificateAuthorityAuditReport RevokeCertificate"))
    if name not in ON_NO_AUTHORITY
)
ON_CERTIFICATE = named(
    "acm",
    "DeleteCertificate DescribeCertificate ExportCertificate GetCertificate ImportCertificate "
    "ListCertificateDomainValidations ListTagsForCertificate RenewCertificate ResendValidationEmail RevokeCertificate "
    "UpdateCertificateOptions",
)
TAGGING = named("acm", "AddTagsToCertificate RemoveTagsFromCertificate")
OF_ACM_ACCOUNT = named("acm", "GetAccountConfiguration ListCertificates PutAccountConfiguration SearchCertificates")


_ALGORITHM, _SIZE, _CURVE = (f"acm-pca:x509key/{part}" for part in ("algorithm", "size", "curve"))
_CURVES = {"EC_prime256v1": "P-256", "EC_secp384r1": "P-384", "EC_secp521r1": "P-521"}
_SIZES: Context = {_SIZE: ("2048", "3072", "4096"), _CURVE: tuple(_CURVES.values())}
KEYS: dict[str, Context] = {
    **{f"RSA_{size}": {_ALGORITHM: ("RSA",), _SIZE: (size,)} for size in _SIZES[_SIZE]},
    **{name: {_ALGORITHM: ("EC",), _CURVE: (curve,)} for name, curve in _CURVES.items()},
    "RSA of no size": {_ALGORITHM: ("RSA",)},
    "EC of no curve": {_ALGORITHM: ("EC",)},
    "another algorithm": {_ALGORITHM: ("another",), **_SIZES},
    "no algorithm": _SIZES,
}
"""Key of a certificate -> its condition keys; the last entries are unusual requests that find gaps in policies."""
