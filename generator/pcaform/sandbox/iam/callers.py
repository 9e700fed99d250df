"""Finds the caller of a request by access key, with all policies that apply to the caller.

`SANDBOXA` followed by an account id is the administrator's key of that account; an account exists once it is used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.iam.models import IAMBackend, iam_backends
from moto.sts.models import sts_backends

from pcaform.iam.documents import Document, read_document
from pcaform.iam.evaluator.evaluate import Principal

_ADMINISTRATOR = re.compile(r"SANDBOXA(?P<account>\d{12})|SANDBOXADMINISTRATOR")


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller; `keys` are the caller's condition keys, in lower case. `ends_at` is when a session expires."""

    principal: Principal
    keys: dict[str, tuple[str, ...]]
    identity: tuple[Document, ...] = ()
    boundary: Document | None = None
    session: tuple[Document, ...] = ()
    ends_at: datetime | None = None
    token: str | None = None


def find_administered_account(access_key_id: str) -> str | None:
    """Return the account of an administrator's key: empty for the sandbox's own account, None for other keys."""
    match = _ADMINISTRATOR.fullmatch(access_key_id)
    return (match["account"] or "") if match else None


def find_caller(access_key_id: str, *, account_id: str, partition: str) -> Caller | None:
    """Look up the caller who signs with a key; None for an unknown or inactive key."""
    if find_administered_account(access_key_id) is not None:
        return root_caller(account_id, partition)
    backend: IAMBackend = iam_backends[account_id][partition]
    for user in backend.users.values():
        for key in user.access_keys:
            if key.access_key_id == access_key_id:
                return _user_caller(backend, user) if key.status == "Active" else None
    for role in sts_backends[account_id][partition].assumed_roles:
        if role.access_key_id == access_key_id:
            return _session_caller(backend, role)
    return None


def root_caller(account_id: str, partition: str) -> Caller:
    """Return an account's root user, which the administrator's key belongs to."""
    arn = f"arn:{partition}:iam::{account_id}:root"
    return Caller(Principal(arn, account_id), _principal_keys(arn, account_id, kind="Account"))


def _user_caller(backend: IAMBackend, user: Any) -> Caller:
    principal = Principal(user.arn, user.account_id)
    keys = _principal_keys(user.arn, user.account_id, kind="User")
    keys |= {"aws:username": (user.name,), "aws:userid": (user.id,)}
    keys |= {f"aws:principaltag/{tag['Key'].lower()}": (tag["Value"],) for tag in user.tags or []}
    holders = [user, *backend.get_groups_for_user(user.name)]
    boundary = getattr(user, "permissions_boundary", None)
    return Caller(
        principal,
        keys,
        identity=tuple(document for holder in holders for document in _read_policies(holder)),
        boundary=_read_boundary(backend, boundary["PermissionsBoundaryArn"]) if boundary else None,
    )


def _session_caller(backend: IAMBackend, session: Any) -> Caller | None:
    """Return the caller of a role session; None once the role is deleted, since AWS then refuses its credentials."""
    role = next((role for role in backend.roles.values() if role.arn == session.role_arn), None)
    if role is None:
        return None
    keys = _principal_keys(role.arn, session.account_id, kind="AssumedRole") | {"aws:userid": (session.user_id,)}
    keys |= {f"aws:principaltag/{tag['Key'].lower()}": (tag["Value"],) for tag in role.tags or []}
    boundary = role.permissions_boundary_arn
    return Caller(
        Principal(session.arn, session.account_id, role.arn),
        keys,
        identity=tuple(_read_policies(role)),
        boundary=_read_boundary(backend, boundary) if boundary else None,
        session=(read_document(session.policy, "the session policy"),) if session.policy else (),
        ends_at=session.expiration.replace(tzinfo=UTC) if session.expiration.tzinfo is None else session.expiration,
        token=session.session_token,
    )


def _principal_keys(arn: str, account_id: str, *, kind: str) -> dict[str, tuple[str, ...]]:
    return {"aws:principalarn": (arn,), "aws:principalaccount": (account_id,), "aws:principaltype": (kind,)}


def _read_policies(holder: Any) -> Iterator[Document]:
    """Read the inline and attached policies of a user, group or role."""
    for name, text in holder.policies.items():
        yield read_document(text, name)
    for policy in holder.managed_policies.values():
        yield read_document(_default_document(policy), policy.arn)


def _read_boundary(backend: IAMBackend, arn: str) -> Document:
    """Read a permissions boundary; a deleted one allows nothing."""
    policy = backend.managed_policies.get(arn)
    return read_document(_default_document(policy), arn) if policy else Document(arn, ())


def _default_document(policy: Any) -> str:
    text: str = next(version.document for version in policy.versions if version.is_default)
    return text if isinstance(text, str) else json.dumps(text)
