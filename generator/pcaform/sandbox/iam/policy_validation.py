"""Which policy documents IAM and STS take: a malformed one is refused where it is written, not where it counts.

The error: https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html and its siblings,
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from __future__ import annotations

from collections.abc import Mapping

from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.policy_validation import IAMPolicyDocumentValidator

from pcaform.iam.evaluator.documents import PolicyError, read_document
from pcaform.sandbox.http.aws_error import Refusal

_TRUST = {"CreateRole": "AssumeRolePolicyDocument", "UpdateAssumeRolePolicy": "PolicyDocument"}
_OTHERS = {
    "CreatePolicy": "PolicyDocument",
    "CreatePolicyVersion": "PolicyDocument",
    "PutGroupPolicy": "PolicyDocument",
    "PutRolePolicy": "PolicyDocument",
    "PutUserPolicy": "PolicyDocument",
    "AssumeRole": "Policy",
    "AssumeRoleWithSAML": "Policy",
    "AssumeRoleWithWebIdentity": "Policy",
    "GetFederationToken": "Policy",
}


def check_policy(operation: str, request: Mapping[str, str]) -> None:
    """Refuse the policy in a request of IAM or STS if it has one that cannot be read.

    moto looks first, because it has AWS's own words; the evaluator then finds what moto lets through.
    Raises MalformedPolicyDocument.
    """
    is_trust = operation in _TRUST
    name = _TRUST.get(operation) or _OTHERS.get(operation, "")
    text = request.get(name)
    if text is None:
        return
    try:
        if not is_trust:
            IAMPolicyDocumentValidator(text).validate()
        statements = read_document(text, name).statements
    except MalformedPolicyDocument as error:
        raise _malformed(error.message) from None
    except PolicyError as error:
        raise _malformed(f"Syntax errors in policy: {error}") from None
    has_principal = [statement.principals is not None for statement in statements]
    if is_trust and not all(has_principal):
        raise _malformed("Missing required field Principal")
    if not is_trust and any(has_principal):
        raise _malformed("Policy document should not specify a principal.")


def _malformed(message: str) -> Refusal:
    return Refusal("MalformedPolicyDocument", message)
