"""How the sharing of a CA changes, by its policy and by AWS RAM: who may newly use it, and who no longer.

Source: https://docs.aws.amazon.com/privateca/latest/userguide/pca-ram.html.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.grantees import AccessChange, compare_access
from pcaform.checks.guard.widening import have_same_meaning
from pcaform.terraform.plan_json import Change
from pcaform.terraform.resource_types import AUTHORITY

ASSOCIATION, PRINCIPAL, SHARE = (
    f"aws_ram_{kind}" for kind in ("resource_association", "principal_association", "resource_share")
)
ORGANIZATION, ACCEPTER, CUSTOM = (
    "aws_ram_sharing_with_organization",
    "aws_ram_resource_share_accepter",
    "aws_ram_permission",
)
RAM_TYPES = (ASSOCIATION, PRINCIPAL, SHARE, ORGANIZATION, ACCEPTER, CUSTOM)
_AUTHORITY = re.compile(r"arn:[\w-]+:acm-pca:[^:]*:[^:]*:certificate-authority/")
_OF_AUTHORITIES = re.compile(r"permission/AWSRAM\w*CertificateAuthority$")
_IN = "resource_share_arn"
_ARN = "resource_arn"


@dataclass(frozen=True, slots=True)
class RamChange:
    """One change, in words: more principals may use a CA (`is_extended`), or fewer; and the added permissions."""

    words: str
    is_extended: bool
    rights: tuple[str, ...] = ()

    @property
    def allows_ca_certificates(self) -> bool:
        """Tell whether a right lets others issue CA certificates."""
        return any("SubordinateCACertificate" in right for right in self.rights)


_extended, _narrowed = partial(RamChange, is_extended=True), partial(RamChange, is_extended=False)


@lru_cache(maxsize=1)
def ram_changes(change: Change, context: PlanContext) -> tuple[RamChange, ...]:
    """Return what a resource of AWS RAM changes about CAs."""
    return tuple(_BY_TYPE[change.type](change, context))


def _association(change: Change, context: PlanContext) -> Iterator[RamChange]:
    old, new = change.before.get("resource_arn"), change.after.get("resource_arn")
    if change.is_destroyed and _is_live(old, context):
        yield _narrowed(f"{context.name(str(old))} is no longer shared by RAM")
    if "create" in change.actions and _is_live(new, context):
        of = [each.values for each in context.of(SHARE) if each.values.get("arn") == change.after.get(_IN)]
        rights = [right for values in of for right in _rights(values)]
        yield _extended(f"{context.name(str(new))} is shared by RAM", rights=tuple(rights))
    elif change.unknown.get("resource_arn") and any(each.is_created for each in context.changes_of(AUTHORITY)):
        yield _extended("what RAM shares is known only after the apply, and may be a CA")


def _principal(change: Change, context: PlanContext) -> Iterator[RamChange]:
    if change.is_destroyed and _is_of_authority(change.before.get(_IN), context):
        yield _narrowed(f"RAM no longer shares it with {change.before.get('principal')}")
    if "create" in change.actions and _is_of_authority(change.after.get(_IN), context):
        yield _extended(f"RAM shares it with {change.after.get('principal') or 'an unknown principal'}")


def _share(change: Change, context: PlanContext) -> Iterator[RamChange]:
    """Yield what changes about a share itself: its existence, external principals, and permissions."""
    gained = [right for right in _rights(change.after) if right not in _rights(change.before)]
    is_of_authority = _is_of_authority(change.before.get("arn"), context)
    if change.is_destroyed:
        if is_of_authority:
            yield _narrowed(f"the RAM share {change.before.get('name') or change.before.get('arn')} is deleted")
    elif gained and (is_of_authority or any(map(_OF_AUTHORITIES.search, gained))):
        yield _extended(f"the RAM share gains permissions on CAs: {', '.join(gained)}", rights=tuple(gained))
    elif is_of_authority:
        name = "allow_external_principals"
        before, after = bool(change.before.get(name)), bool(change.after.get(name))
        if after and not before:
            yield _extended("accounts outside the organization may be added")
        elif before and not after:
            yield _narrowed("RAM no longer shares it outside the organization")


def _organization(change: Change, _: PlanContext) -> Iterator[RamChange]:
    """Yield that RAM may share in the whole organization, or no longer; what it shares need not be in this plan."""
    if change.is_destroyed:
        yield _narrowed("RAM no longer shares with the organization")
    elif "create" in change.actions:
        yield _extended("RAM may share in the whole organization, without an invitation")


def _accepter(change: Change, _: PlanContext) -> Iterator[RamChange]:
    """Yield that this account leaves a share, which may be that of a CA."""
    types = change.before.get("resources") or ()
    if change.is_destroyed and (not types or any(_AUTHORITY.match(str(each)) for each in types)):
        yield _narrowed(f"this account leaves the RAM share {change.before.get('share_arn')}")


def _custom(change: Change, _: PlanContext) -> Iterator[RamChange]:
    """Yield what a permission that this organization wrote itself newly allows on CAs."""
    if change.after.get("resource_type") == "acm-pca:CertificateAuthority" and change.before:
        old, new = (str(each.get("policy_template") or "") for each in (change.before, change.after))
        if not have_same_meaning([old], [new]):
            right = "SubordinateCACertificate" if "CACertificate" in new and "CACertificate" not in old else ""
            yield _extended("a RAM permission on CAs has another text", rights=(right,))


_BY_TYPE = {
    ASSOCIATION: _association,
    PRINCIPAL: _principal,
    SHARE: _share,
    ORGANIZATION: _organization,
    ACCEPTER: _accepter,
    CUSTOM: _custom,
}


def _rights(values: Mapping[str, Any]) -> list[str]:
    return [str(each) for each in values.get("permission_arns") or ()]


def _is_live(arn: Any, context: PlanContext) -> bool:
    return isinstance(arn, str) and _AUTHORITY.match(arn) is not None and arn not in context.destroyed


def _is_of_authority(share: Any, context: PlanContext) -> bool:
    """Tell whether a live CA is in a share, before the plan or after it."""
    before = [each.values for each in context.of(ASSOCIATION)]
    after = [each.after for each in context.changes_of(ASSOCIATION)]
    return any(each.get(_IN) == share and _is_live(each.get("resource_arn"), context) for each in (*before, *after))


@lru_cache(maxsize=1)
def share_steps(change: Change, context: PlanContext) -> tuple[AccessChange, ...]:
    """Return the steps of a CA's policy: two where it moves to another CA, none where its meaning stays the same."""
    old, new = change.before.get(_ARN), change.after.get(_ARN)
    is_gone = str(old or new) in context.destroyed
    is_new = bool(change.unknown.get(_ARN)) or new in context.created_arns
    is_moved = bool(old and change.after) and (old != new or is_new)
    if is_gone and (is_new or not is_moved):
        return ()
    if change.unknown.get("policy"):
        return (AccessChange(is_new=not change.before, is_unknown=True),)
    if not {"create", "update", "delete"} & set(change.actions):
        return ()
    before, after = change.before.get("policy") or "", change.after.get("policy") or ""
    names = (change.address, change.address)
    if not (before and after and is_moved):
        step = compare_access(before, after, names=names, is_new=is_new)
        is_same = before and after and not step.error and have_same_meaning([before], [after])
        return () if is_same else (step,)
    left = () if is_gone else (compare_access(before, "", names=names, is_new=False),)
    is_unreadable = any(step.error for step in left)
    return left if is_unreadable else (*left, compare_access("", after, names=names, is_new=is_new))
