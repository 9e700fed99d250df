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
from pcaform.importer.infer.keys import NO_KEYS, ExistingKeys, existing_keys
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


HEAD = {"version": 1, "stack": "made", "aws": {"region": "eu-west-1", "account_id": "123456789012"}}


def back(
    issuer: dict[str, Any],
    change: Callable[[Policy], list[Policy]],
    *,
    common_name: str = "Root",
    existing: ExistingKeys = NO_KEYS,
) -> InferredSpec:
    """Return the import of an account with this issuer, `ci`, whose policy somebody changed."""
    made = spec_of({**HEAD, "certificate_authorities": {"root": ROOT}, "issuers": {"ci": issuer}})
    snapshot = LiveAccount(made).snapshot()
    assert snapshot.principals is not None
    (principal,) = snapshot.principals.principals
    changed = replace(principal, policies=tuple(change(principal.policies[0])))
    inventory = to_inventory(replace(snapshot, principals=IamPrincipals((changed,))))
    for each in inventory.of_type(types.AUTHORITY):
        each.attributes["certificate_authority_configuration"][0]["subject"][0]["common_name"] = common_name
    (found,) = infer(inventory, stack="back", existing=existing)
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


EXISTING = {"existing_user": "ci", "grants": [GRANT]}
OTHERS = [{"tags": {"a": "b"}}, {"arn": "arn:aws:iam::123456789012:policy/x/other"}, {"description": "To sign"}, {}]


def beside(**change: Any) -> Callable[[Policy], list[Policy]]:
    """Return what gives a principal a second policy with the same content."""
    other = {"arn": "arn:aws:iam::123456789012:policy/other", "name": "other", **change}
    return lambda policy: [replace(policy, **other), policy]


@pytest.mark.parametrize("change", OTHERS)
def test_policies_that_no_grants_make_together_have_an_entry_each(change: dict[str, Any]) -> None:
    found = back(EXISTING, beside(**change))
    made, other = found.spec.issuers["ci"], found.spec.issuers["ci-2"]
    assert (made.existing_user, made.policy, other.existing_user, other.grants) == ("ci", None, "ci", ())
    assert made.grants
    assert other.policy is not None
    assert (other.policy.name, other.policy.description) == ("other", change.get("description"))
    assert (other.tags, other.path) == (change.get("tags", {}), "/x/" if "arn" in change else "/")
    assert [each.kind for each in found.notes if each.kind != "ignored"] == []


def test_a_policy_that_cannot_be_written_leaves_out_all_of_its_principal() -> None:
    found = back(EXISTING, beside(description="x" * 1001))
    assert (found.spec.issuers, [each.kind for each in found.notes]) == ({}, ["left out"])


def test_an_entry_without_its_ca_takes_the_others_of_its_principal_with_it() -> None:
    found = back(EXISTING, beside(), common_name="Ro\u200bot")
    assert found.spec.issuers == {}
    assert [each.kind for each in found.notes if each.address.endswith("user/ci")] == ["left out"]


def test_an_entry_keeps_its_key_by_its_policy() -> None:
    policy = {"name": "other", "document": {}}
    ours = {
        "web": {"existing_user": "ci", "policy": policy},
        "x": EXISTING,
        "ci": {"existing_user": "eva", "policy": policy},
    }
    spec = spec_of({**HEAD, "certificate_authorities": {"root": ROOT}, "issuers": ours})
    third = beside(name="a", arn="arn:aws:iam::123456789012:policy/a")
    found = back(EXISTING, lambda policy: [*third(policy), *beside()(policy)[:1]], existing=existing_keys(spec))
    assert {key: each.policy and each.policy.name for key, each in found.spec.issuers.items()} == {
        "ci-2": "a",
        "x": None,
        "web": "other",
    }


def test_grants_whose_entry_the_user_removed_take_no_key_of_another_entry() -> None:
    policy = {"name": "other", "document": {}}
    ours = {"ci-2": {"existing_user": "ci", "policy": policy}}
    spec = spec_of({**HEAD, "certificate_authorities": {"root": ROOT}, "issuers": ours})
    found = back(EXISTING, beside(), existing=existing_keys(spec))
    assert {key: each.policy and each.policy.name for key, each in found.spec.issuers.items()} == {
        "ci": None,
        "ci-2": "other",
    }
