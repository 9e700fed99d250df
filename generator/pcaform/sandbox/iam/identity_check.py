"""The sandbox's GetCallerIdentity, by which a client can tell it from a real account and from another sandbox."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import STSBackend, sts_backends
from moto.sts.urls import url_bases

from pcaform.sandbox.iam.callers import find_administered_account
from pcaform.sandbox.iam.service import EnforcedSts

_ACCESS_KEY = re.compile(r"Credential=([A-Za-z0-9]+)/")


def create_sts_backend_class(user_id: str) -> type:
    """Create the STS backend class that answers `user_id`, unique to a server, to callers who are not IAM users."""

    class IdentityBackend(STSBackend):
        @property
        def _url_module(self) -> SimpleNamespace:
            return SimpleNamespace(url_bases=url_bases, url_paths={"{0}/$": EnforcedSts.dispatch})

        def get_caller_identity(self, access_key_id: str, region: str) -> tuple[str, str, str]:
            identity: tuple[str, str, str] = super().get_caller_identity(access_key_id, region)
            if access_key_id in iam_backends[self.account_id][self.partition].access_keys:
                return identity
            arn = f"arn:{self.partition}:iam::{self.account_id}:user/sandbox-administrator"
            return user_id, arn, self.account_id

    return IdentityBackend


def is_known_user(identity: Mapping[str, Any], *, account_id: str) -> bool:
    """Tell whether an answer names an IAM user or role session of this server; their ids are random."""
    id_and_arn = (identity.get("UserId"), identity.get("Arn"))
    users = (user for backend in iam_backends[account_id].values() for user in backend.users.values())
    roles = (role for backend in sts_backends[account_id].values() for role in backend.assumed_roles)
    return id_and_arn in {(user.id, user.arn) for user in users} | {(role.user_id, role.arn) for role in roles}


def add_account_header(app: Callable[..., Any], account_id: str) -> Callable[..., Any]:
    """Wrap a WSGI application so that requests go to `account_id` unless their access key is another account's.

    moto reads the header before it uses its own default account, 123456789012.
    """

    def wrapped(environ: dict[str, Any], start_response: Any) -> Any:
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = _find_key_owner(environ.get("HTTP_AUTHORIZATION", "")) or account_id
        return app(environ, start_response)

    return wrapped


def _find_key_owner(authorization: str) -> str | None:
    """Find the account of a request's access key."""
    match = _ACCESS_KEY.search(authorization)
    if match is None:
        return None
    administered_account = find_administered_account(match[1])
    if administered_account is not None:
        return administered_account or None
    for account_id, partitions in list(iam_backends.items()):
        if any(match[1] in backend.access_keys for backend in list(partitions.values())):
            return str(account_id)
    return None
