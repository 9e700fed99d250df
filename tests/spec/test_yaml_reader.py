"""YAML as people write it, by accident and on purpose: the right reading, or a message at the right place."""

import re
import tracemalloc
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conftest import EXAMPLE
from pcaform.core.finding import Finding, Location
from pcaform.core.formats.text import format_findings
from pcaform.core.problems import Invalid
from pcaform.rules.load import load_text, load_valid_text
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import MAX_DEPTH, MAX_EXPANDED_NODES, parse
from yaml_strategies import damaged


def refused(content: str | bytes) -> Finding:
    """Return the one problem of an invalid document."""
    with pytest.raises(Invalid) as caught:
        parse(content.encode() if isinstance(content, str) else content, "spec.yaml")
    (problem,) = caught.value.problems
    return problem


def data(content: str | bytes) -> Any:
    return parse(content.encode() if isinstance(content, str) else content, "spec.yaml").data


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("012345670123", "012345670123"),
        ("0", 0),
        ("00", "00"),
        ("-0", 0),
        ("-12", -12),
        ("+12", "+12"),
        ("123456789012", 123456789012),
        ("999999999999999999", 999999999999999999),
        ("1000000000000000000", "1000000000000000000"),
        ("0o17", "0o17"),
        ("0x1f", "0x1f"),
        ("1_000", "1_000"),
        ("190:20:30", "190:20:30"),
        ("1.5", "1.5"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        ("2035-01-01", "2035-01-01"),
        ("2035-01-01T00:00:00Z", "2035-01-01T00:00:00Z"),
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("NO", "NO"),
        ("n", "n"),
        ("True", "True"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("Null", "Null"),
        ("~", None),
        ("", None),
        ('"true"', "true"),
        ("'12'", "12"),
        ('""', ""),
        ('"\\u00e9\\n\\0"', "é\n\0"),
        ("a # comment", "a"),
        ("a#b", "a#b"),
        ("arn:aws:acm-pca:::template/X", "arn:aws:acm-pca:::template/X"),
    ],
)
def test_plain_values_are_text_but_for_a_few(written: str, read: Any) -> None:
    found = data(f"a: {written}\n")["a"]
    assert (found, type(found)) == (read, type(read))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{1: x, null: y, true: z}", {"1": "x", "null": "y", "true": "z"}),
        ("'<<': x", {"<<": "x"}),
        ("a: &x {b: 1}\nc: *x", {"a": {"b": 1}, "c": {"b": 1}}),
        ("a: &x 1\nb: &x 2\nc: *x", {"a": 1, "b": 2, "c": 2}),
        ("a: |\n  b\n  c\n", {"a": "b\nc\n"}),
        ("a: >-\n  b\n  c\n", {"a": "b c"}),
        ("a:\n- b\n", {"a": ["b"]}),
        ("---\na: 1\n...\n", {"a": 1}),
        ("%YAML 1.1\n---\na: no\n", {"a": "no"}),
        ("a: {\n\tb: 1}\n", {"a": {"b": 1}}),
        ("- a", ["a"]),
    ],
)
def test_documents_are_read(written: str, read: Any) -> None:
    assert data(written) == read


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["no mark", "byte order mark"])
def test_line_endings_and_byte_order_marks_change_nothing(ending: str, mark: str) -> None:
    text = "version: 1\nname: |\n  a\n  b\nlast: [1, 2]\n"
    document = parse((mark + text.replace("\n", ending)).encode(), "spec.yaml")
    assert document.data == {"version": 1, "name": "a\nb\n", "last": [1, 2]}
    assert (document.position(("version",)), document.position(("last", 1))) == ((1, 10), (5, 11))
    assert document.location(("last",)).source == "last: [1, 2]"


REFUSED = [
    ("", (1, 1), "the file is empty: a spec starts with 'version: 1'"),
    ("# only\n# comments\n", (1, 1), "the file is empty: a spec starts with 'version: 1'"),
    ("a: 1\n---\nb: 2\n", (2, 1), "a second document: write one spec per file"),
    ("a: 1\nb: 2\na: 3\n", (3, 1), "the key 'a' is twice in one mapping, first in line 1: remove one"),
    ('x: {b: 1, "b": 2}\n', (1, 11), "the key 'b' is twice in one mapping, first in line 1: remove one"),
    ("a: *x\n", (1, 4), "the alias '*x' has no anchor '&x' that ends before it"),
    ("a: &a [*a]\n", (1, 8), "the alias '*a' has no anchor '&a' that ends before it"),
    ("a: &a {b: *a}\n", (1, 11), "the alias '*a' has no anchor '&a' that ends before it"),
    ("a: !foo b\n", (1, 4), "tags are not used in a spec, seen '!foo': remove it"),
    ("a: !!str 12\n", (1, 4), "tags are not used in a spec, seen '!!str': remove it"),
    ("a: !!python/object:os.system {}\n", (1, 4), "tags are not used in a spec, seen '!!python/object:os.system'"),
    ("!foo a: b\n", (1, 1), "a key must be plain text"),
    ("&x a: b\n", (1, 1), "a key must be plain text"),
    ("a: &x b\n*x : c\n", (2, 1), "a key must be plain text"),
    ("a: {{ name }}\n", (1, 5), "a key must be plain text"),
    ("? [a]\n: b\n", (1, 3), "a key must be plain text"),
    ("a: &a {x: 1}\nb:\n  <<: *a\n", (3, 3), "merge keys ('<<') are not supported"),
    ("a: \0b\n", (1, 4), "the character U+0000 is not allowed in a spec: remove it"),
    ("a: b\n\x1bc: d\n", (2, 1), "the character U+001B is not allowed in a spec: remove it"),
    ("a: 1\n\ufeffb: 2\n", (2, 1), "the character U+FEFF is not allowed in a spec: remove it"),
    ("# hidden\u2028a: 1\n", (1, 9), "the character U+2028 is not allowed in a spec: remove it"),
    ("# hidden\u2029a: 1\n", (1, 9), "the character U+2029 is not allowed in a spec: remove it"),
    ("a: 1\r\n# hidden\x85a: 1\n", (2, 9), "the character U+0085 is not allowed in a spec: remove it"),
    (b"a: 1\nb: caf\xe9\n", (2, 7), "invalid UTF-8 byte 0xe9: save the file as UTF-8"),
    (b"\xef\xbb\xbfb: caf\xe9\n", (1, 7), "invalid UTF-8 byte 0xe9: save the file as UTF-8"),
    (b"a: 1\rb: \xff\n", (2, 4), "invalid UTF-8 byte 0xff: save the file as UTF-8"),
    ("a: 1\n".encode("utf-16"), (1, 1), "invalid UTF-8 byte 0xff: save the file as UTF-8"),
    ("a:\n\tb: 1\n", (2, 1), "not valid YAML: a character that cannot start a value: indent with spaces"),
    ("a: 1\n\tb: 1\n", (2, 1), "not valid YAML: a tab in the indentation: indent with spaces"),
    ('a: "b\nc: d\n', (1, 4), "not valid YAML: a quote is not closed"),
    ("a: 'b\nc: d\n", (1, 4), "not valid YAML: a quote is not closed"),
    ("a: [1, 2\nb: 3\n", (2, 2), "not valid YAML: a '[' that is not closed, or a missing ','"),
    ("a: {b: 1\nc: 3\n", (2, 2), "not valid YAML: a '{' that is not closed, or a missing ','"),
    ("a: [1, 2\n", (1, 4), "not valid YAML: a '[' that is not closed, or a missing ','"),
    ("a: [1, 2", (1, 4), "not valid YAML: a '[' that is not closed, or a missing ','"),
    ('x: 1\na: "b', (2, 4), "not valid YAML: a quote is not closed"),
    ("a: [1, 2\n\n\n", (1, 4), "not valid YAML: a '[' that is not closed, or a missing ','"),
    ("a: [*.corp.example]\n", (1, 6), "not valid YAML: text that starts with '*' or '&': quote it"),
    ("a: & b\n", (1, 5), "not valid YAML: text that starts with '*' or '&': quote it"),
    ("a: @b\n", (1, 4), "not valid YAML: a character that cannot start a value"),
    ("a: b: c\n", (1, 5), "not valid YAML: a ':' where a key is not allowed: check the indentation, or quote the text"),
    ("a:\n  b: 1\n c: 2\n", (3, 2), "not valid YAML: the indentation differs from the lines above"),
    ("a:\n  - b\n - c\n", (3, 2), "not valid YAML: the indentation differs from the lines above"),
    ("- a\nb: 1\n", (2, 1), "not valid YAML: the indentation differs from the list above"),
    ("- a\nb\n", (2, 1), "not valid YAML: a key without ':'"),
    ("a: - b\n", (1, 4), "not valid YAML: a '-' where a list cannot start"),
    ("a: }\n", (1, 4), "not valid YAML: a value is missing here"),
    ("a: |b\n", (1, 5), "not valid YAML: text after '|' or '>': begin it on the next line"),
    ('a: "C:\\pki"\n', (1, 7), "not valid YAML: an unknown escape in a double-quoted text"),
    ('a: "\\ud800"\n', (1, 7), "not valid YAML: an invalid escape: YAML writes "),
    ('a: "b\n---\nc"\n', (2, 1), "not valid YAML: a quote is not closed"),
    ("%FOO bar\n---\na: 1\n", (1, 5), "not valid YAML: a line that starts with '%': remove it"),
]


@pytest.mark.parametrize(("written", "place", "message"), REFUSED, ids=[repr(case[0])[:40] for case in REFUSED])
def test_invalid_documents_are_rejected_with_their_position(
    written: str | bytes, place: tuple[int, int], message: str
) -> None:
    problem = refused(written)
    location = problem.location or Location("")
    assert ((location.line, location.column), problem.rule) == (place, "yaml")
    assert problem.message.startswith(message)
    if isinstance(written, str):
        assert location.source == [*re.split("\r\n|\r|\n", written), ""][place[0] - 1]


@pytest.mark.parametrize("text", ["- a", "hello", "12", "null"])
def test_a_spec_is_a_mapping(text: str) -> None:
    with pytest.raises(Invalid, match=r"spec\.yaml:1:\d: a spec is a mapping, seen .* \[shape\]"):
        load_valid_text(text.encode(), "spec.yaml")


@pytest.mark.parametrize(
    "text",
    ["[" * 20_000, "{a: " * 20_000, "- " * 20_000, "a: [" + "[" * 20_000 + "]" * 20_000 + "]"],
    ids=["lists", "mappings", "dashes", "closed"],
)
def test_deep_nesting_is_refused(text: str) -> None:
    assert refused(text).message == f"nested deeper than {MAX_DEPTH} levels"


def test_nesting_is_read_up_to_the_limit() -> None:
    assert data("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    location = refused("[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2)).location
    assert location is not None
    assert location.column == MAX_DEPTH + 2


@pytest.mark.parametrize("opening", ["[{0}]", "{{a: {0}}}"], ids=["lists", "mappings"])
def test_a_billion_laughs_are_refused_without_laughing(opening: str) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 30):
        tenfold = ", ".join([f"*a{level - 1}"] * 10)
        lines.append(f"a{level}: &a{level} {opening.format(f'[{tenfold}]')}")
    tracemalloc.start()
    try:
        problem = refused("\n".join(lines))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert problem.message == f"more than {MAX_EXPANDED_NODES} values with aliases expanded: split the spec"
    assert peak < 2_000_000


def test_ten_megabytes_on_one_line_are_read_and_shown_short() -> None:
    text = "version: 2\nstack: " + "x" * 10_000_000
    with pytest.raises(Invalid) as caught:
        load_valid_text(text.encode(), "spec.yaml")
    shown = format_findings(caught.value.problems)
    assert "'stack' is 'xxx" in shown
    assert max(map(len, shown.splitlines())) < 300


def test_many_problems_take_no_longer_than_their_number() -> None:
    tags = "".join(f"  k{number}: {number}\n" for number in range(10_000))
    text = f"version: 1\nstack: x\naws:\n region: eu-west-1\n account_id: '123456789012'\n default_tags:\n{tags}"
    with pytest.raises(Invalid) as caught:
        load_valid_text(text.encode(), "spec.yaml")
    assert [problem.location and problem.location.source for problem in caught.value.problems] == tags.splitlines()


def test_a_place_is_that_of_the_value_or_of_its_key() -> None:
    document = parse(b"a:\n  b: [x, {c: d}]\n", "spec.yaml")
    assert document.position(("a", "b", 1, "c")) == (2, 14)
    assert document.position(("a", "b", 1, "c"), of_key=True) == (2, 11)
    assert document.position(("a", "b", 1, "missing")) == (2, 10)
    assert document.position(("a", "b", 2)) == (2, 6)
    assert document.position(()) == (1, 1)


def spec_or_problems(content: bytes) -> Spec | list[Finding]:
    """Read bytes as the program does: a spec, or problems that all have a place in the file."""
    try:
        return load_valid_text(content, "spec.yaml")
    except Invalid as invalid:
        lines = content.count(b"\n") + content.count(b"\r") + 1
        assert invalid.problems
        for problem in invalid.problems:
            location = problem.location or Location("")
            assert 1 <= location.line <= lines
            assert location.column >= 1
            assert problem.message
            assert "\n" not in str(problem)
        return invalid.problems


@settings(max_examples=2000)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@example(b"#")
@example(b"\xff")
@example(b"a: &a [*a]")
def test_any_bytes_give_a_spec_or_located_problems(content: bytes) -> None:
    assert isinstance(spec_or_problems(content), list)


@settings(max_examples=2000)
@given(damaged(EXAMPLE.read_bytes()))
def test_a_damaged_spec_gives_a_spec_or_located_problems(content: bytes) -> None:
    assert spec_or_problems(content)


@pytest.mark.parametrize("key", ["<\u1000", "<user>", "[key]", '"\\0external"', '"\\0managed"'])
@pytest.mark.parametrize("text", ["{}: 1\n", "version: 1\nstack: x\ncertificate_authorities:\n  x: {{{}: 1}}\n"])
def test_a_key_may_look_like_anything(key: str, text: str) -> None:
    """Unions and keys have marks of pydantic's in the paths of its records."""
    quoted = key if key.startswith('"') else f'"{key}"'
    assert any(
        "unknown key" in problem.message for problem in load_text(text.format(quoted).encode(), "x.yaml").problems
    )
