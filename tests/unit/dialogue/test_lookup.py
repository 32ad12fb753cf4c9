"""Topics by a few words."""

from __future__ import annotations

import pytest

from bot.domain.lookup import Lookup


@pytest.fixture
def lookup(app) -> Lookup:
    return app.lookup


def test_a_code_finds_its_topic_alone(app, lookup):
    topic = app.catalog.topics_by_code[304]
    assert lookup.find("304", 5) == (topic,)
    assert lookup.find(" 304. ", 5) == (topic,)
    assert lookup.find("999", 5) == ()


def test_every_title_finds_its_topic_first_with_marks_and_without(app, lookup):
    for topic in app.catalog.topics:
        assert lookup.find(topic.title, 3)[0] == topic
        assert lookup.find(topic.title.upper(), 1) == (topic,)


@pytest.mark.parametrize("text", ["tạm trú", "tam tru", "Tạm trú?"])
def test_words_find_what_they_are_about_best_first(lookup, text):
    found = [topic.id for topic in lookup.find(text, 5)]
    assert found[:2] == ["service/dang-ky-tam-tru", "service/gia-han-tam-tru"]
    assert len(found) == len(set(found)) == 5


@pytest.mark.parametrize("limit", [0, 1, 2, 8])
def test_no_more_are_found_than_asked_for(lookup, limit):
    assert len(lookup.find("thẻ căn cước", limit)) == limit


@pytest.mark.parametrize(
    "text",
    ["", "???", "bóng đá", "con mèo", "xin chào", "\x00", "•••", "qwertyuiop", "asdf", "zzzz"],
)
def test_what_is_about_no_topic_finds_nothing(lookup, text):
    assert lookup.find(text, 5) == ()
