"""Compares the output blocks of docs/adopt.md with real output; PCAFORM_UPDATE_GOLDEN=1 updates them."""

import os
import re
from pathlib import Path
from subprocess import CompletedProcess

from conftest import ROOT

PAGE = ROOT / "docs" / "adopt.md"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_REPLACEMENTS = (
    (re.compile(r"sha256:[0-9a-f]{64}"), "sha256:..."),
    (re.compile(r"\S*/pcaform-adopt-\w+"), "TMPDIR/pcaform-adopt-abcd1234"),
    (re.compile(r"\d{4}-\d\d-\d\dT[0-9:+]+"), "2027-01-31T09:00:00+00:00"),
)


def normalize(text: str, home: Path) -> str:
    """Replace values that differ from run to run: the stack's directory, ids, digests and times."""
    ids: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        return ids.setdefault(match[0], f"{len(ids) + 1:08d}-0000-0000-0000-000000000000")

    text = _UUID.sub(number, text.replace(f"{home.resolve()}/", "").replace(f"{home}/", ""))
    for pattern, replacement in _REPLACEMENTS:
        text = pattern.sub(replacement, text)
    return text


def format_output(done: CompletedProcess[str]) -> str:
    """Return stdout and then stderr of a command, without the long list of what a live account does not have."""
    status_lines = (
        line for line in done.stderr.splitlines(keepends=True) if not line.startswith("not in a live account")
    )
    return done.stdout + "".join(status_lines)


def check(block: str, text: str, home: Path) -> None:
    """Assert that a block of the page has this text, or update the block."""
    page = PAGE.read_text(encoding="utf-8")
    before, mark, rest = page.partition(f"<!-- run: {block} -->\n```text\n")
    current, end, after = rest.partition("```\n")
    assert mark, f"there is no block for '{block}'"
    expected = normalize(text, home).rstrip("\n") + "\n"
    if os.environ.get("PCAFORM_UPDATE_GOLDEN"):
        PAGE.write_text(f"{before}{mark}{expected}{end}{after}", encoding="utf-8")
    else:
        assert current == expected


def check_refusal(message: str, home: Path | None = None) -> None:
    """Assert that the page's table of refusals has a message; `home` itself is shown as `.`."""
    expected = normalize(message, home) if home else message
    assert f"| {expected.replace(f'{home}:', '.:')} |\n" in PAGE.read_text(encoding="utf-8"), expected
