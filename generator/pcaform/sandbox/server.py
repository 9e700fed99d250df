"""The sandbox's public interface: start it, create clients and an environment for child processes, stop it."""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pcaform.core.problems import Failure
from pcaform.sandbox.client import create_isolated_client
from pcaform.sandbox.faults.fault_config import FaultConfig
from pcaform.sandbox.faults.fault_injector import FaultToggle
from pcaform.sandbox.state_file import open_state

# Twenty capital letters: moto accepts nothing else as an access key, and this one does not look real.
_ACCESS_KEY_ID = "SANDBOXADMINISTRATOR"
_SECRET_ACCESS_KEY = "sandbox-secret-that-protects-nothing"  # noqa: S105 - not a secret, moto checks no signature
_RUNNING = threading.Lock()


class SandboxError(Exception):
    """An expected failure to start; the message is for the user."""


class Sandbox:
    """A local AWS for one account and region, in this process; it starts empty or with the content of `state`.

    With `iam`, policies are enforced; without it every caller may do everything. `client` also reaches other accounts.
    `port` 0 takes a free one. moto's state belongs to the process, so only one sandbox can run at a time: a second one
    raises SandboxError, as do a port in use, a missing moto and a state file that cannot be read or written.
    """

    def __init__(
        self, *, account_id: str, region: str, port: int = 0, iam: bool = False, state: Path | None = None
    ) -> None:
        self.account_id = account_id
        self.region = region
        self.endpoint_url = ""
        self._port = port
        self._is_iam_enforced = iam
        self._state = state
        self._user_id = f"SANDBOX{secrets.token_hex(8).upper()}"
        self._stop = ExitStack()
        self._fault_toggle = FaultToggle()

    def __enter__(self) -> Self:
        """Start the server thread; raises SandboxError."""
        with ExitStack() as started:
            if not _RUNNING.acquire(blocking=False):
                raise SandboxError("a sandbox is already running in this process; stop it first")
            started.callback(_RUNNING.release)
            port = self._start(started)
            self._stop = started.pop_all()
        self.endpoint_url = f"http://127.0.0.1:{port}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server, write its content to `state` if there is one, and drop it; a second call does nothing."""
        try:
            self._stop.close()
        except Failure as state_error:
            raise SandboxError(str(state_error)) from None

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which a child process reaches the sandbox; give it no others that start with AWS_."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": _ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": _SECRET_ACCESS_KEY,
        }

    def client(
        self,
        service: str,
        *,
        access_key_id: str | None = None,
        secret_access_key: str | None = None,
        session_token: str | None = None,
        region: str | None = None,
        account_id: str | None = None,
    ) -> Any:
        """Create a boto3 client of the sandbox that ignores the caller's environment and ~/.aws.

        Without an access key it uses the administrator's, of `account_id` if that is another account.
        """
        administrator = f"SANDBOXA{account_id}" if account_id else _ACCESS_KEY_ID
        return create_isolated_client(
            service,
            endpoint_url=self.endpoint_url,
            region=region or self.region,
            access_key_id=access_key_id or administrator,
            secret_access_key=secret_access_key or _SECRET_ACCESS_KEY,
            session_token=session_token,
        )

    def advance(self, by: timedelta) -> None:
        """Move the clock forward; ACM renews each certificate that becomes due. Raises ValueError for a step back."""
        from pcaform.sandbox.acm import scheduled_renewals

        scheduled_renewals.advance_clock(by)

    @property
    def faults(self) -> FaultConfig:
        """The faults in force; assign another FaultConfig to change them while the server runs."""
        return self._fault_toggle.injector.faults

    @faults.setter
    def faults(self, faults: FaultConfig) -> None:
        self._fault_toggle.set(faults)

    def inject_faults(self, **changes: Any) -> AbstractContextManager[Counter[str]]:
        """Add faults (fields of FaultConfig) for one block, and yield the number of injected faults by kind."""
        return self._fault_toggle.override(changes)

    def is_sandbox_identity(self, identity: Mapping[str, Any]) -> bool:
        """Tell whether a GetCallerIdentity answer is from this server and for this account.

        Another moto, another sandbox and AWS itself all answer other user ids.
        """
        if identity.get("Account") != self.account_id:
            return False
        if identity.get("UserId") == self._user_id:
            return True
        from pcaform.sandbox.iam.identity_check import is_known_user

        return is_known_user(identity, account_id=self.account_id)

    def _start(self, started: ExitStack) -> int:
        """Register the backends and listen; returns the port."""
        try:
            # moto is optional and takes a second to import.
            from moto.moto_server.werkzeug_app import (
                DomainDispatcherApplication,
                create_backend_app,
            )

            from pcaform.sandbox.faults.middleware import add_fault_injection
            from pcaform.sandbox.http.control_api import add_control_api
            from pcaform.sandbox.http.json_protocol import add_json_checks
            from pcaform.sandbox.http.listener import listen
            from pcaform.sandbox.http.repeated_calls import add_repeated_answers
            from pcaform.sandbox.http.trust_anchors import add_trust_anchors
            from pcaform.sandbox.http.virtual_hosts import add_virtual_hosts
            from pcaform.sandbox.iam.identity_check import add_account_header
            from pcaform.sandbox.registration import register_backends
        except ModuleNotFoundError as error:
            message = f"the sandbox needs moto, and {error.name} is not installed; install pcaform[sandbox]"
            raise SandboxError(message) from error
        started.enter_context(register_backends(self._user_id, is_iam_enforced=self._is_iam_enforced))
        if self._state is not None:
            try:
                started.enter_context(open_state(self._state, self.account_id))
            except Failure as error:
                raise SandboxError(str(error)) from None
        app = add_repeated_answers(add_trust_anchors(add_json_checks(DomainDispatcherApplication(create_backend_app))))
        app = add_account_header(add_fault_injection(app, self._fault_toggle), self.account_id)
        app = add_virtual_hosts(add_control_api(app, self._fault_toggle))
        try:
            return started.enter_context(listen(app, self._port))
        except OSError as error:
            message = f"the sandbox cannot listen on 127.0.0.1:{self._port}: {error.strerror}; choose another port"
            raise SandboxError(message) from error
