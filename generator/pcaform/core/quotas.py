"""AWS's request rate quotas: requests per second for each operation, per account and region.

Private CA: the default quotas "Rate of ... requests", https://docs.aws.amazon.com/general/latest/gr/pca.html#limits_pca.
ACM: https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html#api-rate-limits. IAM and STS publish none.
"""

from collections.abc import Mapping

_BY_RATE: Mapping[str, Mapping[int, str]] = {
    "acm-pca": {
        1: "CreateCertificateAuthority CreateCertificateAuthorityAuditReport CreatePermission DeletePermission",
        5: "DeletePolicy GetPolicy ListPermissions PutPolicy",
        10: "DeleteCertificateAuthority GetCertificateAuthorityCsr ImportCertificateAuthorityCertificate "
        "TagCertificateAuthority UntagCertificateAuthority UpdateCertificateAuthority",
        20: "DescribeCertificateAuthority DescribeCertificateAuthorityAuditReport "
        "GetCertificateAuthorityCertificate ListCertificateAuthorities ListTags RestoreCertificateAuthority "
        "RevokeCertificate",
        25: "IssueCertificate",
        75: "GetCertificate",
    },
    "acm": {
        1: "GetAccountConfiguration ImportCertificate ListCertificates PutAccountConfiguration ResendValidationEmail",
        5: "AddTagsToCertificate ExportCertificate RemoveTagsFromCertificate RenewCertificate "
        "RequestCertificate UpdateCertificateOptions",
        10: "DeleteCertificate DescribeCertificate GetCertificate ListTagsForCertificate",
    },
}
PUBLISHED = {
    f"{service}:{name}": rate
    for service, rates in _BY_RATE.items()
    for rate, names in rates.items()
    for name in names.split()
}
"""Requests per second, by operation."""
