"""How well questions are answered: figures over labelled questions, and where it goes wrong.

A question in scope has one right topic; one out of scope has none and must not be answered.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

#: Outcomes that put a topic's answer before the citizen.
ANSWERING = frozenset({"answered", "safety"})
_CONFUSIONS_SHOWN = 25


@dataclass(frozen=True, slots=True)
class Question:
    """A labelled question; `topic` is None for one that must not be answered."""

    text: str
    topic: str | None
    style: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it: outcome and topics, best first."""

    outcome: str
    topics: tuple[str, ...]

    @property
    def is_answer(self) -> bool:
        """Whether a topic was answered outright."""
        return self.outcome in ANSWERING and bool(self.topics)

    @property
    def is_refusal(self) -> bool:
        """Whether no topic was offered at all."""
        return not self.topics


@dataclass(frozen=True, slots=True)
class InScopeFigures:
    """Figures over questions that have a right topic; shares between 0 and 1."""

    count: int
    hit_at_1: float
    hit_at_3: float
    mrr: float
    answered_right: float
    answered_wrong: float
    offered_choices: float
    refused: float


@dataclass(frozen=True, slots=True)
class OutOfScopeFigures:
    """Figures over questions that must not be answered."""

    count: int
    answered_wrong: float
    offered_choices: float
    refused: float


@dataclass(frozen=True)
class Report:
    """All figures of one run."""

    in_scope: InScopeFigures
    by_style: Mapping[str, InScopeFigures]
    out_of_scope: OutOfScopeFigures
    out_of_scope_by_style: Mapping[str, OutOfScopeFigures]
    #: Of all refusals, the share that was right; of all questions to refuse, the share refused.
    abstention_precision: float
    abstention_recall: float
    #: Right topic, topic answered instead, how often; most frequent first.
    confusions: Sequence[tuple[str, str, int]]

    def to_json(self) -> dict[str, object]:
        """JSON-ready data."""
        return asdict(self)


def load_questions(path: Path) -> list[Question]:
    """Read JSON lines with `text`, `topic` (null when out of scope) and `style`."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Question(**json.loads(line)) for line in lines if line.strip()]


def evaluate(questions: Sequence[Question], answers: Sequence[Answer]) -> Report:
    """Figures for questions and their answers, in the same order."""
    pairs = list(zip(questions, answers, strict=True))
    inside = [(question, answer) for question, answer in pairs if question.topic is not None]
    outside = [(question, answer) for question, answer in pairs if question.topic is None]
    refused_right = sum(answer.is_refusal for _, answer in outside)
    refused_wrong = sum(answer.is_refusal for _, answer in inside)
    confusions = Counter(
        (str(question.topic), answer.topics[0])
        for question, answer in inside
        if answer.topics and answer.topics[0] != question.topic
    )
    return Report(
        in_scope=_inside(inside),
        by_style={style: _inside(group) for style, group in _by_style(inside).items()},
        out_of_scope=_outside([answer for _, answer in outside]),
        out_of_scope_by_style={
            style: _outside([answer for _, answer in group])
            for style, group in _by_style(outside).items()
        },
        abstention_precision=_share(refused_right, refused_right + refused_wrong),
        abstention_recall=_share(refused_right, len(outside)),
        confusions=[
            (right, wrong, count)
            for (right, wrong), count in confusions.most_common(_CONFUSIONS_SHOWN)
        ],
    )


def _by_style(pairs: Iterable[tuple[Question, Answer]]) -> dict[str, list[tuple[Question, Answer]]]:
    groups: dict[str, list[tuple[Question, Answer]]] = defaultdict(list)
    for question, answer in pairs:
        groups[question.style].append((question, answer))
    return dict(sorted(groups.items()))


def _inside(pairs: Sequence[tuple[Question, Answer]]) -> InScopeFigures:
    ranks = [
        answer.topics.index(question.topic) + 1 if question.topic in answer.topics else 0
        for question, answer in pairs
    ]
    total = len(pairs)
    right = sum(
        answer.is_answer and rank == 1 for (_, answer), rank in zip(pairs, ranks, strict=True)
    )
    answered = sum(answer.is_answer for _, answer in pairs)
    return InScopeFigures(
        count=total,
        hit_at_1=_share(sum(rank == 1 for rank in ranks), total),
        hit_at_3=_share(sum(1 <= rank <= 3 for rank in ranks), total),
        mrr=_share(sum(1 / rank for rank in ranks if rank), total),
        answered_right=_share(right, total),
        answered_wrong=_share(answered - right, total),
        offered_choices=_share(sum(answer.outcome == "clarify" for _, answer in pairs), total),
        refused=_share(sum(answer.is_refusal for _, answer in pairs), total),
    )


def _outside(answers: Sequence[Answer]) -> OutOfScopeFigures:
    total = len(answers)
    return OutOfScopeFigures(
        count=total,
        answered_wrong=_share(sum(answer.is_answer for answer in answers), total),
        offered_choices=_share(
            sum(answer.outcome == "clarify" and bool(answer.topics) for answer in answers), total
        ),
        refused=_share(sum(answer.is_refusal for answer in answers), total),
    )


def _share(part: float, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
