"""The blocks of docs/adopt.md: what a test prints must be what the page shows; PCAFORM_UPDATE_GOLDEN=1 writes it."""

import os
import re
from pathlib import Path
from subprocess import CompletedProcess

from conftest import ROOT

PAGE = ROOT / "docs" / "adopt.md"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_STEADY = (
    (re.compile(r"sha256:[0-9a-f]{64}"), "sha256:..."),
    (re.compile(r"\d{4}-\d\d-\d\dT[0-9:+]+"), "2027-01-31T09:00:00+00:00"),
)


def steady(text: str, home: Path) -> str:
    """Return a text without what differs from run to run: where the stack lies, ids, digests and times."""
    ids: dict[str, str] = {}

    def numbered(match: re.Match[str]) -> str:
        return ids.setdefault(match[0], f"{len(ids) + 1:08d}-0000-0000-0000-000000000000")

    text = _UUID.sub(numbered, text.replace(f"{home.resolve()}/", "").replace(f"{home}/", ""))
    for pattern, instead in _STEADY:
        text = pattern.sub(instead, text)
    return text


def printed(done: CompletedProcess[str]) -> str:
    """Return both streams of a command, results first, without the long list of what a live account does not have."""
    said = (line for line in done.stderr.splitlines(keepends=True) if not line.startswith("not in a live account"))
    return done.stdout + "".join(said)


def check(block: str, text: str, home: Path) -> None:
    """Assert that the page shows a text in the block that is marked so, or write it there."""
    found = PAGE.read_text(encoding="utf-8")
    before, mark, rest = found.partition(f"<!-- run: {block} -->\n```text\n")
    shown, end, after = rest.partition("```\n")
    assert mark, f"there is no block for '{block}'"
    wanted = steady(text, home).rstrip("\n") + "\n"
    if os.environ.get("PCAFORM_UPDATE_GOLDEN"):
        PAGE.write_text(f"{before}{mark}{wanted}{end}{after}", encoding="utf-8")
    else:
        assert shown == wanted


def check_refusal(message: str, home: Path | None = None) -> None:
    """Assert that the page's table of refusals has a message; `home` itself is told of as `.`."""
    shown = steady(message, home) if home else message
    assert f"| {shown.replace(f'{home}:', '.:')} |\n" in PAGE.read_text(encoding="utf-8"), shown
