"""Users and roles of an account with their policies, as every part of the program sees them."""

from dataclasses import dataclass
from typing import Literal

from pcaform.sources.inventory import ImportNote

PrincipalKind = Literal["user", "role"]


@dataclass(frozen=True, slots=True)
class Policy:
    """A principal's policy as JSON; `arn` is empty for an inline one, `group` is set if it comes from a group."""

    name: str
    document: str
    arn: str = ""
    group: str = ""


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
