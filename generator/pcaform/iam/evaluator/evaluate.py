"""A request and all policies that speak about it -> allowed or not, and which statement or missing one decided.

Sources, below https://docs.aws.amazon.com/IAM/latest/UserGuide/:
reference_policies_evaluation-logic_policy-eval-denyallow.html (one account),
reference_policies_evaluation-logic-cross-account.html (two), access_policies_boundaries.html (what limits what).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain

from pcaform.iam.evaluator.documents import Document, PolicyError, Statement
from pcaform.iam.evaluator.patterns import Context
from pcaform.iam.evaluator.principals import Match, Principal, names


class Effect(StrEnum):
    """How a request ends; only ALLOW lets it through."""

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
        """Whether it crosses accounts; a service's call never does, for only the resource's policy decides it."""
        return not self.principal.is_service and self.resource_account not in (None, self.principal.account_id)


@dataclass(frozen=True, slots=True)
class Policies:
    """Everything that speaks about a request; None or empty means that there is no such policy.

    `resource` is the resource's own policy, or a role's trust policy. `guardrails` are the service control policies,
    one tuple for each level from the root to the account. Raises PolicyError where a resource's policy names no
    principal or another policy names one: AWS refuses both, and neither can be judged.
    """

    identity: tuple[Document, ...] = ()
    boundary: Document | None = None
    session: tuple[Document, ...] = ()
    resource: Document | None = None
    guardrails: tuple[tuple[Document, ...], ...] = ()
    is_resource_policy_needed: bool = False

    def __post_init__(self) -> None:
        boundaries = () if self.boundary is None else (self.boundary,)
        for document in chain(self.identity, boundaries, self.session, *self.guardrails):
            if any(statement.principals is not None for statement in document.statements):
                raise PolicyError(f"policy '{document.name}' names a principal, as only a resource's policy may")
        if self.resource and any(statement.principals is None for statement in self.resource.statements):
            raise PolicyError(
                f"policy '{self.resource.name}' has a statement for no principal, as a resource's may not"
            )


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision, and what made it: the kind of policy, and the statement's Sid where one decided."""

    effect: Effect
    kind: str
    statement: str = ""

    @property
    def is_allowed(self) -> bool:
        """Tell whether the request goes through."""
        return self.effect is Effect.ALLOW


IDENTITY, BOUNDARY, SESSION = "identity-based policy", "permissions boundary", "session policy"
RESOURCE, GUARDRAIL = "resource-based policy", "service control policy"


def evaluate(request: Request, policies: Policies) -> Verdict:
    """Decide a request: an explicit deny anywhere wins, then every limit must allow, then a grant must be found."""
    denied = _explicit_deny(request, policies)
    if denied:
        return denied
    for level in policies.guardrails:
        if not _allows(request, level):
            return Verdict(Effect.IMPLICIT_DENY, GUARDRAIL)
    granted = _resource_grant(request, policies.resource)
    if granted is Match.NONE and (request.is_foreign or policies.is_resource_policy_needed):
        return Verdict(Effect.IMPLICIT_DENY, RESOURCE)
    if granted is Match.DIRECT and not request.is_foreign:
        return Verdict(Effect.ALLOW, RESOURCE)
    return _limited(request, policies, is_granted=granted is Match.ROLE and not request.is_foreign)


def _limited(request: Request, policies: Policies, *, is_granted: bool) -> Verdict:
    """Judge the caller's own side: a grant, unless the resource gave it to the role, within boundary and session."""
    if not (is_granted or request.principal.is_root or _allows(request, policies.identity)):
        return Verdict(Effect.IMPLICIT_DENY, IDENTITY)
    if policies.boundary is not None and not _allows(request, (policies.boundary,)):
        return Verdict(Effect.IMPLICIT_DENY, BOUNDARY)
    if policies.session and not _allows(request, policies.session):
        return Verdict(Effect.IMPLICIT_DENY, SESSION)
    return Verdict(Effect.ALLOW, RESOURCE if is_granted else IDENTITY)


def _explicit_deny(request: Request, policies: Policies) -> Verdict | None:
    layers: tuple[tuple[str, Iterable[Document]], ...] = (
        (GUARDRAIL, (document for level in policies.guardrails for document in level)),
        (IDENTITY, policies.identity),
        (BOUNDARY, (policies.boundary,) if policies.boundary else ()),
        (SESSION, policies.session),
    )
    for kind, documents in layers:
        for statement in _applying(request, documents, is_allow=False):
            return Verdict(Effect.EXPLICIT_DENY, kind, statement.sid)
    for statement in _applying(request, (policies.resource,) if policies.resource else (), is_allow=False):
        # AWS documents that a boundary undoes whom NotPrincipal spares: access_policies_boundaries.html.
        is_unspared = statement.are_principals_excluded and policies.boundary is not None
        if is_unspared or names(statement, request.principal) is not Match.NONE:
            return Verdict(Effect.EXPLICIT_DENY, RESOURCE, statement.sid)
    return None


def _resource_grant(request: Request, policy: Document | None) -> Match:
    """Tell how closely the resource's own policy names the caller in a statement that allows the request."""
    applying = _applying(request, (policy,) if policy else (), is_allow=True)
    return max((names(statement, request.principal) for statement in applying), default=Match.NONE)


def _allows(request: Request, documents: Iterable[Document]) -> bool:
    return any(True for _ in _applying(request, documents, is_allow=True))


def _applying(request: Request, documents: Iterable[Document], *, is_allow: bool) -> Iterator[Statement]:
    for document in documents:
        for statement in document.statements:
            if statement.is_allow is is_allow and statement.applies(request.action, request.resource, request.context):
                yield statement
