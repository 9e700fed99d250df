"""Who calls, and how closely a statement of a resource's policy names them.

Sources, below https://docs.aws.amazon.com/IAM/latest/UserGuide/: reference_policies_elements_principal.html,
reference_policies_elements_notprincipal.html.
"""

import re
from dataclasses import dataclass
from enum import IntEnum

from pcaform.iam.evaluator.documents import Statement

_ACCOUNT = re.compile(r"(?P<id>[0-9]{12})|arn:[^:]+:iam::(?P<root>[0-9]{12}):root")


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
        return not self.is_service and account_of(self.arn) == self.account_id


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
    if statement.are_principals_excluded:
        return Match.NONE if _is_spared(statement, principal) else Match.DIRECT
    if principal.is_service and principal.arn in statement.principals.get("Service", ()):
        return Match.DIRECT
    return max((_match(name, principal) for name in statement.principals.get("AWS", ())), default=Match.NONE)


def _match(name: str, principal: Principal) -> Match:
    """Compare one name; everyone (`*`) is named as directly as by ARN, and includes services."""
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


def _is_spared(statement: Statement, principal: Principal) -> bool:
    """Tell whether NotPrincipal spares a caller: it must list the caller, its role and its account, each of them."""
    listed = statement.principals or {}
    named = listed.get("AWS", ())
    if "*" in named or (principal.is_service and principal.arn in listed.get("Service", ())):
        return True
    needed = {Match.DIRECT}
    if principal.role_arn:
        needed.add(Match.ROLE)
    if not principal.is_root:
        needed.add(Match.ACCOUNT)
    return needed <= {_match(name, principal) for name in named}


def account_of(name: str) -> str | None:
    """Return the account that a name means, which is its id or the ARN of its root; None for another name."""
    match = _ACCOUNT.fullmatch(name)
    return (match["id"] or match["root"]) if match else None
