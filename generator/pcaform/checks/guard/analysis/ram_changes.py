"""What changes about a CA that AWS RAM shares: what is in a share, with whom, and with which rights.

Source: https://docs.aws.amazon.com/privateca/latest/userguide/pca-ram.html.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pcaform.checks.guard.analysis.cache import once_per_change
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.findings import is_created, is_destroyed
from pcaform.checks.guard.plan_json import Change
from pcaform.terraform.resource_types import AUTHORITY

ASSOCIATION, PRINCIPAL, SHARE = (
    f"aws_ram_{kind}" for kind in ("resource_association", "principal_association", "resource_share")
)
RAM_TYPES = (ASSOCIATION, PRINCIPAL, SHARE)
_AUTHORITY = re.compile(r"arn:[\w-]+:acm-pca:[^:]*:[^:]*:certificate-authority/")
_OF_AUTHORITIES = re.compile(r"permission/AWSRAM\w*CertificateAuthority$")
_IN = "resource_share_arn"


@dataclass(frozen=True, slots=True)
class RamChange:
    """One thing that changes, in words: more may use a CA (`is_extended`), or fewer; and the rights that are given."""

    words: str
    is_extended: bool
    rights: tuple[str, ...] = ()

    @property
    def allows_ca_certificates(self) -> bool:
        """Tell whether a right lets others issue CA certificates."""
        return any("SubordinateCACertificate" in right for right in self.rights)


@once_per_change
def ram_changes(change: Change, context: PlanContext) -> tuple[RamChange, ...]:
    """Return what a resource of AWS RAM changes about CAs."""
    return tuple(_BY_TYPE[change.type](change, context))


def _association(change: Change, context: PlanContext) -> Iterator[RamChange]:
    """Yield what comes into a share or leaves it."""
    old, new = change.before.get("resource_arn"), change.after.get("resource_arn")
    if is_destroyed(change) and _is_live(old, context):
        yield _narrowed(f"{context.name(str(old))} is shared no more by RAM")
    if "create" in change.actions and _is_live(new, context):
        of = [each.values for each in context.of(SHARE) if each.values.get("arn") == change.after.get(_IN)]
        rights = [right for values in of for right in _rights(values)]
        yield _extended(f"{context.name(str(new))} is shared by RAM", rights)
    elif change.unknown.get("resource_arn") and any(map(is_created, context.changes_of(AUTHORITY))):
        yield _extended("what is shared by RAM is known only after the apply, and may be a CA")


def _principal(change: Change, context: PlanContext) -> Iterator[RamChange]:
    """Yield with whom a share is, or is not any more."""
    if is_destroyed(change) and _is_of_authority(change.before.get(_IN), context):
        yield _narrowed(f"RAM shares it no more with {change.before.get('principal')}")
    if "create" in change.actions and _is_of_authority(change.after.get(_IN), context):
        yield _extended(f"RAM shares it with {change.after.get('principal') or 'somebody'}")


def _share(change: Change, context: PlanContext) -> Iterator[RamChange]:
    """Yield what changes about a share: that it is there, for whom it may be, and with which rights."""
    gained = [right for right in _rights(change.after) if right not in _rights(change.before)]
    is_of_authority = _is_of_authority(change.before.get("arn"), context)
    if is_destroyed(change):
        if is_of_authority:
            yield _narrowed(f"the share {change.before.get('name') or change.before.get('arn')} of RAM ends")
    elif gained and (is_of_authority or any(map(_OF_AUTHORITIES.search, gained))):
        yield _extended(f"RAM gives rights on CAs: {', '.join(gained)}", gained)
    elif is_of_authority:
        name = "allow_external_principals"
        before, after = bool(change.before.get(name)), bool(change.after.get(name))
        if after and not before:
            yield _extended("accounts outside of the organization may be let in")
        elif before and not after:
            yield _narrowed("RAM shares it with no account outside of the organization any more")


_BY_TYPE = {ASSOCIATION: _association, PRINCIPAL: _principal, SHARE: _share}


def _narrowed(words: str) -> RamChange:
    return RamChange(words, is_extended=False)


def _extended(words: str, rights: list[str] | None = None) -> RamChange:
    return RamChange(words, is_extended=True, rights=tuple(rights or ()))


def _rights(values: Mapping[str, Any]) -> list[str]:
    return [str(each) for each in values.get("permission_arns") or ()]


def _is_live(arn: Any, context: PlanContext) -> bool:
    return isinstance(arn, str) and _AUTHORITY.match(arn) is not None and arn not in context.destroyed


def _is_of_authority(share: Any, context: PlanContext) -> bool:
    """Tell whether a live CA is in a share, before the plan or after it."""
    before = [each.values for each in context.of(ASSOCIATION)]
    after = [each.after for each in context.changes_of(ASSOCIATION)]
    return any(each.get(_IN) == share and _is_live(each.get("resource_arn"), context) for each in (*before, *after))
