"""Recognises what comes before everything else: danger to life, and a scam that is going on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.text.fold import fold_syllable
from bot.text.normalize import words

#: Somebody who types only this wants help at once.
EMERGENCY_NUMBERS = frozenset({"112", "113", "114", "115"})


@dataclass(frozen=True)
class SafetyPhrases:
    """Phrases of `config/safety.yaml` as syllables.

    A syllable typed with marks must be that of the phrase: "đang chạy" is no "đang cháy". One typed
    without marks may stand for it, unless the phrase is among those that only count with marks.
    """

    emergency: tuple[tuple[str, ...], ...]
    emergency_with_marks: tuple[tuple[str, ...], ...]
    scam_pressure: tuple[tuple[str, ...], ...]

    @classmethod
    def of(
        cls,
        emergency: Iterable[str],
        emergency_with_marks: Iterable[str],
        scam_pressure: Iterable[str],
    ) -> SafetyPhrases:
        """From phrases as editors write them."""
        lists = (emergency, emergency_with_marks, scam_pressure)
        return cls(*(tuple(tuple(words(phrase)) for phrase in one) for one in lists))

    def is_emergency(self, text: str) -> bool:
        """Whether a life or a house is in danger."""
        typed = words(text)
        if len(typed) == 1 and typed[0] in EMERGENCY_NUMBERS:
            return True
        return _contains(typed, self.emergency, marks_needed=False) or _contains(
            typed, self.emergency_with_marks, marks_needed=True
        )

    def is_scam_pressure(self, text: str) -> bool:
        """Whether somebody is pressing the citizen right now."""
        return _contains(words(text), self.scam_pressure, marks_needed=False)


def _contains(
    typed: Sequence[str], phrases: Iterable[Sequence[str]], *, marks_needed: bool
) -> bool:
    return any(
        all(
            _matches(typed[at + offset], syllable, marks_needed=marks_needed)
            for offset, syllable in enumerate(phrase)
        )
        for phrase in phrases
        for at in range(len(typed) - len(phrase) + 1)
    )


def _matches(typed: str, syllable: str, *, marks_needed: bool) -> bool:
    return typed == syllable or (not marks_needed and typed == fold_syllable(syllable))
