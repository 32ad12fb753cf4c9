"""Floors for the whole engine on labelled questions. Figures are in benchmarks/README.md."""

from __future__ import annotations

import pytest

from bot.cli.eval import ask
from bot.retrieval.evaluation import Answer, Question, evaluate, load_questions
from bot.settings import PROJECT_ROOT
from bot.text.normalize import words

EVALUATION = PROJECT_ROOT / "evaluation"
STYLES = {
    "short",
    "brief",
    "proper",
    "no_diacritics",
    "typo",
    "teencode",
    "spoken",
    "elder",
    "team",
}


@pytest.fixture(scope="module", params=["dev", "test"])
def report(request, app):
    questions = load_questions(EVALUATION / f"{request.param}.jsonl")
    return evaluate(questions, [ask(app, question.text) for question in questions])


def test_the_right_topic_comes_first_and_is_among_three(report):
    assert report.in_scope.hit_at_1 >= 0.93
    assert report.in_scope.hit_at_3 >= 0.98


def test_no_style_is_left_behind(report):
    assert set(report.by_style) == STYLES
    assert {
        style: one.hit_at_1 for style, one in report.by_style.items() if one.hit_at_1 < 0.88
    } == {}


def test_questions_in_scope_are_seldom_refused(report):
    assert report.in_scope.refused <= 0.04


def test_questions_out_of_scope_are_seldom_answered(report):
    assert report.out_of_scope.answered_wrong <= 0.05


def test_the_sets_are_large_enough_and_share_no_question():
    sets = {
        name: load_questions(EVALUATION / f"{name}.jsonl") for name in ("dev", "test", "sealed")
    }
    every = [one for questions in sets.values() for one in questions]
    assert sum(one.topic is not None for one in every) >= 900
    assert sum(one.topic is None for one in every) >= 250
    assert len({one.text for one in every}) == len(every)


def test_every_labelled_topic_exists_and_every_topic_is_asked_for(app):
    asked = {one.topic for name in ("dev", "test", "sealed")
             for one in load_questions(EVALUATION / f"{name}.jsonl") if one.topic}  # fmt: skip
    assert asked == {topic.id for topic in app.catalog.topics}


def test_no_question_is_an_example_or_an_alias(app):
    from bot.content.loader import load_content

    files, _ = load_content(PROJECT_ROOT)
    known = {" ".join(words(text)) for file in files.intents for text in file.intent.examples}
    known |= {" ".join(words(alias)) for file in files.topics for alias in file.topic.aliases}
    asked = [
        one.text
        for name in ("dev", "test", "sealed")
        for one in load_questions(EVALUATION / f"{name}.jsonl")
    ]
    assert [text for text in asked if " ".join(words(text)) in known] == []


def test_figures_are_counted_as_they_are_named():
    questions = [
        Question("a", "service/x", "proper"),
        Question("b", "service/x", "proper"),
        Question("c", "service/y", "typo"),
        Question("d", None, "out-far"),
        Question("e", None, "out-near"),
    ]
    answers = [
        Answer("answered", ("service/x", "service/y")),
        Answer("clarify", ("service/y", "service/x")),
        Answer("unknown", ()),
        Answer("smalltalk", ()),
        Answer("answered", ("service/x",)),
    ]
    report = evaluate(questions, answers)
    assert (report.in_scope.hit_at_1, report.in_scope.hit_at_3) == (0.3333, 0.6667)
    assert report.in_scope.mrr == 0.5
    assert (report.in_scope.answered_right, report.in_scope.refused) == (0.3333, 0.3333)
    assert report.out_of_scope.answered_wrong == 0.5
    assert (report.abstention_precision, report.abstention_recall) == (0.5, 0.5)
    assert report.confusions == [("service/x", "service/y", 1)]
