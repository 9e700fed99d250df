"""All that a sandbox holds <-> bytes: a pickle of moto's backends that can be read without trusting it.

Keys and certificates go as DER, locks not at all. What is read back makes instances of the classes named here and
nothing else, so that a file from a stranger runs no code; docs/decisions/sandbox-state.md says why a pickle.
"""

from __future__ import annotations

import io
import pickle
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from moto.acm.models import acm_backends
from moto.acmpca.models import acmpca_backends
from moto.core.base_backend import BackendDict, BaseBackend
from moto.iam.models import iam_backends
from moto.s3.models import s3_backends
from moto.sts.models import sts_backends

from pcaform.sandbox.clock import clock

_SERVICES: dict[str, BackendDict[Any]] = {
    "acm": acm_backends,
    "acm-pca": acmpca_backends,
    "iam": iam_backends,
    "s3": s3_backends,
    "sts": sts_backends,
}
"""Whose content is kept; the other services of moto start empty."""
_ALLOWED_MODULES = (
    "moto.acm.",
    "moto.acmpca.",
    "moto.core.",
    "moto.iam.",
    "moto.s3.",
    "moto.sts.",
    "moto.utilities.tagging_service",
    "pcaform.sandbox.",
)
_ALLOWED_CLASSES = {
    "builtins": {
        "bool",
        "bytearray",
        "bytes",
        "dict",
        "float",
        "frozenset",
        "int",
        "list",
        "object",
        "set",
        "str",
        "tuple",
    },
    "collections": {"Counter", "OrderedDict", "defaultdict", "deque"},
    "moto.utilities.utils": {"LowercaseDict"},
    "datetime": {"date", "datetime", "timedelta", "timezone"},
}
_Place = tuple[str, str, str]


class SnapshotError(Exception):
    """Bytes that are no snapshot, or one that asks for what no snapshot holds."""


def take() -> bytes:
    """Return all that the running sandbox holds; nothing may change meanwhile."""
    content = {
        "ahead": clock.ahead,
        "bucket_accounts": dict(s3_backends.bucket_accounts),
        "backends": {place: vars(backend) for place, backend in _backends()},
    }
    buffer = io.BytesIO()
    _Pickler(buffer, protocol=5).dump(content)
    return buffer.getvalue()


def restore(snapshot: bytes) -> None:
    """Fill the empty backends of a sandbox that starts; raises SnapshotError, and then nothing was filled."""
    try:
        content = _Unpickler(io.BytesIO(snapshot)).load()
        ahead, buckets, backends = (content[name] for name in ("ahead", "bucket_accounts", "backends"))
        live = [(_backend(place), dict(state)) for place, state in backends.items()]
    except SnapshotError:
        raise
    except Exception as error:  # a pickle that was tampered with can fail in any way
        raise SnapshotError(f"it cannot be read ({type(error).__name__}: {error})") from error
    for backend, state in live:
        vars(backend).update(state)
    s3_backends.bucket_accounts.update(buckets)
    clock.ahead = ahead


def _backends() -> Iterator[tuple[_Place, BaseBackend]]:
    for service, backends in _SERVICES.items():
        for account_id, region, backend in backends.iter_backends():
            yield (service, account_id, region), backend


def _backend(place: Any) -> BaseBackend:
    """Return the live backend for a place in the snapshot."""
    service, account_id, region = place
    found: BaseBackend = _SERVICES[service][account_id][region]
    return found


class _Pickler(pickle.Pickler):
    """Writes a backend that is met inside as its place, and what has no pickle of its own as bytes."""

    def __init__(self, buffer: io.BytesIO, *, protocol: int) -> None:
        super().__init__(buffer, protocol=protocol)
        self._places = {id(backend): place for place, backend in _backends()}

    def persistent_id(self, thing: Any) -> _Place | None:
        return self._places.get(id(thing))

    def reducer_override(self, thing: Any) -> Any:
        if isinstance(thing, RSAPrivateKey | EllipticCurvePrivateKey):
            return key, (thing.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),)
        if isinstance(thing, x509.Certificate):
            return certificate, (thing.public_bytes(Encoding.DER),)
        if isinstance(thing, x509.CertificateSigningRequest):
            return request, (thing.public_bytes(Encoding.DER),)
        if isinstance(thing, re.Pattern):
            return pattern, (thing.pattern, thing.flags)
        if isinstance(thing, type(threading.RLock())):
            return lock, ()
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    """Reads what `_Pickler` writes, and refuses to find anything else."""

    def persistent_load(self, place: Any) -> BaseBackend:
        return _backend(place)

    def find_class(self, module: str, name: str) -> Any:
        if module == __name__ and name in _MAKERS:
            return _MAKERS[name]
        if name in _ALLOWED_CLASSES.get(module, ()) or (module.startswith(_ALLOWED_MODULES) and name.isidentifier()):
            found = super().find_class(module, name)
            if isinstance(found, type):
                return found
        raise SnapshotError(f"it asks for {module}.{name}, which no state of a sandbox holds")


def key(der: bytes) -> RSAPrivateKey | EllipticCurvePrivateKey:
    """Make a CA's or certificate's private key again."""
    found = load_der_private_key(der, password=None)
    if not isinstance(found, RSAPrivateKey | EllipticCurvePrivateKey):
        raise SnapshotError(f"it holds a key of the kind {type(found).__name__}")
    return found


def certificate(der: bytes) -> x509.Certificate:
    """Make a certificate again."""
    return x509.load_der_x509_certificate(der)


def request(der: bytes) -> x509.CertificateSigningRequest:
    """Make a signing request again, byte for byte: Terraform compares it on every plan."""
    return x509.load_der_x509_csr(der)


def pattern(text: str, flags: int) -> re.Pattern[str]:
    """Make a regular expression of moto's again."""
    return re.compile(text, flags)


def lock() -> Any:
    """Make a lock that nobody holds."""
    return threading.RLock()


_MAKERS: dict[str, Callable[..., Any]] = {
    "key": key,
    "certificate": certificate,
    "request": request,
    "pattern": pattern,
    "lock": lock,
}
