"""The types of changes that are no resources of Terraform."""

from enum import StrEnum


class ChangeType(StrEnum):
    """The types of changes that only two specs or a waiver show; rules name them as they name resource types."""

    STACK = "spec.stack"
    """A stack whose spec is removed."""
    ACCOUNT = "spec.account"
    """Account and region of a stack."""
    BACKEND = "spec.backend"
    """Where the state of a stack is."""
    CA = "spec.certificate_authority"
    """Keys of a CA's entry that are in no argument of its resource."""
    CA_CERTIFICATE = "spec.ca_certificate"
    """Generation and terms of a CA's certificate."""
    CERTIFICATE = "spec.certificate"
    """The ARN of a certificate's entry."""
    CRL_BUCKET = "spec.crl_bucket"
    """Keys of a CRL bucket's entry that are in no argument of its resource."""
    FILE = "spec.file"
    """A file in a stack that pcaform does not write, and whether the spec accepts it."""
    REMOVED = "spec.removed"
    """The ARN of a destroyed object, and the ARN that confirms it in the spec."""
    SUCCESSION = "spec.succession"
    """A CA that leaves the stack, and the CA that takes over from it."""
    STATE = "spec.state"
    """The state of a plan that creates every CA of a stack, and why it is not that of the stack."""
    WAIVER = "spec.waiver"
    """A waiver whose last day is over; its values are those of the waiver."""
