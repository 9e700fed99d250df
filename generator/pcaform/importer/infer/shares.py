"""Infers shares from resource policies of CAs, if they have the form that a stack renders."""

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
from pcaform.terraform.resource_types import SHARE

_NOT_A_SHARE = "its statements are not those of a share by AWS RAM or pcaform"


def infer_shares(index: CaIndex, keys: Mapping[str, str], written: Mapping[str, str]) -> Entries:
    """Return the shares of the CAs in `written` (ARN to region); others do not belong to this spec."""
    result = Entries()
    for arn, policies in index.shares.items():
        for policy in policies if arn in written else ():
            data = _infer_share(policy.attributes.get("policy"), arn, region=written[arn])
            if data is None:
                result.leave_out(policy, _NOT_A_SHARE)
                continue
            address = module_names.resource(module_names.share(keys[arn]), SHARE)
            result.entries.append(
                SpecEntry(
                    "shares",
                    keys[arn],
                    data,
                    policy,
                    addresses=((policy.address, address),),
                    referenced_cas=frozenset({arn}),
                )
            )
    return result


def _infer_share(policy: Any, arn: str, *, region: str) -> dict[str, Any] | None:
    """Return the share of a policy, None if a stack would render another one."""
    try:
        written = json.loads(policy) if isinstance(policy, str) else policy
        entry = _read(as_list(written["Statement"]))
        rendered = document(Share.model_validate(entry), arn, region=region)
        return entry if normalized_statements([rendered]) == normalized_statements([written]) else None
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
