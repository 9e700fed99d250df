"""The states of a CA: creating, failed, expired, deleted, restored and gone; some follow from the clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from pcaform.sandbox.clock import clock
from pcaform.sandbox.pca.creation_outcome import creation
from sandbox.conftest import Pki, expect_error, parse_certificate


@pytest.fixture(autouse=True)
def _reset() -> Iterator[None]:
    yield
    creation.reset()


def delete(pki: Pki, arn: str, **more: Any) -> None:
    pki.client.delete_certificate_authority(CertificateAuthorityArn=arn, **more)


def restore(pki: Pki, arn: str) -> None:
    pki.client.restore_certificate_authority(CertificateAuthorityArn=arn)


def status(pki: Pki, arn: str) -> str:
    return str(pki.describe(arn)["Status"])


def list_ca_arns(pki: Pki) -> set[str]:
    paginator = pki.client.get_paginator("list_certificate_authorities")
    return {ca["Arn"] for page in paginator.paginate() for ca in page["CertificateAuthorities"]}


def test_a_ca_can_take_its_time(pki: Pki) -> None:
    creation.delay = timedelta(minutes=5)
    arn = pki.create()
    assert status(pki, arn) == "CREATING"
    with expect_error("InvalidStateException"):
        pki.grant(arn)
    clock.advance(timedelta(minutes=5))
    assert status(pki, arn) == "PENDING_CERTIFICATE"
    assert pki.csr_of(arn)


def test_the_waiter_of_the_sdk_waits_for_the_csr(pki: Pki) -> None:
    creation.delay = timedelta(seconds=0.2)
    arn = pki.create()
    waiter = pki.client.get_waiter("certificate_authority_csr_created")
    waiter.wait(CertificateAuthorityArn=arn, WaiterConfig={"Delay": 0.05, "MaxAttempts": 100})
    assert status(pki, arn) == "PENDING_CERTIFICATE"


def test_a_ca_can_fail_and_then_only_be_deleted(pki: Pki) -> None:
    creation.failure = "REQUEST_TIMED_OUT"
    arn = pki.create()
    described = pki.describe(arn)
    assert (described["Status"], described["FailureReason"]) == ("FAILED", "REQUEST_TIMED_OUT")
    with expect_error("InvalidStateException"):
        pki.csr_of(arn)
    delete(pki, arn)
    with expect_error("ResourceNotFoundException"):
        restore(pki, arn)


def test_a_ca_can_be_deleted_while_it_is_created(pki: Pki) -> None:
    creation.delay = timedelta(days=1)
    arn = pki.create()
    delete(pki, arn)
    with expect_error("ResourceNotFoundException"):
        pki.describe(arn)
    assert arn not in list_ca_arns(pki)


def test_a_restored_ca_is_what_it_was(pki: Pki) -> None:
    waiting, disabled = pki.create(), pki.root()
    pki.disable(disabled)
    for arn, before in ((waiting, "PENDING_CERTIFICATE"), (disabled, "DISABLED")):
        delete(pki, arn, PermanentDeletionTimeInDays=7)
        assert status(pki, arn) == "DELETED"
        assert arn in list_ca_arns(pki)
        restore(pki, arn)
        assert status(pki, arn) == before
        assert "RestorableUntil" not in pki.describe(arn)


def test_a_restored_ca_keeps_what_hangs_on_it(pki: Pki) -> None:
    arn = pki.root(Tags=[{"Key": "team", "Value": "pki"}])
    pki.grant(arn)
    issued = pki.issue(arn)
    pki.disable(arn)
    delete(pki, arn)
    restore(pki, arn)
    pki.client.update_certificate_authority(CertificateAuthorityArn=arn, Status="ACTIVE")
    got = pki.client.get_certificate(CertificateAuthorityArn=arn, CertificateArn=issued["Arn"])
    assert got["Certificate"] == issued["Certificate"]
    assert len(pki.client.list_permissions(CertificateAuthorityArn=arn)["Permissions"]) == 1
    assert pki.client.list_tags(CertificateAuthorityArn=arn)["Tags"] == [{"Key": "team", "Value": "pki"}]


def test_a_deleted_ca_is_gone_when_its_time_is_over(pki: Pki) -> None:
    short, long = pki.create(), pki.create()
    delete(pki, short, PermanentDeletionTimeInDays=7)
    delete(pki, long)
    clock.advance(timedelta(days=7))
    assert short not in list_ca_arns(pki)
    with expect_error("ResourceNotFoundException"):
        restore(pki, short)
    clock.advance(timedelta(days=22))
    assert status(pki, long) == "DELETED"
    clock.advance(timedelta(days=1))
    assert long not in list_ca_arns(pki)


def test_an_expired_ca_is_renewed_by_a_new_certificate(pki: Pki) -> None:
    root = pki.root(days=9000)
    active, disabled = (pki.subordinate(root, days=10) for _ in range(2))
    pki.disable(disabled)
    clock.advance(timedelta(days=11))
    for arn, after in ((active, "ACTIVE"), (disabled, "DISABLED")):
        assert status(pki, arn) == "EXPIRED"
        assert pki.certificate(arn)
        with expect_error("InvalidStateException", "must be in the ACTIVE or DISABLED state"):
            pki.disable(arn)
        pki.activate(arn, root, name="SubordinateCACertificate_PathLen0", days=100)
        assert status(pki, arn) == after


def test_an_expired_root_signs_itself_anew_and_nothing_else(pki: Pki) -> None:
    arn = pki.root(days=5)
    clock.advance(timedelta(days=6))
    with expect_error("InvalidStateException", "not in a valid state for issuing certificates"):
        pki.issue(arn)
    pki.activate(arn, arn, name="RootCACertificate", days=100)
    assert status(pki, arn) == "ACTIVE"
    assert pki.issue(arn)["Certificate"]


def test_an_expired_ca_returns_certificates_and_revokes_none(pki: Pki) -> None:
    arn = pki.root(days=5)
    issued = pki.issue(arn, Validity={"Type": "DAYS", "Value": 1})
    clock.advance(timedelta(days=6))
    got = pki.client.get_certificate(CertificateAuthorityArn=arn, CertificateArn=issued["Arn"])
    assert got["Certificate"] == issued["Certificate"]
    serial = f"{parse_certificate(issued['Certificate']).serial_number:x}"
    with expect_error("InvalidStateException", "EXPIRED"):
        pki.client.revoke_certificate(
            CertificateAuthorityArn=arn, CertificateSerial=serial, RevocationReason="UNSPECIFIED"
        )


def test_a_ca_that_ends_while_it_is_deleted_comes_back_expired(pki: Pki) -> None:
    arn = pki.root(days=5)
    pki.disable(arn)
    delete(pki, arn)
    clock.advance(timedelta(days=6))
    assert status(pki, arn) == "DELETED"
    restore(pki, arn)
    assert status(pki, arn) == "EXPIRED"


def test_an_expired_ca_can_be_deleted_and_restored(pki: Pki) -> None:
    arn = pki.root(days=5)
    clock.advance(timedelta(days=6))
    delete(pki, arn)
    restore(pki, arn)
    assert status(pki, arn) == "EXPIRED"


def test_the_quota_counts_deleted_cas_until_they_are_gone(pki: Pki) -> None:
    arn = pki.create()
    delete(pki, arn, PermanentDeletionTimeInDays=7)
    creation.quota = len(list_ca_arns(pki))
    with expect_error("LimitExceededException"):
        pki.create()
    clock.advance(timedelta(days=7))
    assert pki.create()
