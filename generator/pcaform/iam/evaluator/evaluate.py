"""Evaluates a request with all policies that apply to it: allowed or denied, and by which policy and statement.

Sources, below https://docs.aws.amazon.com/IAM/latest/UserGuide/:
reference_policies_evaluation-logic_policy-eval-denyallow.html (one account),
reference_policies_evaluation-logic-cross-account.html (two), access_policies_boundaries.html (boundaries),
reference_policies_elements_principal.html and reference_policies_elements_notprincipal.html (whom a statement names).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from itertools import chain

from pcaform.iam.documents import ANYONE, Document, PolicyError, Principals, Statement
from pcaform.iam.evaluator.patterns import Context

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


class Effect(StrEnum):
    """The result of a request; only ALLOW permits it."""

    ALLOW = "allow"
    EXPLICIT_DENY = "explicit deny"
    IMPLICIT_DENY = "implicit deny"


@dataclass(frozen=True, slots=True)
class Request:
    """One call: `action` as `service:Operation`, `resource` an ARN or `*`, `resource_account` its owner if known.

    The keys of `context` ignore case.
    """

    principal: Principal
    action: str
    resource: str
    context: Context = field(default_factory=dict)
    resource_account: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "context", {key.lower(): values for key, values in self.context.items()})

    @property
    def is_foreign(self) -> bool:
        """Whether the request is cross-account; a service's call never is, since only the resource policy decides."""
        return not self.principal.is_service and self.resource_account not in (None, self.principal.account_id)


@dataclass(frozen=True, slots=True)
class Policies:
    """All policies that apply to a request; None or empty means that there is no such policy.

    `resource` is the resource-based policy, or a role's trust policy. Raises PolicyError if a resource-based policy has
    no principal or another policy has one: AWS rejects both, and neither can be evaluated.
    """

    identity: tuple[Document, ...] = ()
    boundary: Document | None = None
    session: tuple[Document, ...] = ()
    resource: Document | None = None
    is_resource_policy_needed: bool = False

    def __post_init__(self) -> None:
        for document in chain.from_iterable(documents for _, documents in self.layers):
            if any(statement.is_resource_based for statement in document.statements):
                raise PolicyError(f"policy '{document.name}' has a principal, which only a resource-based policy may")
        if self.resource and any(not statement.is_resource_based for statement in self.resource.statements):
            raise PolicyError(f"policy '{self.resource.name}' is resource-based and has a statement without principal")

    @property
    def layers(self) -> Iterator[tuple[str, tuple[Document, ...]]]:
        """The kinds of the caller's own policies, and the policies of each kind."""
        yield IDENTITY, self.identity
        yield BOUNDARY, () if self.boundary is None else (self.boundary,)
        yield SESSION, self.session


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision, the kind of policy that made it, and the Sid of the deciding statement if there is one."""

    effect: Effect
    kind: str
    statement: str = ""

    @property
    def is_allowed(self) -> bool:
        """Tell whether the request is allowed."""
        return self.effect is Effect.ALLOW


IDENTITY, BOUNDARY, SESSION = "identity-based policy", "permissions boundary", "session policy"
RESOURCE = "resource-based policy"


def evaluate(request: Request, policies: Policies) -> Verdict:
    """Evaluate a request: an explicit deny always wins, then all limits and one granting policy must allow."""
    denied = _explicit_deny(request, policies)
    if denied:
        return denied
    allowing = _applying(request, (policies.resource,) if policies.resource else (), is_allow=True)
    granted = max((match_principal(statement, request.principal) for statement in allowing), default=Match.NONE)
    if granted is Match.NONE and (request.is_foreign or policies.is_resource_policy_needed):
        return Verdict(Effect.IMPLICIT_DENY, RESOURCE)
    if granted is Match.DIRECT and not request.is_foreign:
        return Verdict(Effect.ALLOW, RESOURCE)
    # the caller's own policies: identity-based unless the resource granted, boundary and session
    is_granted = granted is Match.ROLE and not request.is_foreign
    if not (is_granted or request.principal.is_root or _allows(request, policies.identity)):
        return Verdict(Effect.IMPLICIT_DENY, IDENTITY)
    if policies.boundary is not None and not _allows(request, (policies.boundary,)):
        return Verdict(Effect.IMPLICIT_DENY, BOUNDARY)
    if policies.session and not _allows(request, policies.session):
        return Verdict(Effect.IMPLICIT_DENY, SESSION)
    return Verdict(Effect.ALLOW, RESOURCE if is_granted else IDENTITY)


def _explicit_deny(request: Request, policies: Policies) -> Verdict | None:
    for kind, documents in policies.layers:
        for statement in _applying(request, documents, is_allow=False):
            return Verdict(Effect.EXPLICIT_DENY, kind, statement.sid)
    for statement in _applying(request, (policies.resource,) if policies.resource else (), is_allow=False):
        # With a boundary, AWS ignores the exemption by NotPrincipal: access_policies_boundaries.html.
        loses_exemption = statement.not_principals is not None and policies.boundary is not None
        if loses_exemption or match_principal(statement, request.principal) is not Match.NONE:
            return Verdict(Effect.EXPLICIT_DENY, RESOURCE, statement.sid)
    return None


def _allows(request: Request, documents: Iterable[Document]) -> bool:
    return any(True for _ in _applying(request, documents, is_allow=True))


def _applying(request: Request, documents: Iterable[Document], *, is_allow: bool) -> Iterator[Statement]:
    for document in documents:
        for statement in document.statements:
            if statement.is_allow is is_allow and statement.applies(request.action, request.resource, request.context):
                yield statement
