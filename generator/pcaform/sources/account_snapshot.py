"""The current state of an account's CAs with their certificates and CRL buckets, for `drift` and `audit`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pcaform.sources.inventory import ImportNote

PERMISSIONS = "permissions"
POLICY = "policy"
CERTIFICATE = "certificate"
TAGS = "tags"
"""Parts of a CA that are read separately, so each may be unread while the others are known."""

GONE = ("DELETED", "FAILED")
"""Statuses in which AWS does not bill a CA, and no stack has it."""


@dataclass(frozen=True, slots=True)
class CaStatus:
    """The current state of a CA. `arguments` are Terraform's; `unsupported_settings` describe what has no argument.

    The parts in `unread` could not be read, or were not requested; their values here mean nothing.
    """

    arn: str
    status: str
    arguments: Mapping[str, Any]
    ends: datetime | None = None
    restorable_until: datetime | None = None
    failure: str = ""
    is_foreign: bool = False
    omits_crl_url: bool = False
    """Whether issued certificates do not contain the URL of the CRL."""
    unsupported_settings: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    """The actions that ACM has permission for."""
    policy: str = ""
    certificate: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()

    @property
    def region(self) -> str:
        """The CA's region."""
        return self.arn.split(":")[3]

    @property
    def name(self) -> str:
        """The name for messages: its common name, else its id."""
        (configuration,) = self.arguments["certificate_authority_configuration"]
        return str(configuration["subject"][0].get("common_name") or self.arn.rpartition("/")[2])

    @property
    def crl(self) -> Mapping[str, Any]:
        """The settings of its CRL, empty if it has none."""
        settings = self.arguments["revocation_configuration"][0]["crl_configuration"][0]
        return settings if settings["enabled"] else {}


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
    renewal: str = ""
    """Status of the last renewal, empty if there was none."""
    reason: str = ""
    """Reason why the last renewal failed."""


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
    """An account's CAs; `notes` name what could not be read, `unlisted` regions whose CAs could not be listed."""

    account_id: str
    regions: tuple[str, ...]
    authorities: tuple[CaStatus, ...]
    certificates: tuple[Certificate, ...] = ()
    buckets: Mapping[str, Bucket] = field(default_factory=dict)
    notes: tuple[ImportNote, ...] = ()
    unlisted: frozenset[str] = frozenset()

    @property
    def own(self) -> Iterator[CaStatus]:
        """The CAs that the account itself owns."""
        return (ca for ca in self.authorities if not ca.is_foreign)

    def issued_by(self, authority: CaStatus) -> list[Certificate]:
        """Return the certificates of a CA in any status."""
        return [certificate for certificate in self.certificates if certificate.authority == authority.arn]
