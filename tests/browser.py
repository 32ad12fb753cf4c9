"""A real server process and a real browser: for the tests of the page and for its picture."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from bot.settings import PROJECT_ROOT

PHONE = ViewportSize(width=360, height=740)
DESKTOP = ViewportSize(width=1280, height=800)
#: The code of a topic with steps, a source and buttons; its answer depends on no ranking.
TOPIC = "304"
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
_SECONDS_TO_START = 60


@contextmanager
def serving(data_dir: Path) -> Iterator[str]:
    """The address of `python -m bot serve`, run as a process of its own until the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"TROLY06_DATA_DIR": str(data_dir), "TROLY06_REQUESTS_PER_MINUTE": "10000"}
    environment = {name: one for name, one in os.environ.items() if "TROLY06_" not in name}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "serve", "--port", str(port)],
        cwd=PROJECT_ROOT,
        env=environment | settings,
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_until_ready(process, f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_until_ready(process: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}/readyz").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"no server within {_SECONDS_TO_START} s; it ended: {process.poll()}")


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


def wait_for_reply(page: Page) -> None:
    expect(page.locator(".turn:last-child > .reply")).to_be_visible()
    expect(page.locator("#status")).to_be_empty()
