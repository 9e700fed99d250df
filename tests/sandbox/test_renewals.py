"""ACM renews by itself while the sandbox's clock moves. Every test has its own sandbox, and so its own clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from pcaform.sandbox.clock import now
from pcaform.sandbox.server import Sandbox
from sandbox.conftest import ACCOUNT, ACM, REGION, Pki, expect_error, parse_certificate
from sandbox.private_certificates import describe, export, request

LEAD = timedelta(days=60)
LIFE = timedelta(days=395)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class RenewalSandbox:
    sandbox: Sandbox
    pki: Pki
    acm: Any

    def create_ca(self, *, days: int = 3000) -> str:
        """Create a CA that lets ACM renew."""
        arn = self.pki.root(days=days)
        self.pki.grant(arn)
        return arn

    def request_exported(self, ca: str) -> str:
        """Request a certificate and make it eligible for renewal."""
        arn = request(self.acm, ca)
        export(self.acm, arn)
        return arn

    def end(self, arn: str) -> datetime:
        end: datetime = describe(self.acm, arn)["NotAfter"]
        return end

    def move_to(self, moment: datetime) -> None:
        self.sandbox.advance(moment - now())


@pytest.fixture
def world() -> Iterator[RenewalSandbox]:
    with Sandbox(account_id=ACCOUNT, region=REGION) as sandbox:
        yield RenewalSandbox(sandbox, Pki(sandbox.client("acm-pca")), sandbox.client("acm"))


def serial(world: RenewalSandbox, arn: str) -> int:
    return parse_certificate(world.acm.get_certificate(CertificateArn=arn)["Certificate"]).serial_number


def test_a_certificate_is_renewed_sixty_days_before_its_end_and_dated_then(world: RenewalSandbox) -> None:
    arn = world.request_exported(world.create_ca())
    due, before = world.end(arn) - LEAD, serial(world, arn)
    world.move_to(due - SECOND)
    assert serial(world, arn) == before
    world.sandbox.advance(timedelta(days=30))
    detail = describe(world.acm, arn)
    assert serial(world, arn) != before
    assert detail["IssuedAt"] == due
    assert detail["NotAfter"] == due + LIFE
    assert detail["RenewalSummary"]["RenewalStatus"] == "SUCCESS"
    assert detail["RenewalSummary"]["UpdatedAt"] == due
    assert detail["RenewalEligibility"] == "INELIGIBLE"


def test_what_was_never_exported_runs_out(world: RenewalSandbox) -> None:
    arn = request(world.acm, world.create_ca())
    end = world.end(arn)
    world.move_to(end - SECOND)
    assert describe(world.acm, arn)["Status"] == "ISSUED"
    world.move_to(end)
    detail = describe(world.acm, arn)
    assert detail["Status"] == "EXPIRED"
    assert "RenewalSummary" not in detail
    with expect_error("ValidationException"):
        world.acm.renew_certificate(CertificateArn=arn)


def test_one_export_is_good_for_one_renewal(world: RenewalSandbox) -> None:
    arn = world.request_exported(world.create_ca())
    first = world.end(arn)
    world.sandbox.advance(3 * LIFE)
    assert world.end(arn) == first - LEAD + LIFE
    assert describe(world.acm, arn)["Status"] == "EXPIRED"


def test_what_is_in_use_is_renewed_again_and_again(world: RenewalSandbox) -> None:
    from moto.acm.models import acm_backends

    arn = request(world.acm, world.create_ca())
    acm_backends[ACCOUNT][REGION].set_certificate_in_use_by(arn, "load-balancer")
    first = world.end(arn)
    world.sandbox.advance(3 * LIFE)
    assert world.end(arn) == first + 3 * (LIFE - LEAD)


def test_certificates_are_renewed_in_the_order_in_which_they_are_due(world: RenewalSandbox) -> None:
    ca = world.create_ca()
    early = world.request_exported(ca)
    world.sandbox.advance(DAY)
    late = world.request_exported(ca)
    moments = [world.end(early) - LEAD, world.end(late) - LEAD]
    world.sandbox.advance(timedelta(days=350))
    assert [describe(world.acm, arn)["IssuedAt"] for arn in (early, late)] == moments
    assert timedelta(hours=23) < moments[1] - moments[0] < timedelta(hours=25)


def test_every_region_renews(world: RenewalSandbox) -> None:
    far = RenewalSandbox(
        world.sandbox,
        Pki(world.sandbox.client("acm-pca", region="us-west-2")),
        world.sandbox.client("acm", region="us-west-2"),
    )
    arns = [
        (world_of_region, world_of_region.request_exported(world_of_region.create_ca()))
        for world_of_region in (world, far)
    ]
    world.sandbox.advance(timedelta(days=336))
    assert [describe(world_of_region.acm, arn)["RenewalSummary"]["RenewalStatus"] for world_of_region, arn in arns] == [
        "SUCCESS"
    ] * 2


def summary(world: RenewalSandbox, arn: str) -> dict[str, Any]:
    return dict(describe(world.acm, arn)["RenewalSummary"])


def test_without_the_permission_acm_tries_daily_until_the_end(world: RenewalSandbox) -> None:
    ca = world.create_ca()
    arn = world.request_exported(ca)
    end = world.end(arn)
    world.pki.client.delete_permission(CertificateAuthorityArn=ca, Principal=ACM)
    summaries = []
    for moment in (end - LEAD, end - LEAD + 10 * DAY + SECOND, end):
        world.move_to(moment)
        summaries.append(summary(world, arn))
    assert {item["RenewalStatusReason"] for item in summaries} == {"PCA_ACCESS_DENIED"}
    assert [(item["RenewalStatus"], item["UpdatedAt"]) for item in summaries] == [
        ("PENDING_AUTO_RENEWAL", end - LEAD),
        ("PENDING_AUTO_RENEWAL", end - LEAD + 10 * DAY),
        ("FAILED", end),
    ]
    assert describe(world.acm, arn)["Status"] == "EXPIRED"


def test_the_next_attempt_after_the_permission_is_back_succeeds(world: RenewalSandbox) -> None:
    ca = world.create_ca()
    arn = world.request_exported(ca)
    due = world.end(arn) - LEAD
    world.pki.client.delete_permission(CertificateAuthorityArn=ca, Principal=ACM)
    world.move_to(due + timedelta(hours=36))
    world.pki.grant(ca)
    world.sandbox.advance(timedelta(days=30))
    assert summary(world, arn)["RenewalStatus"] == "SUCCESS"
    assert "RenewalStatusReason" not in summary(world, arn)
    assert describe(world.acm, arn)["IssuedAt"] == due + 2 * DAY


def test_an_export_after_the_due_moment_is_in_time(world: RenewalSandbox) -> None:
    arn = request(world.acm, world.create_ca())
    end = world.end(arn)
    world.move_to(end - 10 * DAY)
    export(world.acm, arn)
    world.sandbox.advance(timedelta())
    assert summary(world, arn)["RenewalStatus"] == "SUCCESS"
    assert end - 10 * DAY <= describe(world.acm, arn)["IssuedAt"] < end - 9 * DAY


def test_a_ca_that_ends_first_cannot_renew(world: RenewalSandbox) -> None:
    arn = world.request_exported(world.create_ca(days=500))
    end = world.end(arn)
    world.move_to(end - LEAD)
    assert summary(world, arn)["RenewalStatusReason"] == "PCA_INVALID_DURATION"


def test_a_ca_in_the_wrong_state_cannot_renew(world: RenewalSandbox) -> None:
    ca = world.create_ca()
    arn = world.request_exported(ca)
    world.pki.disable(ca)
    world.sandbox.advance(LIFE - LEAD)
    assert summary(world, arn)["RenewalStatusReason"] == "PCA_INVALID_STATE"


def test_time_goes_on_after_a_jump_and_never_back(world: RenewalSandbox) -> None:
    before = now()
    world.sandbox.advance(timedelta(days=30))
    after = now()
    assert timedelta(days=30) <= after - before < timedelta(days=30, minutes=1)
    assert now() > after
    with pytest.raises(ValueError, match="back"):
        world.sandbox.advance(-SECOND)
    assert now() > after


def test_an_idempotency_token_lasts_an_hour(world: RenewalSandbox) -> None:
    ca = world.create_ca()
    first = request(world.acm, ca, IdempotencyToken="once")
    world.sandbox.advance(timedelta(minutes=59))
    assert request(world.acm, ca, IdempotencyToken="once") == first
    world.sandbox.advance(timedelta(minutes=2))
    assert request(world.acm, ca, IdempotencyToken="once") != first
