"""Injected faults, as real clients see them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from pcaform.core.facts import REQUEST_RATES
from pcaform.sandbox.faults.fault_config import FaultConfig, read_fault_config, write_fault_config
from pcaform.sandbox.faults.fault_injector import FaultInjector
from pcaform.sandbox.faults.token_bucket import TokenBucket
from pcaform.sandbox.http.model_validation import service_model
from pcaform.sandbox.http.request import Call
from pcaform.sandbox.server import Sandbox
from sandbox.conftest import ACCOUNT, REGION, Pki, expect_error

LIST = "acm-pca:ListCertificateAuthorities"
CALL = Call(
    service="acm-pca",
    operation=LIST,
    account_id=ACCOUNT,
    region=REGION,
    access_key_id="x",
    resource="*",
    is_query=False,
)


def retrying_client(sandbox: Sandbox, service: str) -> Any:
    """Create a client with the SDK's standard retries."""
    settings = sandbox.environment
    connect: Any = boto3.client
    return connect(
        service,
        endpoint_url=sandbox.endpoint_url,
        region_name=sandbox.region,
        aws_access_key_id=settings["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=settings["AWS_SECRET_ACCESS_KEY"],
        config=Config(proxies={}, retries={"mode": "standard", "total_max_attempts": 20}),
    )


def call_outcome(call: Callable[[], Any]) -> str:
    """Make a call and return its outcome: "ok", an error code, or "closed"."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    except ConnectionClosedError:
        return "closed"
    return "ok"


def test_there_is_none_by_default(sandbox: Sandbox) -> None:
    assert sandbox.faults == FaultConfig()
    with sandbox.inject_faults() as counts:
        assert {call_outcome(sandbox.client("acm-pca").list_certificate_authorities) for _ in range(30)} == {"ok"}
    assert counts == {}


def error_of(call: Callable[[], Any]) -> dict[str, Any]:
    """Make a call and return the SDK's error response."""
    with pytest.raises(ClientError) as caught:
        call()
    return dict(caught.value.response)


def simple_call(sandbox: Sandbox, service: str) -> Callable[[], Any]:
    names = {
        "acm-pca": "list_certificate_authorities",
        "acm": "list_certificates",
        "iam": "list_users",
        "sts": "get_caller_identity",
    }
    call: Callable[[], Any] = getattr(sandbox.client(service), names[service])
    return call


@pytest.mark.parametrize(
    ("service", "changes", "code", "status"),
    [
        ("acm-pca", {"throttling": {"*": 0.001}}, "ThrottlingException", 400),
        ("acm", {"throttling": {"*": 0.001}}, "ThrottlingException", 400),
        ("iam", {"throttling": {"*": 0.001}}, "Throttling", 400),
        ("sts", {"throttling": {"*": 0.001}}, "Throttling", 400),
        ("acm-pca", {"expiry": 1}, "ExpiredTokenException", 400),
        ("acm", {"expiry": 1}, "ExpiredTokenException", 400),
        ("iam", {"expiry": 1}, "ExpiredToken", 403),
        ("sts", {"expiry": 1}, "ExpiredToken", 403),
        ("acm-pca", {"denials": "acm-pca:*"}, "AccessDeniedException", 400),
        ("acm", {"denials": "acm:*"}, "AccessDeniedException", 400),
        ("iam", {"denials": "iam:*"}, "AccessDenied", 403),
        ("sts", {"denials": "sts:*"}, "AccessDenied", 403),
    ],
)
def test_each_service_refuses_as_aws_does(
    sandbox: Sandbox, service: str, changes: dict[str, Any], *, code: str, status: int
) -> None:
    call = simple_call(sandbox, service)
    with sandbox.inject_faults(**changes) as counts:
        if "throttling" in changes:
            call()
        error = error_of(call)
    assert (error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
    assert counts == {next(iter(changes)): 1}


@pytest.mark.parametrize("service", ["acm-pca", "acm", "iam", "sts"])
def test_failures_come_in_two_forms(sandbox: Sandbox, service: str) -> None:
    call = simple_call(sandbox, service)
    with sandbox.inject_faults(failures=1) as counts:
        errors = [error_of(call) for _ in range(12)]
    codes = {(error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]) for error in errors}
    assert codes == {("InternalFailure", 500), ("ServiceUnavailable", 503)}
    assert counts == {"failures": 12}


@pytest.mark.parametrize("service", ["acm-pca", "acm", "iam", "sts"])
def test_a_reset_closes_the_connection_without_an_answer(sandbox: Sandbox, service: str) -> None:
    with sandbox.inject_faults(resets=1) as counts:
        assert call_outcome(simple_call(sandbox, service)) == "closed"
    assert counts == {"resets": 1}
    assert call_outcome(simple_call(sandbox, service)) == "ok"


def test_errors_of_the_model_are_the_sdks_own_exceptions(sandbox: Sandbox) -> None:
    client = sandbox.client("acm")
    arn = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/x"
    with sandbox.inject_faults(throttling={"*": 0.001}):
        assert call_outcome(lambda: client.delete_certificate(CertificateArn=arn)) == "ResourceNotFoundException"
        with pytest.raises(client.exceptions.ThrottlingException):
            client.delete_certificate(CertificateArn=arn)
    with sandbox.inject_faults(denials="acm:Delete*"), pytest.raises(client.exceptions.AccessDeniedException):
        client.delete_certificate(CertificateArn=arn)


def test_a_denial_names_who_and_what(sandbox: Sandbox, root: str) -> None:
    iam = sandbox.client("iam")
    iam.create_user(UserName="denied")
    key = iam.create_access_key(UserName="denied")["AccessKey"]
    client = sandbox.client("acm-pca", access_key_id=key["AccessKeyId"], secret_access_key=key["SecretAccessKey"])
    with sandbox.inject_faults(denials="acm-pca:ListPermissions"):
        error = error_of(lambda: client.list_permissions(CertificateAuthorityArn=root))
    message = error["Error"]["Message"]
    assert f"User: arn:aws:iam::{ACCOUNT}:user/denied is not authorized" in message
    assert f"acm-pca:ListPermissions on resource: {root}" in message


def test_a_denial_can_name_one_ca(sandbox: Sandbox, pki: Pki, root: str, *, issuer: str) -> None:
    with sandbox.inject_faults(denials={"acm-pca:List*": root}) as counts:
        with expect_error("AccessDeniedException"):
            pki.client.list_permissions(CertificateAuthorityArn=root)
        with expect_error("AccessDeniedException"):
            pki.client.list_tags(CertificateAuthorityArn=root)
        pki.client.list_permissions(CertificateAuthorityArn=issuer)
        pki.client.list_certificate_authorities()
        pki.describe(root)
    assert counts == {"denials": 2}


def test_the_first_pattern_that_fits_counts(sandbox: Sandbox, pki: Pki, root: str) -> None:
    with sandbox.inject_faults(failures={"acm-pca:Describe*": 0, "acm-pca:*": 1}) as counts:
        pki.describe(root)
        assert call_outcome(pki.client.list_certificate_authorities) in {"InternalFailure", "ServiceUnavailable"}
        sandbox.client("sts").get_caller_identity()
    assert counts == {"failures": 1}


def test_other_services_are_left_alone(sandbox: Sandbox) -> None:
    with sandbox.inject_faults(failures=1, resets=1, expiry=1, denials="*") as counts:
        assert sandbox.client("s3").list_buckets()["Buckets"] == []
    assert counts == {}


def list_outcomes(sandbox: Sandbox, *, seed: int, between: Callable[[], Any] = dict) -> list[str]:
    call = sandbox.client("acm-pca").list_certificate_authorities
    with sandbox.inject_faults(seed=seed, failures=0.2, resets=0.2, expiry=0.2):
        outcomes = []
        for _ in range(40):
            outcomes.append(call_outcome(call))
            call_outcome(between)
    return outcomes


def test_the_same_seed_gives_the_same_sequence(sandbox: Sandbox) -> None:
    first = list_outcomes(sandbox, seed=7)
    assert set(first) >= {"ok", "closed", "ExpiredTokenException", "InternalFailure"}
    assert list_outcomes(sandbox, seed=7) == first
    assert list_outcomes(sandbox, seed=7, between=sandbox.client("sts").get_caller_identity) == first
    assert list_outcomes(sandbox, seed=8) != first


def test_latency_makes_calls_late(sandbox: Sandbox) -> None:
    client = sandbox.client("acm-pca")
    expected_injector = FaultInjector(FaultConfig(seed=3, latency={"*": 0.02}))
    expected = sum(expected_injector.draw_delay(CALL) for _ in range(5))
    with sandbox.inject_faults(seed=3, latency=0.02) as counts:
        started = time.monotonic()
        for _ in range(5):
            client.list_certificate_authorities()
        elapsed = time.monotonic() - started
    assert elapsed >= expected > 0.01
    assert counts == {"latency": 5}


def test_the_sdk_gets_through_throttling(sandbox: Sandbox, root: str) -> None:
    client = retrying_client(sandbox, "acm-pca")
    with sandbox.inject_faults(throttling={"acm-pca:ListPermissions": 1}) as counts:
        for _ in range(3):
            client.list_permissions(CertificateAuthorityArn=root)
    assert counts["throttling"] > 0


def test_the_sdk_gets_through_failures_and_resets(sandbox: Sandbox) -> None:
    client = retrying_client(sandbox, "acm-pca")
    with sandbox.inject_faults(seed=1, failures=0.3, resets=0.3) as counts:
        for _ in range(5):
            client.list_certificate_authorities()
    assert counts["failures"] > 0
    assert counts["resets"] > 0


def test_published_rates_are_for_each_operation_account_and_region(sandbox: Sandbox, root: str) -> None:
    here, there = sandbox.client("acm-pca"), sandbox.client("acm-pca", region="us-west-2")

    def listing() -> str:
        return call_outcome(lambda: here.list_permissions(CertificateAuthorityArn=root))

    with sandbox.inject_faults(throttling=True):
        codes = [listing() for _ in range(30)]
        assert codes[:5] == ["ok"] * 5
        assert set(codes) == {"ok", "ThrottlingException"}
        assert call_outcome(lambda: there.list_permissions(CertificateAuthorityArn=root)) == "ResourceNotFoundException"
        assert call_outcome(here.list_certificate_authorities) == "ok"
        assert {call_outcome(sandbox.client("iam").list_users) for _ in range(30)} == {"ok"}


def test_a_bucket_fills_up_to_one_second() -> None:
    bucket = TokenBucket(5, moment=0)
    assert [bucket.take(0) for _ in range(6)] == [True] * 5 + [False]
    assert [bucket.take(0.5) for _ in range(3)] == [True, True, False]
    assert [bucket.take(100) for _ in range(6)] == [True] * 5 + [False]


def test_a_slow_bucket_still_holds_one_request() -> None:
    bucket = TokenBucket(0.5, moment=0)
    assert [bucket.take(moment) for moment in (0, 1, 2)] == [True, False, True]


def test_every_operation_of_private_ca_has_a_rate_and_no_rate_is_for_nothing() -> None:
    known = {f"{service}:{name}" for service in ("acm-pca", "acm") for name in service_model(service).operation_names}
    assert set(REQUEST_RATES) <= known
    assert {name for name in known if name.startswith("acm-pca:")} <= set(REQUEST_RATES)


def test_faults_can_be_set_and_are_restored_after_a_block(sandbox: Sandbox) -> None:
    call = sandbox.client("acm-pca").list_certificate_authorities
    sandbox.faults = FaultConfig(expiry={LIST: 1.0})
    assert call_outcome(call) == "ExpiredTokenException"
    with sandbox.inject_faults(failures=1) as counts:
        assert sandbox.faults == FaultConfig(expiry={LIST: 1.0}, failures={"*": 1.0})
        call_outcome(call)
    assert counts == {"failures": 1}
    assert call_outcome(call) == "ExpiredTokenException"
    sandbox.faults = FaultConfig()
    assert call_outcome(call) == "ok"


def test_the_json_form_goes_there_and_back() -> None:
    faults = FaultConfig(seed=4, throttling={"*": True, "iam:*": 2.5}, denials={"acm-pca:*": "*"}, resets={"*": 0.5})
    assert (
        read_fault_config(b'{"seed":4,"throttling":{"*":true,"iam:*":2.5},"denials":["acm-pca:*"],"resets":0.5}')
        == faults
    )
    assert FaultConfig(**write_fault_config(faults)) == faults
    assert replace(faults, seed=5) != faults


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b'{"trottling": true}', "unknown fault 'trottling', known: seed, throttling"),
        (b'{"failures": 1.1}', "failures"),
        (b'{"resets": {"*": -0.1}}', "resets"),
        (b'{"throttling": {"*": 0}}', "throttling"),
        (b'{"latency": NaN}', "latency"),
        (b'{"denials": 1}', "denials"),
        (b'{"seed": "x"}', "seed"),
        (b"[]", "the body"),
        (b"{", "the body is not JSON"),
    ],
)
def test_other_json_is_refused(text: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_fault_config(text)
