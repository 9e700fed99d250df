"""How many requests a second AWS takes for each operation, account and region, and how it counts them.

Private CA: the default quotas "Rate of ... requests", https://docs.aws.amazon.com/general/latest/gr/pca.html#limits_pca.
ACM: https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html#api-rate-limits. IAM and STS publish none.

AWS describes its throttling as buckets of tokens that are refilled every second:
https://aws.amazon.com/blogs/security/how-to-monitor-and-query-iam-resources-at-scale-part-2/. It publishes no burst
for Private CA and ACM; here a bucket holds what one second brings.
"""

from __future__ import annotations

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


class Bucket:
    """The tokens of one operation in one account and region; `moment` is any clock's seconds."""

    def __init__(self, rate: float, *, moment: float) -> None:
        self._rate = rate
        self._size = max(rate, 1.0)
        self._tokens = self._size
        self._moment = moment

    def take(self, moment: float) -> bool:
        """Take a token for one request; False where there is none left, which costs nothing."""
        self._tokens = min(self._size, self._tokens + (moment - self._moment) * self._rate)
        self._moment = moment
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
