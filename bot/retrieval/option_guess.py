"""Which option of a question a message in other words probably means, by nearness of meaning.

The lines were chosen on `evaluation/answers-dev.jsonl`; `benchmarks.answers` measures them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.domain.flows import SPECIAL_STEPS, Collect, Option
from bot.domain.ports import Encoder
from bot.text.fold import fold_syllable

#: How near (cosine) a message and an option must be, and by how much nearer than the next option,
#: for it to be taken, and for the citizen to be asked whether it was meant.
SURE_NEARNESS, SURE_LEAD = 0.45, 0.15
POSSIBLE_NEARNESS, POSSIBLE_LEAD = 0.2, 0.05
#: So few syllables are not even asked back when one denies what the other says.
MAX_SHORT_SYLLABLES = 4
_DENYING = frozenset({"khong", "chua", "chang", "het"})
_MAX_QUESTIONS_KEPT = 1024


@dataclass(frozen=True, slots=True)
class OptionGuess:
    """The likeliest option, and whether it can be taken without asking."""

    option: Option
    is_sure: bool


#: A question that waits and what was typed, to the option that was probably meant.
GuessOption: TypeAlias = Callable[[Collect, str], OptionGuess | None]


def option_guesser(encoder: Encoder, read: Callable[[str], Sequence[str]]) -> GuessOption:
    """Guesses with one encoder; `read` gives the syllables of a text as they are compared."""

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        return encoder.encode([" ".join(read(text)) for text in texts])

    @lru_cache(maxsize=_MAX_QUESTIONS_KEPT)
    def vectors_of(options: tuple[Option, ...]) -> tuple[NDArray[np.float32], ...]:
        """For each option its phrasings, then all of them as one text: (phrasings + 1, dim)."""
        phrasings = ((one.label, *one.also) for one in options)
        return tuple(encode([*one, " ".join(one)]) for one in phrasings)

    def denies(text: str) -> bool:
        return not _DENYING.isdisjoint(map(fold_syllable, read(text)))

    def guess(step: Collect, text: str) -> OptionGuess | None:
        if not read(text):
            return None
        typed = encode([text])[0]
        nearness = [_nearness(one @ typed) for one in vectors_of(step.options)]
        best, second, *_ = *sorted(nearness, reverse=True), 0.0, 0.0
        option, lead = step.options[nearness.index(best)], best - max(second, 0.0)
        if best < POSSIBLE_NEARNESS or lead < POSSIBLE_LEAD:
            return None
        # "có mạng" is near to "không có mạng", and its contrary.
        is_alike = denies(text) == denies(option.label)
        if not is_alike and len(read(text)) <= MAX_SHORT_SYLLABLES:
            return None
        is_near = best >= SURE_NEARNESS and lead >= SURE_LEAD
        return OptionGuess(option, is_near and is_alike and option.next not in SPECIAL_STEPS)

    return guess


def _nearness(cosines: NDArray[np.float32]) -> float:
    """Of one option: the mean of its nearest phrasing and of all of them as one text."""
    return float(cosines[:-1].max() + cosines[-1]) / 2
