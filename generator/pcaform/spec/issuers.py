"""Issuers in the spec: who may issue from which CA, and how."""

from typing import Annotated, Any, Literal

from pydantic import Field

from pcaform.facts import DEFAULT_TEMPLATE
from pcaform.spec.values import (
    TEMPLATE,
    AccountId,
    Ignore,
    Key,
    Many,
    Model,
    Path,
    PolicyArn,
    PolicyName,
    Tags,
    UserName,
)


class UnmanagedGrant(Model):
    """Case 1: the issuer brings its own request to acm-pca IssueCertificate; nobody renews for it."""

    certificates: Literal["unmanaged"]
    """Nobody renews these."""
    certificate_authorities: Annotated[Many[Key], Field(min_length=1)]
    """The CAs it may use, keys of that section."""
    templates: Annotated[Many[Annotated[str, Field(pattern=TEMPLATE)]], Field(min_length=1)] = (DEFAULT_TEMPLATE,)
    """The templates it may use."""


class ManagedGrant(Model):
    """Case 2: the issuer asks ACM (RequestCertificate), which makes the key and renews through the CA's permission."""

    certificates: Literal["managed"]
    """ACM renews these."""
    certificate_authorities: Annotated[Many[Key], Field(min_length=1)]
    """The CAs it may use, keys of that section."""
    domain_names: Many[Annotated[str, Field(min_length=1, max_length=253)]] = ()
    """The names it may ask for, with '*' for any text; any name where it is left out."""


Grant = Annotated[UnmanagedGrant | ManagedGrant, Field(discriminator="certificates")]


class Policy(Model):
    """A policy document taken over word for word, in place of grants."""

    name: PolicyName
    """The policy's name."""
    document: dict[str, Any]
    """The policy's document."""


class Trust(Model):
    """Who may assume a role."""

    accounts: Many[AccountId] = ()
    """Whole accounts."""
    services: Many[str] = ()
    """AWS services, such as ec2.amazonaws.com."""
    federated: dict[str, Any] | None = None
    """An identity provider and its conditions."""


class Role(Model):
    """An IAM role of this stack."""

    role_name: UserName | None = None
    """The role's name; the key where it is left out."""
    trust: Trust
    """Who may assume it."""
    max_session_duration: Annotated[int | None, Field(ge=3600, le=43200)] = None
    """Seconds a session may last."""


class Issuer(Model):
    """A principal that may issue."""

    user_name: UserName | None = None
    """The name of the IAM user this stack makes; the key where it is left out."""
    role: Role | None = None
    """A role in place of the user."""
    existing_user: UserName | None = None
    """A user that exists; only the policy is attached."""
    existing_role: UserName | None = None
    """A role that exists; only the policy is attached."""
    path: Path = "/"
    """The path of the user and of its policies."""
    permissions_boundary: PolicyArn | None = None
    """The policy that bounds what the user can ever be allowed."""
    force_destroy: bool = False
    """Whether destroying the user also deletes its keys and logins that Terraform does not know."""
    grants: Many[Grant] = ()
    """What it may issue."""
    policy: Policy | None = None
    """A policy taken over word for word, in place of grants."""
    renamed_from: Key | None = None
    """The key this issuer had before; the stack moves it."""
    tags: Tags = Field(default_factory=dict)
    """Tags of the user and of its policies."""
    ignore: Many[Ignore] = ()
    """Rules that are broken here on purpose."""
