"""A real browser: for the tests of the page and for its picture."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

PHONE = ViewportSize(width=360, height=740)
DESKTOP = ViewportSize(width=1280, height=800)
#: The code of a topic with eight steps, a source and buttons, whose "Làm từng bước" begins at its
#: first step; its answer depends on no ranking.
TOPIC = "312"
#: Opens the page in a window of a size, with options of a browser context.
Visit = Callable[..., Page]

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
#: Nothing that leaves this machine, and no sandbox, which containers refuse.
_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def browsing() -> Iterator[Browser]:
    """Chromium of this machine, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


def ask(page: Page, text: str) -> None:
    """Type, press Enter, wait for the reply."""
    page.fill("#question", text)
    page.press("#question", "Enter")
    wait_for_reply(page)


def press(page: Page, label: str) -> None:
    """Click a button under the last replies, wait for what comes of it."""
    page.locator(".exchange:last-child").get_by_role("button", name=label).click()
    wait_for_reply(page)


def wait_for_reply(page: Page) -> None:
    expect(page.locator(".exchange:last-child .turn:last-child > .reply")).to_be_visible()
    expect(page.locator("#status")).to_be_empty()


def serious_faults(page: Page) -> list[str]:
    """What axe finds in the page that keeps people out, each with the first place."""
    return [
        f"{one['id']}: {one['nodes'][0]['html']}"
        for one in Axe().run(page)["violations"]
        if one["impact"] in {"serious", "critical"}
    ]
