"""Infers a spec's `trust` from a trust policy, and checks it by rendering the policy again."""

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.iam.normalize import as_list, normalized_statements
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
        document = json.loads(policy) if isinstance(policy, str) else policy
        trust = _read(as_list(document["Statement"]))
        rendered = trust_policy.document(Trust.model_validate(trust), aws)
        is_same = normalized_statements([rendered]) == normalized_statements([document])
    except (*PARTIAL_DATA_ERRORS, ValidationError):
        is_same = False
    if not is_same:
        raise NotRepresentable("a spec's 'trust' cannot express its trust policy")
    return trust


def _read(statements: list[Mapping[str, Any]]) -> dict[str, Any]:
    trust: dict[str, Any] = {"accounts": [], "principals": [], "services": [], "oidc": []}
    for statement in statements:
        for kind, values in statement["Principal"].items():
            names = [str(each) for each in as_list(values)]
            if kind == "AWS":
                accounts = {name: match["id"] for name in names if (match := _ACCOUNT.match(name))}
                trust["accounts"] += accounts.values()
                trust["principals"] += [name for name in names if name not in accounts]
            elif kind == "Federated":
                trust["oidc"] += [_oidc(name, statement["Condition"]) for name in names]
            elif names == [_ANYWHERE]:
                trust["roles_anywhere"] = _anywhere(statement["Condition"])
            else:
                trust["services"] += names
    return {name: value for name, value in trust.items() if value}


def _oidc(provider: str, condition: Mapping[str, Any]) -> dict[str, Any]:
    issuer = provider.partition(":oidc-provider/")[2]
    return {
        "provider_arn": provider,
        "audiences": as_list(condition["StringEquals"][f"{issuer}:aud"]),
        "subjects": as_list(condition["StringLike"][f"{issuer}:sub"]),
    }


def _anywhere(condition: Mapping[str, Any]) -> dict[str, Any]:
    (anchor,) = as_list(condition["ArnEquals"]["aws:SourceArn"])
    names = as_list(condition.get("StringEquals", {}).get(_CN, []))
    return {"trust_anchor_arn": anchor, "common_names": names}
