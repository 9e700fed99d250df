"""Text never becomes code: what is written is read back as the same text, by a reader of our own, hcl2 and Terraform."""

import json
import os
import subprocess
import unicodedata
from pathlib import Path
from typing import Any

import hcl2
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from strategies import AWKWARD, texts, values

from pcaform import hcl
from pcaform.terraform import find_binary

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


@settings(max_examples=40)
@given(st.lists(texts(), min_size=1, max_size=5))
def test_text_stays_within_its_attribute(found: list[str]) -> None:
    written = hcl.attributes({f"a{index}": text for index, text in enumerate(found)})
    read = hcl2.loads(f"locals {{\n{written}\n}}\n")
    assert [sorted(block) for block in read["locals"]] == [
        sorted(["__is_block__", *(f"a{n}" for n in range(len(found)))])
    ]
