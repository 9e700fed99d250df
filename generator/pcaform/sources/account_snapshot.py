"""How the CAs of an account stand, and what hangs on them: what `drift` and `audit` judge, whoever read it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pcaform.sources.inventory import ImportNote

PERMISSIONS, POLICY, CERTIFICATE, TAGS = "permissions", "policy", "certificate", "tags"
"""Parts of a CA that are read one by one, so each may be unread while the others are known."""

GONE = ("DELETED", "FAILED")
"""Statuses of a CA that AWS does not bill, and that no stack has."""


@dataclass(frozen=True, slots=True)
class CaStatus:
    """A CA as it stands. `arguments` are Terraform's, `unsaid` what Terraform has no argument for, in words.

    What stands in `unread` could not be read, or was not asked for; its value here then means nothing.
    """

    arn: str
    status: str
    arguments: Mapping[str, Any]
    ends: datetime | None = None
    restorable_until: datetime | None = None
    failure: str = ""
    is_foreign: bool = False
    hides_list: bool = False
    """Whether issued certificates do not say where the revocation list is."""
    unsaid: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    """What ACM may do with it; empty where it may do nothing."""
    policy: str = ""
    certificate: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()

    @property
    def region(self) -> str:
        """The region that it is in."""
        return self.arn.split(":")[3]

    @property
    def name(self) -> str:
        """What people call it: its common name, or else its id."""
        (configuration,) = self.arguments["certificate_authority_configuration"]
        return str(configuration["subject"][0].get("common_name") or self.arn.rpartition("/")[2])

    @property
    def lists(self) -> Mapping[str, Any]:
        """The settings of its revocation list, empty where it has none."""
        found = self.arguments["revocation_configuration"][0]["crl_configuration"][0]
        return found if found["enabled"] else {}


@dataclass(frozen=True, slots=True)
class Certificate:
    """A private certificate that ACM holds, and renews where it can. `authority` is the ARN of its CA."""

    arn: str
    name: str
    authority: str
    status: str
    ends: datetime | None
    key_algorithm: str = ""
    names: tuple[str, ...] = ()
    users: int = 0
    """How many AWS resources use it."""
    is_eligible: bool = False
    renewal: str = ""
    """How the last renewal went, empty where there was none."""
    reason: str = ""
    """Why the last renewal failed."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket for revocation lists. `blocks` are the settings of S3 Block Public Access that are on."""

    name: str
    is_there: bool = True
    blocks: frozenset[str] = frozenset()
    policy: str = ""
    has_acls: bool = True


@dataclass(frozen=True, slots=True)
class AccountSnapshot:
    """All of it; `remarks` name what could not be read, and `unlisted` the regions whose CAs could not be listed."""

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
        return (each for each in self.authorities if not each.is_foreign)

    def issued_by(self, authority: CaStatus) -> list[Certificate]:
        """Return the certificates of a CA, whatever became of them."""
        return [each for each in self.certificates if each.authority == authority.arn]
