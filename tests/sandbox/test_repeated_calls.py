"""Attempts of one call, as SDKs number them: what was performed once is answered again and not performed again."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pcaform.sandbox.server import Sandbox
from sandbox.conftest import ACM, ALL_ACTIONS, Pki, expect_error

Attempt = Callable[..., None]


@pytest.fixture
def attempt(sandbox: Sandbox) -> Attempt:
    """Return a function that grants ACM's permission in a numbered attempt of a call."""

    def grant(arn: str, number: int, invocation_id: str, actions: tuple[str, ...] = tuple(ALL_ACTIONS)) -> None:
        client = sandbox.client("acm-pca")

        def mark(request: Any, **_: Any) -> None:
            request.headers["amz-sdk-invocation-id"] = invocation_id
            request.headers["amz-sdk-request"] = f"attempt={number}; max=25"

        client.meta.events.register("before-send.acm-pca", mark)
        client.create_permission(CertificateAuthorityArn=arn, Principal=ACM, Actions=[*actions])

    return grant


def test_a_second_attempt_gets_the_first_answer(pki: Pki, attempt: Attempt) -> None:
    arn, invocation_id = pki.create(), str(uuid.uuid4())
    for number in (1, 2, 3):
        attempt(arn, number, invocation_id)
    assert len(pki.client.list_permissions(CertificateAuthorityArn=arn)["Permissions"]) == 1


def test_a_refusal_is_repeated_too(pki: Pki, attempt: Attempt) -> None:
    arn, invocation_id = pki.create(), str(uuid.uuid4())
    pki.grant(arn)
    with expect_error("PermissionAlreadyExistsException"):
        attempt(arn, 1, invocation_id)
    pki.client.delete_permission(CertificateAuthorityArn=arn, Principal=ACM)
    with expect_error("PermissionAlreadyExistsException"):
        attempt(arn, 2, invocation_id)


@pytest.mark.parametrize("change", ["a first attempt", "another call", "another body"])
def test_what_is_not_an_attempt_of_the_same_call_is_performed(pki: Pki, attempt: Attempt, change: str) -> None:
    arn, invocation_id = pki.create(), str(uuid.uuid4())
    attempt(arn, 1, invocation_id)
    number = 1 if change == "a first attempt" else 2
    other_id = str(uuid.uuid4()) if change == "another call" else invocation_id
    actions = ("GetCertificate",) if change == "another body" else tuple(ALL_ACTIONS)
    with expect_error("PermissionAlreadyExistsException"):
        attempt(arn, number, other_id, actions)


def test_an_attempt_that_a_fault_ended_was_not_performed(sandbox: Sandbox, pki: Pki, attempt: Attempt) -> None:
    arn, invocation_id = pki.create(), str(uuid.uuid4())
    with sandbox.inject_faults(denials={"acm-pca:CreatePermission": "*"}), expect_error("AccessDeniedException"):
        attempt(arn, 1, invocation_id)
    attempt(arn, 2, invocation_id)
    assert len(pki.client.list_permissions(CertificateAuthorityArn=arn)["Permissions"]) == 1


def test_attempts_at_the_same_time_are_performed_once(pki: Pki, attempt: Attempt) -> None:
    arn, invocation_id = pki.create(), str(uuid.uuid4())
    attempt(arn, 1, invocation_id)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: attempt(arn, number, invocation_id), range(2, 18)))
    assert len(pki.client.list_permissions(CertificateAuthorityArn=arn)["Permissions"]) == 1


def test_call_and_attempt_are_logged(pki: Pki, attempt: Attempt, caplog: pytest.LogCaptureFixture) -> None:
    invocation_id = str(uuid.uuid4())
    with caplog.at_level(logging.DEBUG, "pcaform.sandbox"):
        attempt(pki.create(), 7, invocation_id)
    assert f"acm-pca:CreatePermission, invocation {invocation_id}, attempt 7" in caplog.messages
