"""The smaller sections of the spec: buckets, certificates, shares, further roles, and how things leave."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field

from pcaform.core import facts
from pcaform.spec.issuers import Role
from pcaform.spec.providers import Provider
from pcaform.spec.types import (
    ACM_ARN,
    ARN,
    BUCKET,
    DAY,
    DISTRIBUTION,
    ORGANIZATION,
    REMOVED,
    TEMPLATE,
    AccountId,
    Ignore,
    Key,
    Many,
    Model,
    Path,
    PolicyArn,
    Tags,
    member,
    tag_of,
)


class CrlBucket(Model):
    """A bucket of this stack for revocation lists."""

    bucket: Annotated[str | None, Field(pattern=BUCKET, min_length=3, max_length=63)] = None
    """The bucket's name; the key where it is left out."""
    cloudfront_distribution_arns: Many[Annotated[str, Field(pattern=DISTRIBUTION, max_length=2048)]] = ()
    """The CloudFront distributions through which the lists are fetched; the bucket itself stays closed."""
    force_destroy: bool = False
    """Whether destroying the bucket also deletes the lists in it."""
    tags: Tags = Field(default_factory=dict)
    """Tags of the bucket."""


class Certificate(Model):
    """A private certificate of this stack, `aws_acm_certificate`."""

    certificate_authority: Key
    """The CA that issues it, a key of that section."""
    domain_name: Annotated[str, Field(min_length=1, max_length=64)]
    """The certificate's common name."""
    subject_alternative_names: Annotated[
        Many[Annotated[str, Field(min_length=1, max_length=253)]], Field(max_length=99)
    ] = ()
    """Further names."""
    key_algorithm: facts.AcmKeyAlgorithm = "RSA_2048"
    """The certificate's key; of the family of the CA's."""
    early_renewal_duration: str | None = None
    """When Terraform renews before ACM does, such as P90D."""
    arn: Annotated[str | None, Field(pattern=ACM_ARN, max_length=2048)] = None
    """One that exists already: it is imported, and no second one is requested."""
    tags: Tags = Field(default_factory=dict)
    """Tags of the certificate."""
    ignore: Many[Ignore] = ()
    """Rules that are broken here on purpose."""


class Share(Model):
    """Who outside the account may issue from a CA, `aws_acmpca_policy`."""

    accounts: Many[AccountId] = ()
    """Accounts that may issue."""
    organization: Annotated[str | None, Field(pattern=ORGANIZATION)] = None
    """An organization whose accounts may issue."""
    template: Annotated[str, Field(pattern=TEMPLATE)] = facts.DEFAULT_TEMPLATE
    """The one template they may use."""


class Forget(Model):
    """A CA that stays at AWS and leaves the stack, with what plain `forget` cannot know."""

    forget: Literal["everything", "certificate"]
    """everything that hangs on it, or only the certificate that this stack issued for it."""
    generation: Annotated[int, Field(ge=1, le=1000)] = 1
    """The generation of its certificate that the stack had last."""
    provider: Provider | None = None
    """Where it lives when it is elsewhere."""


class Destroy(Model):
    """An item that is to be destroyed."""

    destroy: Annotated[str, Field(pattern=ARN, max_length=2048)]
    """Its ARN, typed out."""
    provider: Provider | None = None
    """Where it lives when it is elsewhere."""


def _removal_kind(value: Any) -> str:
    if isinstance(value, Mapping):
        return tag_of("leave" if {"forget", "generation"} & set(value) else "destroy")
    if isinstance(value, Destroy):
        return tag_of("destroy")
    return tag_of("leave" if isinstance(value, Forget) else "forget")


Removal = Annotated[
    Annotated[Literal["forget"], member("forget")]
    | Annotated[Forget, member("leave")]
    | Annotated[Destroy, member("destroy")],
    Discriminator(_removal_kind),
]
"""How what left the spec leaves the stack."""

RemovedKey = Annotated[str, Field(pattern=REMOVED, max_length=90)]
"""A CA's key, or another section's name, a dot, and the key there."""


class Waiver(Model):
    """A finding of the guard that is accepted."""

    what: Annotated[str, Field(min_length=1)]
    """The finding's id."""
    address: str | None = None
    """The resource it is about."""
    why: Annotated[str, Field(min_length=3)]
    """Why it is accepted."""
    until: Annotated[str, Field(pattern=DAY)]
    """The last day, such as 2027-01-31."""


class OperatorRole(Role):
    """A role of this stack for those who run its CAs, or who look at them."""

    path: Path = "/"
    """The path of the role and of its policy."""
    permissions_boundary: PolicyArn | None = None
    """The policy that bounds what the role can ever be allowed."""
    tags: Tags = Field(default_factory=dict)
    """Tags of the role and of its policy."""
    ignore: Many[Ignore] = ()
    """Rules that are broken here on purpose."""


Duties = dict[Key, OperatorRole]
"""Administrators or auditors, by key."""
