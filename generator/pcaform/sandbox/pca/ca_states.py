"""In which states a CA may be for what: one table for all operations that look at nothing else.

What a CA can do in each state: https://docs.aws.amazon.com/privateca/latest/userguide/PcaUpdateStatus.html. That a
CA without a certificate takes permissions and a policy is what the acceptance tests of Terraform's provider show:
https://github.com/hashicorp/terraform-provider-aws/pull/36338. IssueCertificate also looks at what is to be signed; its
rule stands with it.
"""

from __future__ import annotations

from dataclasses import dataclass

from pcaform.sandbox.http.aws_error import Refusal, invalid_state

_CERTIFIED = frozenset({"ACTIVE", "DISABLED", "EXPIRED"})
_MADE = _CERTIFIED | {"PENDING_CERTIFICATE"}
_NOT_DELETED = _MADE | {"CREATING", "FAILED"}


@dataclass(frozen=True)
class Rule:
    """The states in which an operation is possible, and AWS's words where it is not; `{}` is ARN and state."""

    states: frozenset[str]
    message: str = "The certificate authority {arn} is in the {status} state"


# Words of AWS itself: "valid state for deletion" from https://github.com/crossplane-contrib/provider-aws/pull/226,
# "correct state" from https://github.com/hashicorp/terraform-provider-aws/issues/26968, "to be updated" from the
# provider, which matches it when it disables a CA before deleting it.
_NO_REQUEST = "The certificate authority {arn} is not in the correct state to have a certificate signing request."
_RULES = {
    "UpdateCertificateAuthority": Rule(
        frozenset({"ACTIVE", "DISABLED"}),
        "The certificate authority must be in the ACTIVE or DISABLED state to be updated",
    ),
    "DeleteCertificateAuthority": Rule(
        _NOT_DELETED - {"ACTIVE"}, "The certificate authority is not in a valid state for deletion."
    ),
    "RestoreCertificateAuthority": Rule(
        frozenset({"DELETED"}), "The certificate authority {arn} is in the {status} state, not in DELETED"
    ),
    "GetCertificateAuthorityCsr": Rule(_MADE, _NO_REQUEST),
    "GetCertificateAuthorityCertificate": Rule(_CERTIFIED, _NO_REQUEST),
    "ImportCertificateAuthorityCertificate": Rule(
        _MADE - {"DISABLED"}, "The certificate authority {arn} is in the {status} state and takes no certificate"
    ),
    "GetCertificate": Rule(_NOT_DELETED),
    "RevokeCertificate": Rule(_CERTIFIED - {"EXPIRED"}),
    "CreatePermission": Rule(_MADE),
    "ListPermissions": Rule(_NOT_DELETED),
    "DeletePermission": Rule(_NOT_DELETED),
    "PutPolicy": Rule(_MADE),
    "GetPolicy": Rule(_NOT_DELETED),
    "DeletePolicy": Rule(_NOT_DELETED),
    "TagCertificateAuthority": Rule(_NOT_DELETED),
    "UntagCertificateAuthority": Rule(_NOT_DELETED),
    "ListTags": Rule(_NOT_DELETED),
}


def check_state(operation: str, *, arn: str, status: str) -> None:
    """Refuse an operation that the state of a CA forbids.

    Raises InvalidStateException, and RequestInProgressException for the CSR of a CA that is being created: the
    error on which the waiter CertificateAuthorityCSRCreated of the AWS SDKs tries again.
    """
    rule = _RULES[operation]
    if status in rule.states:
        return
    if operation == "GetCertificateAuthorityCsr" and status == "CREATING":
        raise Refusal("RequestInProgressException", f"The certificate authority {arn} is being created")
    raise invalid_state(rule.message.format(arn=arn, status=status))
