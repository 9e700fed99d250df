"""The way back from an account: a stack of the import changes nothing of what a stack of pcaform made there."""

from typing import Any

from hypothesis import given, settings

from importer.infer.live_account import LiveAccount
from importer.infer.test_round_trips import DRAWN, spec_of
from pcaform.iam.normalize import statements_by_sid
from pcaform.importer.infer.infer import infer
from pcaform.render.plan.resources import placeholders_of, resources
from pcaform.rules.load import load_valid_text
from pcaform.sources.aws.inventory import to_inventory
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_writer import dump
from pcaform.terraform import resource_types as types
from spec.strategies import specs


def rendered(spec: Spec, kind: str) -> list[dict[str, Any]]:
    """Return the resources of one type of a spec whose CAs all have an ARN."""
    arns = {key: str(ca.arn) for key, ca in spec.certificate_authorities.items()}
    return [dict(each.values) for each in resources(spec, placeholders_of(spec, arns)).values() if each.type == kind]


@settings(max_examples=DRAWN // 2)
@given(specs())
def test_a_stack_over_what_pcaform_made_changes_no_policy(data: dict[str, Any]) -> None:
    spec = spec_of(data)
    account = LiveAccount(spec)
    if not any(key not in spec.pending for key in spec.managed):
        return
    found = infer(to_inventory(account.snapshot()), stack="back")
    live = account.policies()
    written = set()
    for each in found:
        assert load_valid_text(dump(each.spec).encode(), "spec.yaml") == each.spec
        for policy in rendered(each.spec, types.IAM_POLICY):
            before = live[policy["name"]]
            written.add(policy["name"])
            assert statements_by_sid(policy["policy"]) == statements_by_sid(before["policy"])
            assert policy.get("path", "/") == before["path"]
            assert policy.get("description", "") == before["description"]
            assert policy.get("tags", {}) == before["tags_all"]
    granted = [issuer.principal_name for issuer in spec.issuers.values() if can_issue(issuer, spec)]
    assert {name for name in live if name.partition("-private-ca")[0] in granted} <= written


def can_issue(issuer: Issuer, spec: Spec) -> bool:
    """Tell whether a grant names a CA that has its certificate: from others nobody issues yet."""
    return any(set(grant.certificate_authorities) - spec.pending for grant in issuer.grants)
