"""The picture of the chat page in the README, taken from a real answer.

python -m benchmarks.screenshot [--to docs/hinh/hoi-dap.png]
"""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.settings import PROJECT_ROOT, Settings
from tests.browser import ask, browsing
from tests.processes import serving

QUESTION = "toi quen mat khau vneid thi lam sao"
MAX_BYTES = 200_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=PROJECT_ROOT / "docs/hinh/hoi-dap.png")
    path = parser.parse_args().to
    with serving(Settings().data_dir) as address, browsing() as browser:
        page = browser.new_page(
            viewport={"width": 390, "height": 844},
            device_scale_factor=2,
            is_mobile=True,
            has_touch=True,
            reduced_motion="reduce",
        )
        page.goto(address)
        ask(page, QUESTION)
        page.screenshot(path=path)
    size = path.stat().st_size
    print(f"{path}: {size / 1000:.0f} kB")
    assert size <= MAX_BYTES, "too large for a README"


if __name__ == "__main__":
    main()
