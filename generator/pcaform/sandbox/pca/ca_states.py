"""The states of a CA in which each operation is possible, for operations that depend on the state alone.

AWS's table of states: https://docs.aws.amazon.com/privateca/latest/userguide/PcaUpdateStatus.html. That a CA without a
certificate accepts permissions and a policy is shown by the acceptance tests of Terraform's provider:
https://github.com/hashicorp/terraform-provider-aws/pull/36338. IssueCertificate also depends on the template; its rule
is in issue.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from pcaform.sandbox.http.aws_error import AwsError, invalid_state

_CERTIFIED = frozenset({"ACTIVE", "DISABLED", "EXPIRED"})
_CREATED = _CERTIFIED | {"PENDING_CERTIFICATE"}
_NOT_DELETED = _CREATED | {"CREATING", "FAILED"}


@dataclass(frozen=True)
class Rule:
    """The states in which an operation is possible, and the error message for the others, with {arn} and {status}."""

    states: frozenset[str]
    message: str = "The certificate authority is in the {status} state"


# AWS's own wording: "valid state for deletion" from https://github.com/crossplane-contrib/provider-aws/pull/226, both
# "correct state" from https://github.com/hashicorp/terraform-provider-aws/issues/26968. Terraform's provider matches
# three sentences, none of which has an ARN: "is in the DELETED state" when it lists the permissions of a CA (then the
# permission is gone), "to be updated" when it disables a CA before deleting it, and the one of issue.py.
_NO_REQUEST = "The certificate authority {arn} is not in the correct state to have a certificate signing request."
_NOTHING_ISSUED = "The certificate authority {arn} is not in the correct state to have issued certificates."
_RULES = {
    "UpdateCertificateAuthority": Rule(
        frozenset({"ACTIVE", "DISABLED"}),
        "The certificate authority must be in the ACTIVE or DISABLED state to be updated",
    ),
    "DeleteCertificateAuthority": Rule(
        _NOT_DELETED - {"ACTIVE"}, "The certificate authority is not in a valid state for deletion."
    ),
    "RestoreCertificateAuthority": Rule(
        frozenset({"DELETED"}), "The certificate authority is in the {status} state, not in DELETED"
    ),
    "GetCertificateAuthorityCsr": Rule(_CREATED, _NO_REQUEST),
    "GetCertificateAuthorityCertificate": Rule(_CERTIFIED, _NO_REQUEST),
    "ImportCertificateAuthorityCertificate": Rule(
        _CREATED - {"DISABLED"}, "The certificate authority is in the {status} state and accepts no certificate"
    ),
    "GetCertificate": Rule(_NOT_DELETED, _NOTHING_ISSUED),
    "RevokeCertificate": Rule(_CERTIFIED - {"EXPIRED"}),
    "CreateCertificateAuthorityAuditReport": Rule(_CERTIFIED, _NOTHING_ISSUED),
    "CreatePermission": Rule(_CREATED),
    "ListPermissions": Rule(_NOT_DELETED),
    "DeletePermission": Rule(_NOT_DELETED),
    "PutPolicy": Rule(_CREATED),
    "GetPolicy": Rule(_NOT_DELETED),
    "DeletePolicy": Rule(_NOT_DELETED),
    "TagCertificateAuthority": Rule(_NOT_DELETED),
    "UntagCertificateAuthority": Rule(_NOT_DELETED),
    "ListTags": Rule(_NOT_DELETED),
}


def check_state(operation: str, *, arn: str, status: str) -> None:
    """Refuse an operation that is not possible in the state of a CA.

    Raises InvalidStateException, and RequestInProgressException for the CSR of a CA that is being created: the
    error on which the waiter CertificateAuthorityCSRCreated of the AWS SDKs tries again.
    """
    rule = _RULES[operation]
    if status in rule.states:
        return
    if operation == "GetCertificateAuthorityCsr" and status == "CREATING":
        raise AwsError("RequestInProgressException", f"The certificate authority {arn} is being created")
    raise invalid_state(rule.message.format(arn=arn, status=status))
