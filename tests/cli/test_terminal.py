"""Output on a terminal: lines end between words, what is severe is in colour, and a plain terminal gets no codes."""

import os
import re
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from conftest import EXAMPLE
from terminal import type_into

CODES = re.compile(r"\x1b\[[0-9;]*m")
LINES = {"guard": ["guard", "--spec", "spec.yaml", "new.yaml"], "validate": ["validate", "bad.yaml"]}


def show(directory: Path, words: list[str], **environment: str) -> list[str]:
    """Return the lines that a terminal of 80 columns shows."""
    text = EXAMPLE.read_text(encoding="utf-8")
    edits = {"spec": ("", ""), "new": ("key_algorithm: RSA_4096", "key_algorithm: RSA_2048"), "bad": ("ROOT", "ROT")}
    for name, edit in edits.items():
        (directory / f"{name}.yaml").write_text(text.replace(*edit) if edit[0] else text, encoding="utf-8")
    settings = {"COLUMNS": "80", "TERM": "xterm", "NO_COLOR": "", **environment}
    command = [sys.executable, "-m", "pcaform", *words]
    return type_into(command, "", directory, {**os.environ, **settings}).splitlines()


@pytest.mark.parametrize("name", LINES)
def test_lines_end_between_words(tmp_path: Path, name: str) -> None:
    shown = show(tmp_path, LINES[name])
    lines = [CODES.sub("", line) for line in shown]
    assert max(map(len, lines)) <= 80
    assert any("\x1b[31m" in line for line in shown)
    assert any(len(line) > 60 and following.startswith("    ") for line, following in pairwise(lines))


@pytest.mark.parametrize("setting", [{"TERM": "dumb"}, {"NO_COLOR": "1"}], ids=["dumb", "NO_COLOR"])
def test_a_plain_terminal_gets_no_codes(tmp_path: Path, setting: dict[str, str]) -> None:
    shown = show(tmp_path, LINES["guard"], **setting)
    assert not [line for line in shown if "\x1b" in line]
    assert shown[0].startswith("do not apply this: ")
