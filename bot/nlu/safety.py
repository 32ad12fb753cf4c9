"""Recognises what comes before everything else: danger to life, and a scam that is going on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.text.fold import fold
from bot.text.normalize import words


@dataclass(frozen=True)
class SafetyPhrases:
    """Phrases of `config/safety.yaml`, ready to be found in folded text."""

    emergency: tuple[str, ...]
    scam_pressure: tuple[str, ...]

    @classmethod
    def of(cls, emergency: Iterable[str], scam_pressure: Iterable[str]) -> SafetyPhrases:
        """From phrases as editors write them."""
        return cls(tuple(map(_key, emergency)), tuple(map(_key, scam_pressure)))

    def is_emergency(self, text: str) -> bool:
        """Whether a life or a house is in danger."""
        return _contains(text, self.emergency)

    def is_scam_pressure(self, text: str) -> bool:
        """Whether somebody is pressing the citizen right now."""
        return _contains(text, self.scam_pressure)


def _key(phrase: str) -> str:
    return f" {fold(' '.join(words(phrase)))} "


def _contains(text: str, keys: tuple[str, ...]) -> bool:
    key = _key(text)
    return any(one in key for one in keys)
