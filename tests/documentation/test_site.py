"""The documentation as a site: it is built without a warning, is complete, dated, and needs nothing from elsewhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT

DOCS = ROOT / "docs"
PAGES = sorted(page for page in DOCS.rglob("*.md") if page.relative_to(DOCS).parts[0] != "decisions")
LOADED = re.compile(
    r"""<(?:script|img|iframe|link rel="(?:stylesheet|preload|preconnect|icon)")[^>]*(?:src|href)="?(http[^ ">]+)"""
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(home)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={"NO_MKDOCS_2_WARNING": "1", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return home


def test_site_needs_nothing_from_elsewhere(site: Path) -> None:
    pages = [page.read_text(encoding="utf-8") for page in site.rglob("*.html")]
    assert len(pages) > len(PAGES)
    assert [address for page in pages for address in LOADED.findall(page)] == []
    everything = "".join(pages)
    assert "fonts.googleapis" not in everything
    assert 'data-md-component="source"' not in everything  # it asks GitHub for stars and forks


def test_links_that_leave_the_site_lead_to_files_of_the_repository(site: Path) -> None:
    links = set(
        re.findall(
            r'href="https://github.com/pcaform/pcaform/blob/main/([^"#]+)', "".join(map(_read, site.rglob("*.html")))
        )
    )
    assert "modules/README.md" in links
    assert [link for link in sorted(links) if not (ROOT / link).exists()] == []


def _read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def test_every_page_is_in_the_navigation() -> None:
    navigation = {line.split()[-1] for line in _read(ROOT / "mkdocs.yml").splitlines() if line.endswith(".md")}
    assert {str(page.relative_to(DOCS)) for page in PAGES} == navigation


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent.name != "rules"], ids=lambda page: page.name)
def test_every_page_is_dated_and_has_its_sources(page: Path) -> None:
    last = _read(page).rstrip().rpartition("\n\n")[2]
    assert re.match(r"\*Checked on \d{4}-\d\d-\d\d\b", last), last
    assert "Source" in last or page.name == "index.md"


def test_readme_is_short() -> None:
    assert len(_read(ROOT / "README.md").split()) < 700
