"""Revocation in the spec: the `revocation_configuration` of `aws_acmpca_certificate_authority`."""

from typing import Annotated

from pydantic import Field

from pcaform.core import facts
from pcaform.spec.types import BUCKET, CRL_PATH, Cname, Model


class CrlDistributionPoint(Model):
    """Whether issued certificates name the place of the list."""

    omit_extension: bool
    """true leaves the place out of issued certificates; excludes custom_cname."""


class CrlConfiguration(Model):
    """The certificate revocation list in a bucket."""

    enabled: bool
    """Whether revoked certificates are listed."""
    s3_bucket_name: Annotated[str | None, Field(pattern=BUCKET, min_length=3, max_length=255)] = None
    """The bucket the list goes to; needed when enabled."""
    expiration_in_days: Annotated[int | None, Field(ge=1, le=5000)] = None
    """How long one list is valid; needed when enabled."""
    custom_cname: Cname | None = None
    """The host name that issued certificates name in place of the bucket's."""
    custom_path: Annotated[str | None, Field(pattern=CRL_PATH, max_length=253)] = None
    """The path below the bucket."""
    s3_object_acl: facts.S3ObjectAcl = "BUCKET_OWNER_FULL_CONTROL"
    """Who may read the list; AWS's own default is PUBLIC_READ, which S3 Block Public Access refuses."""
    crl_type: facts.CrlType | None = None
    """One complete list, or one for each part of the certificates."""
    crl_distribution_point_extension_configuration: CrlDistributionPoint | None = None
    """Whether issued certificates name the place of the list."""


class OcspConfiguration(Model):
    """The responder that answers for single certificates."""

    enabled: bool
    """Whether AWS answers for this CA's certificates."""
    ocsp_custom_cname: Cname | None = None
    """The host name that issued certificates name in place of AWS's."""


class RevocationConfiguration(Model):
    """How revoked certificates are published."""

    crl_configuration: CrlConfiguration | None = None
    """A list in a bucket."""
    ocsp_configuration: OcspConfiguration | None = None
    """A responder."""
