"""The whole spec: one stack, one state."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from pcaform.spec.cas import Authority, CertificateAuthority
from pcaform.spec.issuers import Issuer
from pcaform.spec.providers import AssumeRole
from pcaform.spec.sections import Certificate, CrlBucket, Duties, OperatorRole, Removal, RemovedKey, Share, Waiver
from pcaform.spec.types import REGION, STACK, AccountId, Key, Many, Model, Tags


class Aws(Model):
    """Where the stack lives."""

    region: Annotated[str, Field(pattern=REGION)]
    """The region of everything that does not say otherwise."""
    account_id: AccountId
    """The only account the stack may touch."""
    assume_role: AssumeRole | None = None
    """The role that the provider takes on."""
    default_tags: Tags = Field(default_factory=dict)
    """Tags of everything."""


class Terraform(Model):
    """Settings of Terraform itself."""

    backend: Annotated[dict[Key, dict[str, Any]] | None, Field(min_length=1, max_length=1)] = None
    """One backend's name with its arguments, passed through."""


class Spec(Model):
    """One stack of private CAs and issuers, with `certificate_authority_defaults` already merged in."""

    version: Literal[1]
    """The version of this language."""
    stack: Annotated[str, Field(pattern=STACK, max_length=64)]
    """The stack's name and directory."""
    aws: Aws
    """Region, account and default tags."""
    terraform: Terraform = Terraform()
    """The backend."""
    certificate_authorities: dict[Key, Authority] = Field(default_factory=dict)
    """The CAs, by key; the key is the module's name."""
    issuers: dict[Key, Issuer] = Field(default_factory=dict)
    """Who may issue, by key."""
    crl_buckets: dict[Key, CrlBucket] = Field(default_factory=dict)
    """Buckets for revocation lists."""
    certificates: dict[Key, Certificate] = Field(default_factory=dict)
    """Private certificates of this stack."""
    shares: dict[Key, Share] = Field(default_factory=dict)
    """Who outside the account may issue, by the CA's key."""
    administrators: Duties = Field(default_factory=dict)
    """Roles that administer the CAs."""
    auditors: Duties = Field(default_factory=dict)
    """Roles that read and report."""
    removed: dict[RemovedKey, Removal] = Field(default_factory=dict)
    """How what left the spec leaves the stack."""
    moves: dict[str, str] = Field(default_factory=dict)
    """Old address to new address, until the state has absorbed it."""
    waivers: Many[Waiver] = ()
    """Findings of the guard that are accepted."""

    @cached_property
    def managed(self) -> Mapping[str, CertificateAuthority]:
        """The CAs that this stack makes or takes over, without mere references."""
        every = self.certificate_authorities.items()
        return {key: authority for key, authority in every if isinstance(authority, CertificateAuthority)}

    @cached_property
    def pending(self) -> frozenset[str]:
        """The keys of the CAs that still wait for a certificate from elsewhere."""
        return frozenset(key for key, authority in self.managed.items() if authority.activation == "pending")

    def region_of(self, key: str) -> str:
        """Return the region that a CA is to be in."""
        provider = self.certificate_authorities[key].provider
        return provider.region if provider else self.aws.region

    @property
    def operator_roles(self) -> Iterator[tuple[str, str, OperatorRole]]:
        """Every administrator and auditor: section, key and role."""
        for section in ("administrators", "auditors"):
            yield from ((section, key, duty) for key, duty in getattr(self, section).items())

    @staticmethod
    def removed_item(name: str) -> tuple[str, str]:
        """Return section and key of a name under `removed`; a plain key is that of a CA."""
        section, dot, key = name.partition(".")
        return (section, key) if dot else ("certificate_authorities", name)

    @model_validator(mode="after")
    def _name_users(self) -> Self:
        """Name users and roles like their keys where the spec names none."""
        for key, issuer in self.issuers.items():
            if issuer.user_name is None and not (issuer.role or issuer.existing_user or issuer.existing_role):
                object.__setattr__(issuer, "user_name", key)
            if issuer.role is not None and issuer.role.role_name is None:
                object.__setattr__(issuer.role, "role_name", key)
        for _, key, duty in self.operator_roles:
            if duty.role_name is None:
                object.__setattr__(duty, "role_name", key)
        return self
