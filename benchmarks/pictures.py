"""Makes the PNG of every picture from its drawing, for channels that show no SVG.

python -m benchmarks.pictures [ids]

Each PNG says which drawing it was made from: `python -m bot check` tells of those that are older.
"""

from __future__ import annotations

import argparse
import struct
import zlib
from pathlib import Path

from playwright.sync_api import Page

from bot.content.checks.pictures import HEIGHT, MAX_PICTURE_BYTES, WIDTH
from bot.content.png import DRAWING_KEY, SIGNATURE, hash_drawing
from bot.domain.pictures import PICTURES_FOLDER
from bot.settings import PROJECT_ROOT
from tests.browser import browsing

#: Signature, then the first chunk: its length, kind, 13 bytes and checksum.
_AFTER_HEADER = len(SIGNATURE) + 4 + 4 + 13 + 4


def with_text(png: bytes, key: str, text: str) -> bytes:
    """The PNG with one more text chunk, after its header."""
    body = b"tEXt" + key.encode("latin-1") + b"\0" + text.encode("latin-1")
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:_AFTER_HEADER] + chunk + png[_AFTER_HEADER:]


def render(page: Page, drawing: Path) -> bytes:
    """The drawing as the browser shows it, on a clear ground."""
    svg = drawing.read_text(encoding="utf-8-sig")
    page.set_content(f"<style>body {{ margin: 0 }} svg {{ display: block }}</style>{svg}")
    png = page.screenshot(omit_background=True)
    return with_text(png, DRAWING_KEY, hash_drawing(svg))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ids", nargs="*", help="which pictures; all when none is named")
    wanted = parser.parse_args().ids
    drawings = sorted((PROJECT_ROOT / PICTURES_FOLDER).glob("*.svg"))
    with browsing() as browser:
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        for drawing in drawings:
            if wanted and drawing.stem not in wanted:
                continue
            png = render(page, drawing)
            drawing.with_suffix(".png").write_bytes(png)
            print(f"{drawing.stem}.png: {len(png) / 1000:.0f} kB")
            assert len(png) <= MAX_PICTURE_BYTES, "too large: draw it more simply"


if __name__ == "__main__":
    main()
