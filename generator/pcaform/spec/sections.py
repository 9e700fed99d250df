"""The smaller sections of the spec: CRL buckets, certificates, shares, operator roles, removals and waivers."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field

from pcaform.core import facts
from pcaform.spec import types
from pcaform.spec.issuers import Role
from pcaform.spec.types import AccountId, Ignore, Key, Many, Model, Path, PolicyArn, Provider, Tags, member, tag_of


class Distribution(Model):
    """A CloudFront distribution of this stack that serves the CRLs of a bucket, over plain HTTP too.

    Its names are the `custom_cname` of the CAs with their CRLs in the bucket.
    """

    acm_certificate_arn: Annotated[str | None, Field(pattern=types.ACM_ARN, max_length=2048)] = None
    """The public certificate of these names, in us-east-1; without it there is only CloudFront's own name."""
    log_bucket: Annotated[str | None, Field(pattern=types.BUCKET, min_length=3, max_length=63)] = None
    """A bucket that exists, with ACLs, for the log of accesses."""


class CrlBucket(Model):
    """A bucket of this stack for CRLs, or for audit reports."""

    bucket: Annotated[str | None, Field(pattern=types.BUCKET, min_length=3, max_length=63)] = None
    """The bucket's name; the key if omitted."""
    cloudfront_distribution_arns: Many[Annotated[str, Field(pattern=types.DISTRIBUTION, max_length=2048)]] = ()
    """The CloudFront distributions made elsewhere that may read the CRLs; the bucket itself stays private."""
    distribution: Distribution | None = None
    """A distribution of this stack that serves the CRLs; `{}` for one with CloudFront's name."""
    content: Literal["crls", "audit_reports"] = "crls"
    """What Private CA writes there: CRLs, or audit reports, which the auditors of this stack create and read."""
    force_destroy: bool = False
    """Whether destroying the bucket also deletes the CRLs in it."""
    tags: Tags = Field(default_factory=dict)
    """Tags of the bucket."""


class Certificate(Model):
    """A private certificate of this stack, `aws_acm_certificate`."""

    certificate_authority: Key
    """The CA that issues it, a key of that section."""
    domain_name: types.CommonName
    """The certificate's common name."""
    subject_alternative_names: Annotated[Many[types.HostName], Field(max_length=99)] = ()
    """Further names of the certificate."""
    key_algorithm: facts.AcmKeyAlgorithm = facts.DEFAULT_KEY
    """The algorithm of the certificate's key, of the same family as the CA's key."""
    early_renewal_duration: Annotated[str | None, Field(pattern=types.EARLY_RENEWAL)] = None
    """How long before the end Terraform renews, earlier than ACM would, for example P90D."""
    arn: Annotated[str | None, Field(pattern=types.ACM_ARN, max_length=2048)] = None
    """The ARN of a certificate that already exists; it is imported instead of requested."""
    tags: Tags = Field(default_factory=dict)
    """Tags of the certificate."""
    ignore: Many[Ignore] = ()
    """Rules that are intentionally not followed here."""


class Share(Model):
    """Other accounts that may issue from a CA, `aws_acmpca_policy`."""

    accounts: Many[AccountId] = ()
    """Accounts that may issue."""
    organization: Annotated[str | None, Field(pattern=types.ORGANIZATION)] = None
    """An organization whose accounts may issue."""
    template: Annotated[str, Field(pattern=types.TEMPLATE)] = facts.DEFAULT_TEMPLATE
    """The only template that they may use."""


class Forget(Model):
    """A CA to remove from the stack and keep at AWS, with details that plain `forget` does not have."""

    forget: Literal["everything", "certificate"]
    """everything: the CA and what belongs to it; certificate: only the certificate that this stack issued for it."""
    generation: Annotated[int, Field(ge=1, le=1000)] = 1
    """The last generation of its certificate in the stack."""
    provider: Provider | None = None
    """Region and role of the item, if they are not the stack's own."""


class Destroy(Model):
    """An item to destroy."""

    destroy: Annotated[str, Field(pattern=types.ARN, max_length=2048)]
    """The ARN of the item, as a confirmation."""
    provider: Provider | None = None
    """Region and role of the item, if they are not the stack's own."""


def _removal_kind(value: Any) -> str:
    if isinstance(value, Mapping):
        says_forget = "generation" in value or get_close_matches("forget", value, cutoff=0.7)
        return tag_of("leave" if says_forget else "destroy")
    if isinstance(value, Destroy):
        return tag_of("destroy")
    return tag_of("leave" if isinstance(value, Forget) else "forget")


Removal = Annotated[
    Annotated[Literal["forget"], member("forget")]
    | Annotated[Forget, member("leave")]
    | Annotated[Destroy, member("destroy")],
    Discriminator(_removal_kind),
]
"""What happens to an item that was removed from the spec."""

RemovedKey = Annotated[str, Field(pattern=types.REMOVED, max_length=1024)]
"""A CA's key; or another section, a dot, and the key there; or the address of what the spec does not have."""


class Waiver(Model):
    """A finding of the guard that is accepted, or what it cannot judge."""

    what: Annotated[str, Field(min_length=1)]
    """The finding's id; `cannot-judge` needs an address or a type."""
    address: str | None = None
    """The address of the resource, action or module."""
    type: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")] | None = None
    """The type of the resource or action, at any address."""
    why: Annotated[str, Field(min_length=3)]
    """Why it is accepted."""
    until: Annotated[str, Field(pattern=types.DAY)]
    """The last day of the waiver, for example 2027-01-31."""


class OperatorRole(Role):
    """A role of this stack for the administrators or auditors of its CAs."""

    path: Path = "/"
    """The path of the role and of its policy."""
    policy_path: Path | None = None
    """The path of its policy, if it is not that of the role."""
    permissions_boundary: PolicyArn | None = None
    """The permissions boundary of the role."""
    tags: Tags = Field(default_factory=dict)
    """Tags of the role and of its policy."""
    policy_tags: Tags | None = None
    """Tags of its policy, if they are not those of the role."""
    ignore: Many[Ignore] = ()
    """Rules that are intentionally not followed here."""
