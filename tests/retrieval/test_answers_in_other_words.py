"""Floors for understanding answers that are in other words than the options of a flow."""

from __future__ import annotations

import pytest

from benchmarks.answers import is_current, load_answers, measure
from bot.settings import PROJECT_ROOT


@pytest.fixture(scope="module")
def counts(app):
    answers = load_answers(PROJECT_ROOT / "evaluation" / "answers-test.jsonl")
    current = [one for one in answers if is_current(app, one)]
    assert len(current) >= 400, "too many questions of flows have changed: write new lines"
    return measure(app, current)


def test_hardly_any_answer_is_taken_wrong(counts):
    assert counts["taken wrong"] <= 2


def test_no_question_in_between_is_taken_for_an_answer(counts):
    assert counts["question: taken for an answer"] <= 1


def test_a_third_or_more_is_taken_or_asked_back_right(counts):
    assert counts["taken right"] >= 40
    assert counts["taken right"] + counts["asked back right"] >= 125
