"""Starting and stopping servers; no test here uses the shared sandbox, since only one can run at a time."""

from __future__ import annotations

import os
import socket
import time
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError

from pcaform.sandbox.server import Sandbox, SandboxError
from sandbox.conftest import ACCOUNT, REGION, Pki

OTHER = "999988887777"


def new(account_id: str = ACCOUNT, port: int = 0) -> Sandbox:
    return Sandbox(account_id=account_id, region=REGION, port=port)


def authorities(sandbox: Sandbox) -> list[dict[str, Any]]:
    return list(sandbox.client("acm-pca").list_certificate_authorities()["CertificateAuthorities"])


def test_a_second_sandbox_starts_empty_and_with_another_user_id() -> None:
    with new() as first:
        Pki(first.client("acm-pca")).create()
        first.client("iam").create_user(UserName="alice")
        before = first.client("sts").get_caller_identity()
    with new(OTHER) as second:
        assert authorities(second) == []
        assert second.client("iam").list_users()["Users"] == []
        assert second.client("sts").get_caller_identity()["Account"] == OTHER
    with new() as third:
        assert not third.is_sandbox_identity(before)
        assert authorities(third) == []


def test_what_moto_held_before_is_forgotten() -> None:
    from moto.iam.models import iam_backends

    iam_backends[ACCOUNT]["aws"].create_user(REGION, "left-over")
    with new() as sandbox:
        assert sandbox.client("iam").list_users()["Users"] == []


def test_a_taken_port_is_an_expected_failure(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SandboxError, match=f"127.0.0.1:{port}"), new(port=port):
            pass
    assert capfd.readouterr() == ("", "")
    with new(port=port) as sandbox:
        assert sandbox.endpoint_url == f"http://127.0.0.1:{port}"
        assert authorities(sandbox) == []


def test_stopping_is_quick_final_and_safe_twice() -> None:
    sandbox = new()
    with sandbox:
        client = sandbox.client("sts")
        client.get_caller_identity()
        started = time.monotonic()
    assert time.monotonic() - started < 0.3
    sandbox.__exit__(None, None, None)
    with pytest.raises(EndpointConnectionError):
        client.get_caller_identity()


def test_only_the_loopback_is_served() -> None:
    with new() as sandbox:
        host, _, port = sandbox.endpoint_url.removeprefix("http://").partition(":")
        with pytest.raises(OSError), socket.create_server(("127.0.0.1", int(port))):  # noqa: PT011 - it differs
            pass
        with socket.create_server(("127.0.0.2", int(port))) as elsewhere:
            assert elsewhere.getsockname()[0] == "127.0.0.2"
    assert host == "127.0.0.1"


def test_motos_own_account_variable_is_put_aside_and_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_ACCOUNT_ID", OTHER)
    before = dict(os.environ)
    with new() as sandbox:
        assert sandbox.client("sts").get_caller_identity()["Account"] == ACCOUNT
    assert dict(os.environ) == before


def test_moto_is_itself_again_afterwards() -> None:
    with new() as sandbox:
        authorities(sandbox)
    from moto import mock_aws
    from moto.acmpca.models import ACMPCABackend, acmpca_backends

    assert acmpca_backends.backend is ACMPCABackend
    with mock_aws():
        client = boto3.client(
            "sts",
            region_name=REGION,
            aws_access_key_id="x",
            aws_secret_access_key="x",
            config=Config(proxies={}),
        )
        assert client.get_caller_identity()["Account"] == "123456789012"


def test_a_failed_block_still_stops_the_server() -> None:
    with pytest.raises(RuntimeError, match="the test's own"), new():
        raise RuntimeError("the test's own")
    with new() as sandbox:
        assert authorities(sandbox) == []
