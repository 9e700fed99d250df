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


_ALGORITHM = "acm-pca:x509key/algorithm"
_SIZES: Context = {
    "acm-pca:x509key/size": ("2048", "3072", "4096"),
    "acm-pca:x509key/curve": ("P-256", "P-384", "P-521"),
}


def _rsa(size: int) -> Context:
    return {_ALGORITHM: ("RSA",), "acm-pca:x509key/size": (str(size),)}


def _ec(curve: str) -> Context:
    return {_ALGORITHM: ("EC",), "acm-pca:x509key/curve": (curve,)}


KEYS: dict[str, Context] = {
    "RSA_2048": _rsa(2048),
    "RSA_3072": _rsa(3072),
    "RSA_4096": _rsa(4096),
    "EC_prime256v1": _ec("P-256"),
    "EC_secp384r1": _ec("P-384"),
    "EC_secp521r1": _ec("P-521"),
    "RSA of no size": {_ALGORITHM: ("RSA",)},
    "EC of no curve": {_ALGORITHM: ("EC",)},
    "another algorithm": {_ALGORITHM: ("another",), **_SIZES},
    "no algorithm": _SIZES,
}
"""Key of a certificate -> its condition keys; the last entries are unusual requests that find gaps in policies."""
