"""CreatePermission, ListPermissions and DeletePermission."""

from __future__ import annotations

import json

import pytest

from sandbox.conftest import ACCOUNT, ACM, ALL_ACTIONS, Pki, expect_error


def list_permissions(pki: Pki, arn: str) -> list[dict[str, object]]:
    return list(pki.client.list_permissions(CertificateAuthorityArn=arn)["Permissions"])


def test_a_permission_has_the_shape_of_aws(pki: Pki) -> None:
    arn = pki.root()
    pki.grant(arn, ["GetCertificate", "IssueCertificate"])
    (permission,) = list_permissions(pki, arn)
    assert set(permission) == {
        "CertificateAuthorityArn",
        "CreatedAt",
        "Principal",
        "SourceAccount",
        "Actions",
        "Policy",
    }
    assert permission["CertificateAuthorityArn"] == arn
    assert permission["Principal"] == ACM
    assert permission["SourceAccount"] == ACCOUNT
    assert permission["Actions"] == ["GetCertificate", "IssueCertificate"]
    (statement,) = json.loads(str(permission["Policy"]))["Statement"]
    assert statement["Principal"] == {"Service": ACM}
    assert statement["Action"] == ["acm-pca:GetCertificate", "acm-pca:IssueCertificate"]
    assert statement["Resource"] == arn


def test_one_permission_for_each_source_account(pki: Pki) -> None:
    arn = pki.root()
    pki.grant(arn)
    with expect_error("PermissionAlreadyExistsException"):
        pki.grant(arn, ["GetCertificate"])
    pki.grant(arn, SourceAccount="444455556666")
    assert [item["SourceAccount"] for item in list_permissions(pki, arn)] == [ACCOUNT, "444455556666"]


@pytest.mark.parametrize("principal", ["ec2.amazonaws.com", "acm.amazonaws.com.cn"])
def test_only_acm_can_hold_a_permission(pki: Pki, root: str, principal: str) -> None:
    with expect_error("ValidationException", ACM):
        pki.client.create_permission(CertificateAuthorityArn=root, Principal=principal, Actions=ALL_ACTIONS)


@pytest.mark.parametrize("actions", [["RevokeCertificate"], [*ALL_ACTIONS, "GetCertificate"]])
def test_other_actions_are_refused(pki: Pki, root: str, actions: list[str]) -> None:
    with expect_error("ValidationException", "actions"):
        pki.grant(root, actions)


def test_a_waiting_and_a_disabled_ca_take_permissions(pki: Pki) -> None:
    waiting, disabled = pki.create(), pki.root()
    pki.disable(disabled)
    for arn in (waiting, disabled):
        pki.grant(arn)
        assert len(list_permissions(pki, arn)) == 1


def test_an_unknown_ca_has_no_permissions(pki: Pki, root: str) -> None:
    unknown = root[:-4] + "beef"
    with expect_error("ResourceNotFoundException"):
        pki.grant(unknown)
    with expect_error("ResourceNotFoundException"):
        list_permissions(pki, unknown)
    with expect_error("ResourceNotFoundException"):
        pki.client.delete_permission(CertificateAuthorityArn=unknown, Principal=ACM)


def test_a_permission_is_deleted_for_its_source_account(pki: Pki) -> None:
    arn = pki.root()
    pki.grant(arn)
    pki.grant(arn, SourceAccount="444455556666")
    pki.client.delete_permission(CertificateAuthorityArn=arn, Principal=ACM)
    assert [item["SourceAccount"] for item in list_permissions(pki, arn)] == ["444455556666"]
    with expect_error("ResourceNotFoundException"):
        pki.client.delete_permission(CertificateAuthorityArn=arn, Principal=ACM)
    pki.client.delete_permission(CertificateAuthorityArn=arn, Principal=ACM, SourceAccount="444455556666")
    assert list_permissions(pki, arn) == []


def test_permissions_are_paged(pki: Pki) -> None:
    arn = pki.root()
    accounts = [f"44445555666{digit}" for digit in range(5)]
    for account in accounts:
        pki.grant(arn, SourceAccount=account)
    paginator = pki.client.get_paginator("list_permissions")
    pages = list(paginator.paginate(CertificateAuthorityArn=arn, PaginationConfig={"PageSize": 2}))
    assert [item["SourceAccount"] for page in pages for item in page["Permissions"]] == accounts
    assert [len(page["Permissions"]) for page in pages] == [2, 2, 1]
    with expect_error("InvalidNextTokenException"):
        pki.client.list_permissions(CertificateAuthorityArn=arn, NextToken="bm9uZQ==")
