"""Existing users and roles become issuers with their settings; others are listed or counted."""

import json
from typing import Any

import pytest

from importer.infer.builders import AWS, UNMANAGED, infer, policy_of, spec_of
from importer.infer.state_builders import ACCOUNT, Resource, resource, root, user
from pcaform.iam.policies import resource_policies
from pcaform.spec.issuers import Trust


def test_settings_of_a_user_are_imported() -> None:
    boundary = "arn:aws:iam::123456789012:policy/boundary"
    made = user(
        "Build Bot".replace(" ", "."),
        policy_of("Build.Bot", UNMANAGED),
        path="/pki/",
        permissions_boundary=boundary,
        force_destroy=True,
        tags={"a": "b"},
        tags_all={"a": "b"},
    )
    issuer = spec_of(*root(), *made).issuers["build-bot"]
    assert (issuer.user_name, issuer.path, issuer.permissions_boundary) == ("Build.Bot", "/pki/", boundary)
    assert (issuer.force_destroy, issuer.tags) == (True, {"a": "b"})


IN_OURS = "module.issuer_ci"
NOT_REPRESENTABLE: list[tuple[list[Resource], str]] = [
    (user("ci", {}, module=IN_OURS)[:1], "it has 0 policies in the source, but none is complete"),
    (user("ci", [1], module=IN_OURS), "it has 1 policies in the source, but none is complete"),
    (user("c/i", {}, module=IN_OURS), "'user_name' is 'c/i', allowed: letters, digits and any of"),
]


@pytest.mark.parametrize(("resources", "reason"), NOT_REPRESENTABLE)
def test_user_that_cannot_be_represented_is_listed(resources: list[Resource], reason: str) -> None:
    found = infer(*root(), *resources)
    assert reason in dict(found.left_out)["module.issuer_ci.aws_iam_user.this"]
    assert found.spec.issuers == {}


@pytest.mark.parametrize("document", [{}, {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}])
def test_unrelated_principals_are_only_counted(document: Any) -> None:
    """A stack over the same state forgets them, and the report says so."""
    found = infer(*root(), *user("ci", document), *user("eva", document)[:1], resource("aws_vpc", None, {}))
    assert found.spec.issuers == {}
    (note,) = found.notes
    assert (note.kind, note.address) == ("listed", "the same state")
    counts = "1 aws_iam_policy, 2 aws_iam_user, 1 aws_iam_user_policy_attachment, 1 aws_vpc"
    assert note.reason.startswith(f"{counts}: not in a spec. 'removed' forgets them: ")
    assert set(found.spec.removed) == {f"{kind.partition(' ')[2]}.this" for kind in counts.split(", ")}


def test_inline_policy_blocks_of_a_role_are_reported() -> None:
    """A state also has separate inline policies there, which need no note."""
    policies = [
        {"name": name, "policy": json.dumps({"Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})}
        for name, action in (("sign", "acm-pca:IssueCertificate"), ("own", "acm-pca:ListTags"), ("logs", "logs:*"))
    ]
    role = {"arn": f"arn:aws:iam::{ACCOUNT}:role/ci", "name": "ci", "assume_role_policy": "{}", "path": "/"}
    found = infer(
        *root(),
        resource("aws_iam_role", None, {**role, "inline_policy": policies}),
        resource("aws_iam_role_policy", None, {"role": "ci", "name": "own", "policy": policies[1]["policy"]}),
    )
    reason = "it concerns private CAs and is inside the role: make it a separate aws_iam_role_policy first"
    assert ("aws_iam_role.this (inline_policy 'sign')", reason) in found.left_out
    assert [each for each, _ in found.left_out if "inline_policy" in each] == [
        "aws_iam_role.this (inline_policy 'sign')"
    ]


def test_instance_profile_moves_with_its_role() -> None:
    trust = {"services": ["ec2.amazonaws.com"]}
    policy = resource_policies.trust_policy(Trust.model_validate(trust), AWS)
    arn = f"arn:aws:iam::{ACCOUNT}:policy/signer"
    role = {"arn": "x", "name": "signer", "path": "/", "assume_role_policy": json.dumps(policy), "tags_all": {}}
    document = json.dumps(policy_of("signer", UNMANAGED))
    found = infer(
        *root(),
        resource("aws_iam_role", None, role),
        resource("aws_iam_policy", None, {"arn": arn, "name": "mine", "path": "/", "policy": document, "tags_all": {}}),
        resource("aws_iam_role_policy_attachment", None, {"role": "signer", "policy_arn": arn}),
        resource("aws_iam_instance_profile", None, {"name": "signer", "role": "signer", "path": "/"}),
    )
    new = "module.issuer_signer.aws_iam_instance_profile.this[0]"
    assert found.spec.moves["aws_iam_instance_profile.this"] == new
    assert found.notes == ()
