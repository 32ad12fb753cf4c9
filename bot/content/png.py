"""What is written in a PNG beside its picture: its size, and the drawing that it was made from.

Format: https://www.w3.org/TR/png-3/ (read 2026-11-21).
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

SIGNATURE = b"\x89PNG\r\n\x1a\n"
#: The keyword of the text chunk that holds the hash of the drawing.
DRAWING_KEY = "drawing"


@dataclass(frozen=True, slots=True)
class Png:
    """Size in pixels, and the text chunks by keyword."""

    width: int
    height: int
    texts: Mapping[str, str] = field(default_factory=dict)


def parse_png(data: bytes) -> Png | None:
    """What the file says of itself; None when it is no PNG. Damaged pixels are not noticed."""
    if not data.startswith(SIGNATURE):
        return None
    chunks = list(_chunks(data))
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) < 8:
        return None
    width, height = struct.unpack(">II", chunks[0][1][:8])
    pairs = (body.partition(b"\0") for kind, body in chunks if kind == b"tEXt")
    texts = {key.decode("latin-1"): text.decode("latin-1") for key, _, text in pairs}
    return Png(width, height, texts)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and body of each chunk. A file that was cut off ends early."""
    at = len(SIGNATURE)
    while at + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        yield kind, data[at + 8 : at + 8 + length]
        at += length + 12  # length, kind, checksum


def hash_drawing(svg: str) -> str:
    """SHA-256 of a drawing, in hexadecimal; the same whatever the ends of its lines are."""
    return hashlib.sha256("\n".join(svg.splitlines()).encode()).hexdigest()
