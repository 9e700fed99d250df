"""Rights that are handed on count as the rights themselves, by any number of hops; what is unrelated stays silent."""

import json
from typing import Any

import pytest

from checks.guard.builders import CA, ISSUES, STORES, allow, change, deny, equal, messages, policy, rules, there
from pcaform.checks.guard.check import check_plan
from pcaform.terraform.plan_json import Change, Plan, Resource

IAM = "arn:aws:iam::123456789012"
ROLE, USER, GROUP = f"{IAM}:role/pki/issuer", f"{IAM}:user/ci", f"{IAM}:group/signers"
GITHUB = f"{IAM}:oidc-provider/token.actions.githubusercontent.com"
GRANTED, WIDENED, TRUSTED = ["access-granted"], ["policy-widened"], ["trust-extended"]


def trust(*names: str, kind: str = "AWS") -> str:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {kind: list(names)}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def role(name: str, text: str = "", trusting: str = trust(f"{IAM}:root"), path: str = "/") -> list[Resource]:
    """Return a role of the state, with an inline policy if it has one."""
    arn = f"{IAM}:role{path}{name}"
    found = there(f"aws_iam_role.{name}", name=name, path=path, arn=arn, assume_role_policy=trusting)
    return [found, *([there(f"aws_iam_role_policy.{name}", role=name, policy=text)] if text else [])]


def user(name: str, text: str = "", **more: Any) -> list[Resource]:
    found = there(f"aws_iam_user.{name}", name=name, path="/", arn=f"{IAM}:user/{name}", **more)
    return [found, *([there(f"aws_iam_user_policy.{name}", user=name, policy=text)] if text else [])]


STATE = [
    there("aws_acmpca_certificate_authority.x", arn=CA),
    *role("issuer", ISSUES, path="/pki/"),
    *user("ci"),
    there("aws_iam_policy.ci", name="ci", arn=f"{IAM}:policy/ci", policy=ISSUES),
    there("aws_iam_user_policy_attachment.ci", user="ci", policy_arn=f"{IAM}:policy/ci"),
    there("aws_iam_group.signers", name="signers", arn=GROUP),
    there("aws_iam_group_policy.signers", group="signers", policy=ISSUES),
    there("aws_iam_instance_profile.x", name="box", arn=f"{IAM}:instance-profile/box", role="issuer"),
    there("aws_iam_openid_connect_provider.x", arn=GITHUB, client_id_list=["a"], thumbprint_list=["b"]),
    *role("github", ISSUES, trust(GITHUB, kind="Federated")),
    *role("function", ISSUES, trust("lambda.amazonaws.com", kind="Service")),
    *role("hop", policy(allow("sts:AssumeRole", ROLE))),
    *role("far", policy(allow("iam:UpdateAssumeRolePolicy", f"{IAM}:role/hop"))),
    *role("trusted", "", trust(f"{IAM}:user/bob")),
    *role("app", STORES),
    *user("bob", policy(allow("sts:AssumeRole", f"{IAM}:role/app"))),
    there("aws_iam_user_group_membership.bob", user="bob", groups=["developers"]),
    there("aws_iam_group.developers", name="developers", arn=f"{IAM}:group/developers"),
    there("aws_iam_policy.bob", name="bob", arn=f"{IAM}:policy/bob", policy=STORES),
    there("aws_iam_user_policy_attachment.bob", user="bob", policy_arn=f"{IAM}:policy/bob"),
]


def given(*statements: dict[str, Any], who: str = "bob") -> Change:
    return change("aws_iam_user_policy.new", None, {"user": who, "policy": policy(*statements)})


OFFICE = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
HANDED = {
    "assume": [allow("sts:AssumeRole", ROLE)],
    "assume by a pattern": [allow("sts:Assume*", f"{IAM}:role/pki/*")],
    "assume in every account": [allow("sts:AssumeRole", "arn:aws:iam::*:role/*/issuer")],
    "assume all but one": [{"Effect": "Allow", "Action": "sts:AssumeRole", "NotResource": f"{IAM}:role/app"}],
    "assume at the office": [allow("sts:AssumeRole", ROLE, Condition=OFFICE)],
    "assume what a tag names": [allow("sts:AssumeRole", f"{IAM}:role/pki/${{aws:PrincipalTag/team}}")],
    "key": [allow("iam:CreateAccessKey", USER)],
    "password": [allow("iam:UpdateLoginProfile", USER)],
    "second factor": [allow("iam:DeactivateMFADevice", USER)],
    "credentials of a service": [allow("iam:CreateServiceSpecificCredential", USER)],
    "boundary": [allow("iam:DeleteUserPermissionsBoundary", USER)],
    "trust": [allow("iam:UpdateAssumeRolePolicy", ROLE)],
    "policy of a role": [allow("iam:PutRolePolicy", ROLE)],
    "version of a policy": [allow("iam:CreatePolicyVersion", f"{IAM}:policy/ci")],
    "group": [allow("iam:AddUserToGroup", GROUP)],
    "instance profile": [allow("iam:AddRoleToInstanceProfile", f"{IAM}:instance-profile/box")],
    "provider": [allow("iam:UpdateOpenIDConnectProviderThumbprint", GITHUB)],
    "pass": [allow("iam:PassRole", ROLE)],
    "pass everything to what acts": [allow("iam:PassRole", "*"), allow("glue:CreateJob", "*")],
    "code of what runs": [allow("lambda:UpdateFunctionCode", "*")],
    "an action that nobody knows": [allow("iam:TakeOverUser", USER)],
    "a pattern that nobody knows": [allow("iam:Z*", ROLE)],
    "one hop": [allow("sts:AssumeRole", f"{IAM}:role/hop")],
    "two hops": [allow("sts:AssumeRole", f"{IAM}:role/far")],
    "itself": [allow("iam:PutUserPolicy", f"{IAM}:user/bob")],
    "itself by a variable": [allow("iam:AttachUserPolicy", f"{IAM}:user/${{aws:username}}")],
    "its group": [allow("iam:PutGroupPolicy", f"{IAM}:group/developers")],
    "its policy": [allow("iam:SetDefaultPolicyVersion", f"{IAM}:policy/bob")],
    "a role that it may assume": [allow("iam:AttachRolePolicy", f"{IAM}:role/app")],
    "a role that trusts it": [allow("iam:PutRolePolicy", f"{IAM}:role/trusted")],
    "Identity Center": [allow("sso:CreateAccountAssignment", "arn:aws:sso:::permissionSet/a/b")],
    "an organization": [allow("organizations:DetachPolicy", "*")],
    "sharing": [allow("ram:Associate*", "*")],
    "anchors": [allow("rolesanywhere:CreateTrustAnchor", "*")],
    "stacks": [allow("cloudformation:*", "*")],
    "private keys": [allow("acm:ExportCertificate", "*")],
    "one private key": [allow("acm:Export*", "arn:aws:acm:eu-west-1:123456789012:certificate/a")],
    "an action of Private CA that nobody knows": [allow("acm-pca:HandOver", CA)],
}


@pytest.mark.parametrize("statements", HANDED.values(), ids=HANDED)
def test_rights_that_are_handed_on(statements: list[dict[str, Any]]) -> None:
    """Twin: the same as a denial; and in an existing policy the same widens it."""
    assert rules(given(*statements), state=STATE) == GRANTED
    before, after = policy(allow("s3:*", "*")), policy(allow("s3:*", "*"), *statements)
    assert (
        rules(
            change("aws_iam_user_policy.new", {"user": "bob", "policy": before}, {"user": "bob", "policy": after}),
            state=STATE,
        )
        == WIDENED
    )
    denied = [{**each, "Effect": "Deny"} for each in statements]
    assert rules(given(*denied), state=STATE) == []


KEPT = {
    "reading": [
        allow([f"{service}:{verb}*" for service in ("acm-pca", "acm") for verb in ("List", "Describe", "Get")], "*")
    ],
    "reading IAM": [allow(["iam:Get*", "iam:List*", "iam:Simulate*", "iam:Generate*", "organizations:Describe*"], "*")],
    "who am I": [allow(["sts:GetCallerIdentity", "sts:GetSessionToken", "sts:DecodeAuthorizationMessage"], "*")],
    "another account": [allow("sts:AssumeRole", "arn:aws:iam::999999999999:role/*")],
    "a role of nobody": [allow("sts:AssumeRole", f"{IAM}:role/app")],
    "policies of a role that it cannot assume": [allow("iam:AttachRolePolicy", f"{IAM}:role/web-*")],
    "its own keys": [allow("iam:*AccessKey*", "arn:aws:iam::*:user/${aws:username}")],
    "its own password": [allow("iam:ChangePassword", "*")],
    "roles of services": [allow("iam:CreateServiceLinkedRole", "*")],
    "pass its own role": [allow("iam:PassRole", f"{IAM}:role/app"), allow(["glue:*", "ec2:*"], "*")],
    "its own stacks": [allow("cloudformation:*", "arn:aws:cloudformation:eu-west-1:123456789012:stack/app-*/*")],
    "data": [allow(["s3:*", "dynamodb:*", "sqs:*"], "*")],
}


@pytest.mark.parametrize("statements", KEPT.values(), ids=KEPT)
def test_policy_that_hands_on_nothing(statements: list[dict[str, Any]]) -> None:
    assert rules(given(*statements), state=STATE) == []


def test_its_own_rights_are_nothing_new() -> None:
    assert rules(given(allow("iam:CreateAccessKey", USER), who="ci"), state=STATE) == []
    assert rules(given(allow("iam:PutUserPolicy", USER), who="ci"), state=STATE) == GRANTED


def test_rights_that_several_resources_hand_on_together() -> None:
    """The new role may assume the issuer, the user may assume the new role."""
    made = change("aws_iam_role.new", None, {"name": "new", "path": "/", "assume_role_policy": trust(f"{IAM}:root")})
    hop = change("aws_iam_role_policy.new", None, {"role": "new", "policy": policy(allow("sts:AssumeRole", ROLE))})
    last = given(allow("sts:AssumeRole", f"{IAM}:role/new"))
    assert rules(made, hop, last, state=STATE) == GRANTED * 2
    assert rules(made, last, state=STATE) == []


def test_policy_that_hands_on_rights_reaches_somebody() -> None:
    held = there(
        "aws_iam_policy.hop", name="hop", arn=f"{IAM}:policy/hop", policy=policy(allow("sts:AssumeRole", ROLE))
    )
    found = change("aws_iam_user_policy_attachment.x", None, {"user": "eve", "policy_arn": f"{IAM}:policy/hop"})
    assert rules(found, state=[*STATE, held]) == GRANTED
    assert rules(found, state=[held]) == []


def test_conditions_of_what_hands_on_rights() -> None:
    office, everywhere = (
        {
            "user": "bob",
            "policy": policy(allow("sts:AssumeRole", ROLE, Condition={"IpAddress": {"aws:SourceIp": each}})),
        }
        for each in ("10.0.0.0/8", "0.0.0.0/0")
    )
    assert rules(change("aws_iam_user_policy.x", office, everywhere), state=STATE) == WIDENED
    assert rules(change("aws_iam_user_policy.x", everywhere, office), state=STATE) == ["policy-changed"]


def test_denial_that_spared_who_has_rights() -> None:
    assumes, spares = allow("sts:AssumeRole", "*"), deny("sts:AssumeRole", ROLE)
    before, after = ({"user": "bob", "policy": policy(*each)} for each in ([assumes, spares], [assumes]))
    assert rules(change("aws_iam_user_policy.x", before, after), state=STATE) == WIDENED
    assert rules(change("aws_iam_user_policy.x", after, before), state=STATE) == ["policy-changed"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("AWSOrganizationsFullAccess", GRANTED),
        ("AWSResourceAccessManagerFullAccess", GRANTED),
        ("AWSSSOMasterAccountAdministrator", GRANTED),
        ("AWSOrganizationsReadOnlyAccess", []),
        ("service-role/AWSLambdaBasicExecutionRole", []),
    ],
)
def test_policies_of_aws_that_hand_rights_on(name: str, expected: list[str]) -> None:
    found = change(
        "aws_iam_user_policy_attachment.x", None, {"user": "bob", "policy_arn": f"arn:aws:iam::aws:policy/{name}"}
    )
    assert rules(found, state=STATE) == expected


def test_what_is_newly_allowed_names_whose_rights_they_are() -> None:
    widened = change(
        "aws_iam_user_policy.x",
        {"user": "bob", "policy": STORES},
        {"user": "bob", "policy": policy(allow("iam:*", ROLE))},
    )
    (finding,) = check_plan(Plan((widened,), is_errored=False, resources=tuple(STATE))).findings
    assert finding.affected[0].startswith("on role issuer, itself: AttachRolePolicy, CreateRole, ")


def updated(resource: Resource, **values: Any) -> Change:
    return change(resource.address, dict(resource.values), {**resource.values, **values})


def test_trust_and_boundary_of_who_has_rights_by_a_hop() -> None:
    hop, app = role("hop")[0], role("app")[0]
    other = trust(f"{IAM}:root", "arn:aws:iam::444444444444:root")
    assert rules(updated(hop, assume_role_policy=other), state=STATE) == TRUSTED
    assert rules(updated(app, assume_role_policy=other), state=STATE) == []
    bounded = user("dora", policy(allow("sts:AssumeRole", ROLE)), permissions_boundary=f"{IAM}:policy/limit")
    assert rules(updated(bounded[0], permissions_boundary=None), state=[*STATE, *bounded]) == WIDENED


USERS_OF_ROLES = [
    (change("aws_lambda_function.x", {"role": f"{IAM}:role/app"}, {"role": ROLE}), TRUSTED),
    (change("aws_lambda_function.x", None, {"role": f"{IAM}:role/app"}), []),
    (change("aws_lambda_function.x", {"role": ROLE, "timeout": 1}, {"role": ROLE, "timeout": 2}), []),
    (change("aws_iam_instance_profile.y", None, {"name": "y", "role": "issuer"}), TRUSTED),
    (change("aws_launch_template.y", None, {"iam_instance_profile": [{"name": "box"}]}), TRUSTED),
    (change("aws_eks_pod_identity_association.y", None, {"role_arn": ROLE}), TRUSTED),
    (change("aws_rolesanywhere_profile.y", {"role_arns": []}, {"role_arns": [ROLE]}), TRUSTED),
    (change("aws_cognito_identity_pool_roles_attachment.y", None, {"roles": {"authenticated": ROLE}}), TRUSTED),
    (change("aws_iam_access_key.y", None, {"user": "ci", "pgp_key": "keybase:ci"}), TRUSTED),
    (change("aws_iam_access_key.y", {"user": "ci", "status": "Inactive"}, {"user": "ci", "status": "Active"}), TRUSTED),
    (change("aws_iam_access_key.y", {"user": "ci", "status": "Active"}, {"user": "ci", "status": "Inactive"}), []),
    (change("aws_iam_access_key.y", None, {"user": "bob", "pgp_key": "keybase:bob"}), []),
    (
        change(
            "aws_iam_openid_connect_provider.x",
            {"arn": GITHUB, "thumbprint_list": ["b"]},
            {"arn": GITHUB, "thumbprint_list": ["b", "c"]},
        ),
        TRUSTED,
    ),
    (
        change(
            "aws_iam_openid_connect_provider.x",
            {"arn": GITHUB, "thumbprint_list": ["b", "c"]},
            {"arn": GITHUB, "thumbprint_list": ["b"], "tags": {"a": "b"}},
        ),
        [],
    ),
    (change("aws_iam_openid_connect_provider.x", {"arn": GITHUB}), ["principal-destroyed"]),
    (change("aws_iam_openid_connect_provider.y", None, {"url": "https://gitlab.com", "thumbprint_list": ["a"]}), []),
    (change("aws_rolesanywhere_trust_anchor.y", None, {"name": "y", "source": [{}], "enabled": True}), []),
]


@pytest.mark.parametrize(("found", "expected"), USERS_OF_ROLES)
def test_what_acts_with_rights_over_cas(found: Change, expected: list[str]) -> None:
    assert rules(found, state=STATE) == expected


def test_anchor_by_which_roles_that_may_use_cas_are_assumed() -> None:
    anywhere = role("anywhere", ISSUES, trust("rolesanywhere.amazonaws.com", kind="Service"))
    anchor = {"name": "y", "source": [{"source_type": "CERTIFICATE_BUNDLE"}], "enabled": False}
    found = change("aws_rolesanywhere_trust_anchor.y", anchor, {**anchor, "enabled": True})
    assert rules(found, state=[*STATE, *anywhere]) == TRUSTED
    assert (
        rules(found, state=[*STATE, *role("anywhere", STORES, trust("rolesanywhere.amazonaws.com", kind="Service"))])
        == []
    )


DENIES = policy(deny(Condition={"StringNotEquals": {"acm-pca:TemplateArn": "x"}}))
DENIAL = {"name": "deny", "arn": f"{IAM}:policy/deny", "policy": DENIES}
HELD = {"user": "ci", "policy_arn": f"{IAM}:policy/deny"}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (change("aws_iam_user_policy_attachment.deny", HELD), WIDENED),
        (change("aws_iam_user_policy_attachment.deny", None, HELD), []),
        (change("aws_iam_user_policy.deny", {"user": "ci", "policy": DENIES}), WIDENED),
        (change("aws_iam_user_policy.deny", {"user": "eve", "policy": DENIES}), []),
        (change("aws_iam_user_policy.read", {"user": "ci", "policy": policy(allow("acm-pca:Get*"))}), []),
    ],
    ids=["detached", "attached", "removed", "of somebody without rights", "only reading"],
)
def test_denial_that_goes(found: Change, expected: list[str]) -> None:
    assert rules(found, state=[*STATE, there("aws_iam_policy.deny", **DENIAL)]) == expected


CONTROL = {"id": "p-1", "type": "SERVICE_CONTROL_POLICY", "content": policy(deny("acm-pca:Delete*"), allow("*", "*"))}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (change("aws_organizations_policy.x", CONTROL, {**CONTROL, "content": policy(allow("*", "*"))}), WIDENED),
        (change("aws_organizations_policy.x", CONTROL, {**CONTROL, "description": "x"}), []),
        (change("aws_organizations_policy.x", CONTROL), WIDENED),
        (change("aws_organizations_policy.x", {**CONTROL, "type": "TAG_POLICY"}), []),
        (change("aws_organizations_policy.x", {**CONTROL, "content": policy(deny("s3:*"))}), []),
        (change("aws_organizations_policy_attachment.x", {"policy_id": "p-1", "target_id": "ou"}), WIDENED),
        (change("aws_organizations_policy_attachment.x", {"policy_id": "p-2", "target_id": "ou"}), ["doubt"]),
    ],
)
def test_policy_of_the_organization(found: Change, expected: list[str]) -> None:
    assert rules(found, state=[there("aws_organizations_policy.y", **CONTROL)]) == expected


def test_sharing_with_the_whole_organization() -> None:
    assert rules(change("aws_ram_sharing_with_organization.x", {"id": "x"})) == ["share-narrowed"]
    assert rules(change("aws_ram_sharing_with_organization.x", None, {})) == ["share-extended"]
    assert rules(change("aws_ram_resource_share_accepter.x", {"share_arn": "a", "resources": [CA]})) == [
        "share-narrowed"
    ]
    assert (
        rules(change("aws_ram_resource_share_accepter.x", {"share_arn": "a", "resources": ["arn:aws:ec2:::x"]})) == []
    )


def test_reading_more_is_only_noticed() -> None:
    before, after = ISSUES, policy(*json.loads(ISSUES)["Statement"], allow("acm-pca:List*"))
    found = change("aws_iam_policy.x", {"policy": before}, {"policy": after})
    assert rules(found) == ["policy-changed"]
    assert "only reading is newly allowed" in messages(found)


def test_equal_conditions_are_told() -> None:
    tagged = policy(allow("sts:AssumeRole", ROLE, Condition=equal("aws:PrincipalTag/team", "a")))
    found = change(
        "aws_iam_user_policy.x", {"user": "bob", "policy": tagged}, {"user": "bob", "policy": tagged, "name": "y"}
    )
    assert rules(found, state=STATE) == []
