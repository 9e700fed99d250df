"""AWS's request rate quotas: requests per second for each operation, per account and region.

Private CA: the default quotas "Rate of ... requests", https://docs.aws.amazon.com/general/latest/gr/pca.html#limits_pca.
ACM: https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html#api-rate-limits. IAM and STS publish none.
"""

PUBLISHED = {
    "acm-pca:CreateCertificateAuthority": 1,
    "acm-pca:CreateCertificateAuthorityAuditReport": 1,
    "acm-pca:CreatePermission": 1,
    "acm-pca:DeleteCertificateAuthority": 10,
    "acm-pca:DeletePermission": 1,
    "acm-pca:DeletePolicy": 5,
    "acm-pca:DescribeCertificateAuthority": 20,
    "acm-pca:DescribeCertificateAuthorityAuditReport": 20,
    "acm-pca:GetCertificate": 75,
    "acm-pca:GetCertificateAuthorityCertificate": 20,
    "acm-pca:GetCertificateAuthorityCsr": 10,
    "acm-pca:GetPolicy": 5,
    "acm-pca:ImportCertificateAuthorityCertificate": 10,
    "acm-pca:IssueCertificate": 25,
    "acm-pca:ListCertificateAuthorities": 20,
    "acm-pca:ListPermissions": 5,
    "acm-pca:ListTags": 20,
    "acm-pca:PutPolicy": 5,
    "acm-pca:RestoreCertificateAuthority": 20,
    "acm-pca:RevokeCertificate": 20,
    "acm-pca:TagCertificateAuthority": 10,
    "acm-pca:UntagCertificateAuthority": 10,
    "acm-pca:UpdateCertificateAuthority": 10,
    "acm:AddTagsToCertificate": 5,
    "acm:DeleteCertificate": 10,
    "acm:DescribeCertificate": 10,
    "acm:ExportCertificate": 5,
    "acm:GetAccountConfiguration": 1,
    "acm:GetCertificate": 10,
    "acm:ImportCertificate": 1,
    "acm:ListCertificates": 1,
    "acm:ListTagsForCertificate": 10,
    "acm:PutAccountConfiguration": 1,
    "acm:RemoveTagsFromCertificate": 5,
    "acm:RenewCertificate": 5,
    "acm:RequestCertificate": 5,
    "acm:ResendValidationEmail": 1,
    "acm:UpdateCertificateOptions": 5,
}
"""Requests per second, by operation."""
