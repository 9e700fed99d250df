"""Infers shares from resource policies of CAs, if they have the form that a stack renders."""

from collections.abc import Iterable
from typing import Any

from pcaform.iam.actions import ISSUE
from pcaform.iam.documents import ANYONE, Statement
from pcaform.iam.policies.resource_policies import share_policy
from pcaform.importer.infer.context import Context
from pcaform.importer.infer.entry import Entries, SpecEntry, move, read_policy_back
from pcaform.importer.infer.stack_locations import of_arn
from pcaform.spec.sections import Share
from pcaform.terraform import module_names

_NOT_A_SHARE = "its statements are not those of a share by AWS RAM or pcaform"


def infer_shares(context: Context, written: set[str]) -> Entries:
    """Return the shares of the CAs with an ARN in `written`; others do not belong to this spec."""
    result = Entries()
    for arn, policies in context.index.shares.items():
        key, region = context.keys.get(arn, ""), (of_arn(arn) or (context.location.region, ""))[0]
        for policy in policies if arn in written else ():
            data = _infer_share(policy.attributes.get("policy"), arn, region=region)
            if data is None:
                result.leave_out(policy, _NOT_A_SHARE)
            else:
                moved = (move(policy, module_names.share(key)),)
                result.entries.append(SpecEntry("shares", key, data, policy, moved, frozenset({arn})))
    return result


def _infer_share(policy: Any, arn: str, *, region: str) -> dict[str, Any] | None:
    """Return the share of a policy, None if a stack would render another one."""
    return read_policy_back(policy, _read, lambda share: share_policy(Share.model_validate(share), arn, region=region))


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
