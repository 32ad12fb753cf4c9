"""The pictures of the chat page in the README, taken from real answers.

python -m benchmarks.screenshot [--to docs/hinh]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from playwright.sync_api import Page, expect

from bot.settings import PROJECT_ROOT, Settings
from tests.browser import ask, browsing, press
from tests.processes import serving

MAX_BYTES = 200_000
#: The code of the topic on installing the app.
ILLUSTRATED = "141"


def question(page: Page) -> None:
    """A question typed as people type, and its answer."""
    ask(page, "toi quen mat khau vneid thi lam sao")


def step_by_step(page: Page) -> None:
    """The third task of a flow, which has a picture."""
    ask(page, ILLUSTRATED)
    for label in ("Làm từng bước", "Đã xong", "Đã xong"):
        press(page, label)
    picture = page.locator(".exchange:last-child .reply img")
    expect(picture).to_have_js_property("complete", True)


PICTURES = {"hoi-dap.png": question, "tung-buoc.png": step_by_step}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=PROJECT_ROOT / "docs/hinh")
    folder = parser.parse_args().to
    with serving(Settings().data_dir) as address, browsing() as browser:
        for name, walk in PICTURES.items():
            page = browser.new_page(
                viewport={"width": 390, "height": 844},
                device_scale_factor=2,
                is_mobile=True,
                has_touch=True,
                reduced_motion="reduce",
            )
            page.goto(address)
            walk(page)
            page.screenshot(path=folder / name)
            size = (folder / name).stat().st_size
            print(f"{folder / name}: {size / 1000:.0f} kB")
            assert size <= MAX_BYTES, "too large for a README"


if __name__ == "__main__":
    main()
