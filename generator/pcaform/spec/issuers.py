"""Issuers in the spec: who may issue from which CA, and how."""

from typing import Annotated, Any, Literal

from pydantic import Field

from pcaform.facts import DEFAULT_TEMPLATE
from pcaform.spec.values import PATH, TEMPLATE, USER_NAME, Ignore, Key, Many, Model, Tags


class UnmanagedGrant(Model):
    """Case 1: the issuer brings its own request to acm-pca IssueCertificate; nobody renews for it."""

    certificates: Literal["unmanaged"]
    certificate_authorities: Annotated[Many[Key], Field(min_length=1)]
    templates: Annotated[Many[Annotated[str, Field(pattern=TEMPLATE)]], Field(min_length=1)] = (DEFAULT_TEMPLATE,)


class ManagedGrant(Model):
    """Case 2: the issuer asks ACM (RequestCertificate), which makes the key and renews through the CA's permission."""

    certificates: Literal["managed"]
    certificate_authorities: Annotated[Many[Key], Field(min_length=1)]
    domain_names: Many[Annotated[str, Field(min_length=1, max_length=253)]] = ()


Grant = Annotated[UnmanagedGrant | ManagedGrant, Field(discriminator="certificates")]


class Policy(Model):
    """A policy document taken over word for word, in place of grants."""

    name: Annotated[str, Field(pattern=USER_NAME, max_length=128)]
    document: dict[str, Any]


class Issuer(Model):
    """An IAM user of this stack that may issue."""

    user_name: Annotated[str | None, Field(pattern=USER_NAME, max_length=64)] = None
    path: Annotated[str, Field(pattern=PATH, max_length=512)] = "/"
    permissions_boundary: Annotated[str | None, Field(pattern=r"^arn:", max_length=2048)] = None
    force_destroy: bool = False
    grants: Many[Grant] = ()
    policy: Policy | None = None
    tags: Tags = Field(default_factory=dict)
    ignore: Many[Ignore] = ()
