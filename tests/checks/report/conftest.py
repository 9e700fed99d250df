"""Debian's Chromium, driven by Playwright, which never downloads one; and the page that the tests look at."""

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

REQUIRE = "PCAFORM_REQUIRE_BROWSER"
_NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def chromium() -> "Iterator[Browser]":
    """Start the browser; skip where there is none, or fail where CI says that it must be there."""
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        reason = f"none of {', '.join(_NAMES)} is on PATH"
        if os.environ.get(REQUIRE) == "1":
            pytest.fail(f"{REQUIRE}=1, and {reason}", pytrace=False)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])  # it refuses to run as root
        yield browser
        browser.close()
