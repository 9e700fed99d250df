"""Issuers that are roles, or principals that exist: each with its own credentials, policies counting."""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from botocore.exceptions import ClientError

from end_to_end.fixtures import ACCOUNT, HEAD, Stack, started
from end_to_end.test_story import arn_of
from importer.infer.infer_state import infer_state
from pcaform.render.normal_form import differing_fields
from pcaform.rules.load import load_valid_text
from pcaform.sandbox.pca.algorithms import generate_key
from pcaform.spec.yaml_writer import dump
from sandbox.conftest import csr, template

pytestmark = pytest.mark.terraform
PARTNER = "210987654321"
SPEC = f"""\
certificate_authorities:
  root: {{type: ROOT, subject: {{common_name: Root}}, validity: {{type: YEARS, value: 20}}}}
  other: {{type: ROOT, subject: {{common_name: Other}}, validity: {{type: YEARS, value: 20}}}}
  managed:
    type: ROOT
    subject: {{common_name: Managed}}
    validity: {{type: YEARS, value: 20}}
    permissions: [{{principal: acm.amazonaws.com}}]
issuers:
  pipeline:
    role:
      trust:
        principals: ["arn:aws:iam::{PARTNER}:user/deployer"]
        services: [ec2.amazonaws.com]
    grants: [{{certificates: unmanaged, certificate_authorities: [root]}}]
  builder:
    existing_user: builder
    grants: [{{certificates: unmanaged, certificate_authorities: [root]}}]
  machines:
    existing_role: machines
    grants: [{{certificates: unmanaged, certificate_authorities: [root]}}]
  strong:
    user_name: strong
    grants:
      - {{certificates: unmanaged, certificate_authorities: [root], key_algorithms: [RSA_3072, EC_secp384r1]}}
  apps:
    role: {{trust: {{principals: ["arn:aws:iam::{PARTNER}:user/deployer"]}}}}
    grants:
      - &managed
        certificates: managed
        certificate_authorities: [managed]
        domain_names: ["*.corp.example"]
        key_algorithms: [EC_prime256v1]
        additional_actions: [ExportCertificate, AddTagsToCertificate, DeleteCertificate]
  web:
    user_name: web
    grants: [*managed]
"""
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{PARTNER}:user/deployer"}}
ANY_ROLE = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}


def document(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Apply the spec beside a user and a role that exist, and a user of another account."""
    with started(tmp_path_factory.mktemp("principals"), iam=True) as found:
        own, foreign = found.server.client("iam"), found.server.client("iam", account_id=PARTNER)
        own.create_user(UserName="builder")
        own.create_role(RoleName="machines", AssumeRolePolicyDocument=document(TRUST))
        for name in ("deployer", "stranger"):
            foreign.create_user(UserName=name)
            foreign.put_user_policy(UserName=name, PolicyName="roles", PolicyDocument=document(ANY_ROLE))
        found.apply_without_plan(SPEC)
        yield found


def key_of(stack: Stack, user: str, account_id: str | None = None) -> dict[str, str]:
    """Return an access key of a user, as arguments of a client."""
    iam = stack.server.client("iam", account_id=account_id)
    for key in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]:  # a user has two at most
        iam.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
    made = iam.create_access_key(UserName=user)["AccessKey"]
    return {"access_key_id": made["AccessKeyId"], "secret_access_key": made["SecretAccessKey"]}


def session(stack: Stack, role: str, user: str = "deployer") -> dict[str, str]:
    """Return what a user of the other account gets for a role here, as arguments of a client."""
    sts = stack.server.client("sts", **key_of(stack, user, PARTNER))
    found = sts.assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{role}", RoleSessionName="test")["Credentials"]
    return {
        "access_key_id": found["AccessKeyId"],
        "secret_access_key": found["SecretAccessKey"],
        "session_token": found["SessionToken"],
    }


def order(arn: str, name: str = "EndEntityCertificate") -> dict[str, Any]:
    return {
        "CertificateAuthorityArn": arn,
        "Csr": csr("leaf.corp.example"),
        "SigningAlgorithm": "SHA256WITHECDSA",
        "TemplateArn": template(name),
        "Validity": {"Type": "DAYS", "Value": 1},
    }


@pytest.mark.parametrize("name", ["pipeline", "machines", "builder"])
def test_an_issuer_issues_and_nothing_else(stack: Stack, name: str) -> None:
    credentials = key_of(stack, name) if name == "builder" else session(stack, name)
    client = stack.server.client("acm-pca", **credentials)
    root, other = arn_of(stack, "Root"), arn_of(stack, "Other")
    ca = {"CertificateAuthorityArn": root}
    issued = client.issue_certificate(**order(root))["CertificateArn"]
    assert client.get_certificate(**ca, CertificateArn=issued)["Certificate"]
    denied = (
        ("issue_certificate", order(other)),
        ("issue_certificate", order(root, "SubordinateCACertificate_PathLen0")),
        (
            "revoke_certificate",
            {"CertificateAuthorityArn": root, "CertificateSerial": "1", "RevocationReason": "UNSPECIFIED"},
        ),
        ("delete_certificate_authority", ca),
        ("put_policy", {"ResourceArn": root, "Policy": "{}"}),
    )
    for method, arguments in denied:
        with pytest.raises(ClientError, match="AccessDenied"):
            getattr(client, method)(**arguments)


@pytest.mark.parametrize("role", ["pipeline", "machines"])
def test_nobody_else_takes_a_role(stack: Stack, role: str) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        session(stack, role, user="stranger")


@pytest.mark.parametrize(("key", "is_allowed"), [("RSA_3072", True), ("EC_secp384r1", True), ("EC_prime256v1", False)])
def test_an_issuer_is_held_to_its_keys(stack: Stack, key: str, *, is_allowed: bool) -> None:
    client = stack.server.client("acm-pca", **key_of(stack, "strong"))
    arguments = {**order(arn_of(stack, "Root")), "Csr": csr("leaf.corp.example", signer=generate_key(key))}
    if is_allowed:
        assert client.issue_certificate(**arguments)["CertificateArn"]
        return
    with pytest.raises(ClientError, match="AccessDenied"):
        client.issue_certificate(**arguments)


def request(stack: Stack, tag: str | None, **more: Any) -> dict[str, Any]:
    """Return the arguments of a request that a managed issuer may make; None leaves something out."""
    arguments = {
        "DomainName": "www.corp.example",
        "CertificateAuthorityArn": arn_of(stack, "Managed"),
        "KeyAlgorithm": "EC_prime256v1",
        "Tags": [{"Key": "pcaform:issuer", "Value": tag}] if tag else None,
    }
    return {name: value for name, value in {**arguments, **more}.items() if value is not None}


OWNERS = {"web": "user/web", "apps": "role/apps"}


@pytest.mark.parametrize("name", OWNERS)
def test_a_managed_issuer_requests_as_granted_and_nothing_else(stack: Stack, name: str) -> None:
    credentials = key_of(stack, name) if name == "web" else session(stack, name)
    acm, tag = stack.server.client("acm", **credentials), OWNERS[name]
    certificate = acm.request_certificate(**request(stack, tag))["CertificateArn"]
    assert acm.describe_certificate(CertificateArn=certificate)["Certificate"]["Status"] == "ISSUED"
    assert acm.export_certificate(CertificateArn=certificate, Passphrase=b"secret")["PrivateKey"]
    denied: tuple[dict[str, Any], ...] = (
        request(stack, None),
        request(stack, "user/somebody-else"),
        request(stack, tag, CertificateAuthorityArn=None),
        request(stack, tag, CertificateAuthorityArn=arn_of(stack, "Other")),
        request(stack, tag, DomainName="www.evil.example"),
        request(stack, tag, SubjectAlternativeNames=["www.evil.example"]),
        request(stack, tag, KeyAlgorithm="RSA_2048"),
        request(stack, tag, KeyAlgorithm=None),
    )
    for arguments in denied:
        with pytest.raises(ClientError, match="AccessDenied"):
            acm.request_certificate(**arguments)
    for arn in ("Managed", "Root"):
        with pytest.raises(ClientError, match="AccessDenied"):
            stack.server.client("acm-pca", **credentials).issue_certificate(
                **order(arn_of(stack, arn), "EndEntityCertificate")
            )


def test_a_managed_issuer_touches_no_certificate_of_others(stack: Stack) -> None:
    acm = stack.server.client("acm", **key_of(stack, "web"))
    administrator = stack.server.client("acm")
    apps = stack.server.client("acm", **session(stack, "apps"))
    others = (
        apps.request_certificate(**request(stack, OWNERS["apps"]))["CertificateArn"],
        administrator.request_certificate(**request(stack, None))["CertificateArn"],
    )
    taking = [{"Key": "pcaform:issuer", "Value": OWNERS["web"]}]
    other_tag = [{"Key": "team", "Value": "web"}]
    calls: tuple[tuple[str, dict[str, Any]], ...] = (
        ("describe_certificate", {}),
        ("get_certificate", {}),
        ("export_certificate", {"Passphrase": b"secret"}),
        ("delete_certificate", {}),
        ("add_tags_to_certificate", {"Tags": taking}),
        ("add_tags_to_certificate", {"Tags": other_tag}),
    )
    for arn, (method, arguments) in product(others, calls):
        with pytest.raises(ClientError, match="AccessDenied"):
            getattr(acm, method)(CertificateArn=arn, **arguments)
    own = acm.request_certificate(**request(stack, OWNERS["web"]))["CertificateArn"]
    acm.add_tags_to_certificate(CertificateArn=own, Tags=other_tag)
    with pytest.raises(ClientError, match="AccessDenied"):
        acm.add_tags_to_certificate(CertificateArn=own, Tags=[{"Key": "pcaform:issuer", "Value": OWNERS["apps"]}])
    acm.delete_certificate(CertificateArn=own)


def test_a_second_plan_is_empty(stack: Stack) -> None:
    assert stack.remaining_changes(SPEC) == {}


def test_every_principal_is_read_back(stack: Stack) -> None:
    (found,) = infer_state(stack.terraform.state_pull(), "state", stack="story")
    assert found.notes == ()
    assert differing_fields(load_valid_text((HEAD + SPEC).encode(), "spec.yaml"), found.spec, "state") == []


def test_what_is_read_back_plans_nothing(stack: Stack) -> None:
    (found,) = infer_state(stack.terraform.state_pull(), "state", stack="story")
    head, section, rest = dump(found.spec).partition("certificate_authorities:")
    assert "default_tags" not in head
    assert stack.remaining_changes(section + rest) == {}


def test_leaving_an_existing_principal_only_detaches(stack: Stack) -> None:
    """Last, since the policy is gone then."""
    gone = SPEC[: SPEC.index("  builder:")] + SPEC[SPEC.index("  machines:") :]
    arn = f"arn:aws:iam::{ACCOUNT}:user/builder"
    found = stack.apply(gone + f"removed: {{issuers.builder: {{destroy: '{arn}'}}}}\n")
    assert found == {
        'module.issuer_builder.aws_iam_policy.this["builder-private-ca"]': ("delete",),
        'module.issuer_builder.aws_iam_user_policy_attachment.this["builder-private-ca"]': ("delete",),
    }
    assert stack.server.client("iam").get_user(UserName="builder")["User"]["UserName"] == "builder"
