"""Our texts for channels that show plain text only."""

from __future__ import annotations

import re
import unicodedata

_MARKS = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)


def plain_text(text: str) -> str:
    """The text in NFC, in which vendors count characters, without the marks around `**words on a
    screen**`.
    """
    return unicodedata.normalize("NFC", _MARKS.sub(r"\1", text))


def utf16_units(text: str) -> int:
    """How long a text is for vendors that count as Java and JavaScript do: never less than its
    characters.
    """
    return len(text.encode("utf-16-le")) // 2
