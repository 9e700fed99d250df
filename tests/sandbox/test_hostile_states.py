"""A `--state` file from a stranger: it runs no code, does not hang, and ends in one message; the file is unchanged."""

import builtins
import copy
import hashlib
import json
import os
import pickle
import random
import subprocess
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto.utilities.tagging_service import TaggingService

from pcaform.sandbox.server import Sandbox, SandboxError
from pcaform.sandbox.snapshot_values import Reader, Writer
from sandbox.conftest import ACCOUNT, REGION
from sandbox.test_state import fill, fill_more, sandbox

FORMAT = 2


def seal(body: bytes, *, state_format: int = FORMAT) -> bytes:
    """Put the header that fits above a body."""
    digest = hashlib.sha256(body).hexdigest()
    head = f"pcaform sandbox state {state_format}, moto {version('moto')}, account {ACCOUNT}, sha256 {digest}\n"
    return head.encode() + body


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a state that has a resource of every kind."""
    path = tmp_path_factory.mktemp("state") / "sandbox.state"
    with sandbox(path) as server:
        fill(server)
        fill_more(server)
    return path


def read_body(path: Path) -> bytes:
    return path.read_bytes().split(b"\n", 1)[1]


def refuse(path: Path, content: bytes) -> str:
    """Return the message with which a file is refused; it must be one line and leave the file unchanged."""
    path.write_bytes(content)
    with pytest.raises(SandboxError) as refused, sandbox(path):
        pass
    assert path.read_bytes() == content
    assert "\n" not in str(refused.value)
    return str(refused.value)


class Runs:
    """An object whose unpickling calls a function."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.called = function, arguments

    def __reduce__(self) -> Any:
        return self.called


def write_text(text: str) -> bytes:
    return b"X" + len(text.encode()).to_bytes(4, "little") + text.encode()


PICKLES = {
    "a shell": pickle.dumps(Runs(os.system, "touch ran")),
    "builtins": pickle.dumps(Runs(builtins.eval, "open('ran', 'w')")),
    "attributes": pickle.dumps(Runs(getattr, Path, "touch")),
    "a process": pickle.dumps(Runs(subprocess.Popen, ["touch", "ran"])),
    "a function of ours": pickle.dumps(Runs(Sandbox, 1)),
    "a type that is re-exported": b"\x80\x04cmoto.core.request\nLocalProxy\n(cpcaform.sandbox.server\nPath\n"
    + write_text("_flavour.pathmod.os.system")
    + b"tR("
    + write_text("touch ran")
    + b"tR.",
    "an extension": b"\x80\x02\x82\x01.",
    "a persistent id": b"\x80\x02X\x01\x00\x00\x00aQ.",
    "a new object": b"\x80\x04ccollections\ndeque\n)\x81.",
    "a state": b"\x80\x04cmoto.s3.models\nFakeKey\n)\x81}b.",
    "a list": pickle.dumps(["a list"]),
}


@pytest.mark.parametrize("hostile", PICKLES.values(), ids=PICKLES)
@pytest.mark.parametrize("state_format", [1, FORMAT])
def test_no_pickle_is_read(tmp_path: Path, hostile: bytes, state_format: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    message = refuse(tmp_path / "evil.state", seal(hostile, state_format=state_format))
    assert "delete this one to start empty" in message
    assert ("written in format 1" in message) == (state_format == 1)
    assert [path.name for path in tmp_path.iterdir()] == ["evil.state"]


def change(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Return a change of one place of the document, which is named by its keys."""

    def apply(document: Any) -> None:
        *parents, last = path.split(".")
        for part in parents:
            document = document[int(part) if part.isdecimal() else part]
        document[last] = value

    return apply


def add_row(*row: Any) -> Callable[[dict[str, Any]], None]:
    return lambda document: document["rows"].append(list(row))


def change_row(name: str, field: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Return a change of a field of the first instance of a class."""

    def apply(document: Any) -> None:
        next(row for row in document["rows"] if row[0] == name)[1][field] = value

    return apply


def change_items(name: str, items: Any) -> Callable[[dict[str, Any]], None]:
    """Return a change of the items of the first instance of a class that is a dictionary."""

    def apply(document: Any) -> None:
        next(row for row in document["rows"] if row[0] == name)[2] = items

    return apply


def change_backend(name: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Return a change of an attribute of the first backend of Private CA."""

    def apply(document: Any) -> None:
        next(attributes for key, attributes in document["backends"] if key[0] == "acm-pca")[name] = value

    return apply


HOSTILE: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "a class that is not kept": (add_row("LocalProxy", {}), "it cannot be read"),
    "a class by its path": (add_row("moto.core.request.LocalProxy", {}), "it cannot be read"),
    "a function": (add_row("os.system", {}), "it cannot be read"),
    "a method hidden": (change_row("SandboxCa", "to_json", "x"), "the field 'to_json' of SandboxCa"),
    "a property hidden": (change_row("SandboxCa", "status", "ACTIVE"), "the field 'status' of SandboxCa"),
    "another class": (change_row("SandboxCa", "__class__", "x"), "the field '__class__' of SandboxCa"),
    "another type": (change_row("SandboxCa", "key", "x"), "the field 'key' of SandboxCa"),
    "a bucket with empty keys": (
        change_items("_VersionedKeyStore", [["a", []]]),
        "the content of a _VersionedKeyStore",
    ),
    "an upload that is none": (change_row("FakeKey", "multipart", {"$ref": 0}), "the field 'multipart' of FakeKey"),
    "another type in a list": (change_row("SandboxCa", "chain", [1]), "the field 'chain' of SandboxCa"),
    "an attribute that moto needs": (change_row("FakeBucket", "keys", {}), "the field 'keys' of FakeBucket"),
    "a row that is absent": (change_row("SandboxCa", "permissions", {"$ref": 10**9}), "refers to the row"),
    "a row before the first": (change_row("SandboxCa", "permissions", {"$ref": -1}), "refers to the row"),
    "an unknown tag": (change_row("SandboxCa", "policy", {"$call": "os.system"}), "it cannot be read"),
    "a reducing tag": (change_row("SandboxCa", "policy", {"$reduce": ["os.system", "touch ran"]}), "it cannot be read"),
    "a key that is none": (change_row("SandboxCa", "key", {"$key": "AAAA"}), "it cannot be read"),
    "an endless key": (change_row("SandboxCa", "key", {"$key": "A" * 10**6}), "more than 16384 bytes"),
    "an unhashable item": (change_row("SandboxCa", "policy", {"$set": [[]]}), "it cannot be read"),
    "a backend's method": (change_backend("find", "x"), "the attribute 'find'"),
    "a backend's lock": (change_backend("lock", "x"), "the attribute 'lock'"),
    "a backend's content": (change_backend("certificate_authorities", {"a": 1}), "'certificate_authorities'"),
    "another service": (change("backends", [[["ec2", ACCOUNT, REGION], {}]]), "it cannot be read"),
    "another region": (change("backends", [[["acm", ACCOUNT, "../../x"], {}]]), "it cannot be read"),
    "another account": (change("backends", [[["acm", "x", REGION], {}]]), "is not an account"),
    "a clock at the end of time": (change("ahead", 10**19), "it cannot be read"),
    "a clock that is behind": (change("ahead", -1), "its clock is behind"),
    "buckets of nobody": (change("bucket_accounts", [1]), "each bucket belongs"),
    "no rows": (change("rows", None), "it cannot be read"),
}


@pytest.mark.parametrize(("spoil", "message"), HOSTILE.values(), ids=HOSTILE)
def test_only_what_a_sandbox_writes_is_read(
    tmp_path: Path, full: Path, spoil: Callable[[dict[str, Any]], None], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    document = json.loads(read_body(full))
    spoil(document)
    assert message in refuse(tmp_path / "evil.state", seal(json.dumps(document).encode()))
    assert [path.name for path in tmp_path.iterdir()] == ["evil.state"]


BODIES = {
    "deep recursion": b"[" * 10**6,
    "deep objects": b'{"a":' * 10**6,
    "a huge number": b'{"ahead":' + b"9" * 10**5 + b"}",
    "not a number": b'{"ahead":NaN}',
    "an infinite number": b'{"ahead":1e999}',
    "another encoding": '{"ahead": 0}'.encode("utf-16"),
    "nothing": b"",
    "a list": b"[]",
    "zeros": bytes(10**6),
}


@pytest.mark.parametrize("hostile", BODIES.values(), ids=BODIES)
def test_what_is_no_document_is_refused(tmp_path: Path, hostile: bytes) -> None:
    assert "delete this one to start empty" in refuse(tmp_path / "evil.state", seal(hostile))


HEADS = {
    "a huge format": b"pcaform sandbox state " + b"9" * 10**5 + b", moto 5, account 1",
    "a moto that is no text": b"pcaform sandbox state 2, moto \xff, account 123456789012, sha256 " + b"0" * 64 + b"\n",
    "an endless line": b"pcaform sandbox state 2, moto " + b"5" * 10**6,
    "zeros": bytes(10**6),
}


@pytest.mark.parametrize("content", HEADS.values(), ids=HEADS)
def test_a_hostile_header_is_refused(tmp_path: Path, content: bytes) -> None:
    assert "this is not a sandbox's state file" in refuse(tmp_path / "evil.state", content)


def test_a_wrong_digest_is_refused(tmp_path: Path, full: Path) -> None:
    assert "truncated or damaged" in refuse(
        tmp_path / "evil.state", seal(read_body(full)).replace(b"SandboxCa", b"SandboxCb", 1)
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes")
def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "directory").mkdir()
    (tmp_path / "link").symlink_to("/dev/zero")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name in ("pipe", "directory", "link", "loop"):
        with pytest.raises(SandboxError, match="cannot keep its state there"), sandbox(tmp_path / name):
            pass


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "evil.state"
    with path.open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(SandboxError, match="larger than"), sandbox(path):
        pass


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=5),
    st.just([]),
    st.just({}),
    st.sampled_from(["$ref", "$backend", "$dict", "$tuple", "$set", "$ordered", "$key", "$bytes", "$datetime"]).flatmap(
        lambda tag: st.sampled_from([0, -1, "AAAA", [], {}, None, [[1]], [["a", 1]]]).map(lambda value: {tag: value})
    ),
)


def replace_somewhere(document: Any, junk: Any, *, chance: random.Random) -> None:
    """Replace one value, at a depth that is drawn, by another."""
    while True:
        places = list(document.items() if isinstance(document, dict) else enumerate(document))
        key, value = chance.choice(places)
        if not isinstance(value, dict | list) or not value or chance.random() < 0.2:
            document[key] = junk
            return
        document = value


def start_or_refuse(path: Path, content: bytes) -> None:
    """Start a sandbox that ends in one message, or serves; a drawn change can be without effect."""
    path.write_bytes(content)
    try:
        with sandbox(path):
            pass
    except SandboxError as error:
        assert "\n" not in str(error)
        assert path.read_bytes() == content


FUZZ = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@FUZZ
@given(junk=JUNK, seed=st.integers(0, 2**32))
def test_a_drawn_change_of_a_document_starts_or_is_refused(tmp_path: Path, full: Path, junk: Any, seed: int) -> None:
    document = json.loads(read_body(full))
    replace_somewhere(document, copy.deepcopy(junk), chance=random.Random(seed))  # noqa: S311 - a test's choice
    start_or_refuse(tmp_path / "evil.state", seal(json.dumps(document).encode()))


@FUZZ
@given(position=st.floats(0, 1, exclude_max=True), change=st.binary(max_size=4), length=st.integers(0, 8))
def test_drawn_bytes_in_a_file_start_or_are_refused(
    tmp_path: Path, full: Path, position: float, change: bytes, length: int
) -> None:
    body = read_body(full)
    start = int(position * len(body))
    start_or_refuse(tmp_path / "evil.state", seal(body[:start] + change + body[start + length :]))


ATOMS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.binary(),
    st.datetimes(timezones=st.sampled_from([None, UTC])).map(lambda moment: moment.replace(fold=0)),
    st.dates(),
)
HASHABLE = ATOMS | st.tuples(ATOMS, ATOMS) | st.frozensets(ATOMS, max_size=2)
VALUES = st.recursive(
    HASHABLE | st.sets(HASHABLE, max_size=3),
    lambda values: st.one_of(
        st.lists(values, max_size=3),
        st.dictionaries(st.text() | st.sampled_from(["$ref", "$key"]), values, max_size=3),
        st.dictionaries(HASHABLE, values, max_size=3),
        st.lists(st.tuples(st.text(), values), max_size=3).map(OrderedDict),
    ),
)


def show_types(value: Any) -> Any:
    """Return the types in a value, with the order of a dictionary: 1, 1.0 and True are equal."""
    if isinstance(value, dict):
        return type(value), [(show_types(key), show_types(item)) for key, item in value.items()]
    if isinstance(value, list | tuple):
        return type(value), [show_types(item) for item in value]
    return type(value), sorted(map(repr, value)) if isinstance(value, set | frozenset) else None


@given(VALUES)
def test_what_a_sandbox_holds_is_read_as_it_was_written(value: Any) -> None:
    holder = TaggingService()
    holder.tags = {"a": {"b": "c"}}
    writer = Writer({})
    written = json.dumps([writer.write([value, holder, holder]), writer.write_rows()])
    content, rows = json.loads(written)
    reader = Reader(rows, lambda key: pytest.fail(f"no backend {key}"))
    again, first, second = reader.read(content)
    reader.read_rows()
    assert again == value
    assert show_types(again) == show_types(value)
    assert first is second
    assert vars(first) == vars(holder)
