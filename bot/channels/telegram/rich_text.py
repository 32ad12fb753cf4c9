"""Our texts as Telegram's HTML: `**words on a screen**` in bold, long texts in pieces.

Bold is kept beside the plain text, not in it, so that no piece can cut a tag or leave one open.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from bot.channels.telegram.limits import MAX_MARKED_UP_BYTES, MAX_TEXT_UNITS

_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
#: Where a text is best cut: after a paragraph, a line, a sentence, a word.
_SEAMS = tuple(map(re.compile, (r"\n\s*\n\s*", r"\n\s*", r"(?<=[.!?;:…])\s+", r"\s+")))
#: A coarser seam is passed over when it would leave a piece smaller than this part of the room.
_MIN_FILLING = 1 / 3
#: Only these mean anything in Telegram's HTML: https://core.telegram.org/bots/api#html-style (read
#: 2026-11-20). Python's own escaping of quotes would cost room for nothing.
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def utf16_units(text: str) -> int:
    """Length in UTF-16 code units: letters outside the basic plane count twice."""
    return len(text) + sum(letter > "\uffff" for letter in text)


@dataclass(frozen=True, slots=True)
class RichText:
    """Plain text in NFC, and which parts of it are bold."""

    plain: str
    #: Begin and end of each bold part, in characters, in order and apart from each other.
    bold: tuple[tuple[int, int], ...] = ()

    @property
    def units(self) -> int:
        """The length that Telegram limits."""
        return utf16_units(self.plain)

    def to_html(self) -> str:
        """The text with its tags."""
        parts, at = [], 0
        for begin, end in self.bold:
            parts += [_escape(self.plain[at:begin]), f"<b>{_escape(self.plain[begin:end])}</b>"]
            at = end
        return "".join([*parts, _escape(self.plain[at:])])

    def part(self, begin: int, end: int) -> RichText:
        """From one character to before another, without blanks at its ends."""
        text = self.plain[begin:end]
        begin += len(text) - len(text.lstrip())
        end = begin + len(text.strip())
        clipped = ((max(first, begin), min(last, end)) for first, last in self.bold)
        bold = tuple((first - begin, last - begin) for first, last in clipped if first < last)
        return RichText(self.plain[begin:end], bold)


def parse_rich_text(text: str) -> RichText:
    """A text of ours without its marks. Marks that have no partner stay as they are written."""
    text = unicodedata.normalize("NFC", text).strip()
    parts: list[str] = []
    bold: list[tuple[int, int]] = []
    at = length = 0
    for found in _BOLD.finditer(text):
        before, inside = text[at : found.start()], found[1]
        begin = length + len(before)
        length = begin + len(inside)
        parts += [before, inside]
        bold.append((begin, length))
        at = found.end()
    return RichText("".join([*parts, text[at:]]), tuple(bold)).part(0, len(text))


def split(text: RichText, max_units: int = MAX_TEXT_UNITS) -> tuple[RichText, ...]:
    """The text in pieces that Telegram takes, cut between paragraphs where it can be, else between
    lines, sentences or words. Only blanks at the cuts are lost. None for an empty text.
    """
    pieces = _split_by_units(text, max_units)
    return tuple(small for piece in pieces for small in _split_by_bytes(piece, max_units))


def _split_by_units(text: RichText, max_units: int) -> Iterator[RichText]:
    rest = text.part(0, len(text.plain))
    while rest.units > max_units:
        cut = _best_cut(rest.plain, _room(rest.plain, max_units))
        if (piece := rest.part(0, cut)).plain:
            yield piece
        rest = rest.part(cut, len(rest.plain))
    if rest.plain:
        yield rest


def _split_by_bytes(piece: RichText, max_units: int) -> Iterator[RichText]:
    """Nearly always the piece itself: only a text made of marks can be so long with its tags."""
    if len(piece.to_html().encode()) <= MAX_MARKED_UP_BYTES:
        yield piece
        return
    for half in _split_by_units(piece, max_units // 2):
        yield from _split_by_bytes(half, max_units // 2)


def _room(text: str, max_units: int) -> int:
    """How many characters from the beginning fit."""
    units = 0
    for at, letter in enumerate(text):
        units += 1 + (letter > "\uffff")
        if units > max_units:
            return at
    return len(text)


def _best_cut(text: str, room: int) -> int:
    """Where to end the first piece; at most `room`, and at least one character."""
    for seam in _SEAMS:
        # A seam may lie half outside: its blanks are lost anyway.
        ends = [found.start() for found in seam.finditer(text, 0, room + 1)]
        if ends and ends[-1] >= room * _MIN_FILLING:
            return ends[-1]
    cut = room
    while cut > 1 and unicodedata.combining(text[cut]):
        cut -= 1
    return max(cut, 1)


def _escape(text: str) -> str:
    return text.translate(_ESCAPES)
