"""The way back from an account: a stack of the import changes nothing of what a stack of pcaform made there."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from importer.infer.live_account import LiveAccount
from importer.infer.test_round_trips import DRAWN, spec_of
from pcaform.iam.normalize import statements_by_sid
from pcaform.importer.infer.infer import InferredSpec, infer
from pcaform.render.plan.resources import placeholders_of, resources
from pcaform.rules.load import load_valid_text
from pcaform.sources.account_snapshot import IamPrincipals, Policy
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


ROOT = {
    "type": "ROOT",
    "key_algorithm": "RSA_2048",
    "subject": {"common_name": "Root"},
    "validity": {"type": "YEARS", "value": 9},
    "permissions": [{"principal": "acm.amazonaws.com"}],
}
GRANT = {"certificates": "unmanaged", "certificate_authorities": ["root"]}


def back(issuer: dict[str, Any], change: Callable[[Policy], list[Policy]]) -> InferredSpec:
    """Return the import of an account with this issuer, `ci`, whose policy somebody changed."""
    aws = {"region": "eu-west-1", "account_id": "123456789012"}
    head = {"version": 1, "stack": "made", "aws": aws, "certificate_authorities": {"root": ROOT}}
    snapshot = LiveAccount(spec_of({**head, "issuers": {"ci": issuer}})).snapshot()
    assert snapshot.principals is not None
    (principal,) = snapshot.principals.principals
    changed = replace(principal, policies=tuple(change(principal.policies[0])))
    (found,) = infer(to_inventory(replace(snapshot, principals=IamPrincipals((changed,)))), stack="back")
    return found


OTHER: dict[str, Callable[[Policy], Policy]] = {
    "name": lambda policy: replace(policy, name="sign", arn=policy.arn.replace("ci-private-ca", "sign")),
    "description": lambda policy: replace(policy, description="To sign"),
    "deny": lambda policy: replace(policy, document=policy.document.replace("ArnNotLike", "ArnNotEquals")),
    "tag": lambda policy: replace(policy, document=policy.document.replace("user/ci", "user/eva")),
}
MANAGED = {"user_name": "ci", "grants": [{**GRANT, "certificates": "managed"}]}


@pytest.mark.parametrize("what", OTHER)
def test_a_policy_that_a_stack_would_make_otherwise_is_kept_word_for_word(what: str) -> None:
    changed: list[Policy] = []

    def change(policy: Policy) -> list[Policy]:
        changed.append(OTHER[what](policy))
        return changed

    found = back(MANAGED, change)
    issuer = found.spec.issuers["ci"]
    assert (issuer.existing_user, issuer.grants, issuer.deny_other_templates) == ("ci", (), False)
    assert issuer.policy is not None
    (policy,) = changed
    assert (issuer.policy.name, issuer.policy.document) == (policy.name, json.loads(policy.document))
    assert (issuer.policy.description or "") == policy.description


@pytest.mark.parametrize("issuer", [MANAGED, {"existing_user": "ci", "grants": [GRANT]}])
def test_only_a_principal_that_is_denied_other_templates_stays_denied(issuer: dict[str, Any]) -> None:
    found = back(issuer, lambda policy: [policy])
    assert [each.rule for each in found.notes if each.rule != "ignored"] == []
    assert found.spec.issuers["ci"].grants
    assert found.spec.issuers["ci"].deny_other_templates is ("user_name" in issuer)


@pytest.mark.parametrize("change", [{"tags": {"a": "b"}}, {"arn": "arn:aws:iam::123456789012:policy/x/other"}, {}])
def test_policies_that_a_stack_would_join_or_move_are_left_as_they_are(change: dict[str, Any]) -> None:
    other = {"arn": "arn:aws:iam::123456789012:policy/other", **change, "name": "other"}
    found = back({"existing_user": "ci", "grants": [GRANT]}, lambda policy: [policy, replace(policy, **other)])
    assert found.spec.issuers == {}
    assert [each.kind for each in found.notes] == ["left out"]
