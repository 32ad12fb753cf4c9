"""Our own content: nothing wrong with it, and it holds what was promised."""

from __future__ import annotations

import pytest

from bot.cli.eval import SETS
from bot.content.issues import Severity
from bot.content.loader import load_content
from bot.domain.cards import answer_card
from bot.retrieval.evaluation import load_questions
from bot.settings import PROJECT_ROOT
from bot.text.fold import fold
from bot.text.normalize import to_syllables
from tests.factories import TODAY


@pytest.fixture(scope="module")
def content():
    return load_content(PROJECT_ROOT)


def test_our_own_content_has_no_error(content):
    _, issues = content
    assert [str(one) for one in issues if one.severity is Severity.ERROR] == []


def test_our_own_pictures_are_all_used_small_and_in_step_with_their_drawings(content):
    files, issues = content
    assert [str(one) for one in issues if one.code.startswith("picture_")] == []
    assert len(files.pictures) >= 14


def test_there_are_enough_ways_to_ask(content):
    files, _ = content
    catalog = files.to_catalog("")
    topics = {topic.id for topic in catalog.topics}
    counts = {intent.name: len(intent.examples) for intent in catalog.intents}
    assert min(counts[topic] for topic in topics) >= 60
    assert sum(count for name, count in counts.items() if name in topics) >= 12_000
    assert sum(count for name, count in counts.items() if name not in topics) >= 1_500


def test_every_topic_says_where_it_comes_from_and_how_fresh_it_is(content):
    files, _ = content
    for file in files.topics:
        assert file.topic.sources, file.topic.id
        assert file.topic.as_of, file.topic.id
        assert all(one.title and one.reference and one.date for one in file.topic.sources)


def test_a_changed_law_is_named_by_the_check_and_told_to_the_citizen(content):
    files, issues = content
    catalog = files.to_catalog("")
    changed = {topic: topic.laws_changed(catalog.laws, TODAY) for topic in catalog.topics}
    concerned = [topic for topic in catalog.topics if changed[topic]]
    assert concerned
    named = {one.path for one in issues if one.code in {"law_amended", "law_lapsed_told"}}
    assert {topic.path for topic in concerned} - named == set()
    silent = [
        topic.id
        for topic in concerned
        if changed[topic][0].number not in answer_card(topic, catalog, TODAY)
    ]
    assert silent == []


@pytest.mark.parametrize("name", SETS)
def test_no_example_is_a_question_of_the_evaluation(content, name):
    """Compared as they are searched, without marks: what was learned by heart measures nothing."""
    files, _ = content

    def key(text: str) -> str:
        return fold(" ".join(to_syllables(text, files.abbreviations)))

    examples = {
        key(example): f"{file.intent.path}:{line}"
        for file in files.intents
        for line, example in zip(file.example_lines, file.intent.examples, strict=True)
    }
    questions = load_questions(PROJECT_ROOT / "evaluation" / f"{name}.jsonl")
    learned = [
        (question.text, examples[key(question.text)])
        for question in questions
        if key(question.text) in examples
    ]
    assert questions
    assert learned == []
