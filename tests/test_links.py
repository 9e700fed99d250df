"""Links in all Markdown pages: files exist, anchors too; CONTRIBUTING names files that exist."""

import re
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from conftest import ROOT

HIDDEN = {".git", ".venv", "build", "dist", "node_modules", ".hypothesis", ".pytest_cache"}
PAGES = sorted(path for path in ROOT.rglob("*.md") if not HIDDEN & set(path.relative_to(ROOT).parts))


def tokens(page: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))


def links(page: Path) -> list[str]:
    """Return the targets of a page's links and pictures, addresses of the web left out."""
    inline = [child for token in tokens(page) for child in token.children or ()]
    targets = [str(child.attrs.get("href") or child.attrs.get("src") or "") for child in inline]
    return [target for target in targets if target and not re.match(r"[a-z]+:", target)]


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return the anchors that GitHub gives to a page's headings: the same heading again gets a number."""
    parsed, found = tokens(page), Counter[str]()
    names = set()
    for heading, content in pairwise(parsed):
        if heading.type == "heading_open":
            text = "".join(child.content for child in content.children or ())
            name = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            names.add(f"{name}-{found[name]}" if found[name] else name)
            found[name] += 1
    return frozenset(names)


def test_anchors_are_those_of_github(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# `pcaform guard`: a plan\n\n## Twice\n\n## Twice\n", encoding="utf-8")
    assert anchors(page) == {"pcaform-guard-a-plan", "twice", "twice-1"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    dead = []
    for target in links(page):
        name, _, anchor = unquote(target).partition("#")
        path = (page.parent / name).resolve() if name else page
        if not path.exists() or (anchor and path.suffix == ".md" and anchor not in anchors(path)):
            dead.append(target)
    assert dead == []


def test_contributing_names_files_that_exist() -> None:
    """Every path in backticks is there; `<...>` and `NAME` stand where a contributor writes a name."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = [path for path in re.findall(r"`([\w./-]+/[\w./-]*)`", text) if "NAME" not in path]
    assert len(paths) > 10
    assert [path for path in paths if not (ROOT / path).exists()] == []
