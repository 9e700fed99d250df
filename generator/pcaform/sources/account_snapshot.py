"""An account as it was read once: its CAs with all facts, certificates, CRL buckets and principals.

`import aws` converts it to an inventory; `drift`, `audit` and `access --live` read it as it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pcaform.core import facts, renewal
from pcaform.sources.inventory import ImportNote

PrincipalKind = Literal["user", "role"]


@dataclass(frozen=True, slots=True)
class Policy:
    """A principal's policy as JSON; `arn` is empty for an inline one, `group` is set if it comes from a group.

    Description and tags are read only for `import aws`.
    """

    name: str
    document: str
    arn: str = ""
    group: str = ""
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IamPrincipal:
    """A user or role with all its policies, including those of its groups.

    `boundary` is its permissions boundary, with an empty document if that could not be read. `trust` is a role's trust
    policy as JSON.
    """

    kind: PrincipalKind
    name: str
    arn: str
    path: str
    policies: tuple[Policy, ...]
    boundary: Policy | None = None
    trust: str = ""

    @property
    def known_boundary(self) -> Policy | None:
        """Its permissions boundary; None without one, and if it could not be read."""
        return self.boundary if self.boundary is not None and self.boundary.document else None


@dataclass(frozen=True, slots=True)
class IamPrincipals:
    """All users and roles of an account, and notes on what could not be read of them."""

    principals: tuple[IamPrincipal, ...] = ()
    notes: tuple[ImportNote, ...] = ()


PERMISSIONS = "permissions"
POLICY = "policy"
CERTIFICATE = "certificate"
REQUEST = "certificate_signing_request"
TAGS = "tags"
"""Parts of a CA that are read separately, so each may be unread while the others are known."""

GONE = ("DELETED", "FAILED")
"""Statuses in which AWS does not bill a CA, and no stack has it."""
CERTIFIED = ("ACTIVE", "DISABLED", "EXPIRED")
"""Statuses of a CA that has a certificate."""


@dataclass(frozen=True, slots=True)
class Permission:
    """A permission that a CA gives a service; without `source_account` for the CA's own account."""

    principal: str
    actions: tuple[str, ...]
    source_account: str = ""


@dataclass(frozen=True, slots=True)
class CaStatus:
    """The current state of a CA. `arguments` are Terraform's; `unsupported_settings` describe what has no argument.

    The parts in `unread` could not be read, or were not requested; their values here mean nothing.
    """

    arn: str
    status: str
    arguments: Mapping[str, Any]
    starts: datetime | None = None
    ends: datetime | None = None
    restorable_until: datetime | None = None
    failure: str = ""
    is_foreign: bool = False
    omits_crl_url: bool = False
    """Whether issued certificates do not contain the URL of the CRL."""
    unsupported_settings: tuple[str, ...] = ()
    unmanageable: str = ""
    """Why Terraform cannot manage it, empty if it can."""
    permissions: tuple[Permission, ...] = ()
    policy: str = ""
    certificate: str = ""
    certificate_chain: str = ""
    request: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()

    @property
    def region(self) -> str:
        """The CA's region."""
        return self.arn.split(":")[3]

    @property
    def name(self) -> str:
        """The name for messages: its common name, else its id."""
        return self.common_name or self.arn.rpartition("/")[2]

    @property
    def common_name(self) -> str:
        """The common name of its subject, empty if it has none."""
        (configuration,) = self.arguments["certificate_authority_configuration"]
        return str(configuration["subject"][0].get("common_name") or "")

    @property
    def crl(self) -> Mapping[str, Any]:
        """The settings of its CRL, empty if it has none."""
        settings = self.arguments["revocation_configuration"][0]["crl_configuration"][0]
        return settings if settings["enabled"] else {}

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions that ACM has permission for in the CA's own account: only that one renews certificates."""
        own = [each for each in self._of_acm if renewal.is_for_own_account(each.source_account, self.arn)]
        allowed = {action for permission in own for action in permission.actions}
        return tuple(name for name in facts.ALL_PERMISSION_ACTIONS if name in allowed)

    @property
    def other_accounts(self) -> tuple[str, ...]:
        """The other accounts for which ACM has permission."""
        accounts = (each.source_account for each in self._of_acm)
        return tuple(sorted({each for each in accounts if not renewal.is_for_own_account(each, self.arn)}))

    @property
    def _of_acm(self) -> list[Permission]:
        return [permission for permission in self.permissions if permission.principal == facts.ACM_PRINCIPAL]


@dataclass(frozen=True, slots=True)
class Certificate:
    """A private certificate that ACM manages. `authority` is the ARN of its CA."""

    arn: str
    name: str
    authority: str
    status: str
    ends: datetime | None
    key_algorithm: str = ""
    names: tuple[str, ...] = ()
    users: int = 0
    """Number of AWS resources that use it."""
    is_eligible: bool = False
    failure: str = ""
    """Reason why ACM could not issue it."""
    renewal: str = ""
    """Status of the last renewal, empty if there was none."""
    reason: str = ""
    """Reason why the last renewal failed."""
    tags: Mapping[str, str] = field(default_factory=dict)
    unread_tags: str = ""
    """Why its tags could not be read."""


@dataclass(frozen=True, slots=True)
class TrustAnchor:
    """A trust anchor of IAM Roles Anywhere: it trusts a CA, `authority` by ARN, or the PEM certificates in `bundle`."""

    arn: str
    name: str
    is_enabled: bool
    authority: str
    bundle: str
    updated: datetime | None


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket for CRLs. `blocks` are the enabled settings of S3 Block Public Access."""

    name: str
    is_there: bool = True
    blocks: frozenset[str] = frozenset()
    policy: str = ""
    has_acls: bool = True


@dataclass(frozen=True, slots=True)
class AccountSnapshot:
    """An account's CAs by region and age; `notes` name what could not be read, `unlisted` regions without a list.

    `principals` is None if they were not requested, or if there is no CA that they could use.
    """

    account_id: str
    regions: tuple[str, ...]
    authorities: tuple[CaStatus, ...]
    certificates: tuple[Certificate, ...] = ()
    buckets: Mapping[str, Bucket] = field(default_factory=dict)
    notes: tuple[ImportNote, ...] = ()
    unlisted: frozenset[str] = frozenset()
    unselected: tuple[CaStatus, ...] = ()
    """CAs that the request leaves out; of these only the description was read."""
    principals: IamPrincipals | None = None
    trust_anchors: tuple[TrustAnchor, ...] = ()

    @property
    def own(self) -> Iterator[CaStatus]:
        """The CAs that the account itself owns."""
        return (ca for ca in self.authorities if not ca.is_foreign)

    @property
    def certified(self) -> tuple[CaStatus, ...]:
        """The CAs that have a certificate, and so can be in use."""
        return tuple(ca for ca in self.authorities if ca.status in CERTIFIED)

    @property
    def all_notes(self) -> tuple[ImportNote, ...]:
        """The notes, with those on principals."""
        return (*self.notes, *(self.principals.notes if self.principals is not None else ()))

    def issued_by(self, authority: CaStatus) -> list[Certificate]:
        """Return the certificates of a CA in any status."""
        return [certificate for certificate in self.certificates if certificate.authority == authority.arn]
