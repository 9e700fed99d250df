"""Equivalent policies are not findings, nor is what a policy says about a CA that the same plan creates."""

import json
from pathlib import Path

import pytest

from checks.guard.builders import (
    AUTHORITY,
    CA,
    END_ENTITY,
    ISSUES,
    OTHER,
    SUBORDINATE,
    allow,
    change,
    deny,
    equal,
    parse_earlier,
    policy,
    rules,
)
from checks.guard.corpus import TEXT
from pcaform.checks.guard.spec_diff.check import check_specs
from pcaform.spec.parse import file_reader

ACCOUNT, ROOT = "222222222222", "arn:aws:iam::222222222222:root"
ISSUE, READ, LIST = "acm-pca:IssueCertificate", "acm-pca:GetCertificate", "acm-pca:ListPermissions"
ENDS = equal("acm-pca:TemplateArn", END_ENTITY)


def shared(*statements: tuple[str, object]) -> str:
    return policy(*(allow(action, Principal={"AWS": account}, Condition=ENDS) for account, action in statements))


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (shared((ACCOUNT, READ), (ROOT, ISSUE)), []),
        (shared((ROOT, [ISSUE, READ])), []),
        (shared((ROOT, ISSUE)), ["share-narrowed"]),
        (shared((ACCOUNT, READ), (ROOT, [ISSUE, LIST])), ["share-extended"]),
    ],
    ids=["taken apart", "spelled as root", "one action gone", "one action more"],
)
def test_share_in_other_words(after: str, found: list[str]) -> None:
    share = change(
        "aws_acmpca_policy.x",
        {"resource_arn": CA, "policy": shared((ACCOUNT, [ISSUE, READ]))},
        {"resource_arn": CA, "policy": after},
    )
    assert rules(share) == found


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (policy(allow(READ, Sid="Read"), allow([ISSUE], Condition=ENDS)), []),
        (policy(allow([READ], [CA]), allow("ACM-PCA:issuecertificate", Condition=ENDS)), []),
        (policy(allow(READ)), ["policy-changed"]),
    ],
    ids=["named", "lists of one", "less"],
)
def test_policy_in_other_words(after: str, found: list[str]) -> None:
    before = policy(allow(READ), allow(ISSUE, Condition=ENDS))
    assert rules(change("aws_iam_policy.x", {"policy": before}, {"policy": after})) == found


def test_policy_that_cannot_be_read_is_the_same_in_another_order() -> None:
    before, after = '{"Version": "2012-10-17", "Statement": 7}', '{"Statement":7,"Version":"2012-10-17"}'
    assert rules(change("aws_iam_policy.x", {"policy": before}, {"policy": after})) == []


MADE = change(f"{AUTHORITY}.new", None, {"arn": OTHER})
REPLACED = change(f"{AUTHORITY}.new", {"arn": CA + "0"}, {"arn": OTHER}, paths=["type"])
BOTH = policy(allow(resource=[CA, OTHER], Condition=ENDS))


def test_new_authority_in_a_policy_is_no_finding() -> None:
    named = change("aws_iam_policy.x", {"policy": ISSUES}, {"policy": BOTH})
    assert rules(named, MADE) == []
    assert rules(named) == ["policy-widened"]
    assert rules(named, REPLACED) == ["ca-replaced", "policy-widened"]


@pytest.mark.parametrize(
    "after",
    [
        policy(allow(resource=[CA, OTHER], Condition=equal("acm-pca:TemplateArn", END_ENTITY, SUBORDINATE))),
        policy(allow(resource="*", Condition=equal("acm-pca:TemplateArn", SUBORDINATE)), allow(resource=OTHER)),
    ],
)
def test_what_else_a_policy_gains_beside_a_new_authority_is_found(after: str) -> None:
    assert rules(change("aws_iam_policy.x", {"policy": ISSUES}, {"policy": after}), MADE) == ["ca-template"]


def test_denial_that_spares_only_a_new_authority_still_holds_for_others() -> None:
    lists = {"StringNotEquals": {"acm:CertificateAuthority": [OTHER]}}
    request = allow("acm:RequestCertificate", "*")
    kept = policy(request, deny("acm:RequestCertificate", Condition=lists))
    assert rules(change("aws_iam_policy.x", {"policy": policy(request)}, {"policy": kept}), MADE) == ["policy-changed"]
    assert "policy-widened" in rules(change("aws_iam_policy.x", {"policy": kept}, {"policy": policy(request)}), MADE)


def test_new_authority_beside_an_administrator_is_no_finding() -> None:
    duty = "administrators:\n  admin: {trust: {accounts: ['123456789012']}}\n"
    fresh = (
        "certificate_authorities:\n  fresh:\n    type: SUBORDINATE\n    parent: root\n"
        "    subject: {common_name: Fresh}\n    validity: {type: YEARS, value: 1}\n"
    )
    before, after = TEXT + duty, TEXT.replace("certificate_authorities:\n", fresh, 1) + duty
    specs = [parse_earlier(text.encode(), "corpus.yaml", file_reader(Path())) for text in (before, after)]
    found = check_specs(*specs)
    assert (found.findings, found.doubts) == ((), ())


def test_replaced_role_is_destroyed() -> None:
    """Twin: a role whose tags change is the same role."""
    trust = json.dumps({"Statement": [allow("sts:AssumeRole", Principal={"AWS": ACCOUNT})]}).replace(
        f', "Resource": "{CA}"', ""
    )
    role = {"name": "a", "assume_role_policy": trust, "inline_policy": [{"policy": ISSUES}]}
    replaced = change("aws_iam_role.x", role, {**role, "name": "b"}, paths=["name"])
    assert rules(replaced) == ["principal-destroyed"]
    assert rules(change("aws_iam_role.x", role, {**role, "tags": {"a": "b"}})) == []
