"""Principals, and how closely a statement of a resource-based policy names the calling one.

Sources, below https://docs.aws.amazon.com/IAM/latest/UserGuide/: reference_policies_elements_principal.html,
reference_policies_elements_notprincipal.html.
"""

import re
from dataclasses import dataclass
from enum import IntEnum

from pcaform.iam.documents import ANYONE, Principals, Statement

_ACCOUNT = re.compile(r"(?P<id>[0-9]{12})|arn:[^:]+:iam::(?P<root>[0-9]{12}):root")


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller: a user, a role session (`role_arn` is then its role), an account's root user, or an AWS service.

    `arn` of a service is its name, such as `acm.amazonaws.com`, and `account_id` the account that it acts for.
    """

    arn: str
    account_id: str
    role_arn: str | None = None
    is_service: bool = False

    @property
    def is_root(self) -> bool:
        """Whether it is the account's root user, which identity-based policies do not limit."""
        return not self.is_service and account_of(self.arn) == self.account_id


class Match(IntEnum):
    """How closely a statement names a caller, in increasing order.

    With ACCOUNT the caller's own policies decide, with ROLE a boundary and session policies still limit, and DIRECT is
    sufficient within one account.
    """

    NONE = 0
    ACCOUNT = 1
    ROLE = 2
    DIRECT = 3


def match_principal(statement: Statement, principal: Principal) -> Match:
    """Return how closely a statement names a caller; a statement without principals names none."""
    if statement.not_principals is not None:
        return Match.NONE if _is_exempt(statement.not_principals, principal) else Match.DIRECT
    if principal.is_service and principal.arn in statement.principals_of("Service"):
        return Match.DIRECT
    return max((_match(name, principal) for name in statement.principals_of("AWS")), default=Match.NONE)


def _match(name: str, principal: Principal) -> Match:
    """Compare one name; `*` matches all principals as directly as an ARN, including services."""
    if name == "*":
        return Match.DIRECT
    if principal.is_service:
        return Match.NONE
    if name == principal.arn:
        return Match.DIRECT
    if name == principal.role_arn:
        return Match.ROLE
    is_account = account_of(name) == principal.account_id
    return (Match.DIRECT if principal.is_root else Match.ACCOUNT) if is_account else Match.NONE


def _is_exempt(exempt: Principals, principal: Principal) -> bool:
    """Tell whether NotPrincipal exempts a caller: it must contain the caller, its role and its account."""
    names = [name for kind, name in exempt if kind in ("AWS", ANYONE)]
    if ANYONE in names or (principal.is_service and ("Service", principal.arn) in exempt):
        return True
    required = {Match.DIRECT}
    if principal.role_arn:
        required.add(Match.ROLE)
    if not principal.is_root:
        required.add(Match.ACCOUNT)
    return required <= {_match(name, principal) for name in names}


def account_of(name: str) -> str | None:
    """Return the account that a name means (an account id or the ARN of a root user); None for other names."""
    match = _ACCOUNT.fullmatch(name)
    return (match["id"] or match["root"]) if match else None
