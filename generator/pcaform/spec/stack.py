"""The whole spec: one stack, one state."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from pcaform.core import facts
from pcaform.spec import types
from pcaform.spec.cas import Authority, CertificateAuthority
from pcaform.spec.issuers import Issuer
from pcaform.spec.sections import Certificate, CrlBucket, OperatorRole, Removal, RemovedKey, Share, Waiver


class IgnoreTags(types.Model):
    """Tags that others set, and that Terraform leaves alone."""

    keys: types.Many[Annotated[str, Field(min_length=1, max_length=128)]] = ()
    """The whole keys."""
    key_prefixes: types.Many[Annotated[str, Field(min_length=1, max_length=128)]] = ()
    """The starts of keys."""

    def covers(self, key: str) -> bool:
        """Tell whether a tag's key is one of them."""
        return key in self.keys or key.startswith(self.key_prefixes)


class Aws(types.Model):
    """Region and account of the stack."""

    region: Annotated[str, Field(pattern=types.REGION)]
    """The region of all resources without a `provider`."""
    account_id: types.AccountId
    """The only account that the stack may change."""
    assume_role: types.AssumeRole | None = None
    """The role that the provider assumes."""
    default_tags: types.Tags = Field(default_factory=dict)
    """Tags of all resources."""
    ignore_tags: IgnoreTags = IgnoreTags()
    """Tags of all resources that Terraform does not read or change."""
    profile: Annotated[str | None, Field(min_length=1, max_length=1024)] = None
    """The profile of the shared configuration whose credentials the providers use."""
    use_fips_endpoint: bool = False
    """Whether the providers call the FIPS endpoints of AWS, which not all regions have."""


class Terraform(types.Model):
    """Settings of Terraform itself."""

    backend: Annotated[dict[types.Key, dict[str, Any]] | None, Field(min_length=1, max_length=1)] = None
    """The name of one backend with its arguments, which are written unchanged."""
    cloud: dict[str, Any] | None = None
    """HCP Terraform instead of a backend: `organization`, `workspaces` with `name` or `tags`, `project`; `hostname`."""
    extra_files: types.Many[Annotated[str, Field(pattern=types.FILE_PATH, max_length=1024)]] = ()
    """The files in the stack's directory that pcaform did not write and that are accepted, each by its path there."""

    @property
    def state(self) -> Mapping[str, dict[str, Any]]:
        """Where the state is, by the kind of the place: a backend, or `cloud`."""
        return (self.backend or {}) if self.cloud is None else {"cloud": self.cloud}


class References(types.Model):
    """Where the ARNs of the CAs come from that are named by their stack: one of the three."""

    lock_file: Annotated[str | None, Field(pattern=types.RELATIVE_FILE, max_length=1024)] = None
    """The file that `pcaform lock` writes."""
    remote_state: Annotated[dict[types.Key, dict[str, Any]] | None, Field(min_length=1, max_length=1)] = None
    """The backend of the other stacks' states with its arguments, in which `{stack}` is the other stack's name."""
    ssm_parameter: Annotated[str | None, Field(pattern=types.PARAMETER, max_length=512)] = None
    """The parameter with a CA's ARN, which the CA's stack writes: with `{stack}` and `{certificate_authority}`."""

    @model_validator(mode="after")
    def _check_source(self) -> Self:
        """Refuse no source, and more than one."""
        if [self.lock_file, self.remote_state, self.ssm_parameter].count(None) != len(References.model_fields) - 1:
            raise PydanticCustomError("wanted", "one of 'lock_file', 'remote_state' and 'ssm_parameter'")
        return self


class Spec(types.Model):
    """One stack of private CAs and issuers, with `certificate_authority_defaults` already merged in."""

    version: Literal[1]
    """The version of the spec format."""
    stack: Annotated[str, Field(pattern=types.STACK, max_length=64)]
    """The stack's name, and its directory below `--out`: `security/eu-west-1` is in the directory `security`."""
    profile: facts.Profile = "default"
    """strict: what is not good practice is an error, and there are more rules about it."""
    aws: Aws
    """Region, account and default tags."""
    terraform: Terraform = Terraform()
    """The backend, and files that are not pcaform's."""
    references: References | None = None
    """Where the ARNs of CAs of other stacks come from."""
    certificate_authorities: dict[types.Key, Authority] = Field(default_factory=dict)
    """The CAs, by key; the key is part of the module's name."""
    issuers: dict[types.Key, Issuer] = Field(default_factory=dict)
    """The principals that may issue, by key."""
    crl_buckets: dict[types.Key, CrlBucket] = Field(default_factory=dict)
    """Buckets for CRLs."""
    certificates: dict[types.Key, Certificate] = Field(default_factory=dict)
    """Private certificates of this stack."""
    shares: dict[types.Key, Share] = Field(default_factory=dict)
    """Other accounts that may issue, by the CA's key."""
    administrators: dict[types.Key, OperatorRole] = Field(default_factory=dict)
    """Roles that administer the CAs."""
    auditors: dict[types.Key, OperatorRole] = Field(default_factory=dict)
    """Roles that read and report."""
    removed: dict[RemovedKey, Removal] = Field(default_factory=dict)
    """What happens to items that were removed from the spec, and to addresses of the state that it never had."""
    moves: dict[str, str] = Field(default_factory=dict)
    """Old address to new address; can be deleted once the change is applied."""
    waivers: types.Many[Waiver] = ()
    """Findings of the guard that are accepted."""

    @cached_property
    def managed(self) -> Mapping[str, CertificateAuthority]:
        """The CAs that this stack creates or imports, without references."""
        entries = self.certificate_authorities.items()
        return {key: authority for key, authority in entries if isinstance(authority, CertificateAuthority)}

    def with_authorities(self, changed: Mapping[str, Authority]) -> "Spec":
        """Return the spec with other values of some CAs; a copy by pydantic would keep `managed` as it was."""
        fields = {name: getattr(self, name) for name in Spec.model_fields}
        fields["certificate_authorities"] = {**self.certificate_authorities, **changed}
        return Spec.model_construct(self.model_fields_set, **fields)

    @cached_property
    def pending(self) -> frozenset[str]:
        """The keys of the CAs that still wait for a certificate from elsewhere."""
        return frozenset(key for key, authority in self.managed.items() if authority.activation == "pending")

    def region_of(self, key: str) -> str:
        """Return the region of a CA."""
        provider = self.certificate_authorities[key].provider
        return provider.region if provider else self.aws.region

    def account_of(self, key: str) -> str:
        """Return the account of a CA: of its ARN, as the entry says, or of the provider that reads the ARN."""
        ca = self.certificate_authorities[key]
        if ca.arn is not None:
            return ca.arn.split(":")[4]
        if isinstance(ca, CertificateAuthority):
            return self.aws.account_id
        return ca.account_id or self.provider_account_of(ca)

    def provider_account_of(self, ca: Authority) -> str:
        """Return the account of the credentials that reach a CA."""
        role = ca.provider.assume_role if ca.provider else None
        return role.role_arn.split(":")[4] if role else self.aws.account_id

    def list_above(self, key: str | None) -> Iterator[str]:
        """Yield a CA of this stack and those above it, each once: parents may lead back to it where a spec is wrong."""
        seen = set[str]()
        while key is not None and key in self.managed and key not in seen:
            seen.add(key)
            yield key
            key = self.managed[key].parent

    @property
    def operator_roles(self) -> Iterator[tuple[str, str, OperatorRole]]:
        """Every administrator and auditor: section, key and role."""
        for section in ("administrators", "auditors"):
            yield from ((section, key, role) for key, role in getattr(self, section).items())

    @property
    def forgotten(self) -> Iterator[str]:
        """The addresses under `removed`: what a state has there stays at AWS and leaves the state."""
        return (name for name in self.removed if not re.match(types.REMOVED_ITEM, name))

    @staticmethod
    def removed_item(name: str) -> tuple[str, str]:
        """Return section and key of a name under `removed`; a key without a section is that of a CA."""
        section, dot, key = name.partition(".")
        return (section, key) if dot else ("certificate_authorities", name)

    @model_validator(mode="after")
    def _name_users(self) -> Self:
        """Give users and roles without a name the name of their key."""
        for key, issuer in self.issuers.items():
            if issuer.user_name is None and not (issuer.role or issuer.existing_user or issuer.existing_role):
                object.__setattr__(issuer, "user_name", key)
            if issuer.role is not None and issuer.role.role_name is None:
                object.__setattr__(issuer.role, "role_name", key)
        for _, key, role in self.operator_roles:
            if role.role_name is None:
                object.__setattr__(role, "role_name", key)
        return self
