"""Makes the pictures of the documentation from real output; `--check` compares their text, and exits 1 if one is stale.

A new picture is one entry of PICTURES: a terminal's output becomes an SVG, a page (HTML) becomes a PNG, by Chromium.
"""

import argparse
import fcntl
import html
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))  # for the reader of pages, and the CAs of the sandbox's tests

from documentation.pages import is_as_shown  # noqa: E402
from documentation.samples import broken_renewal, changed_key  # noqa: E402
from pcaform.cli.sandbox_process import open_sandbox  # noqa: E402
from pcaform.sandbox.server import Sandbox  # noqa: E402

FOLDER = ROOT / "docs" / "pictures"
COLUMNS = 110
_TEXT = re.compile(r"<desc>(.*?)</desc>", re.DOTALL)
_SVG = """<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<desc>TEXT</desc>
<style>
.{unique_id}-matrix {{ font: {char_height}px/{line_height}px Menlo, Consolas, "DejaVu Sans Mono", monospace }}
.{unique_id}-title {{ font: bold 18px sans-serif }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect width="{terminal_width}" height="{terminal_height}" /></clipPath>
{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}<g class="{unique_id}-matrix">{matrix}</g>
</g>
</svg>
"""


@dataclass(frozen=True)
class Picture:
    """One picture: its name, the command that it shows, and what is there before the command."""

    name: str
    command: str
    prepare: Callable[[Path, Sandbox], None] = lambda _home, _server: None
    page: str = ""
    """The HTML file that the command writes: it is the picture then, not the terminal."""


PICTURES = (
    Picture("help", "pcaform --help"),
    Picture("graph", "pcaform graph corp-pki.yaml", changed_key),
    Picture("guard", "pcaform guard --spec corp-pki.yaml --base main", changed_key),
    Picture("audit", "pcaform audit", broken_renewal),
    Picture("report", "pcaform report --live --out report.html", broken_renewal, page="report.html"),
)


def run(picture: Picture, home: Path, environment: Mapping[str, str]) -> str:
    """Return what a terminal of COLUMNS shows of a command's result, colours included; status messages are left out."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    command = [sys.executable, "-m", *picture.command.split()]
    settings = {**environment, "TERM": "xterm-256color", "COLUMNS": str(COLUMNS), "LC_ALL": "C.UTF-8"}
    with subprocess.Popen(
        command, cwd=home, env=settings, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL
    ) as process:
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 65536):
                shown += part
        except OSError:  # how Linux tells that the other end is closed
            pass
    os.close(ours)
    if process.returncode not in (0, 2):
        raise SystemExit(f"$ {picture.command}\n{shown.decode()}")
    return shown.decode().replace("\r\n", "\n")


def svg(picture: Picture, shown: str) -> str:
    """Return the picture of a terminal, with its text as description."""
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text(f"$ {picture.command}", style="bold"))
    console.print(Text.from_ansi(shown))
    drawn = console.export_svg(title="", code_format=_SVG, unique_id=picture.name)
    return drawn.replace("TEXT", html.escape(plain(picture, shown)), 1)


def plain(picture: Picture, shown: str) -> str:
    """Return the text of a picture."""
    from rich.text import Text

    return f"$ {picture.command}\n{Text.from_ansi(shown).plain}\n"


def photograph(page: Path, target: Path) -> None:
    """Take a picture of a page: what Chromium shows of it on a screen of 1280 by 800."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1280, "height": 800})
        tab.goto(page.as_uri())
        tab.screenshot(path=target)
        browser.close()


def make(picture: Picture, *, check: bool) -> bool:
    """Make or compare one picture; return whether it was stale. Of a page only the text of its source is compared."""
    with (
        tempfile.TemporaryDirectory() as name,
        open_sandbox(account_id="123456789012", region="eu-west-1") as (server, environment),
    ):
        picture.prepare(home := Path(name), server)
        shown = run(picture, home, environment)
        target = FOLDER / f"{picture.name}.{'png' if picture.page else 'svg'}"
        if picture.page:
            if not check:
                photograph(home / picture.page, target)
            return not target.exists()
    old = _TEXT.search(target.read_text(encoding="utf-8")) if target.exists() else None
    is_fresh = old is not None and is_as_shown(html.unescape(old[1]), plain(picture, shown))
    if not is_fresh and not check:
        target.write_text(svg(picture, shown), encoding="utf-8")
    return not is_fresh


def main() -> int:
    """Make every picture that is stale, or tell which are; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = [picture.name for picture in PICTURES if make(picture, check=check)]
    for name in stale:
        sys.stderr.write(f"docs/pictures/{name}: {'stale, run make pictures' if check else 'written'}\n")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
