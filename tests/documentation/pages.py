"""Pages of the documentation as a reader follows them: write the files, make the edits, type the commands, compare.

A page is one run, in a directory of its own. A block with a `title` is a file, `diff` with a `title` is an edit of one,
and `console` has commands behind `$ ` with their output, in which a line `...` stands for any lines. What is not run
has the reason above it, `<!-- not run: ... -->`.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from conftest import ROOT

_BLOCK = re.compile(
    r"(?:^<!-- not run: (?P<reason>[^\n]+) -->\n+)?"
    r'^```(?P<language>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<body>.*?)^```$',
    re.MULTILINE | re.DOTALL,
)
_COMMAND = re.compile(r"^\$ (?P<command>(?:.*\\\n)*.*)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)
_VARYING = (
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "UUID"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "SERIAL"),
    (re.compile(r"\b(?:[0-9a-f]{2}:){15}[0-9a-f]{2}\b"), "SERIAL"),
    (re.compile(r"\d{4}-\d\d-\d\d(T[0-9:.+-]+Z?)?"), "DATE"),
    (re.compile(r"\b(in )?\d+ (days|seconds)\b"), "DAYS"),
    (re.compile(r"/\S*/pcaform-adopt-\w+"), "TEMPORARY"),
    (re.compile(r"127\.0\.0\.1:\d+"), "HOST"),
)


@dataclass(frozen=True)
class Block:
    """One block of a page: its language, the file it is about, why it is not run, its text, and where that stands."""

    language: str
    title: str
    reason: str
    body: str
    start: int


def blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of a page."""
    for found in _BLOCK.finditer(text):
        reason, title = found["reason"] or "", found["title"] or ""
        yield Block(found["language"], title, reason, found["body"], found.start("body"))


def commands(block: Block) -> Iterator[tuple[str, str, int, int]]:
    """Yield each command of a console block with the output that is shown, and where that begins and ends."""
    assert block.body.startswith("$ "), f"a console block starts with a command: {block.body}"
    for found in _COMMAND.finditer(block.body):
        command = found["command"].replace("\\\n", " ")
        yield command, found["output"], block.start + found.start("output"), block.start + found.end("output")


def edit(current: str, diff: str) -> str:
    """Return a file with the edit of a `diff` block: lines with `-` and a blank go, those with `+` and a blank come."""
    lines = diff.splitlines(keepends=True)
    old = "".join(line[1:] for line in lines if line[0] in "- ")
    new = "".join(line[1:] for line in lines if line[0] in "+ ")
    assert current.count(old) == 1, f"{current.count(old)} times in the file:\n{old}"
    return current.replace(old, new)


def is_as_shown(shown: str, output: str) -> bool:
    """Compare output with what a page shows, apart from ids, dates and ports, which differ from run to run."""
    pattern = "".join("(?:.*\n)*?" if line == "..." else re.escape(f"{line}\n") for line in _lines(shown))
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in _lines(output))) is not None


def _lines(text: str) -> list[str]:
    for pattern, name in _VARYING:
        text = pattern.sub(name, text)
    return [line.rstrip() for line in text.strip().splitlines()]


def shorten(shown: str, output: str) -> str:
    """Return output for a page that is renewed: where it has `...`, the lines that are most like those it shows."""
    lines, old = output.strip("\n").splitlines(), shown.splitlines()
    if "..." in old:
        lines = [line if line == "..." else next(iter(get_close_matches(line, lines, 1)), line) for line in old]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def compare(page: Path, outputs: list[tuple[str, str, int, int, str]]) -> None:
    """Assert that every command printed what its page shows; PCAFORM_UPDATE_GOLDEN=1 renews the page instead."""
    wrong = [each for each in outputs if not is_as_shown(each[1], each[4])]
    if os.environ.get("PCAFORM_UPDATE_GOLDEN"):
        text = page.read_text(encoding="utf-8")
        for _, shown, start, end, output in reversed(wrong):
            text = text[:start] + shorten(shown, output) + text[end:]
        page.write_text(text, encoding="utf-8")
    else:
        name = page.relative_to(ROOT)
        assert wrong == [], "\n".join(f"{name}: $ {each[0]}\n{each[4]}" for each in wrong)
