"""A ranking that another program made, judged by lines of confidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.understanding import IntentMatch
from bot.retrieval.decision import Verdict, is_outside, is_topic
from bot.retrieval.retriever import NOTHING, Candidate, Retrieval


@dataclass(frozen=True, slots=True)
class ConfidenceLines:
    """How sure the other program must be; between 0 and 1."""

    #: The first topic is answered outright from here on.
    answer: float
    #: Choices are offered where all topics together reach this.
    choices: float


def judge(ranking: Sequence[IntentMatch], lines: ConfidenceLines) -> Retrieval:
    """The ranking as our own retriever would give it; nothing for an empty one."""
    if not ranking:
        return NOTHING
    candidates = [Candidate(one.name, one.score) for one in ranking]
    topics = tuple(one for one in candidates if is_topic(one.name))
    in_scope = sum(one.score for one in candidates if not is_outside(one.name))
    correct = topics[0].score if topics else 0.0
    return Retrieval(topics, candidates[0], _verdict(in_scope, correct, lines), in_scope, correct)


def _verdict(in_scope: float, correct: float, lines: ConfidenceLines) -> Verdict:
    if correct >= lines.answer:
        return Verdict.ANSWER
    return Verdict.CLARIFY if correct and in_scope >= lines.choices else Verdict.UNKNOWN
