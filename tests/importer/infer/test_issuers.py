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


@pytest.mark.parametrize("grants", [[UNMANAGED], [], [{**UNMANAGED, "templates": ["OCSPSigningCertificate/V1"]}]])
def test_settings_of_a_policy_apart_from_its_user_are_kept(grants: list[dict[str, Any]]) -> None:
    """An apply would tag a policy like its user, and replace one whose path or description is another."""
    document = policy_of("ci", *grants) if grants else {"Statement": [{"Effect": "Allow", "Action": "acm-pca:*"}]}
    made = user("ci", document, path="/people/", tags={"team": "web"}, tags_all={"team": "web"})
    made[1]["instances"][0]["attributes"] |= {"path": "/", "tags": {"a": "b"}, "tags_all": {"a": "b"}}
    issuer = spec_of(*root(), *made).issuers["ci"]
    assert (issuer.path, issuer.policy_path) == ("/people/", "/")
    assert (issuer.tags, issuer.policy_tags) == ({"team": "web"}, {"a": "b"})
    made[1]["instances"][0]["attributes"]["description"] = "To sign"
    policy = spec_of(*root(), *made).issuers["ci"].policy
    assert policy is not None
    assert (policy.name, policy.document, policy.description) == ("ci-private-ca", document, "To sign")


def test_untagged_policy_of_a_tagged_user_stays_untagged() -> None:
    made = user("ci", policy_of("ci", UNMANAGED), tags={"team": "web"}, tags_all={"team": "web"})
    issuer = spec_of(*root(), *made).issuers["ci"]
    assert (issuer.tags, issuer.policy_tags) == ({"team": "web"}, {})


@pytest.mark.parametrize(
    ("service", "profile", "expected"),
    [
        ("ec2.amazonaws.com", {}, None),
        ("ec2.amazonaws.com", None, False),
        ("ec2.amazonaws.com", {"path": "/b/"}, False),
        ("ec2.amazonaws.com", {"tags": {"a": "b"}}, False),
        ("lambda.amazonaws.com", None, None),
        ("lambda.amazonaws.com", {}, True),
    ],
)
def test_an_instance_profile_is_neither_made_nor_lost(
    service: str, profile: dict[str, Any] | None, *, expected: bool | None
) -> None:
    policy = resource_policies.trust_policy(Trust.model_validate({"services": [service]}), AWS)
    arn = f"arn:aws:iam::{ACCOUNT}:policy/signer"
    role = {"arn": "x", "name": "signer", "path": "/", "assume_role_policy": json.dumps(policy), "tags_all": {}}
    document = json.dumps(policy_of("signer", UNMANAGED))
    made = resource(
        "aws_iam_instance_profile", None, {"name": "signer", "role": "signer", "path": "/", **(profile or {})}
    )
    found = infer(
        *root(),
        resource("aws_iam_role", None, {**role, "description": "To sign"}),
        resource("aws_iam_policy", None, {"arn": arn, "name": "mine", "path": "/", "policy": document, "tags_all": {}}),
        resource("aws_iam_role_policy_attachment", None, {"role": "signer", "policy_arn": arn}),
        *(() if profile is None else (made,)),
    )
    found_role = found.spec.issuers["signer"].role
    assert found_role is not None
    assert (found_role.instance_profile, found_role.description) == (expected, "To sign")
    assert ("aws_iam_instance_profile.this" in found.spec.moves) == (profile is not None and expected is not False)
