from __future__ import annotations

from datetime import UTC, datetime

import pytest
from telegram import Update as LibraryUpdate

from bot.channels.telegram.identity import BotIdentity
from bot.channels.telegram.incoming import InlineQuery, TelegramInbox
from bot.channels.telegram.inline import InlineLookup
from bot.domain.system_texts import SystemText
from tests.unit.channels.telegram.checker import check_call, check_keyboard, check_text
from tests.unit.channels.telegram.samples import BOT_ID, BOT_USERNAME, inline
from tests.unit.channels.telegram.wires import Wire, client_over, ok


class Noon:
    def now(self):
        return datetime(2026, 11, 21, 5, tzinfo=UTC)


class Titles:
    """The content, and a look-up of topics that have a word in their title."""

    def __init__(self, catalog) -> None:
        self.catalog = catalog
        self.asked: list[tuple[str, int]] = []

    def find(self, text, limit):
        self.asked.append((text, limit))
        return tuple(one for one in self.catalog.topics if text.lower() in one.title.lower())[
            :limit
        ]


@pytest.fixture
def titles(catalog):
    return Titles(catalog)


@pytest.fixture
def lookup(titles, catalog):
    return InlineLookup(titles, titles, Noon(), BOT_USERNAME)


def check(answer):
    """What Telegram would take; the results."""
    check_call("answerInlineQuery", answer)
    ids = [one["id"] for one in answer["results"]]
    assert len(ids) == len(set(ids)) <= 10
    for one in answer["results"]:
        assert 1 <= len(one["id"].encode()) <= 64
        assert one["title"].strip()
        assert 0 < len(one["description"]) <= 121
        content = one["input_message_content"]
        assert content["parse_mode"] == "HTML"
        check_text(content["message_text"], 4096)
        check_keyboard(one["reply_markup"], may_press=False)
    return answer["results"]


def test_what_is_found_becomes_cards_with_steps_source_and_date(lookup, titles, catalog):
    results = check(lookup.make_answer(InlineQuery("1", " tạm trú ")))
    assert titles.asked == [("tạm trú", 10)]
    topic = next(one for one in catalog.topics if one.id == "service/dang-ky-tam-tru")
    card = next(one for one in results if one["id"] == f"t:{topic.code}")
    text = check_text(card["input_message_content"]["message_text"], 4096)
    assert card["title"] == topic.title
    assert text.startswith(topic.title)
    assert "1. " in text
    assert "Nguồn: " in text
    assert "Cập nhật: " in text
    (button,) = check_keyboard(card["reply_markup"])
    assert button["url"] == f"https://t.me/{BOT_USERNAME}?start=t_{topic.code}"


def test_every_topic_of_ours_can_be_a_card(catalog):
    class All:
        def __init__(self, topics):
            self.topics = topics
            self.catalog = catalog

        def find(self, text, limit):
            return self.topics

    for at in range(0, len(catalog.topics), 10):
        some = All(catalog.topics[at : at + 10])
        some = InlineLookup(some, some, Noon(), BOT_USERNAME)
        assert len(check(some.make_answer(InlineQuery("1", "x")))) == len(
            catalog.topics[at : at + 10]
        )


def test_an_empty_query_shows_a_topic_of_each_group(lookup, titles, catalog):
    results = check(lookup.make_answer(InlineQuery("1", "")))
    assert titles.asked == []
    codes = {int(one["id"].removeprefix("t:")) for one in results}
    groups = [catalog.topics_by_code[code].group for code in codes]
    assert len(groups) == len(set(groups)) > 3


def test_where_nothing_is_found_a_button_leads_to_the_private_chat(lookup, catalog):
    answer = lookup.make_answer(InlineQuery("1", "xyz"))
    assert check(answer) == []
    assert answer["button"] == {
        "text": catalog.message(SystemText.INLINE_NOTHING),
        "start_parameter": "start",
    }


def test_there_is_one_page(lookup):
    answer = lookup.make_answer(InlineQuery("1", "tạm trú", offset="10"))
    assert check(answer) == []
    assert "button" not in answer


def test_the_same_question_gets_the_same_answer_for_everybody(lookup):
    first = lookup.make_answer(InlineQuery("1", "tạm trú"))
    second = lookup.make_answer(InlineQuery("2", "tạm trú"))
    assert first["is_personal"] is False
    assert {**first, "inline_query_id": "2"} == second


async def test_at_most_ten_cards_are_shown(lookup, titles):
    assert len([one for one in titles.catalog.topics if "a" in one.title.lower()]) > 10
    assert len((await lookup.answer(InlineQuery("1", "a")))["results"]) == 10


async def test_who_asks_is_not_read(lookup):
    raw = inline("muc do 2")
    assert LibraryUpdate.de_json(raw, None).inline_query.query == "muc do 2"
    waiting = await TelegramInbox(None, BotIdentity(BOT_ID, BOT_USERNAME)).take([raw])
    assert waiting.inline_queries == (InlineQuery("99", "muc do 2"),)


async def test_an_answer_can_be_sent_as_a_call(lookup, tmp_path):
    wire = Wire(ok())
    answer = lookup.make_answer(InlineQuery("1", "tạm trú"))
    await client_over(wire, tmp_path, None).answer_inline(answer)
    ((name, params),) = wire.calls
    assert name == "answerInlineQuery"
    assert {**params, "inline_query_id": "1"} == answer
