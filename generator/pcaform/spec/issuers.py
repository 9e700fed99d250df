"""Issuers in the spec: principals with grants to issue from CAs."""

from typing import Annotated, Any, Literal

from pydantic import Field

from pcaform.core.facts import DEFAULT_TEMPLATE, AcmKeyAlgorithm, IssuedKeyAlgorithm
from pcaform.spec import types
from pcaform.spec.types import AccountId, Ignore, Key, Many, Model, Path, PolicyArn, PolicyName, Tags, UserName

EC2 = "ec2.amazonaws.com"
ManagedAction = Literal[
    "AddTagsToCertificate",
    "DeleteCertificate",
    "ExportCertificate",
    "ListTagsForCertificate",
    "RemoveTagsFromCertificate",
    "RenewCertificate",
]


class UnmanagedGrant(Model):
    """Case 1: the issuer calls IssueCertificate of Private CA with its own signing request; AWS does not renew."""

    certificates: Literal["unmanaged"]
    """AWS does not renew these certificates."""
    certificate_authorities: Annotated[Many[Key], Field(min_length=1)]
    """The CAs that the issuer may use, keys of that section."""
    templates: Annotated[Many[Annotated[str, Field(pattern=types.TEMPLATE)]], Field(min_length=1)] = (DEFAULT_TEMPLATE,)
    """The templates that the issuer may use."""
    key_algorithms: Many[IssuedKeyAlgorithm] = ()
    """The allowed key algorithms of certificates; any if omitted."""
    additional_actions: Many[Literal["ListCertificateAuthorities", "RevokeCertificate"]] = ()
    """Further actions: list all CAs of the account, revoke any certificate of these CAs."""


class ManagedGrant(Model):
    """Case 2: the issuer calls RequestCertificate of ACM, which creates the key and renews with the CA's permission."""

    certificates: Literal["managed"]
    """ACM renews these certificates."""
    certificate_authorities: Annotated[Many[Key], Field(min_length=1)]
    """The CAs that the issuer may use, keys of that section."""
    domain_names: Many[Annotated[str, Field(min_length=1, max_length=253)]] = ()
    """The allowed domain names, with '*' for any text; any name if omitted."""
    key_algorithms: Many[AcmKeyAlgorithm] = ()
    """The allowed key algorithms, which each request must then name; any if omitted."""
    additional_actions: Many[ManagedAction] = ()
    """Further actions on the certificates that the issuer requested."""


Grant = Annotated[UnmanagedGrant | ManagedGrant, Field(discriminator="certificates")]


class Policy(Model):
    """A policy document that is used unchanged, instead of grants."""

    name: PolicyName
    """The policy's name."""
    document: dict[str, Any]
    """The policy's document."""
    description: Annotated[str | None, Field(min_length=1, max_length=1000)] = None
    """The policy's description, which IAM never changes."""


class Oidc(Model):
    """Tokens of an OpenID Connect provider, such as GitHub Actions or service accounts of EKS."""

    provider_arn: Annotated[str, Field(pattern=types.OIDC_ARN, max_length=2048)]
    """The ARN of the provider in IAM, which must exist."""
    subjects: Annotated[Many[Annotated[str, Field(min_length=1, max_length=512)]], Field(min_length=1)]
    """Subjects of tokens, '*' for any text: repo:corp/pki:ref:refs/heads/main, system:serviceaccount:pki:issuer."""
    audiences: Annotated[Many[Annotated[str, Field(min_length=1, max_length=512)]], Field(min_length=1)] = (
        "sts.amazonaws.com",
    )
    """The allowed audiences of the tokens."""


class RolesAnywhere(Model):
    """Certificates that IAM Roles Anywhere accepts instead of AWS credentials."""

    trust_anchor_arn: Annotated[str, Field(pattern=types.ANCHOR_ARN, max_length=2048)]
    """The ARN of the trust anchor whose certificates are accepted."""
    common_names: Many[Annotated[str, Field(min_length=1, max_length=64)]] = ()
    """The common names that may assume the role; any certificate of the trust anchor if omitted."""


class Trust(Model):
    """The principals that may assume a role."""

    accounts: Many[AccountId] = ()
    """Whole accounts; the administrators of each account decide which of its principals."""
    principals: Many[Annotated[str, Field(pattern=types.PRINCIPAL_ARN, max_length=2048)]] = ()
    """Single users and roles, by ARN."""
    services: Many[Annotated[str, Field(pattern=types.SERVICE, max_length=128)]] = ()
    """AWS services, such as ec2.amazonaws.com or pods.eks.amazonaws.com."""
    oidc: Many[Oidc] = ()
    """Identity providers outside AWS."""
    roles_anywhere: RolesAnywhere | None = None
    """Machines outside AWS that have a certificate."""


class Role(Model):
    """An IAM role of this stack."""

    role_name: UserName | None = None
    """The role's name; the key if omitted."""
    trust: Trust
    """The principals that may assume the role."""
    max_session_duration: Annotated[int | None, Field(ge=3600, le=43200)] = None
    """The maximum length of a session in seconds."""
    description: Annotated[str | None, Field(pattern=types.IAM_TEXT, max_length=1000)] = None
    """The role's description."""
    instance_profile: bool | None = None
    """Whether the role has an instance profile of its name; if omitted, one that EC2 may assume has."""

    @property
    def has_instance_profile(self) -> bool:
        """Whether the stack has an instance profile for it."""
        return EC2 in self.trust.services if self.instance_profile is None else self.instance_profile


class Issuer(Model):
    """A principal that may issue certificates."""

    user_name: UserName | None = None
    """The name of the IAM user that this stack creates; the key if omitted."""
    role: Role | None = None
    """A role instead of the user."""
    existing_user: UserName | None = None
    """A user that exists; only the policy is attached."""
    existing_role: UserName | None = None
    """A role that exists; only the policy is attached."""
    path: Path = "/"
    """The path of the user or role and of its policies."""
    policy_path: Path | None = None
    """The path of its policies, if it is not that of the user or role."""
    permissions_boundary: PolicyArn | None = None
    """The permissions boundary of the user or role."""
    force_destroy: bool = False
    """Whether destroying the user also deletes access keys and logins that Terraform does not manage."""
    grants: Many[Grant] = ()
    """What the issuer may issue."""
    deny_other_templates: bool = False
    """Whether an existing principal, like those of the stack, is denied all templates that its grants do not name."""
    policy: Policy | None = None
    """A policy document that is used unchanged, instead of grants."""
    renamed_from: Key | None = None
    """The key this issuer had before; the stack moves it."""
    tags: Tags = Field(default_factory=dict)
    """Tags of the user or role and of its policies."""
    policy_tags: Tags | None = None
    """Tags of its policies, if they are not those of the user or role."""
    ignore: Many[Ignore] = ()
    """Rules that are intentionally not followed here."""

    @property
    def principal_name(self) -> str:
        """The name of the user or role, whether or not this stack creates it."""
        role = self.role.role_name if self.role else None
        return self.user_name or role or self.existing_user or self.existing_role or ""

    @property
    def is_owned(self) -> bool:
        """Whether this stack creates the principal."""
        return self.existing_user is None and self.existing_role is None
