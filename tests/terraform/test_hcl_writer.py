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

from pcaform.terraform import hcl_writer
from pcaform.terraform.runner import find_binary
from yaml_strategies import AWKWARD, drawn, texts, values

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
    assert meaning(hcl_writer.quote(text)) == text


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_text_means_itself(text: str) -> None:
    assert meaning(hcl_writer.quote(text)) == text


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_quoted_text_shows_all_that_is_in_it(text: str) -> None:
    assert hcl_writer.quote(text).isprintable()


def read_back(found: list[str]) -> list[str]:
    """Return what python-hcl2 reads where these texts stand as values, names, list items, labels and in a comment."""
    names = {f"a{index}": text for index, text in enumerate(found)}
    nested = {f"b{index}": [text, {text: text}] for index, text in enumerate(found)}
    comments = "\n".join(hcl_writer.comment(text) for text in found)
    labels = "\n".join(f"output {hcl_writer.quote(text)} {{\n}}" for text in found)
    whole = (
        f"{comments}\nlocals {{\n{hcl_writer.attributes(names | nested, 1)}\n}}\n{labels}\nlocals {{\n  end = 1\n}}\n"
    )
    read = hcl2.loads(whole)
    assert set(read) - {"__comments__"} == {"locals", "output"} if found else {"locals"}
    values, end = read["locals"]
    assert end == {"end": 1, "__is_block__": True}
    assert set(values) == {*names, *nested, "__is_block__"}
    for index, text in enumerate(found):
        written, (key,) = values[f"b{index}"][0], values[f"b{index}"][1]
        assert meaning(written) == meaning(values[f"b{index}"][1][key]) == text
        assert (key if key[0] != '"' else meaning(key)) == text
    assert [meaning(label) for block in read["output"] for label in block] == found
    return [meaning(values[name]) for name in names]


@settings(max_examples=60)
@given(st.lists(texts(), min_size=1, max_size=5))
def test_text_stays_within_its_place(found: list[str]) -> None:
    assert read_back(found) == found


def test_python_hcl2_reads_the_same_texts() -> None:
    """Two thousand in batches, since each call of the parser costs its time."""
    found = AWKWARD + drawn(texts(), 2000)
    batches = [found[start : start + 40] for start in range(0, len(found), 40)]
    for batch in batches:
        assert read_back(batch) == batch


@given(st.text(st.characters()))
def test_a_comment_is_one_line_and_shows_all(text: str) -> None:
    written = hcl_writer.comment(text)
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
        ("${x", '"\\u0024{x"'),
        ("é", '"é"'),
        ("e\u0301", '"e\\u0301"'),
        ("\U0001f1e9\U0001f1ea", '"\\U0001f1e9\\U0001f1ea"'),
    ],
)
def test_a_key_is_quoted_where_it_must_be(name: str, written: str) -> None:
    assert hcl_writer.key(name) == written


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
    ({"a": hcl_writer.Reference("module.ca_root.arn")}, "a = module.ca_root.arn"),
    ({"a": hcl_writer.Call("jsonencode", {"b": 1})}, "a = jsonencode({\n  b = 1\n})"),
]


@pytest.mark.parametrize(("data", "written"), LAYOUTS)
def test_the_layout(data: dict[str, Any], written: str) -> None:
    assert hcl_writer.attributes(data) == written


@pytest.mark.parametrize("path", ["a b", "a.b}", 'a["${x}"]', "a\n", "", "1a", "A.b", "a..b", "a()"])
def test_only_a_path_is_a_reference(path: str) -> None:
    with pytest.raises(ValueError, match="not a reference"):
        hcl_writer.Reference(path)


def test_what_has_no_form_is_refused() -> None:
    with pytest.raises(TypeError, match="no HCL form for float"):
        hcl_writer.expression(1.5)


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
    blocks = [f"locals {{\n  x = {hcl_writer.expression(value, 1)}\n}}\n" for value in [*pairs, *nested]]
    comments = [hcl_writer.comment(text) + "\n" for text in AWKWARD if text.strip()]
    whole = "\n".join([*comments, *blocks])
    assert terraform("fmt", "-", cwd=tmp_path, stdin=whole).splitlines() == whole.splitlines()


@pytest.mark.terraform
def test_terraform_reads_the_same_values(tmp_path: Path) -> None:
    """Text is drawn in Unicode's form NFC, because Terraform brings every text into that form when it reads it."""
    single = drawn(texts(), 2000) + [one + other for one in AWKWARD for other in AWKWARD]
    normal = [unicodedata.normalize("NFC", text) for text in single]
    nested = drawn(values(normal=True), 200)
    (tmp_path / "main.tf").write_text(hcl_file([*normal, *nested]), encoding="utf-8", newline="")
    shown = terraform("console", cwd=tmp_path, stdin="base64encode(jsonencode(local.found))\n")
    assert json.loads(base64.b64decode(shown)) == [*normal, *nested]


def hcl_file(found: list[Any]) -> str:
    return f"locals {{\n{hcl_writer.attributes({'found': found}, 1)}\n}}\n"


@pytest.mark.terraform
def test_terraform_brings_text_into_form_nfc(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(hcl_file(["e\u0301"]), encoding="utf-8")
    shown = terraform("console", cwd=tmp_path, stdin="base64encode(jsonencode(local.found))\n")
    assert json.loads(base64.b64decode(shown)) == ["é"]
