"""Who calls, and how closely a statement of a resource's policy names them.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

import re
from dataclasses import dataclass
from enum import IntEnum

from pcaform.iam.documents import Statement

_ACCOUNT = re.compile(r"\d{12}")
_ROOT = re.compile(r"arn:[^:]+:iam::(?P<account>\d{12}):root")


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller: a user, a session of a role (`role_arn` is then its role), or an account's root; or an AWS service.

    `arn` of a service is its name, such as `acm.amazonaws.com`, and `account_id` the account that it acts for.
    """

    arn: str
    account_id: str
    role_arn: str | None = None
    is_service: bool = False

    @property
    def is_root(self) -> bool:
        """Whether it is the account's root user, whom no identity policy limits."""
        return self.arn.endswith(f":iam::{self.account_id}:root")


class Match(IntEnum):
    """How closely a statement names a caller, weakest first; the order is used.

    ACCOUNT leaves the decision to the caller's own policies, ROLE still lets a boundary and session policies limit,
    DIRECT grants by itself within one account.
    """

    NONE = 0
    ACCOUNT = 1
    ROLE = 2
    DIRECT = 3


def names(statement: Statement, principal: Principal) -> Match:
    """Tell how closely a statement names a caller; a statement without principals speaks about nobody."""
    if statement.principals is None:
        return Match.NONE
    if principal.is_service:
        is_named = principal.arn in statement.principals.get("Service", ())
        return Match.DIRECT if is_named is not statement.are_principals_excluded else Match.NONE
    closest = max((_match(name, principal) for name in statement.principals.get("AWS", ())), default=Match.NONE)
    if statement.are_principals_excluded:
        return Match.DIRECT if closest is Match.NONE else Match.NONE
    return closest


def _match(name: str, principal: Principal) -> Match:
    if name in {"*", principal.arn}:
        is_limited = name == "*" and principal.role_arn
        return Match.ROLE if is_limited else Match.DIRECT
    if name == principal.role_arn:
        return Match.ROLE
    account = name if _ACCOUNT.fullmatch(name) else _root_account(name)
    return Match.ACCOUNT if account == principal.account_id else Match.NONE


def _root_account(name: str) -> str | None:
    match = _ROOT.fullmatch(name)
    return match["account"] if match else None
