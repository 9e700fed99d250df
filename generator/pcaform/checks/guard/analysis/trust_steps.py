"""How the trust policy of a role changes: which principals may newly assume it."""

from dataclasses import dataclass
from functools import lru_cache

from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.grantees import Grantee, added_grantees, denied_principals, grantees
from pcaform.checks.guard.plan_json import Change
from pcaform.iam.documents import PolicyError

_TRUST = "assume_role_policy"


@dataclass(frozen=True, slots=True)
class TrustStep:
    """Who was trusted and who is added; `is_new` of a role that had no trust policy, `error` of an unreadable one."""

    before: tuple[Grantee, ...] = ()
    added: tuple[Grantee, ...] = ()
    is_new: bool = False
    is_denial_removed: bool = False
    is_unknown: bool = False
    error: str = ""


@lru_cache(maxsize=1)
def trust_step(change: Change, context: PlanContext) -> TrustStep:
    """Return what changes about who may assume a role."""
    del context
    is_unknown = bool(change.unknown.get(_TRUST))
    before, after = change.before.get(_TRUST) or "", change.after.get(_TRUST) or ""
    try:
        old = grantees(before, "trust policy of before") if before else ()
        new = added_grantees(old, grantees(after, "trust policy") if after else ())
        denials = denied_principals(before) - denied_principals(after) if before and after else frozenset()
    except PolicyError as error:
        return TrustStep(is_unknown=is_unknown, error=str(error))
    return TrustStep(old, new, is_new=not before, is_denial_removed=bool(denials), is_unknown=is_unknown)
