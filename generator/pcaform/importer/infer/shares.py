"""Infers shares from resource policies of CAs, if they have the form that a stack renders."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from pcaform.core.problems import PARTIAL_DATA_ERRORS
from pcaform.iam.actions import ISSUE
from pcaform.iam.documents import ANYONE, Statement, read_statements
from pcaform.iam.normalize import normalized_statements
from pcaform.iam.policies.resource_policies import share_policy
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
        entry = _read(read_statements(policy))
        rendered = share_policy(Share.model_validate(entry), arn, region=region)
        return entry if normalized_statements([rendered]) == normalized_statements([policy]) else None
    except (*PARTIAL_DATA_ERRORS, ValidationError):
        return None


def _read(statements: Iterable[Statement]) -> dict[str, Any]:
    accounts: dict[str, None] = {}
    entry: dict[str, Any] = {}
    for statement in statements:
        if not statement.names_action(ISSUE):
            continue
        (template,) = statement.values_of("StringEquals", "acm-pca:TemplateArn")
        entry["template"] = template.split(":template/")[1]
        names = [name for _, name in statement.principals or ()]
        if ANYONE in names:
            (entry["organization"],) = statement.values_of("StringEquals", "aws:PrincipalOrgID")
        else:
            accounts |= dict.fromkeys(name.removesuffix(":root").rpartition(":")[2] for name in names)
    return {**entry, "accounts": sorted(accounts)}
