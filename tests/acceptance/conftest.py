"""The chat page, opened in a real browser on a real server process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from bot.app import App
from tests.browser import CHROMIUM, DESKTOP, PHONE, Visit, browsing
from tests.databases import KINDS, fresh_database
from tests.processes import serving


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new database, on each kind there is."""
    with fresh_database(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def codes(app: App) -> list[int]:
    """Of all topics."""
    return sorted(app.catalog.topics_by_code)


@pytest.fixture(scope="module")
def address(app, data_dir) -> Iterator[str]:
    with serving(data_dir) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium, chromium-browser or google-chrome on PATH")
    with browsing() as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """Opens the page as a new citizen; at the end, nothing may have gone wrong in any page."""
    contexts, complaints = [], []

    def open_page(size: ViewportSize, **options) -> Page:
        small = size["width"] < 600
        context = browser.new_context(
            base_url=address,
            viewport=size,
            is_mobile=small,
            has_touch=small,
            reduced_motion="reduce",
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda one: one.type == "error" and complaints.append(one.text))
        page.on(
            "request",
            lambda one: one.url.startswith(address) or complaints.append(f"went to {one.url}"),
        )
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [one for one in complaints if "Failed to load resource" not in one] == []


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
def page(request: pytest.FixtureRequest, visit: Visit) -> Page:
    return visit(request.param)
