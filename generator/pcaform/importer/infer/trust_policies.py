"""Infers a spec's `trust` from a trust policy, and checks it by rendering the policy again."""

import re
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.iam.documents import Statement, read_statements
from pcaform.iam.normalize import normalized_statements
from pcaform.iam.policies import trust_policy
from pcaform.importer.infer.entry import NotRepresentable
from pcaform.spec.issuers import Trust
from pcaform.spec.stack import Aws

_ACCOUNT = re.compile(r"(?:arn:aws[a-z-]*:iam::)?(?P<id>[0-9]{12})(?::root)?\Z")
_ANYWHERE = "rolesanywhere.amazonaws.com"
_CN = "aws:PrincipalTag/x509Subject/CN"


def infer_trust(policy: Any, aws: Aws) -> dict[str, Any]:
    """Return the trust of a policy; raises NotRepresentable if a spec would render another policy."""
    try:
        trust = _read(read_statements(policy))
        rendered = trust_policy.document(Trust.model_validate(trust), aws)
        is_same = normalized_statements([rendered]) == normalized_statements([policy])
    except (*PARTIAL_DATA_ERRORS, ValidationError):
        is_same = False
    if not is_same:
        raise NotRepresentable("a spec's 'trust' cannot express its trust policy")
    return trust


def _read(statements: Iterable[Statement]) -> dict[str, Any]:
    trust: dict[str, Any] = {"accounts": [], "principals": [], "services": [], "oidc": []}
    for statement in statements:
        names = statement.principals_of("AWS")
        accounts = {name: match["id"] for name in names if (match := _ACCOUNT.match(name))}
        trust["accounts"] += accounts.values()
        trust["principals"] += [name for name in names if name not in accounts]
        trust["oidc"] += [_oidc(name, statement) for name in statement.principals_of("Federated")]
        if (services := statement.principals_of("Service")) == [_ANYWHERE]:
            trust["roles_anywhere"] = _anywhere(statement)
        else:
            trust["services"] += services
    return {name: value for name, value in trust.items() if value}


def _oidc(provider: str, statement: Statement) -> dict[str, Any]:
    issuer = provider.partition(":oidc-provider/")[2]
    return {
        "provider_arn": provider,
        "audiences": statement.values_of("StringEquals", f"{issuer}:aud"),
        "subjects": statement.values_of("StringLike", f"{issuer}:sub"),
    }


def _anywhere(statement: Statement) -> dict[str, Any]:
    (anchor,) = statement.values_of("ArnEquals", "aws:SourceArn")
    return {"trust_anchor_arn": anchor, "common_names": statement.values_of("StringEquals", _CN)}
