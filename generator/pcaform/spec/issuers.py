"""Issuers in the spec: who may issue from which CA, and how."""

from typing import Annotated, Any, Literal

from pydantic import Field

from pcaform.core.facts import DEFAULT_TEMPLATE, AcmKeyAlgorithm, IssuedKeyAlgorithm
from pcaform.spec.types import (
    ANCHOR_ARN,
    OIDC_ARN,
    PRINCIPAL_ARN,
    SERVICE,
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

ManagedAction = Literal[
    "AddTagsToCertificate",
    "DeleteCertificate",
    "ExportCertificate",
    "ListTagsForCertificate",
    "RemoveTagsFromCertificate",
    "RenewCertificate",
]


class UnmanagedGrant(Model):
    """Case 1: the issuer brings its own request to acm-pca IssueCertificate; nobody renews for it."""

    certificates: Literal["unmanaged"]
    """Nobody renews these."""
    certificate_authorities: Annotated[Many[Key], Field(min_length=1)]
    """The CAs it may use, keys of that section."""
    templates: Annotated[Many[Annotated[str, Field(pattern=TEMPLATE)]], Field(min_length=1)] = (DEFAULT_TEMPLATE,)
    """The templates it may use."""
    key_algorithms: Many[IssuedKeyAlgorithm] = ()
    """The keys it may ask certificates for; any where it is left out."""
    additional_actions: Many[Literal["ListCertificateAuthorities", "RevokeCertificate"]] = ()
    """What else it may do: see all CAs of the account, revoke any certificate of these CAs."""


class ManagedGrant(Model):
    """Case 2: the issuer asks ACM (RequestCertificate), which makes the key and renews through the CA's permission."""

    certificates: Literal["managed"]
    """ACM renews these."""
    certificate_authorities: Annotated[Many[Key], Field(min_length=1)]
    """The CAs it may use, keys of that section."""
    domain_names: Many[Annotated[str, Field(min_length=1, max_length=253)]] = ()
    """The names it may ask for, with '*' for any text; any name where it is left out."""
    key_algorithms: Many[AcmKeyAlgorithm] = ()
    """The keys it may ask for, which a request must then name; any where it is left out."""
    additional_actions: Many[ManagedAction] = ()
    """What else it may do with the certificates that it requested."""


Grant = Annotated[UnmanagedGrant | ManagedGrant, Field(discriminator="certificates")]


class Policy(Model):
    """A policy document taken over word for word, in place of grants."""

    name: PolicyName
    """The policy's name."""
    document: dict[str, Any]
    """The policy's document."""


class Oidc(Model):
    """Tokens of an OpenID Connect provider: GitHub Actions, service accounts of EKS, and the like."""

    provider_arn: Annotated[str, Field(pattern=OIDC_ARN, max_length=2048)]
    """The provider in IAM; it exists already."""
    subjects: Annotated[Many[Annotated[str, Field(min_length=1, max_length=512)]], Field(min_length=1)]
    """Which tokens, with '*' for any text: repo:corp/pki:ref:refs/heads/main, system:serviceaccount:pki:issuer."""
    audiences: Annotated[Many[Annotated[str, Field(min_length=1, max_length=512)]], Field(min_length=1)] = (
        "sts.amazonaws.com",
    )
    """For whom the tokens are."""


class RolesAnywhere(Model):
    """Certificates that IAM Roles Anywhere accepts in place of AWS credentials."""

    trust_anchor_arn: Annotated[str, Field(pattern=ANCHOR_ARN, max_length=2048)]
    """The trust anchor whose certificates count."""
    common_names: Many[Annotated[str, Field(min_length=1, max_length=64)]] = ()
    """The common names that may take the role; any certificate of the anchor where it is left out."""


class Trust(Model):
    """Who may assume a role."""

    accounts: Many[AccountId] = ()
    """Whole accounts: their administrators decide who."""
    principals: Many[Annotated[str, Field(pattern=PRINCIPAL_ARN, max_length=2048)]] = ()
    """Single users and roles, by ARN."""
    services: Many[Annotated[str, Field(pattern=SERVICE, max_length=128)]] = ()
    """AWS services, such as ec2.amazonaws.com or pods.eks.amazonaws.com."""
    oidc: Many[Oidc] = ()
    """Identity providers outside AWS."""
    roles_anywhere: RolesAnywhere | None = None
    """Machines outside AWS that have a certificate."""


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

    @property
    def principal_name(self) -> str:
        """The name of the user or role, whoever made it."""
        role = self.role.role_name if self.role else None
        return self.user_name or role or self.existing_user or self.existing_role or ""

    @property
    def is_owned(self) -> bool:
        """Whether this stack makes the principal, so that all that it may do is written here."""
        return self.existing_user is None and self.existing_role is None
