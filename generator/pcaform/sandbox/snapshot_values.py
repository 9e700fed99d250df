"""Python values <-> the JSON of a snapshot.

Instances are numbered rows, so that two references to one instance stay two references, and nothing is deeper than the
containers of one field. Every other container is written where it is used, so a short file has no long content.
"""

from __future__ import annotations

import base64
import io
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from moto.core.base_backend import BaseBackend
from moto.s3.models import FakeKey

from pcaform.sandbox.snapshot_classes import CLASSES, find_unfit_field, has_fitting_items

_Loaded = TypeVar("_Loaded")
_LONGEST_DER = 16_384
"""Bytes of a key, certificate or CSR: several times what AWS accepts."""
_PLAIN = frozenset({str, bool, int, float, type(None)})
_BASES: tuple[Any, ...] = (str, int, float, list, dict, tuple, set)
"""What is derived from one of these classes, as an enumeration's text is, is kept as its base."""
_NAMES = {kept: name for name, kept in CLASSES.items()}


class SnapshotError(Exception):
    """Content that cannot be written, or bytes that are not a snapshot of a sandbox."""


class Writer:
    """Writes values, and collects the instances that they refer to in `rows`."""

    def __init__(self, backend_keys: Mapping[int, tuple[str, str, str]]) -> None:
        self.rows: list[Any] = []
        self._backend_keys = backend_keys
        self._numbers: dict[int, int] = {}
        self._waiting: list[Any] = []

    def write(self, value: Any) -> Any:
        """Return the JSON of a value; raises SnapshotError for an object of a class that no snapshot contains."""
        kind = type(value)
        if kind in _PLAIN:
            return value
        if kind is list:
            return [self.write(item) for item in value]
        if kind is dict:
            if {*map(type, value)} <= {str} and not (len(value) == 1 and next(iter(value)).startswith("$")):
                return {key: item if type(item) in _PLAIN else self.write(item) for key, item in value.items()}
            return {"$dict": self._write_items(value)}
        if kind in _NAMES:
            return {"$ref": self._number(value)}
        if id(value) in self._backend_keys:
            return {"$backend": self._backend_keys[id(value)]}
        return self._write_tagged(kind, value)

    def write_rows(self) -> list[Any]:
        """Return the rows of all instances that were referred to, and of those that these refer to."""
        while self._waiting:
            instance = self._waiting.pop()
            row = [_NAMES[type(instance)], self.write(_read_fields(instance))]
            if isinstance(instance, dict):
                row.append(self._write_items(instance))
            self.rows[self._numbers[id(instance)]] = row
        return self.rows

    def _number(self, instance: Any) -> int:
        number = self._numbers.setdefault(id(instance), len(self.rows))
        if number == len(self.rows):
            self.rows.append(None)
            self._waiting.append(instance)
        return number

    def _write_items(self, mapping: dict[Any, Any]) -> list[Any]:
        """Return the items of a dictionary, as they are: moto's S3 has its own `items`, with the newest versions."""
        return [[self.write(key), self.write(item)] for key, item in dict.items(mapping)]

    def _write_tagged(self, kind: type, value: Any) -> Any:
        if isinstance(value, RSAPrivateKey | EllipticCurvePrivateKey):
            return _tag_bytes("$key", value.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
        if isinstance(value, x509.Certificate):
            return _tag_bytes("$certificate", value.public_bytes(Encoding.DER))
        if isinstance(value, x509.CertificateSigningRequest):
            return _tag_bytes("$request", value.public_bytes(Encoding.DER))
        if kind is bytes:
            return _tag_bytes("$bytes", value)
        if kind in (datetime, date):
            return {f"${kind.__name__}": value.isoformat()}
        if kind is OrderedDict:
            return {"$ordered": self._write_items(dict(value))}
        if kind in (tuple, set, frozenset):
            return {f"${kind.__name__}": [self.write(item) for item in value]}
        for base in _BASES:
            if isinstance(value, base):
                return self.write(base(value))
        raise SnapshotError(f"a sandbox cannot keep a value of {kind.__module__}.{kind.__qualname__}")


def _tag_bytes(tag: str, value: bytes) -> dict[str, str]:
    return {tag: base64.b64encode(value).decode()}


def _read_fields(instance: Any) -> dict[str, Any]:
    """Return what an instance contains; an S3 object has its bytes in a file, closed when it is deleted."""
    fields: dict[str, Any] = vars(instance)
    if not isinstance(instance, FakeKey):
        return fields
    fields = {name: value for name, value in fields.items() if name not in {"lock", "_value_buffer"}}
    return fields | {"value": b"" if instance._value_buffer.closed else instance.value}  # noqa: SLF001 - moto's only way


class Reader:
    """Reads values written by `Writer`; it creates instances of `CLASSES` and calls none of their methods."""

    def __init__(self, rows: list[Any], find_backend: Callable[[Any], BaseBackend]) -> None:
        self._rows = [(CLASSES[row[0]], *row[1:]) for row in rows]
        self._instances = [_create(kept) for kept, *_ in self._rows]
        self._readers: dict[str, Callable[[Any], Any]] = {
            "$ref": self._find_instance,
            "$backend": find_backend,
            "$dict": lambda items: dict(self._read_items(items)),
            "$ordered": lambda items: OrderedDict(self._read_items(items)),
            "$tuple": lambda items: tuple(self.read(item) for item in items),
            "$set": lambda items: {self.read(item) for item in items},
            "$frozenset": lambda items: frozenset(self.read(item) for item in items),
            "$datetime": datetime.fromisoformat,
            "$date": date.fromisoformat,
            "$bytes": _read_bytes,
            "$key": _load_key,
            "$certificate": lambda text: _load(x509.load_der_x509_certificate, text),
            "$request": lambda text: _load(x509.load_der_x509_csr, text),
        }

    def read(self, value: Any) -> Any:
        """Return the value of a piece of JSON; fails in any way if it was not written by `Writer`."""
        kind = type(value)
        if kind is list:
            return [self.read(item) for item in value]
        if kind is not dict:
            return value
        if len(value) == 1:
            ((tag, content),) = value.items()
            if tag.startswith("$"):
                return self._readers[tag](content)
        return {key: item if type(item) in _PLAIN else self.read(item) for key, item in value.items()}

    def read_rows(self) -> None:
        """Fill the instances; raises SnapshotError for a field that their class does not have."""
        for instance, (kept, fields, *items) in zip(self._instances, self._rows, strict=True):
            content = self.read(fields)
            if issubclass(kept, FakeKey):
                content |= _create_buffer(content.pop("value"))
            unfit = find_unfit_field(kept, content)
            if unfit is not None:
                raise SnapshotError(f"the field {unfit[:40]!r} of {kept.__name__} is not one that a sandbox writes")
            vars(instance).update(content)
            for pairs in items:
                dict.update(instance, self._read_items(pairs))
        unfit_items = next((type(each).__name__ for each in self._instances if not has_fitting_items(each)), None)
        if unfit_items:
            raise SnapshotError(f"the content of a {unfit_items} is not what a sandbox writes")

    def _find_instance(self, number: int) -> Any:
        if number not in range(len(self._instances)):
            raise SnapshotError(f"it refers to the row {str(number)[:20]}, which it does not have")
        return self._instances[number]

    def _read_items(self, items: list[Any]) -> list[tuple[Any, Any]]:
        return [(self.read(key), self.read(item)) for key, item in items]


def _create(kept: type) -> Any:
    """Create an instance that moto does not know of: its S3 closes every object that it knows of when it stops."""
    instance: Any = (dict if issubclass(kept, dict) else object).__new__(kept)
    if issubclass(kept, FakeKey):
        vars(instance)["disposed"] = True
    return instance


def _create_buffer(value: bytes) -> dict[str, Any]:
    return {"_value_buffer": io.BytesIO(value), "lock": threading.Lock(), "disposed": True}


def _read_bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _load(load: Callable[[bytes], _Loaded], text: str) -> _Loaded:
    """Load a key, certificate or CSR from DER: byte for byte, since Terraform compares it on every plan."""
    if len(text) > _LONGEST_DER:
        raise SnapshotError(f"it contains a key or certificate of more than {_LONGEST_DER} bytes")
    return load(_read_bytes(text))


def _load_key(text: str) -> RSAPrivateKey | EllipticCurvePrivateKey:
    key = _load(lambda der: load_der_private_key(der, password=None), text)
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise SnapshotError(f"it contains a key of type {type(key).__name__}; keys are RSA or EC")
    return key
