"""The sandbox as the rest of the program sees it: start it, point clients and children at it, stop it."""

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

from pcaform.sandbox.client import isolated_client
from pcaform.sandbox.faults.fault_config import FaultConfig
from pcaform.sandbox.faults.fault_injector import FaultToggle
from pcaform.sandbox.state_file import StateFileError, open_state

# Twenty capital letters: moto takes nothing else for an access key, and nobody takes this for a real one.
_ACCESS_KEY_ID = "SANDBOXADMINISTRATOR"
_SECRET_ACCESS_KEY = "sandbox-secret-that-protects-nothing"  # noqa: S105 - no secret, moto checks no signature
_RUNNING = threading.Lock()


class SandboxError(Exception):
    """An expected failure to start; the message is for the user."""


class Sandbox:
    """A local AWS for one account and region, in this process, empty at every start but for what `state` keeps.

    With `iam` policies count, else every caller may do everything. Other accounts are there as well, through `client`.
    `port` 0 takes a free one. moto's state belongs to the process, so only one sandbox can run at a time;
    a second raises SandboxError, as does a taken port, a missing moto and a state that cannot be read or written.
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
        self._switch = FaultToggle()

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
        """Stop the server, keep what it holds if asked to, and forget it; a second call does nothing."""
        try:
            self._stop.close()
        except StateFileError as unkept:
            raise SandboxError(str(unkept)) from None

    @property
    def environment(self) -> dict[str, str]:
        """What a child process needs to reach the sandbox; give it nothing else that starts with AWS_."""
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
        """Make a boto3 client of the sandbox that ignores the caller's environment and ~/.aws.

        Without a key it is the administrator's, of `account_id` if that is another account.
        """
        administrator = f"SANDBOXA{account_id}" if account_id else _ACCESS_KEY_ID
        return isolated_client(
            service,
            endpoint_url=self.endpoint_url,
            region=region or self.region,
            access_key_id=access_key_id or administrator,
            secret_access_key=secret_access_key or _SECRET_ACCESS_KEY,
            session_token=session_token,
        )

    def advance(self, by: timedelta) -> None:
        """Let time pass: the clock moves forward, and ACM renews on the way what is due; raises ValueError."""
        from pcaform.sandbox.acm import time_travel

        time_travel.advance(by)

    @property
    def faults(self) -> FaultConfig:
        """What goes wrong now; assign other Troubles to change it while the server runs."""
        return self._switch.strikes.faults

    @faults.setter
    def faults(self, faults: FaultConfig) -> None:
        self._switch.set(faults)

    def with_faults(self, **changes: Any) -> AbstractContextManager[Counter[str]]:
        """Add troubles, fields of Troubles, for one block; the block gets the count of what has struck, by kind."""
        return self._switch.changed(changes)

    def is_sandbox_identity(self, identity: Mapping[str, Any]) -> bool:
        """Tell whether a GetCallerIdentity answer came from this server and for this account.

        Another moto, another sandbox and AWS itself all answer with other user ids.
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

            from pcaform.sandbox.faults.middleware import inject_faults
            from pcaform.sandbox.http.control_api import with_control_api
            from pcaform.sandbox.http.json_protocol import with_checked_json
            from pcaform.sandbox.http.listener import listen
            from pcaform.sandbox.iam.identity_check import account_header
            from pcaform.sandbox.registration import register_backends
        except ModuleNotFoundError as error:
            message = f"the sandbox needs moto, and {error.name} is not installed; install pcaform[sandbox]"
            raise SandboxError(message) from error
        started.enter_context(register_backends(self._user_id, is_iam_enforced=self._is_iam_enforced))
        if self._state is not None:
            try:
                started.enter_context(open_state(self._state, self.account_id))
            except StateFileError as error:
                raise SandboxError(str(error)) from None
        served = with_checked_json(DomainDispatcherApplication(create_backend_app))
        with_faults = inject_faults(served, self._switch)
        app = with_control_api(account_header(with_faults, self.account_id), self._switch)
        try:
            return started.enter_context(listen(app, self._port))
        except OSError as error:
            message = f"the sandbox cannot listen on 127.0.0.1:{self._port}: {error.strerror}; choose another port"
            raise SandboxError(message) from error
