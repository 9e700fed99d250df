"""Which function judges which kind of resource; those of AWS Private CA that none judges are in doubt."""

from collections.abc import Callable, Iterator, Mapping

from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.policy_attachments import ATTACHMENTS, INLINE, MEMBERSHIPS
from pcaform.checks.guard.rules import (
    attachments,
    ca_certificates,
    cas,
    crl_buckets,
    permissions,
    policies,
    principals,
    ram_shares,
    secrets,
    shares,
)
from pcaform.checks.guard.rules.unknown_types import is_of_private_ca, unknown_type
from pcaform.checks.guard.verdict import Outcome
from pcaform.terraform.resource_types import AUTHORITY, CERTIFICATE, INSTALLATION, MANAGED, PERMISSION, POLICIES, SHARE

Judge = Callable[[Change, PlanContext], Iterator[Outcome]]


def _certificate_of_acm(change: Change, context: PlanContext) -> Iterator[Outcome]:
    yield from permissions.managed_certificate(change, context)
    yield from secrets.imported_key(change, context)


HAZARDS: Mapping[str, Judge] = {
    AUTHORITY: cas.authority,
    CERTIFICATE: ca_certificates.issued_certificate,
    INSTALLATION: ca_certificates.installation,
    PERMISSION: permissions.permission,
    SHARE: shares.share,
    ram_shares.ASSOCIATION: ram_shares.association,
    ram_shares.PRINCIPAL: ram_shares.principal,
    ram_shares.SHARE: ram_shares.share,
    MANAGED: _certificate_of_acm,
    **dict.fromkeys((*POLICIES, *INLINE), policies.policy),
    **dict.fromkeys(ATTACHMENTS, attachments.attachment),
    **dict.fromkeys(MEMBERSHIPS, attachments.membership),
    "aws_iam_user": principals.user,
    "aws_iam_role": principals.role,
    "aws_s3_bucket": crl_buckets.bucket,
    "aws_s3_bucket_policy": crl_buckets.bucket_policy,
    crl_buckets.CLOSING: crl_buckets.closing,
    **dict.fromkeys(crl_buckets.NAMES, crl_buckets.name),
    "aws_iam_access_key": secrets.encrypted,
    "aws_iam_user_login_profile": secrets.encrypted,
    "tls_private_key": secrets.private_key,
}
"""Kind of resource -> what judges it."""


def judge_of(kind: str) -> Judge | None:
    """Return what judges a kind of resource, None for one that does nothing to private CAs."""
    return HAZARDS.get(kind) or (unknown_type if is_of_private_ca(kind) else None)
