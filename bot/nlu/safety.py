"""Recognises what comes before everything else: danger to life, and a scam that is going on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.text.blanks import BLANK
from bot.text.fold import fold_syllable
from bot.text.normalize import words

#: Somebody who types only this wants help at once.
EMERGENCY_NUMBERS = frozenset({"112", "113", "114", "115"})
_PART = re.compile(rf"{BLANK.pattern}|[^{{}}]+")


@dataclass(frozen=True)
class SafetyPhrases:
    """Phrases of `config/safety.yaml`, ready to be found.

    A syllable typed with marks must be that of the phrase: "đang chạy" is no "đang cháy". One typed
    without marks may stand for it, unless the phrase is among those that only count with marks.
    """

    emergency: re.Pattern[str]
    emergency_with_marks: re.Pattern[str]
    scam_pressure: re.Pattern[str]
    #: Begins words of pressure, but of a machine or of the citizen: "máy đang yêu cầu".
    no_scam_pressure: re.Pattern[str]

    @classmethod
    def of(
        cls,
        emergency: Iterable[str],
        emergency_with_marks: Iterable[str],
        scam_pressure: Iterable[str],
        no_scam_pressure: Iterable[str] = (),
        **blanks: Iterable[str],
    ) -> SafetyPhrases:
        """From phrases as editors write them, and the lists that fill their blanks."""
        return cls(
            phrase_pattern(emergency, marks_needed=False, blanks=blanks),
            phrase_pattern(emergency_with_marks, marks_needed=True, blanks=blanks),
            phrase_pattern(scam_pressure, marks_needed=False, blanks=blanks),
            phrase_pattern(no_scam_pressure, marks_needed=False, blanks=blanks),
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
            not any(start <= one.start() < end for start, end in harmless)
            for one in self.scam_pressure.finditer(typed)
        )


def phrase_pattern(
    phrases: Iterable[str],
    *,
    marks_needed: bool,
    blanks: Mapping[str, Iterable[str]] | None = None,
) -> re.Pattern[str]:
    """Finds any of the phrases as whole syllables; nothing when there are none."""
    filled = {
        name: "|".join(_words(entry, marks_needed=marks_needed) for entry in entries)
        for name, entries in (blanks or {}).items()
    }
    alternatives = (_phrase(phrase, filled, marks_needed=marks_needed) for phrase in phrases)
    return re.compile(rf"(?<!\S)(?:{'|'.join(alternatives) or '(?!)'})(?!\S)")


def _phrase(phrase: str, filled: Mapping[str, str], *, marks_needed: bool) -> str:
    """One phrase; every part that is not the last brings the space behind it."""
    parts = [one for one in _PART.finditer(phrase) if one.group().strip()]
    written = []
    for index, part in enumerate(parts):
        name, may_be_missing = part.groups()
        choice = filled[name] if name else _words(part.group(), marks_needed=marks_needed)
        space = " " if index < len(parts) - 1 else ""
        written.append(
            f"(?:{choice}){space}" if not may_be_missing else f"(?:(?:{choice}){space})?"
        )
    return "".join(written)


def _words(text: str, *, marks_needed: bool) -> str:
    return " ".join(_syllable(one, marks_needed=marks_needed) for one in words(text))


def _syllable(syllable: str, *, marks_needed: bool) -> str:
    folded = fold_syllable(syllable)
    if marks_needed or folded == syllable:
        return re.escape(syllable)
    return f"(?:{re.escape(syllable)}|{re.escape(folded)})"
