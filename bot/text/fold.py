"""The form of a text without diacritics: for lexical matching only, never shown or stored."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_D_WITH_STROKE = str.maketrans({"đ": "d", "Đ": "D"})


def fold(text: str) -> str:
    """The text without tone and vowel marks, and with đ as d; case and length in letters kept."""
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(char for char in decomposed if unicodedata.category(char) != "Mn")
    return unicodedata.normalize("NFC", bare).translate(_D_WITH_STROKE)


#: The longest Vietnamese syllable has seven letters ("nghiêng"); foreign words are seldom longer.
_MAX_REMEMBERED_CHARS = 12


def fold_syllable(syllable: str) -> str:
    """`fold` for a single word; short ones are remembered, for few of them recur all the time."""
    return _remembered(syllable) if len(syllable) <= _MAX_REMEMBERED_CHARS else fold(syllable)


@lru_cache(maxsize=32_768)
def _remembered(syllable: str) -> str:
    return fold(syllable)


def is_folded(text: str) -> bool:
    """Whether folding changes nothing: no letter carries a mark."""
    return fold(text) == text
