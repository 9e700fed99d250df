"""The content of a sandbox <-> bytes: a JSON document of what moto's backends hold.

Reading creates instances of a closed list of classes and calls none of them, so a file from an unknown source runs no
code; docs/decisions/sandbox-state.md explains the format.
"""

from __future__ import annotations

import gc
import json
import math
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.acm.models import acm_backends
from moto.acmpca.models import acmpca_backends
from moto.cloudfront.models import cloudfront_backends
from moto.core.base_backend import BackendDict, BaseBackend
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends
from moto.sts.models import sts_backends

from pcaform.sandbox.clock import clock
from pcaform.sandbox.snapshot_classes import find_unfit_field, fits
from pcaform.sandbox.snapshot_values import Reader, SnapshotError, Writer

_SERVICES: dict[str, BackendDict[Any]] = {
    "acm": acm_backends,
    "acm-pca": acmpca_backends,
    "cloudfront": cloudfront_backends,
    "iam": iam_backends,
    "kms": kms_backends,
    "s3": s3_backends,
    "sts": sts_backends,
}
"""The services whose content is kept; moto's other services start empty."""
_BACKEND_OWN = (re.Pattern, type(threading.RLock()))
"""Types of a backend's attributes that its constructor provides, always the same."""
_TICK = timedelta(microseconds=1)
_BackendKey = tuple[str, str, str]
"""Service, account id and region, by which moto finds a backend."""
_ACCOUNT_ID = re.compile(r"\d{12}")


@contextmanager
def _without_collections() -> Iterator[None]:
    """Pause the collector of garbage, which would walk through all of moto again and again: half the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_without_collections()
def take() -> bytes:
    """Return the whole content of the running sandbox; nothing may change meanwhile. Raises SnapshotError."""
    writer = Writer({id(backend): backend_key for backend_key, backend in _iterate_backends()})
    backends = [
        [backend_key, {name: writer.write(value) for name, value in _iterate_content(backend)}]
        for backend_key, backend in _iterate_backends()
    ]
    content = {
        "ahead": clock.offset // _TICK,
        "bucket_accounts": writer.write(dict(s3_backends.bucket_accounts)),
        "backends": backends,
        "rows": writer.write_rows(),
    }
    return json.dumps(content, separators=(",", ":"), allow_nan=False).encode()


@_without_collections()
def restore(snapshot: bytes) -> None:
    """Fill the empty backends of a starting sandbox; raises SnapshotError and then has filled none of them."""
    try:
        content = json.loads(snapshot.decode("ascii"), parse_constant=_read_float, parse_float=_read_float)
        ahead, accounts, backends, rows = (content[key] for key in ("ahead", "bucket_accounts", "backends", "rows"))
        offset = timedelta(microseconds=ahead)
        reader = Reader(rows, _get_backend)
        buckets = reader.read(accounts)
        restored = [(_get_backend(backend_key), reader.read(attributes)) for backend_key, attributes in backends]
        reader.read_rows()
        _check_clock(offset)
        _check_buckets(buckets)
        for backend, attributes in restored:
            _check_attributes(backend, attributes)
    except SnapshotError:
        raise
    except Exception as error:  # a file that was tampered with can fail in any way
        raise SnapshotError(f"it cannot be read ({type(error).__name__}: {str(error)[:200]!r})") from error
    for backend, attributes in restored:
        vars(backend).update(attributes)
    s3_backends.bucket_accounts.update(buckets)
    clock.offset = offset


def _check_clock(offset: timedelta) -> None:
    """Refuse a clock that is behind, or so far ahead that no certificate can end: that raises OverflowError."""
    if offset < timedelta():
        raise SnapshotError("its clock is behind the real one")
    _ = datetime.now(UTC) + offset + timedelta(days=36_500)


def _read_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise SnapshotError(f"it contains the number {text[:40]}")
    return number


def _check_buckets(buckets: Any) -> None:
    if not fits(buckets, dict[str, tuple[str, str]]):
        raise SnapshotError("it does not say to which account and partition each bucket belongs")


def _check_attributes(backend: BaseBackend, attributes: dict[str, Any]) -> None:
    """Compare with what a new backend has: the same names, and the same types except where it has nothing yet."""
    fresh = dict(_iterate_content(backend))
    unfit = find_unfit_field(type(backend), fresh | attributes)
    for name, value in attributes.items():
        if name == unfit or name not in fresh or (fresh[name] is not None and type(value) is not type(fresh[name])):
            raise SnapshotError(f"the attribute {name[:40]!r} of {type(backend).__name__} is not one that it has")


def _iterate_backends() -> Iterator[tuple[_BackendKey, BaseBackend]]:
    for service, backends in _SERVICES.items():
        for account_id, region, backend in backends.iter_backends():
            yield (service, account_id, region), backend


def _iterate_content(backend: BaseBackend) -> Iterator[tuple[str, Any]]:
    for name, value in vars(backend).items():
        if not isinstance(value, _BACKEND_OWN):
            yield name, value


def _get_backend(backend_key: Any) -> BaseBackend:
    """Return the running sandbox's backend for a key in the snapshot."""
    service, account_id, region = backend_key
    if not _ACCOUNT_ID.fullmatch(account_id):
        raise SnapshotError(f"{account_id[:40]!r} is not an account")
    backend: BaseBackend = _SERVICES[service][account_id][region]
    return backend
