"""Which function judges which kind of resource; those of AWS Private CA that none judges are in doubt."""

from collections.abc import Callable, Iterator, Mapping

from pcaform.guard.hazards import (
    attached,
    authorities,
    issued,
    lists,
    permissions,
    policies,
    principals,
    ram,
    secrets,
    shares,
)
from pcaform.guard.hazards.unjudged import is_of_private_ca, unjudged
from pcaform.guard.holdings import ATTACHMENTS, INLINE, MEMBERSHIPS
from pcaform.guard.judgement import Remark
from pcaform.guard.reading import Change
from pcaform.guard.world import World
from pcaform.terraform.resource_types import AUTHORITY, CERTIFICATE, INSTALLATION, MANAGED, PERMISSION, POLICIES, SHARE

Judge = Callable[[Change, World], Iterator[Remark]]


def _certificate_of_acm(change: Change, world: World) -> Iterator[Remark]:
    yield from permissions.managed_certificate(change, world)
    yield from secrets.imported_key(change, world)


HAZARDS: Mapping[str, Judge] = {
    AUTHORITY: authorities.authority,
    CERTIFICATE: issued.issued_certificate,
    INSTALLATION: issued.installation,
    PERMISSION: permissions.permission,
    SHARE: shares.share,
    ram.ASSOCIATION: ram.association,
    ram.PRINCIPAL: ram.principal,
    ram.SHARE: ram.share,
    MANAGED: _certificate_of_acm,
    **dict.fromkeys((*POLICIES, *INLINE), policies.policy),
    **dict.fromkeys(ATTACHMENTS, attached.attachment),
    **dict.fromkeys(MEMBERSHIPS, attached.membership),
    "aws_iam_user": principals.user,
    "aws_iam_role": principals.role,
    "aws_s3_bucket": lists.bucket,
    "aws_s3_bucket_policy": lists.bucket_policy,
    lists.CLOSING: lists.closing,
    **dict.fromkeys(lists.NAMES, lists.name),
    "aws_iam_access_key": secrets.encrypted,
    "aws_iam_user_login_profile": secrets.encrypted,
    "tls_private_key": secrets.private_key,
}
"""Kind of resource -> what judges it."""


def judge_of(kind: str) -> Judge | None:
    """Return what judges a kind of resource, None for one that does nothing to private CAs."""
    return HAZARDS.get(kind) or (unjudged if is_of_private_ca(kind) else None)
