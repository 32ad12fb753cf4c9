"""Recognises what comes before everything else: danger to life, and a scam that is going on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.text.fold import fold_syllable
from bot.text.normalize import words

#: Somebody who types only this wants help at once.
EMERGENCY_NUMBERS = frozenset({"112", "113", "114", "115"})


@dataclass(frozen=True)
class SafetyPhrases:
    """Phrases of `config/safety.yaml`, ready to be found.

    A syllable typed with marks must be that of the phrase: "đang chạy" is no "đang cháy". One typed
    without marks may stand for it, unless the phrase is among those that only count with marks.
    """

    emergency: re.Pattern[str]
    emergency_with_marks: re.Pattern[str]
    scam_pressure: re.Pattern[str]
    #: Holds words of pressure, but of a machine: "máy đang yêu cầu".
    no_scam_pressure: re.Pattern[str]

    @classmethod
    def of(
        cls,
        emergency: Iterable[str],
        emergency_with_marks: Iterable[str],
        scam_pressure: Iterable[str],
        no_scam_pressure: Iterable[str] = (),
    ) -> SafetyPhrases:
        """From phrases as editors write them."""
        return cls(
            phrase_pattern(emergency, marks_needed=False),
            phrase_pattern(emergency_with_marks, marks_needed=True),
            phrase_pattern(scam_pressure, marks_needed=False),
            phrase_pattern(no_scam_pressure, marks_needed=False),
        )

    def is_emergency(self, text: str) -> bool:
        """Whether a life or a house is in danger."""
        typed = " ".join(words(text))
        if typed in EMERGENCY_NUMBERS:
            return True
        return bool(self.emergency.search(typed) or self.emergency_with_marks.search(typed))

    def is_scam_pressure(self, text: str) -> bool:
        """Whether somebody, rather than a machine, is pressing the citizen right now."""
        typed = " ".join(words(text))
        harmless = [one.span() for one in self.no_scam_pressure.finditer(typed)]
        return any(
            not any(start <= one.start() and one.end() <= end for start, end in harmless)
            for one in self.scam_pressure.finditer(typed)
        )


def phrase_pattern(phrases: Iterable[str], *, marks_needed: bool) -> re.Pattern[str]:
    """Finds any of the phrases as whole syllables; nothing when there are none."""
    alternatives = (
        " ".join(_syllable(one, marks_needed=marks_needed) for one in words(phrase))
        for phrase in phrases
    )
    return re.compile(rf"(?<!\S)(?:{'|'.join(alternatives) or '(?!)'})(?!\S)")


def _syllable(syllable: str, *, marks_needed: bool) -> str:
    folded = fold_syllable(syllable)
    if marks_needed or folded == syllable:
        return re.escape(syllable)
    return f"(?:{re.escape(syllable)}|{re.escape(folded)})"
