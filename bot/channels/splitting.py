"""Cuts a text that is too long for one message where it reads best. Pure; knows no vendor."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

#: A piece is filled at least to this part of the limit before a weaker place to cut is tried: a
#: short line alone in a message reads worse than a paragraph cut at the end of a sentence.
_LEAST_FILL = 0.4
_PARAGRAPH = re.compile(r"[^\S\n]*\n[^\S\n]*\n\s*")
_LINE = re.compile(r"\s*\n\s*")
_SENTENCE = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+")
_WORD = re.compile(r"\s+")
_PLACES = (_PARAGRAPH, _LINE, _SENTENCE, _WORD)
#: What a full stop stands behind without ending a sentence: the number of a step at the beginning
#: of a line, and abbreviations such as TP. and Q.
_NO_END = re.compile(r"(?:(?:^|\n)[^\S\n]*\d{1,3}|\b[A-ZĐ]{1,2})\.$")
_JOINERS = frozenset("\u200d\ufe0e\ufe0f")


def split_text(text: str, limit: int, measure: Callable[[str], int] = len) -> list[str]:
    """The text in pieces of at most `limit` each: cut between paragraphs, else lines, else
    sentences, else words, else, in a word longer than the limit, between letters.

    Nothing is lost but white space at the cuts and at both ends; white space alone gives no piece.

    Args:
        text: in NFC, so that a letter is not parted from its marks.
        limit: what one piece may measure.
        measure: how long a text is for the vendor, such as in UTF-16 units. Must not fall as a text
            grows.

    Raises:
        ValueError: not even one character fits.
    """
    pieces = []
    rest = text.strip()
    while measure(rest) > limit:
        room = _longest_fitting(rest, limit, measure)
        end, begin = _find_cut(rest, room)
        pieces.append(rest[:end].rstrip())
        rest = rest[begin:].lstrip()
    return [*pieces, rest] if rest else pieces


def _longest_fitting(text: str, limit: int, measure: Callable[[str], int]) -> int:
    """How many characters from the beginning fit."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(text[:middle]) <= limit:
            low = middle
        else:
            high = middle - 1
    if low == 0:
        raise ValueError(f"a limit of {limit} has no room for one character")
    return low


def _find_cut(text: str, room: int) -> tuple[int, int]:
    """Where a piece of at most `room` characters ends, and where the next begins."""
    cuts = [_last_cut(place, text, room) for place in _PLACES]
    for cut in cuts:
        if cut is not None and cut[0] >= room * _LEAST_FILL:
            return cut
    # All are early, so what follows is one very long word, as a web address can be.
    word = cuts[-1]
    if word is not None and _word_fits(text, word[1], room):
        return word
    end = _letter_cut(text, room)
    return end, end


def _last_cut(place: re.Pattern[str], text: str, room: int) -> tuple[int, int] | None:
    last = None
    for end, begin in _cuts(place, text, room):
        last = (end, begin)
    return last


def _cuts(place: re.Pattern[str], text: str, room: int) -> Iterator[tuple[int, int]]:
    # White space right behind the room is a place too: the piece then fills it.
    for match in place.finditer(text):
        end = match.start() + len(match[0].rstrip())
        if end > room:
            return
        if place is not _SENTENCE or not _NO_END.search(text, 0, match.start()):
            yield end, match.end()


def _word_fits(text: str, begin: int, room: int) -> bool:
    following = _WORD.search(text, begin)
    end = following.start() if following else len(text)
    return end - begin <= room


def _letter_cut(text: str, room: int) -> int:
    """Not before a mark that belongs to the letter in front of it."""
    end = room
    while end > 1 and _is_joined(text, end):
        end -= 1
    return end if end > 1 else room


def _is_joined(text: str, at: int) -> bool:
    return bool(unicodedata.combining(text[at])) or not _JOINERS.isdisjoint(text[at - 1 : at + 1])
