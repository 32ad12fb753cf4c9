"""Questions to topics: normalise, rank, fuse, and say how sure we are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bot.domain.ports import Encoder
from bot.retrieval.decision import DecisionModel, Masks, Verdict, gate_values, softmax
from bot.retrieval.question_text import ReadQuestion
from bot.retrieval.signals import SearchIndex


@dataclass(frozen=True, slots=True)
class Candidate:
    """A class and the probability that it is what was meant."""

    name: str
    score: float


@dataclass(frozen=True)
class Retrieval:
    """The ranking for one question and the verdict on it."""

    #: Topics alone, best first.
    topics: tuple[Candidate, ...]
    #: The best class of all, topic or not; None for a question without words.
    best: Candidate | None
    verdict: Verdict
    in_scope: float
    correct: float


NOTHING = Retrieval((), None, Verdict.UNKNOWN, 0.0, 0.0)


class Retriever:
    """Searches one index with one encoder. Immutable: safe to share between threads."""

    def __init__(
        self,
        index: SearchIndex,
        encoder: Encoder,
        model: DecisionModel,
        read: ReadQuestion,
    ) -> None:
        self._index = index
        self._encoder = encoder
        self._model = model
        self._read = read
        self._masks = Masks.of(index.names)

    def retrieve(self, text: str, count: int = 5) -> Retrieval:
        """Up to `count` topics for a question, best first, and what to do with them."""
        syllables = self._read(text)
        if not syllables or not self._masks.topics.any():
            return NOTHING
        signals = self._index.signals(syllables, self._encoder)
        logits = self._model.logits(signals)
        probabilities = softmax(logits)
        verdict, in_scope, correct = self._model.decide(gate_values(signals, logits, self._masks))
        best = int(np.argmax(probabilities))
        order = np.argsort(-np.where(self._masks.topics, probabilities, -1.0))[:count]
        return Retrieval(
            topics=tuple(
                Candidate(self._index.names[at], float(probabilities[at])) for at in order
            ),
            best=Candidate(self._index.names[best], float(probabilities[best])),
            verdict=verdict,
            in_scope=in_scope,
            correct=correct,
        )
