from __future__ import annotations

import pytest

from bot.channels.zalo_bot.updates import parse_update
from bot.domain.identity import UpdateNames
from bot.domain.messages import Media, Utterance
from bot.domain.people import Address, ChannelId
from bot.domain.updates import Update
from tests.fakes.zalo.bot_cloud import media_content
from tests.fakes.zalo.bot_updates import event_of
from tests.unit.channels.zalo_bot.conftest import CHAT, NAMES

OTHER = UpdateNames(b"another key for tests")


def parse(body, names=NAMES):
    return parse_update(body, names)


def event(kind="text", content=None, *, group=False, **changes):
    content = {"text": "Xin chào"} if content is None else content
    made = event_of(CHAT, kind, content, "m1", 1750316131602, group=group)
    made["message"].update(changes)
    return made


@pytest.mark.parametrize("body", [event(), {"ok": True, "result": event()}])
def test_a_text_is_read_with_and_without_its_wrapper(body):
    assert parse(body) == Update(
        id="m1",
        address=Address(ChannelId.ZALO_BOT, CHAT),
        utterance=Utterance("Xin chào"),
        position=1750316131602,
    )


@pytest.mark.parametrize(
    ("kind", "media"),
    [
        ("image", Media.IMAGE),
        ("sticker", Media.STICKER),
        ("voice", Media.VOICE),
        ("unsupported", Media.HIDDEN),
    ],
)
@pytest.mark.parametrize("image_field", ["photo", "photo_url"])
def test_what_cannot_be_read_is_named(kind, media, image_field):
    update = parse(event(kind, media_content(kind, image_field)))
    assert update.utterance == Utterance(media=media)


def test_the_words_under_a_picture_are_kept():
    update = parse(event("image", {"photo": "https://x.example", "caption": "cái này là gì"}))
    assert update.utterance == Utterance("cái này là gì", media=Media.IMAGE)


def test_a_link_is_a_text():
    assert parse(event("link", {"text": "http://vneid.example"})).utterance == Utterance(
        "http://vneid.example"
    )


@pytest.mark.parametrize(
    "body",
    [
        event(group=True),
        event(chat={"id": CHAT}),
        {"event_name": "message.unsupported.received"},
        event("reaction", {"icon": "👍"}),
        event(content={"text": "   "}),
        event(content={"text": 5}),
        event(chat={"chat_type": "PRIVATE"}),
        event(**{"from": {"id": "b", "is_bot": True}}),
        {"ok": True, "result": []},
        {},
        [],
        None,
        "text",
    ],
)
def test_what_needs_no_answer_or_is_no_event_is_nothing(body):
    assert parse(body) is None


def test_an_event_without_an_id_gets_the_same_one_again():
    first, again = parse(event(message_id=None)), parse(event(message_id=None))
    later = parse(event(message_id=None, date=1750316131603))
    assert first.id == again.id != later.id
    # Who knows the id of somebody cannot try out whether they wrote then, without the key.
    assert parse(event(message_id=None), OTHER).id != first.id


def test_what_a_database_cannot_keep_is_left_out():
    update = parse(event(content={"text": "a\ud83d\x00b"}, message_id="m\ud83d"))
    assert update.utterance == Utterance("a?b")
    assert update.id.isascii()


def test_the_thumb_of_the_keyboard_is_a_thumb():
    assert parse(event(content={"text": "/-strong"})).utterance == Utterance("👍")
