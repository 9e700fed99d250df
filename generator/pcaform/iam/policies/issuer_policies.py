"""An issuer -> its IAM policies by name: its own `policy`, or those built from its grants.

The same function builds policies with references (for Terraform) and with ARNs (for comparison with a state): the
caller passes the function that names a CA.
"""

from collections.abc import Callable
from typing import Any

from pcaform.iam.policies import split_policies
from pcaform.iam.policies.statements import CaRef, Statement, build_statements
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Aws

ArnOf = Callable[[str], Any]
"""From a CA's key to its name in the policy: an ARN, or a reference to one."""


def documents(issuer: Issuer, aws: Aws, *, arn_of: ArnOf) -> dict[str, Statement]:
    """Return the policy documents of an issuer by name; more than one only if one would be too long for IAM."""
    if issuer.policy is not None:
        return {issuer.policy.name: issuer.policy.document}
    parts = split_policies.documents(list(build_statements(issuer, aws)))
    return {_name(issuer, number): _resolve_cas(document, arn_of) for number, document in enumerate(parts, start=1)}


def sizes(issuer: Issuer, aws: Aws) -> list[int]:
    """Return the maximum size of each policy of an issuer, in the characters that IAM counts."""
    return [split_policies.size(document) for document in documents(issuer, aws, arn_of=CaRef).values()]


def _name(issuer: Issuer, number: int) -> str:
    name = f"{issuer.principal_name}-private-ca"
    return name if number == 1 else f"{name}-{number}"


def _resolve_cas(value: Any, arn_of: ArnOf) -> Any:
    if isinstance(value, CaRef):
        return arn_of(value.key)
    if isinstance(value, dict):
        return {key: _resolve_cas(inner, arn_of) for key, inner in value.items()}
    return [_resolve_cas(inner, arn_of) for inner in value] if isinstance(value, list) else value
