"""The page in a real browser: it renders, filters and prints, hostile names stay text, and nothing leaves it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from checks.report.pages import HOSTILE, NOW, REGIONS, SCRIPT, fleet, large
from pcaform.checks.report.page import format_parts

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Open = Callable[..., "Page"]
ROWS = "tbody tr:visible, .tree li:visible"
SEARCH = """words => {
  const input = document.getElementById("search-words");
  input.value = words;
  const start = performance.now();
  input.dispatchEvent(new Event("input", {bubbles: true}));
  document.body.offsetHeight;
  return performance.now() - start;
}"""


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the page of a fleet, and those of two large accounts."""
    path = tmp_path_factory.mktemp("pages")
    (path / "fleet.html").write_text(format_parts(fleet(), now=NOW), encoding="utf-8")
    (path / "medium.html").write_text(format_parts([large(120)], now=NOW), encoding="utf-8")
    (path / "large.html").write_text(format_parts([large(1000)], now=NOW), encoding="utf-8")
    return path


@pytest.fixture
def opened(chromium: "Browser", directory: Path) -> Iterator[Open]:
    """Open a page; at the end nothing was said on its console, and it has asked for nothing but itself."""
    pages: list[Page] = []
    said: list[str] = []
    asked: list[str] = []

    def open_page(name: str = "fleet", *, width: int = 1280, **more: Any) -> "Page":
        page = chromium.new_page(viewport={"width": width, "height": 900}, **more)
        pages.append(page)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.on("request", lambda request: asked.append(request.url))
        page.goto((directory / f"{name}.html").as_uri())
        return page

    yield open_page
    for page in pages:
        page.close()
    assert said == []
    assert {url.rpartition("/")[2] for url in asked if not url.startswith("data:")} <= {
        f"{name}.html" for name in ("fleet", "medium", "large")
    }


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("dark", 390)])
def test_it_is_accessible(opened: Open, scheme: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(opened(color_scheme=scheme, width=width), options={"resultTypes": ["violations"]})
    assert found.response["violations"] == [], found.generate_report()


def test_it_has_landmarks_captions_and_every_source(opened: Open) -> None:
    page = opened()
    sections = page.locator("section h2").all_inner_texts()
    assert [each.split("\n")[0].rstrip(" 0123456789") for each in sections] == [
        "Findings", "Hierarchy", "What ends when", "Access", "Costs", "Sources"
    ]  # fmt: skip
    for role in ("banner", "navigation", "search", "main"):
        assert page.get_by_role(role).count() == 1
    assert page.locator("table").count() == page.locator("table > caption").count() == 5
    assert page.locator(".sums li").all_inner_texts() == [
        "2\nerrors", "5\nwarnings", "2\nunknown", "6\nCAs", "2027-01-30\nnext end", "2050 USD\na month"
    ]  # fmt: skip
    assert page.locator(".findings tbody tr").count() == 11
    assert page.locator(".findings .pill").all_inner_texts() == [
        "error", "error", "unknown", "unknown", *["warning"] * 5, "note", "waived"
    ]  # fmt: skip


def test_search_keeps_what_has_all_words_and_the_keyboard_suffices(opened: Open) -> None:
    page = opened()
    everything = page.locator(ROWS).count()
    page.keyboard.press("/")
    page.keyboard.type("may issue CORP-PKI")
    assert page.locator("#search-matches").inner_text() == "0 matches"
    page.keyboard.press("Escape")
    page.keyboard.type("ci-signer")
    assert page.locator(".tree li:visible > div > .name").all_inner_texts() == ["root", "issuing", "ci"]
    assert page.locator("#hierarchy .count").inner_text() == "2"
    page.keyboard.press("Escape")
    assert page.locator(ROWS).count() == everything
    page.get_by_label("Show").select_option("errors")
    assert set(page.locator(".findings tbody tr:visible .pill").all_inner_texts()) == {"error"}
    page.locator(".ends").get_by_role("button", name="Ends").press("Enter")
    assert page.locator(".ends th[aria-sort=ascending]").count() == 1
    first = page.locator(".ends tbody tr:visible td:first-child").all_inner_texts()
    assert first == sorted(first)


def test_hostile_names_stay_text_and_no_script_but_its_own_runs(opened: Open) -> None:
    page = opened()
    assert page.title() == "Private CAs: 4 sources"
    assert page.locator("img").count() == 0
    names = page.locator(".ends .name").all_inner_texts()
    assert [f"CA {name}" in names for name in HOSTILE] == [True, True, False, True]
    assert r"CA \u202egnissi\u200b CA" in names
    assert SCRIPT in page.locator(".findings").inner_text()
    policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content") or ""
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy


def test_the_policy_of_the_page_refuses_other_scripts_and_requests(chromium: "Browser", directory: Path) -> None:
    page = chromium.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto((directory / "fleet.html").as_uri())
    page.evaluate("() => { const s = document.createElement('script'); s.text = 'ran = 1'; document.body.append(s); }")
    page.evaluate("() => { document.body.innerHTML += '<img src=https://www.example/x><p style=color:red>'; }")
    assert page.evaluate("typeof ran") == "undefined"
    assert len(refused) == 3
    assert all("Content Security Policy" in each for each in refused)
    page.close()


def test_it_is_complete_without_its_script(opened: Open) -> None:
    page = opened("medium", java_script_enabled=False)
    assert page.locator("form").is_hidden()
    assert page.locator(".findings tbody tr").count() == 121
    assert page.locator("tbody tr[hidden], .tree li[hidden]").count() == 0


def test_a_narrow_screen_needs_no_scrolling_sideways(opened: Open) -> None:
    page = opened(width=390)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.evaluate(
        "[...document.querySelectorAll('td, li > div')].every(e => e.scrollWidth <= e.clientWidth + 1)"
    )
    heights = page.locator(".sources .whole").evaluate_all("all => all.map(each => each.getClientRects().length)")
    assert heights == [1] * (len(REGIONS) + 1)


def test_what_is_printed_is_all_and_light(opened: Open) -> None:
    page = opened("medium", color_scheme="dark")
    assert page.locator(".findings tbody tr:visible").count() == 50
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator(".findings tbody tr[hidden]").count() == 0
    assert page.get_by_role("navigation").count() == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".findings tbody tr[hidden]").count() == 71


def test_a_thousand_cas_stay_usable(opened: Open, directory: Path) -> None:
    assert (directory / "large.html").stat().st_size < 2_000_000
    page = opened("large")
    assert page.locator(".findings tbody tr:visible").count() == 50
    times = {words: min(page.evaluate(SEARCH, words) for _ in range(3)) for words in ("9", "issuing 99", "zzz", "")}
    assert max(times.values()) < 100, times
    page.evaluate(SEARCH, "issuing 999")
    assert page.locator("#findings .count").inner_text() == "1 of 1001"
    assert page.locator(".tree li:visible").count() == 4
    page.evaluate(SEARCH, "")
    page.get_by_role("button", name="Show all 1001, the first 50 are listed").first.click()
    assert page.locator(".findings tbody tr:visible").count() == 1001
