"""Recognises questions that only make sense after an answer: "hết bao nhiêu tiền?"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.domain.understanding import FollowUp, Intent, IntentFamily
from bot.text.fold import fold_syllable
from bot.text.normalize import to_syllables, words
from bot.text.particles import peel

#: What else may stand before and behind such a question without changing it.
_BEFORE = frozenset(["thế", "vậy", "mà", "còn", "rồi", "thì", "nhưng", "và", "xong", "ủa", "u"])
_BEHIND = frozenset(["à", "ha", "hả", "han", "hen", "hén", "thế", "vậy", "z", "zay", "ta", "hay"])
#: What stands between two such questions.
_BETWEEN = re.compile(
    r"[,;.?!\n]+|(?<=\s)(?:và|va|với|voi|vs|rồi|roi|cùng|còn|con)(?=\s)", re.IGNORECASE
)


@dataclass(frozen=True)
class FollowUpReader:
    """Knows whole messages that ask for one more thing about what was told last."""

    #: For folded syllables: what is asked.
    known: Mapping[tuple[str, ...], FollowUp]
    abbreviations: Mapping[str, str]

    @classmethod
    def of(cls, intents: Iterable[Intent], abbreviations: Mapping[str, str]) -> FollowUpReader:
        """From the examples of the family `ask`."""
        known = {
            _core(example, abbreviations): FollowUp(intent.name)
            for intent in intents
            if intent.family == IntentFamily.ASK
            for example in intent.examples
        }
        return cls(known, abbreviations)

    def find(self, text: str) -> FollowUp | None:
        """What a message asks for, when the whole of it is such a question."""
        return self.known.get(_core(text, self.abbreviations))

    def find_all(self, text: str) -> tuple[FollowUp, ...]:
        """All that a message asks for, in its order and each once, when it is nothing but a row of
        such questions: "phí bao nhiêu, bao lâu".
        """
        if whole := self.find(text):
            return (whole,)
        pieces = [piece for piece in _BETWEEN.split(text) if words(piece)]
        found = [one for one in map(self.find, pieces) if one is not None]
        # To be led is no fact to tell beside others.
        is_row = len(found) == len(pieces) and FollowUp.START not in found
        return tuple(dict.fromkeys(found)) if is_row else ()


def _core(text: str, abbreviations: Mapping[str, str]) -> tuple[str, ...]:
    """The folded syllables without what may stand around them; one is always left."""
    core = peel(to_syllables(text, abbreviations), _BEFORE, _BEHIND)[-1]
    return tuple(fold_syllable(one) for one in core)
