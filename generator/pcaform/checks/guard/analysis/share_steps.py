"""How the sharing of a CA changes, by its policy and by AWS RAM: who may newly use it, and who no longer.

Source: https://docs.aws.amazon.com/privateca/latest/userguide/pca-ram.html.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.grantees import Grantee, added_grantees, denied_principals, grantees, removed_grantees
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.widening import have_same_meaning
from pcaform.iam.documents import PolicyError
from pcaform.terraform.resource_types import AUTHORITY

ASSOCIATION, PRINCIPAL, SHARE = (
    f"aws_ram_{kind}" for kind in ("resource_association", "principal_association", "resource_share")
)
RAM_TYPES = (ASSOCIATION, PRINCIPAL, SHARE)
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


@lru_cache(maxsize=1)
def ram_changes(change: Change, context: PlanContext) -> tuple[RamChange, ...]:
    """Return what a resource of AWS RAM changes about CAs."""
    return tuple(_BY_TYPE[change.type](change, context))


def _association(change: Change, context: PlanContext) -> Iterator[RamChange]:
    """Yield the CAs that are added to a share or removed from it."""
    old, new = change.before.get("resource_arn"), change.after.get("resource_arn")
    if change.is_destroyed and _is_live(old, context):
        yield _narrowed(f"{context.name(str(old))} is no longer shared by RAM")
    if "create" in change.actions and _is_live(new, context):
        of = [each.values for each in context.of(SHARE) if each.values.get("arn") == change.after.get(_IN)]
        rights = [right for values in of for right in _rights(values)]
        yield _extended(f"{context.name(str(new))} is shared by RAM", rights)
    elif change.unknown.get("resource_arn") and any(each.is_created for each in context.changes_of(AUTHORITY)):
        yield _extended("what RAM shares is known only after the apply, and may be a CA")


def _principal(change: Change, context: PlanContext) -> Iterator[RamChange]:
    """Yield the principals that are added to a share or removed from it."""
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
        yield _extended(f"the RAM share gains permissions on CAs: {', '.join(gained)}", gained)
    elif is_of_authority:
        name = "allow_external_principals"
        before, after = bool(change.before.get(name)), bool(change.after.get(name))
        if after and not before:
            yield _extended("accounts outside the organization may be added")
        elif before and not after:
            yield _narrowed("RAM no longer shares it outside the organization")


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


@dataclass(frozen=True, slots=True)
class ShareStep:
    """One step of a CA's policy: unknown, unreadable (`error`), or who it allowed before and allows after.

    `is_new` means that the CA is created together with it.
    """

    before: tuple[Grantee, ...] = ()
    after: tuple[Grantee, ...] = ()
    added: tuple[Grantee, ...] = ()
    removed: tuple[Grantee, ...] = ()
    is_new: bool = False
    is_denial_removed: bool = False
    is_denial_added: bool = False
    is_unknown: bool = False
    error: str = ""

    @property
    def anyone(self) -> tuple[Grantee, ...]:
        """Return what is added for any AWS account."""
        return tuple(each for each in self.added if each.is_anyone)

    @property
    def ca_issuers(self) -> tuple[Grantee, ...]:
        """Return who may issue CA certificates from a CA that exists; nothing where any account may."""
        if self.is_new or self.anyone:
            return ()
        return tuple(each for each in self.added if each.may_issue_ca_certificates)

    @property
    def other_issuers(self) -> tuple[Grantee, ...]:
        """Return who is added, where neither any account nor the issuing of CA certificates is."""
        return () if self.anyone or self.ca_issuers else self.added


@lru_cache(maxsize=1)
def share_steps(change: Change, context: PlanContext) -> tuple[ShareStep, ...]:
    """Return the steps of a CA's policy: two where it moves to another CA, none where its meaning stays the same."""
    old, new = change.before.get(_ARN), change.after.get(_ARN)
    is_gone = str(old or new) in context.destroyed
    is_new = bool(change.unknown.get(_ARN)) or new in context.created_arns
    is_moved = bool(old and change.after) and (old != new or is_new)
    if is_gone and (is_new or not is_moved):
        return ()
    if change.unknown.get("policy"):
        return (ShareStep(is_new=not change.before, is_unknown=True),)
    if not {"create", "update", "delete"} & set(change.actions):
        return ()
    before, after = change.before.get("policy") or "", change.after.get("policy") or ""
    if not (before and after and is_moved):
        return _steps(change, (before, after), is_new=is_new)
    left = () if is_gone else _steps(change, (before, ""), is_new=False)
    return left if any(step.error for step in left) else (*left, *_steps(change, ("", after), is_new=is_new))


def _steps(change: Change, texts: tuple[str, str], *, is_new: bool) -> tuple[ShareStep, ...]:
    try:
        return tuple(_compared(change, *texts, is_new=is_new))
    except PolicyError as error:
        return (ShareStep(error=str(error)),)


def _compared(change: Change, before: str, after: str, *, is_new: bool) -> Iterator[ShareStep]:
    """Compare two texts of one CA's policy, empty where there is none."""
    old, new = (grantees(text, change.address) if text else () for text in (before, after))
    if before and after and have_same_meaning([before], [after]):
        return
    was, will = (denied_principals(text) if before and after else frozenset() for text in (before, after))
    yield ShareStep(
        before=old,
        after=new,
        added=added_grantees(old, new),
        removed=removed_grantees(old, new),
        is_new=is_new,
        is_denial_removed=bool(was - will),
        is_denial_added=bool(will - was),
    )
