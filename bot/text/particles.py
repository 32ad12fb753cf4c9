"""The small words around a message that change nothing of what it says: "dạ", "em ơi", "nhé".

The one list of them, for answers and commands as for questions that follow up.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from bot.text.fold import fold_syllable

#: A syllable typed with marks must be one of these; one without marks may stand for any of them.
_BEFORE = frozenset(
    ["dạ", "vâng", "ừ", "ừm", "ờ", "uh", "uhm", "uk", "ukm", "ok", "oke", "à", "á", "ạ", "ah"]
)
_BEHIND = frozenset(
    ["ạ", "á", "ah", "nhỉ", "nhé", "nhá", "nha", "nè", "nghen", "đi", "ơi", "đây", "đấy", "đó",
     "luôn", "chứ", "thôi", "em", "bot", "ad", "bạn", "bác", "con", "cháu", "anh", "chị"]
)  # fmt: skip
#: These count only with their marks: "co" is rather có, "lam" rather làm.
_BEHIND_WITH_MARKS = frozenset(["cô", "chú", "ông", "bà", "lắm"])


def is_typed(syllable: str, known: frozenset[str]) -> bool:
    """Whether a syllable is one of the known ones, as they are written or without their marks."""
    return syllable in known or syllable in _without_marks(known)


@lru_cache
def _without_marks(known: frozenset[str]) -> frozenset[str]:
    return frozenset(map(fold_syllable, known))


def peel(
    syllables: Sequence[str],
    before: frozenset[str] = frozenset(),
    behind: frozenset[str] = frozenset(),
) -> list[tuple[str, ...]]:
    """The syllables, then the same without one small word after another: first those behind, then
    those before. One syllable is always left. `before` and `behind` are more words to peel off.
    """
    rest = tuple(syllables)
    found = [rest]
    while len(rest) > 1 and _is_behind(rest[-1], behind):
        rest = rest[:-1]
        found.append(rest)
    while len(rest) > 1 and (is_typed(rest[0], _BEFORE) or is_typed(rest[0], before)):
        rest = rest[1:]
        found.append(rest)
    return found


def _is_behind(syllable: str, more: frozenset[str]) -> bool:
    return syllable in _BEHIND_WITH_MARKS or is_typed(syllable, _BEHIND) or is_typed(syllable, more)
