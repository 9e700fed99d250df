"""An issuer -> its IAM policies by name: its verbatim one, or those that its grants make.

The same function writes policies with references (for Terraform) and with ARNs (for comparing what a state holds):
the caller says what stands for a CA.
"""

from collections.abc import Callable
from typing import Any

from pcaform.iam.policies import split_policies
from pcaform.iam.policies.statements import CaRef, Statement, build_statements
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Aws

ArnOf = Callable[[str], Any]
"""From a CA's key to what the policy names it by: an ARN, or a reference to one."""


def documents(issuer: Issuer, aws: Aws, *, arn_of: ArnOf) -> dict[str, Statement]:
    """Return the policy documents of an issuer by name; more than one only where one would be too long for IAM."""
    if issuer.policy is not None:
        return {issuer.policy.name: issuer.policy.document}
    packed = split_policies.documents(list(build_statements(issuer, aws)))
    return {_name(issuer, number): _named(document, arn_of) for number, document in enumerate(packed, start=1)}


def sizes(issuer: Issuer, aws: Aws) -> list[int]:
    """Return how long each policy of an issuer can become, in the characters that IAM counts."""
    return [split_policies.size(document) for document in documents(issuer, aws, arn_of=CaRef).values()]


def _name(issuer: Issuer, number: int) -> str:
    name = f"{issuer.principal_name}-private-ca"
    return name if number == 1 else f"{name}-{number}"


def _named(value: Any, arn_of: ArnOf) -> Any:
    if isinstance(value, CaRef):
        return arn_of(value.key)
    if isinstance(value, dict):
        return {key: _named(inner, arn_of) for key, inner in value.items()}
    return [_named(inner, arn_of) for inner in value] if isinstance(value, list) else value
