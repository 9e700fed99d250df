"""Refuses malformed policy documents in requests to IAM and STS, when they are written and not when they apply.

The error: https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html and its siblings,
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from __future__ import annotations

from collections.abc import Mapping

from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.policy_validation import IAMPolicyDocumentValidator

from pcaform.iam.documents import PolicyError, read_document
from pcaform.sandbox.http.aws_error import AwsError

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
    """Refuse a request of IAM or STS whose policy is malformed; raises MalformedPolicyDocument.

    moto checks first, since it has AWS's wording; the evaluator then finds the errors that moto accepts.
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


def _malformed(message: str) -> AwsError:
    return AwsError("MalformedPolicyDocument", message)
