"""Text never becomes code: what is written is read back as the same text, by our own reader, hcl2 and Terraform."""

import base64
import json
import os
import subprocess
import unicodedata
from pathlib import Path
from typing import Any

import hcl2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pcaform import hcl
from pcaform.terraform import find_binary
from strategies import AWKWARD, drawn, texts, values

BACK = {'"': '"', "\\": "\\", "n": "\n", "r": "\r", "t": "\t"}
DIGITS = {"u": 4, "U": 8}


def meaning(literal: str) -> str:
    """Return the text that an HCL string literal means, by the language's rules; refuse what is more than text.

    https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md#template-expressions
    """
    assert literal[0] == literal[-1] == '"'
    body, at, text = literal[1:-1], 0, ""
    while at < len(body):
        if body[at : at + 3] in ("$${", "%%{"):
            text, at = text + body[at + 1 : at + 3], at + 3
        elif body[at] == "\\" and body[at + 1] in DIGITS:
            end = at + 2 + DIGITS[body[at + 1]]
            text, at = text + chr(int(body[at + 2 : end], 16)), end
        elif body[at] == "\\":
            text, at = text + BACK[body[at + 1]], at + 2
        else:
            assert body[at] not in '"\n\r'
            assert body[at : at + 2] not in ("${", "%{")
            text, at = text + body[at], at + 1
    return text


@given(texts())
def test_quoted_text_means_itself(text: str) -> None:
    assert meaning(hcl.quoted(text)) == text


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_text_means_itself(text: str) -> None:
    assert meaning(hcl.quoted(text)) == text


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_quoted_text_shows_all_that_is_in_it(text: str) -> None:
    assert hcl.quoted(text).isprintable()


def without_templates(text: str) -> str:
    """Return a text that python-hcl2 8.1 can read: it does not take `"$${"` and `"%%{"`, though they are correct."""
    return text.replace("${", "$ {").replace("%{", "% {")


@settings(max_examples=60)
@given(st.lists(texts().map(without_templates), min_size=1, max_size=5))
def test_text_stays_within_its_attribute(found: list[str]) -> None:
    written = hcl.attributes({f"a{index}": text for index, text in enumerate(found)})
    (block,) = hcl2.loads(f"locals {{\n{written}\n}}\n")["locals"]
    assert {name: meaning(read) for name, read in block.items() if name != "__is_block__"} == {
        f"a{index}": text for index, text in enumerate(found)
    }


@given(st.text(st.characters()))
def test_a_comment_is_one_line_and_shows_all(text: str) -> None:
    written = hcl.comment(text)
    assert written.startswith("# ")
    assert written.isprintable()


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("tags", "tags"),
        ("_x-1", "_x-1"),
        ("1x", '"1x"'),
        ("a b", '"a b"'),
        ("a.b", '"a.b"'),
        ("aws:x", '"aws:x"'),
        ("", '""'),
        ("x\n", '"x\\n"'),
        ("for", '"for"'),
        ("null", '"null"'),
        ("true", '"true"'),
        ("false", '"false"'),
        ("fortune", "fortune"),
        ("${x}", '"$${x}"'),
        ("é", '"é"'),
        ("e\u0301", '"e\\u0301"'),
        ("\U0001f1e9\U0001f1ea", '"\\U0001f1e9\\U0001f1ea"'),
    ],
)
def test_a_key_is_quoted_where_it_must_be(name: str, written: str) -> None:
    assert hcl.key(name) == written


LONG = "x" * 30
LAYOUTS = [
    ({}, ""),
    ({"a": 1, "bcd": True, "e": None}, "a   = 1\nbcd = true\ne   = null"),
    ({"a": 1, "list": [{"b": 2}], "cd": 3}, "a = 1\nlist = [\n  {\n    b = 2\n  },\n]\ncd = 3"),
    ({"abc": {}, "d": []}, "abc = {}\nd   = []"),
    ({"a": {"b c": 1, "d": {"e": "f"}}}, 'a = {\n  "b c" = 1\n  d = {\n    e = "f"\n  }\n}'),
    ({"a": ["b", 1, False]}, 'a = ["b", 1, false]'),
    ({"a": [LONG] * 3}, f'a = [\n  "{LONG}",\n  "{LONG}",\n  "{LONG}",\n]'),
    ({"a": ["x" * 36] * 2}, f'a = ["{"x" * 36}", "{"x" * 36}"]'),
    ({"a": ["x" * 36, "x" * 37]}, f'a = [\n  "{"x" * 36}",\n  "{"x" * 37}",\n]'),
    ({"a": {"b": ["x" * 35] * 2}}, f'a = {{\n  b = ["{"x" * 35}", "{"x" * 35}"]\n}}'),
    ({"a": {"b": ["x" * 35, "x" * 36]}}, f'a = {{\n  b = [\n    "{"x" * 35}",\n    "{"x" * 36}",\n  ]\n}}'),
    ({"a": ["x" * 100]}, f'a = ["{"x" * 100}"]'),
    ({"a": hcl.Reference("module.ca_root.arn")}, "a = module.ca_root.arn"),
    ({"a": hcl.Call("jsonencode", {"b": 1})}, "a = jsonencode({\n  b = 1\n})"),
]


@pytest.mark.parametrize(("data", "written"), LAYOUTS)
def test_the_layout(data: dict[str, Any], written: str) -> None:
    assert hcl.attributes(data) == written


@pytest.mark.parametrize("path", ["a b", "a.b}", 'a["${x}"]', "a\n", "", "1a", "A.b", "a..b", "a()"])
def test_only_a_path_is_a_reference(path: str) -> None:
    with pytest.raises(ValueError, match="not a reference"):
        hcl.Reference(path)


def test_what_has_no_form_is_refused() -> None:
    with pytest.raises(TypeError, match="no HCL form for float"):
        hcl.expression(1.5)


def terraform(*arguments: str, cwd: Path, stdin: str = "") -> str:
    """Run Terraform without the settings of whoever runs the tests; return what it prints, byte for byte."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    done = subprocess.run(
        [find_binary(), *arguments], cwd=cwd, env=environment, input=stdin.encode(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.mark.terraform
def test_terraform_fmt_changes_nothing(tmp_path: Path) -> None:
    names = [f"{piece}{more}" for piece in AWKWARD for more in ("", "x")]
    pairs = [{name: 1, "a long name beside it": 2} for name in names]
    nested = drawn(st.dictionaries(texts(), values(), max_size=4), 200)
    blocks = [f"locals {{\n  x = {hcl.expression(value, 1)}\n}}\n" for value in [*pairs, *nested]]
    comments = [hcl.comment(text) + "\n" for text in AWKWARD if text.strip()]
    whole = "\n".join([*comments, *blocks])
    assert terraform("fmt", "-", cwd=tmp_path, stdin=whole).splitlines() == whole.splitlines()


@pytest.mark.terraform
def test_terraform_reads_the_same_values(tmp_path: Path) -> None:
    """Text is drawn in Unicode's form NFC, because Terraform brings every text into that form when it reads it."""
    pairs = [unicodedata.normalize("NFC", one + other) for one in AWKWARD for other in AWKWARD]
    nested = drawn(values(normal=True), 200)
    (tmp_path / "main.tf").write_text(hcl_file([*pairs, *nested]), encoding="utf-8", newline="")
    shown = terraform("console", cwd=tmp_path, stdin="base64encode(jsonencode(local.found))\n")
    assert json.loads(base64.b64decode(shown)) == [*pairs, *nested]


def hcl_file(found: list[Any]) -> str:
    return f"locals {{\n{hcl.attributes({'found': found}, 1)}\n}}\n"


@pytest.mark.terraform
def test_terraform_brings_text_into_form_nfc(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(hcl_file(["e\u0301"]), encoding="utf-8")
    shown = terraform("console", cwd=tmp_path, stdin="base64encode(jsonencode(local.found))\n")
    assert json.loads(base64.b64decode(shown)) == ["é"]
