from __future__ import annotations

import pytest

from bot.domain.understanding import IntentMatch
from bot.retrieval.decision import Verdict
from bot.retrieval.given_ranking import ConfidenceLines, judge
from bot.retrieval.retriever import NOTHING, Candidate

LINES = ConfidenceLines(answer=0.5, choices=0.3)


def ranking(**scores: float) -> list[IntentMatch]:
    return [IntentMatch(name.replace("__", "/"), score) for name, score in scores.items()]


@pytest.mark.parametrize(
    ("scores", "verdict"),
    [
        ({"service__a": 0.5, "oos__far": 0.5}, Verdict.ANSWER),
        ({"service__a": 0.49, "oos__far": 0.4}, Verdict.CLARIFY),
        ({"service__a": 0.2, "service__b": 0.1, "oos__far": 0.4}, Verdict.CLARIFY),
        ({"oos__far": 0.7, "service__a": 0.29}, Verdict.UNKNOWN),
        ({"flow__f": 0.6, "service__a": 0.1}, Verdict.CLARIFY),
        ({"flow__f": 1.0}, Verdict.UNKNOWN),
        ({"oos__far": 1.0}, Verdict.UNKNOWN),
    ],
)
def test_a_ranking_is_judged_by_the_lines(scores, verdict):
    assert judge(ranking(**scores), LINES).verdict is verdict


def test_topics_come_apart_from_the_best_of_all():
    found = judge(ranking(oos__far=0.5, service__a=0.4, flow__f=0.1), LINES)
    assert found.best == Candidate("oos/far", 0.5)
    assert found.topics == (Candidate("service/a", 0.4),)
    assert found.in_scope == pytest.approx(0.5)
    assert found.correct == 0.4


def test_an_empty_ranking_is_nothing():
    assert judge([], LINES) is NOTHING
