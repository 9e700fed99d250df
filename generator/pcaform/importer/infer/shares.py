"""Resource policies of CAs -> shares, where they have the one form that a stack of ours renders."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.iam.normalize import as_list, normalized_statements
from pcaform.iam.policies.share import document
from pcaform.importer.infer.ca_index import CaIndex
from pcaform.importer.infer.entry import Entries, SpecEntry
from pcaform.spec.sections import Share
from pcaform.terraform import module_names

_OTHER = "its statements are not those of a share, which AWS RAM and pcaform write"


def shares(found: CaIndex, keys: Mapping[str, str], written: Mapping[str, str]) -> Entries:
    """Return the shares of the CAs in `written`, ARN -> region; the others' are none of this spec's."""
    findings = Entries()
    for arn, policies in found.shares.items():
        for policy in policies if arn in written else ():
            entry = _share(policy.attributes.get("policy"), arn, region=written[arn])
            if entry is None:
                findings.leave_out(policy, _OTHER)
                continue
            address = f"module.{module_names.share(keys[arn])}.aws_acmpca_policy.this"
            findings.items.append(
                SpecEntry(
                    "shares",
                    keys[arn],
                    entry,
                    policy,
                    addresses=((policy.address, address),),
                    needs=frozenset({arn}),
                )
            )
    return findings


def _share(policy: Any, arn: str, *, region: str) -> dict[str, Any] | None:
    """Return the share that a policy states, None where it is none that would be rendered."""
    try:
        found = json.loads(policy) if isinstance(policy, str) else policy
        entry = _read(as_list(found["Statement"]))
        made = document(Share.model_validate(entry), arn, region=region)
        return entry if normalized_statements([made]) == normalized_statements([found]) else None
    except (*PARTIAL_DATA_ERRORS, ValidationError):
        return None


def _read(statements: list[Mapping[str, Any]]) -> dict[str, Any]:
    accounts: dict[str, None] = {}
    entry: dict[str, Any] = {}
    for statement in statements:
        if "acm-pca:IssueCertificate" not in as_list(statement["Action"]):
            continue
        equal = statement["Condition"]["StringEquals"]
        (template,) = as_list(equal["acm-pca:TemplateArn"])
        entry["template"] = template.split(":template/")[1]
        if statement["Principal"] == "*" or statement["Principal"].get("AWS") == "*":
            (entry["organization"],) = as_list(equal["aws:PrincipalOrgID"])
        else:
            names = as_list(statement["Principal"]["AWS"])
            accounts |= dict.fromkeys(name.removesuffix(":root").rpartition(":")[2] for name in names)
    return {**entry, "accounts": sorted(accounts)}
