"""The content of a sandbox <-> bytes: a pickle of moto's backends that can be read without trusting it.

Private keys and certificates are written as DER, locks without content. Reading creates instances of the classes listed
here and of no others, so a file from an unknown source cannot run code; docs/decisions/sandbox-state.md explains why a
pickle.
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
"""The services whose content is kept; moto's other services start empty."""
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
FORMER_PATHS = {
    ("pcaform.sandbox.acm_certificate", "Material"): ("pcaform.sandbox.acm.certificate", "KeyMaterial"),
    ("pcaform.sandbox.acm_certificate", "PrivateCertificate"): (
        "pcaform.sandbox.acm.certificate",
        "PrivateCertificate",
    ),
    ("pcaform.sandbox.acm_renewal", "Renewal"): ("pcaform.sandbox.acm.renewal", "Renewal"),
    ("pcaform.sandbox.authority", "Authority"): ("pcaform.sandbox.pca.ca", "SandboxCa"),
    ("pcaform.sandbox.authority", "Issued"): ("pcaform.sandbox.pca.ca", "Issued"),
    ("pcaform.sandbox.permissions", "Permission"): ("pcaform.sandbox.pca.permissions", "Permission"),
    ("pcaform.sandbox.permissions", "Permissions"): ("pcaform.sandbox.pca.permissions", "Permissions"),
    (__name__, "key"): (__name__, "load_key"),
    (__name__, "certificate"): (__name__, "load_certificate"),
    (__name__, "request"): (__name__, "load_request"),
    (__name__, "pattern"): (__name__, "compile_pattern"),
    (__name__, "lock"): (__name__, "create_lock"),
}
"""Module and name in a state file of an earlier release -> module and name today."""
_BackendKey = tuple[str, str, str]
"""Service, account id and region, by which moto finds a backend."""


class SnapshotError(Exception):
    """Bytes that are not a snapshot, or a snapshot that names a class which no snapshot contains."""


def take() -> bytes:
    """Return the whole content of the running sandbox; nothing may change meanwhile."""
    content = {
        "ahead": clock.offset,
        "bucket_accounts": dict(s3_backends.bucket_accounts),
        "backends": {backend_key: vars(backend) for backend_key, backend in _iterate_backends()},
    }
    buffer = io.BytesIO()
    _Pickler(buffer, protocol=5).dump(content)
    return buffer.getvalue()


def restore(snapshot: bytes) -> None:
    """Fill the empty backends of a starting sandbox; raises SnapshotError and then has filled none of them."""
    try:
        content = _Unpickler(io.BytesIO(snapshot)).load()
        offset, buckets, backends = (content[name] for name in ("ahead", "bucket_accounts", "backends"))
        restored = [(_get_backend(backend_key), dict(attributes)) for backend_key, attributes in backends.items()]
    except SnapshotError:
        raise
    except Exception as error:  # a pickle that was tampered with can fail in any way
        raise SnapshotError(f"it cannot be read ({type(error).__name__}: {error})") from error
    for backend, attributes in restored:
        vars(backend).update(attributes)
    s3_backends.bucket_accounts.update(buckets)
    clock.offset = offset


def _iterate_backends() -> Iterator[tuple[_BackendKey, BaseBackend]]:
    for service, backends in _SERVICES.items():
        for account_id, region, backend in backends.iter_backends():
            yield (service, account_id, region), backend


def _get_backend(backend_key: Any) -> BaseBackend:
    """Return the running sandbox's backend for a key in the snapshot."""
    service, account_id, region = backend_key
    backend: BaseBackend = _SERVICES[service][account_id][region]
    return backend


class _Pickler(pickle.Pickler):
    """Writes a reference to a backend as the backend's key, and objects that cannot be pickled as bytes."""

    def __init__(self, buffer: io.BytesIO, *, protocol: int) -> None:
        super().__init__(buffer, protocol=protocol)
        self._backend_keys = {id(backend): backend_key for backend_key, backend in _iterate_backends()}

    def persistent_id(self, value: Any) -> _BackendKey | None:
        return self._backend_keys.get(id(value))

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, RSAPrivateKey | EllipticCurvePrivateKey):
            return load_key, (value.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),)
        if isinstance(value, x509.Certificate):
            return load_certificate, (value.public_bytes(Encoding.DER),)
        if isinstance(value, x509.CertificateSigningRequest):
            return load_request, (value.public_bytes(Encoding.DER),)
        if isinstance(value, re.Pattern):
            return compile_pattern, (value.pattern, value.flags)
        if isinstance(value, type(threading.RLock())):
            return create_lock, ()
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    """Reads what `_Pickler` writes, and refuses every other class and function."""

    def persistent_load(self, backend_key: Any) -> BaseBackend:
        return _get_backend(backend_key)

    def find_class(self, module: str, name: str) -> Any:
        module, name = FORMER_PATHS.get((module, name), (module, name))
        if module == __name__ and name in _LOADERS:
            return _LOADERS[name]
        if name in _ALLOWED_CLASSES.get(module, ()) or (module.startswith(_ALLOWED_MODULES) and name.isidentifier()):
            candidate = super().find_class(module, name)
            if isinstance(candidate, type):
                return candidate
        raise SnapshotError(f"it names {module}.{name}, which is not part of a sandbox's state")


def load_key(der: bytes) -> RSAPrivateKey | EllipticCurvePrivateKey:
    """Load the private key of a CA or certificate."""
    key = load_der_private_key(der, password=None)
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise SnapshotError(f"it contains a key of type {type(key).__name__}; keys are RSA or EC")
    return key


def load_certificate(der: bytes) -> x509.Certificate:
    """Load a certificate."""
    return x509.load_der_x509_certificate(der)


def load_request(der: bytes) -> x509.CertificateSigningRequest:
    """Load a CSR, byte for byte: Terraform compares it on every plan."""
    return x509.load_der_x509_csr(der)


def compile_pattern(text: str, flags: int) -> re.Pattern[str]:
    """Compile one of moto's regular expressions."""
    return re.compile(text, flags)


def create_lock() -> Any:
    """Create a lock that is not held."""
    return threading.RLock()


_LOADERS: dict[str, Callable[..., Any]] = {
    loader.__name__: loader for loader in (load_key, load_certificate, load_request, compile_pattern, create_lock)
}
