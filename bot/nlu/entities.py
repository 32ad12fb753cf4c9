"""Finds kinds of papers, life events and other values of entities in a text, by their phrases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.domain.understanding import EntityMatch, EntityPhrase
from bot.text.fold import fold_syllable
from bot.text.normalize import to_syllables


class EntityFinder:
    """Looks phrases up as whole syllables, with or without marks; the longest wins."""

    def __init__(self, phrases: Iterable[EntityPhrase], abbreviations: Mapping[str, str]) -> None:
        self._abbreviations = abbreviations
        self._phrases: dict[tuple[str, ...], EntityPhrase] = {}
        for one in phrases:
            self._phrases.setdefault(self._folded(one.phrase), one)
        self._longest = max(map(len, self._phrases), default=0)

    def find(self, text: str) -> tuple[EntityMatch, ...]:
        """The values said in a text, from left to right, none overlapping another."""
        syllables = self._folded(text)
        found: list[EntityMatch] = []
        at = 0
        while at < len(syllables):
            match = self._match(syllables, at)
            if match is not None:
                found.append(match)
            at = match.end if match else at + 1
        return tuple(found)

    def _match(self, syllables: tuple[str, ...], at: int) -> EntityMatch | None:
        for length in range(min(self._longest, len(syllables) - at), 0, -1):
            phrase = self._phrases.get(syllables[at : at + length])
            if phrase is not None:
                return EntityMatch(phrase.entity, phrase.value, at, at + length)
        return None

    def _folded(self, text: str) -> tuple[str, ...]:
        return tuple(map(fold_syllable, to_syllables(text, self._abbreviations)))
