"""Revocation in the spec: the `revocation_configuration` of `aws_acmpca_certificate_authority`."""

from typing import Annotated

from pydantic import Field

from pcaform.core import facts
from pcaform.spec.types import BUCKET, CRL_PATH, Cname, Model


class CrlDistributionPoint(Model):
    """Whether issued certificates have the CRL distribution point extension."""

    omit_extension: bool
    """true omits the extension from issued certificates; cannot be combined with custom_cname."""


class CrlConfiguration(Model):
    """The certificate revocation list (CRL) in a bucket."""

    enabled: bool
    """Whether a CRL is published."""
    s3_bucket_name: Annotated[str | None, Field(pattern=BUCKET, min_length=3, max_length=255)] = None
    """The bucket of the CRL; required if enabled."""
    expiration_in_days: Annotated[int | None, Field(ge=1, le=5000)] = None
    """How long a CRL is valid; required if enabled."""
    custom_cname: Cname | None = None
    """The host name in issued certificates, instead of the bucket's."""
    custom_path: Annotated[str | None, Field(pattern=CRL_PATH, max_length=253)] = None
    """The path below the bucket."""
    s3_object_acl: facts.S3ObjectAcl = "BUCKET_OWNER_FULL_CONTROL"
    """The ACL of the CRL; AWS's own default is PUBLIC_READ, which S3 Block Public Access rejects."""
    crl_type: facts.CrlType | None = None
    """One complete CRL, or one CRL for each partition of the certificates."""
    crl_distribution_point_extension_configuration: CrlDistributionPoint | None = None
    """Whether issued certificates have the CRL distribution point extension."""


class OcspConfiguration(Model):
    """The OCSP responder, which answers for single certificates."""

    enabled: bool
    """Whether AWS's OCSP responder answers for this CA's certificates."""
    ocsp_custom_cname: Cname | None = None
    """The host name in issued certificates, instead of AWS's."""


class RevocationConfiguration(Model):
    """How revoked certificates are published."""

    crl_configuration: CrlConfiguration | None = None
    """A CRL in a bucket."""
    ocsp_configuration: OcspConfiguration | None = None
    """An OCSP responder."""
