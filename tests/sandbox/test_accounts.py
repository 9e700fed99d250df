"""Several accounts and regions in one sandbox, and CAs that one account shares with another."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pcaform.sandbox.server import Sandbox
from sandbox.conftest import ACCOUNT, ACM, ALL_ACTIONS, Pki, csr, expect_error, template

OTHER = "999988887777"


@pytest.fixture(scope="module")
def other_client(sandbox: Sandbox) -> Any:
    return sandbox.client("acm-pca", account_id=OTHER)


@pytest.fixture(scope="module")
def shared_ca(pki: Pki, root: str) -> str:
    """Create a CA that another account may use, with a policy of the form that AWS documents and RAM writes."""
    arn = pki.subordinate(root)
    principal = {"Principal": {"AWS": OTHER}, "Resource": arn, "Effect": "Allow"}
    reading = ["DescribeCertificateAuthority", "GetCertificate", "GetCertificateAuthorityCertificate"]
    end_entity = {"acm-pca:TemplateArn": template("EndEntityCertificate")}
    statements = [
        principal | {"Action": [f"acm-pca:{name}" for name in [*reading, "ListPermissions", "ListTags"]]},
        principal | {"Action": "acm-pca:IssueCertificate", "Condition": {"StringEquals": end_entity}},
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    pki.client.put_policy(ResourceArn=arn, Policy=policy)
    return arn


def list_arns(client: Any, owner: str) -> list[str]:
    cas = client.list_certificate_authorities(ResourceOwner=owner)["CertificateAuthorities"]
    return [ca["Arn"] for ca in cas]


def test_accounts_and_regions_have_cas_of_their_own(sandbox: Sandbox, other_client: Any, root: str) -> None:
    mine = Pki(other_client).create()
    assert mine.split(":")[4] == OTHER
    assert list_arns(other_client, "SELF") == [mine]
    assert list_arns(sandbox.client("acm-pca", region="us-east-1"), "SELF") == []
    with expect_error("ResourceNotFoundException"):
        Pki(sandbox.client("acm-pca", region="us-east-1")).describe(root)


def test_a_shared_ca_is_listed_as_anothers(pki: Pki, other_client: Any, shared_ca: str) -> None:
    assert list_arns(other_client, "OTHER_ACCOUNTS") == [shared_ca]
    assert shared_ca not in list_arns(other_client, "SELF")
    assert list_arns(pki.client, "OTHER_ACCOUNTS") == []
    described = Pki(other_client).describe(shared_ca)
    assert (described["OwnerAccount"], described["Status"]) == (ACCOUNT, "ACTIVE")


def test_a_shared_ca_issues_what_its_policy_names(other_client: Any, shared_ca: str) -> None:
    assert Pki(other_client).issue(shared_ca)["Certificate"]
    with expect_error("AccessDeniedException", "because no resource-based policy allows the acm-pca:IssueCertificate"):
        Pki(other_client).issue(shared_ca, TemplateArn=template("CodeSigningCertificate"))


FORBIDDEN: dict[str, tuple[str, dict[str, Any]]] = {
    "csr": ("get_certificate_authority_csr", {}),
    "permission": ("create_permission", {"Principal": ACM, "Actions": ALL_ACTIONS}),
    "update": ("update_certificate_authority", {"Status": "DISABLED"}),
    "delete": ("delete_certificate_authority", {}),
    "import": ("import_certificate_authority_certificate", {"Certificate": b"x"}),
    "tag": ("tag_certificate_authority", {"Tags": [{"Key": "a", "Value": "b"}]}),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_shared_ca_stays_its_owners(other_client: Any, shared_ca: str, what: str) -> None:
    """Since the CSR is denied, Terraform's resource cannot read a shared CA; only its data source can."""
    method, arguments = FORBIDDEN[what]
    with expect_error("AccessDeniedException", "resource-based policy"):
        getattr(other_client, method)(CertificateAuthorityArn=shared_ca, **arguments)


def test_a_ca_that_is_not_shared_is_denied(other_client: Any, root: str) -> None:
    with expect_error("AccessDeniedException"):
        Pki(other_client).describe(root)
    with expect_error("AccessDeniedException"):
        other_client.issue_certificate(
            CertificateAuthorityArn=root,
            Csr=csr(),
            SigningAlgorithm="SHA256WITHECDSA",
            Validity={"Type": "DAYS", "Value": 1},
        )
