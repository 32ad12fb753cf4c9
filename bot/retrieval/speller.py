"""Repairs single words that the index does not know: Telex keys, slips of one letter, words run
together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.text.fold import fold_syllable
from bot.text.telex import decode_telex

_LETTERS = "abcdefghiklmnopqrstuvxy"
#: Shorter words have too many neighbours one letter away to guess.
_MIN_CHARS = 4
#: Longer than two syllables run together.
_MAX_CHARS = 14


class Speller:
    """Corrects towards the syllables of the indexed examples."""

    def __init__(self, frequencies: Mapping[str, int]) -> None:
        """`frequencies` counts, for each folded syllable, the examples that contain it."""
        self.frequencies = frequencies

    def correct(self, syllables: Sequence[str]) -> list[str]:
        """The syllables with unknown ones replaced where a known word is near; numbers stay."""
        return [part for syllable in syllables for part in self._correct_one(syllable)]

    def _correct_one(self, syllable: str) -> tuple[str, ...]:
        folded = fold_syllable(syllable)
        if folded in self.frequencies or any(char.isdigit() for char in folded):
            return (syllable,)
        decoded = decode_telex(syllable)
        if decoded is not None and fold_syllable(decoded) in self.frequencies:
            return (decoded,)
        if not _MIN_CHARS <= len(folded) <= _MAX_CHARS:
            return (syllable,)
        parts = self._split(folded)
        if parts is not None:
            return parts
        nearest = max(
            _one_edit(folded), key=lambda word: self.frequencies.get(word, 0), default=folded
        )
        return (nearest,) if nearest in self.frequencies else (syllable,)

    def _split(self, folded: str) -> tuple[str, str] | None:
        """The two frequent words that were written as one, if there are such."""
        best: tuple[int, tuple[str, str]] | None = None
        for at in range(2, len(folded) - 1):
            left, right = folded[:at], folded[at:]
            score = min(self.frequencies.get(left, 0), self.frequencies.get(right, 0))
            if score >= 5 and (best is None or score > best[0]):
                best = (score, (left, right))
        return best[1] if best else None


def _one_edit(word: str) -> Iterator[str]:
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]
        if at + 1 < len(word):
            yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        for letter in _LETTERS:
            yield word[:at] + letter + word[at + 1 :]
            yield word[:at] + letter + word[at:]
