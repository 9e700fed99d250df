"""Who answers and for which account: a sandbox must not be mistaken for a real account, or another one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import STSBackend, sts_backends
from moto.sts.urls import url_bases

from pcaform.sandbox.iam.callers import administered_account
from pcaform.sandbox.iam.service import EnforcedSts

_ACCESS_KEY = re.compile(r"Credential=([A-Za-z0-9]+)/")


def sts_backend(user_id: str) -> type:
    """Make the STS for callers without an IAM user of their own: `user_id` is unique to a server."""

    class IdentityBackend(STSBackend):
        @property
        def _url_module(self) -> SimpleNamespace:
            return SimpleNamespace(url_bases=url_bases, url_paths={"{0}/$": EnforcedSts.dispatch})

        def get_caller_identity(self, access_key_id: str, region: str) -> tuple[str, str, str]:
            found: tuple[str, str, str] = super().get_caller_identity(access_key_id, region)
            if access_key_id in iam_backends[self.account_id][self.partition].access_keys:
                return found
            arn = f"arn:{self.partition}:iam::{self.account_id}:user/sandbox-administrator"
            return user_id, arn, self.account_id

    return IdentityBackend


def is_known_user(identity: Mapping[str, Any], *, account_id: str) -> bool:
    """Tell whether an answer names an IAM user or an assumed role of this server; their ids are random."""
    wanted = (identity.get("UserId"), identity.get("Arn"))
    users = (user for backend in iam_backends[account_id].values() for user in backend.users.values())
    roles = (role for backend in sts_backends[account_id].values() for role in backend.assumed_roles)
    return wanted in {(user.id, user.arn) for user in users} | {(role.user_id, role.arn) for role in roles}


def account_header(app: Callable[..., Any], account_id: str) -> Callable[..., Any]:
    """Wrap a WSGI application so that requests land in `account_id` unless their key belongs to another one.

    moto reads the header before it falls back to its own default account, 123456789012.
    """

    def wrapped(environ: dict[str, Any], start_response: Any) -> Any:
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = _owner(environ.get("HTTP_AUTHORIZATION", "")) or account_id
        return app(environ, start_response)

    return wrapped


def _owner(authorization: str) -> str | None:
    """Find the account that a request's access key was made in."""
    match = _ACCESS_KEY.search(authorization)
    if match is None:
        return None
    administered = administered_account(match[1])
    if administered is not None:
        return administered or None
    for account_id, partitions in list(iam_backends.items()):
        if any(match[1] in backend.access_keys for backend in list(partitions.values())):
            return str(account_id)
    return None
