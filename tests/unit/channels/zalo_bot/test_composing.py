"""All that our content can say fits into messages, and each number in them picks what it says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import pytest

from bot.app import App
from bot.channels.numbering import number_choices
from bot.channels.zalo_bot.composing import ZaloBotComposer
from bot.channels.zalo_bot.settings import ZaloBotSettings
from bot.dialogue.choices import find_choice
from bot.domain.deliveries import Message
from bot.domain.intake import Occasion
from bot.domain.messages import Button, Reply, Utterance
from bot.domain.payloads import MENU, group_payload, topic_payload
from bot.domain.people import Address, ChannelId
from bot.domain.pictures import Picture, PictureId
from bot.domain.session import Choice, Outcome, Session, Turn
from bot.domain.updates import Update
from tests.conversations.runner import FIRST_DAY, play, walks_of

OCCASION = Occasion(Update("1", Address(ChannelId.ZALO_BOT, "c")))
PICTURE = Picture(PictureId("tat-may"), "Nút **Tắt máy** ở cạnh phải.")


def composer(app: App, **values: str) -> ZaloBotComposer:
    return ZaloBotComposer(app.catalog, ZaloBotSettings(token="1:a", **values))


def turn_of(*replies: Reply) -> Turn:
    choices = tuple(Choice(one.label, one.payload) for reply in replies for one in reply.buttons)
    return Turn(Session("s", choices), replies, Outcome.ANSWERED)


def texts(messages: tuple[Message, ...]) -> list[str]:
    return [one.params.get("text", one.params.get("caption")) for one in messages]


def test_marks_go_and_choices_are_numbered_over_all_replies(app):
    turn = turn_of(
        Reply("Chọn **Cài đặt**.", (Button("Xem nguồn", "s:1"), Button("Giấy tờ", "d:1"))),
        Reply("Còn đây?", (Button("Danh mục", MENU),)),
    )
    [message] = composer(app).compose(turn, OCCASION)
    assert message == Message(
        "sendMessage",
        {
            "text": "Chọn Cài đặt.\n\n1. Xem nguồn\n2. Giấy tờ\n\nCòn đây?\n\n3. Danh mục\n\n"
            "Bạn gõ số của mục cần chọn."
        },
    )


def test_without_choices_nobody_is_told_to_type_a_number(app):
    assert texts(composer(app).compose(turn_of(Reply("Chào bạn.")), OCCASION)) == ["Chào bạn."]


def test_how_to_choose_stands_under_the_last_choices_not_in_a_message_of_its_own(app):
    reply = Reply("a" * 1980, (Button("Danh mục", MENU),))
    assert texts(composer(app).compose(turn_of(reply, Reply("Hết.")), OCCASION)) == [
        "a" * 1980,
        "1. Danh mục\n\nBạn gõ số của mục cần chọn.\n\nHết.",
    ]


def test_what_the_words_number_already_is_not_listed_again(app):
    reply = Reply("Có:\n1. **Tạm trú** (mã 304)", (Button("Tạm trú", "t:304"), Button("Khác", "n")))
    assert texts(composer(app).compose(turn_of(reply), OCCASION)) == [
        "Có:\n1. Tạm trú (mã 304)\n\n2. Khác\n\nBạn gõ số của mục cần chọn."
    ]


def test_nothing_to_say_is_no_message(app):
    assert composer(app).compose(turn_of(Reply("  ")), OCCASION) == ()


def test_replies_share_a_message_only_while_they_fit(app):
    turn = turn_of(Reply("a" * 1500), Reply("b" * 1500), Reply("c" * 400))
    assert [len(one) for one in texts(composer(app).compose(turn, OCCASION))] == [1500, 1902]


def test_a_long_reply_is_cut_between_paragraphs(app):
    turn = turn_of(Reply("a" * 1500 + "\n\n" + "b" * 1500))
    assert texts(composer(app).compose(turn, OCCASION)) == ["a" * 1500, "b" * 1500]


def test_texts_are_counted_in_composed_letters(app):
    letters = unicodedata.normalize("NFD", "ệ" * 2000)
    assert texts(composer(app).compose(turn_of(Reply(letters)), OCCASION)) == ["ệ" * 2000]


def test_a_picture_is_told_in_words_where_it_cannot_be_fetched(app):
    turn = turn_of(Reply("Bấm nút nguồn.", picture=PICTURE))
    assert texts(composer(app).compose(turn, OCCASION)) == [
        "Bấm nút nguồn.\n\n[Hình: Nút Tắt máy ở cạnh phải.]"
    ]


def test_a_picture_is_sent_by_its_address_where_there_is_one(app):
    turn = turn_of(Reply("Trước."), Reply("Bấm nút nguồn.", picture=PICTURE))
    before, picture, text = composer(app, public_url="https://bot.example/").compose(turn, OCCASION)
    assert picture == Message(
        "sendPhoto",
        {
            "photo": "https://bot.example/pictures/tat-may.png",
            "caption": "Nút Tắt máy ở cạnh phải.",
        },
    )
    assert texts((before, text)) == ["Trước.", "Bấm nút nguồn."]


def turns(app: App) -> Iterator[Turn]:
    """What every button of the catalog leads to, and every step of every flow."""
    presses = [MENU, "none", "handoff"]
    presses += [topic_payload(verb, one) for one in app.catalog.topics for verb in "twds"]
    groups = {one.group for one in app.catalog.topics}
    presses += [group_payload(one, page) for one in groups for page in range(1, 20)]
    for payload in presses:
        yield app.engine.run_turn(Session("s"), Utterance(payload=payload), FIRST_DAY)
    for flow in app.catalog.flows:
        for walk in walks_of(flow):
            for played in play(app, walk):
                yield played.turn


@pytest.mark.parametrize("public_url", ["", "https://bot.example"])
def test_the_whole_catalog_composes_within_the_limits(app, public_url):
    compose = composer(app, public_url=public_url).compose
    count = 0
    for turn in turns(app):
        for message in compose(turn, OCCASION):
            count += 1
            text = message.params.get("text", message.params.get("caption"))
            assert 1 <= len(text) <= 2000
            assert "**" not in text
            assert unicodedata.is_normalized("NFC", text)
    assert count > 1000


_NUMBERED = re.compile(r"^(\d+)\. (.+)$", re.MULTILINE)


def test_every_number_typed_picks_the_choice_behind_it(app):
    for turn in turns(app):
        choices = turn.session.choices
        lines = number_choices([Button(one.label, one.payload) for one in choices])
        for line, choice in zip(lines, choices, strict=True):
            match = _NUMBERED.match(line)
            typed = match[1] if match else line.removeprefix("- ")
            if not match and line[:1].isdigit():
                typed = re.match(r"\d+", line)[0]
            picked = find_choice(typed, choices)
            assert picked is not None, line
            assert picked.label == choice.label
