from __future__ import annotations

import pytest
import telegram
from aiogram.types import Update as AiogramUpdate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.telegram.updates import parse_update
from bot.domain.commands import COMMANDS
from bot.domain.messages import Media, Utterance
from bot.domain.people import Address, ChannelId
from bot.domain.updates import Update, UpdateKind
from tests.unit.channels.telegram.samples import (
    BOT,
    BOT_ID,
    BOT_USERNAME,
    CHANNEL,
    FILE,
    GROUP,
    OTHER_BOT,
    PERSON,
    PHOTO,
    PRIVATE,
    SUPERGROUP,
    inline,
    membership,
    message,
    ours,
    pressed,
    said,
    update,
)

CHAT = Address(ChannelId.TELEGRAM, "501")
TEAM = Address(ChannelId.TELEGRAM, "-1001234567890", is_group=True)
VENUE = {"location": {"latitude": 21.0, "longitude": 105.8}, "title": "Trụ sở", "address": "Xã"}


def read(raw) -> Update | None:
    """Our reading, of what two others read as an update too."""
    AiogramUpdate.model_validate(raw)
    assert telegram.Update.de_json(raw, None).update_id == raw["update_id"]
    return parse_update(raw, BOT_USERNAME, BOT_ID)


def heard(raw) -> Utterance | None:
    found = read(raw)
    return found.utterance if found else None


def in_group(text=None, **fields):
    return said(text, chat=SUPERGROUP, **fields)


def test_a_text_is_an_utterance_in_its_chat():
    assert read(said("Quên mật khẩu", number=77)) == Update(
        "77", CHAT, utterance=Utterance("Quên mật khẩu"), position=77
    )


def test_a_text_is_cleaned_of_nothing_but_what_cannot_be_stored():
    raw = said("  \n<b>hai</b>  dòng ")
    assert heard(raw) == Utterance("  \n<b>hai</b>  dòng ")
    raw["message"]["text"] = "a\x00b\ud83d"
    assert parse_update(raw, BOT_USERNAME, BOT_ID).utterance.text == "ab?"


@pytest.mark.parametrize(
    ("fields", "media"),
    [
        ({"photo": PHOTO}, Media.IMAGE),
        ({"voice": {**FILE, "duration": 3}}, Media.VOICE),
        ({"audio": {**FILE, "duration": 3}}, Media.VOICE),
        ({"video": {**FILE, "duration": 3, "width": 1, "height": 1}}, Media.VIDEO),
        ({"video_note": {**FILE, "duration": 3, "length": 1}}, Media.VIDEO),
        ({"document": FILE}, Media.FILE),
        (
            {
                "animation": {**FILE, "duration": 3, "width": 1, "height": 1},
                "document": FILE,
            },
            Media.VIDEO,
        ),
        (
            {
                "sticker": {
                    **FILE,
                    "type": "regular",
                    "width": 1,
                    "height": 1,
                    "is_animated": False,
                    "is_video": False,
                }
            },
            Media.STICKER,
        ),
        ({"location": VENUE["location"]}, Media.LOCATION),
        ({"venue": VENUE, "location": VENUE["location"]}, Media.LOCATION),
        ({"contact": {"phone_number": "000", "first_name": "A"}}, Media.CONTACT),
        ({"dice": {"emoji": "🎲", "value": 3}}, Media.HIDDEN),
    ],
)
def test_what_cannot_be_read_is_named(fields, media):
    assert heard(said(**fields)) == Utterance(media=media)


def test_the_words_under_a_picture_are_heard():
    assert heard(said(photo=PHOTO, caption="Lỗi gì đây?")) == Utterance(
        "Lỗi gì đây?", media=Media.IMAGE
    )


def test_a_sticker_says_its_emoji():
    size = {"width": 1, "height": 1, "is_animated": False, "is_video": False}
    sticker = {**FILE, **size, "type": "regular", "emoji": "👍"}
    assert heard(said(sticker=sticker)) == Utterance("👍", media=Media.STICKER)


def test_a_press_carries_its_payload_and_the_message_it_stood_under():
    found = read(pressed("a:kich-hoat:noi-cai:cua-hang", number=5))
    assert found == Update(
        "5",
        CHAT,
        utterance=Utterance(payload="a:kich-hoat:noi-cai:cua-hang"),
        position=5,
        pressed_under="40",
    )


def test_a_press_under_a_picture_names_no_message_to_write_over():
    found = read(pressed("m:next", message=message(by=BOT, photo=PHOTO, caption="Bước 3")))
    assert (found.utterance.payload, found.pressed_under) == ("m:next", "")


def test_a_press_under_a_message_too_old_to_be_shown_still_counts():
    old = {"chat": PRIVATE, "message_id": 3, "date": 0}
    assert read(pressed("menu", message=old)).pressed_under == "3"


@pytest.mark.parametrize(
    "raw",
    [pressed(None, game_short_name="x"), pressed("t:1", message=None, inline_message_id="x")],
)
def test_a_press_without_payload_or_message_asks_nothing(raw):
    assert read(raw) is None


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("/start", "start"),
        ("/start ", "start"),
        ("/START", "start"),
        ("/start t_310", "t:310"),
        ("/start f_kich-hoat_noi-cai", "f:kich-hoat:noi-cai"),
        ("/start a_kich-hoat_noi-cai_cua-hang", "start"),
        ("/start ../etc", "start"),
        (f"/start@{BOT_USERNAME} t_310", "t:310"),
    ],
)
def test_start_is_a_payload(text, payload):
    assert heard(said(text)) == Utterance(payload=payload)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("/tra mức độ 2", "/tra mức độ 2"),
        (f"/tra@{BOT_USERNAME} mức độ 2", "/tra mức độ 2"),
        (f"/tra@{BOT_USERNAME.upper()}\nmức độ 2", "/tra\nmức độ 2"),
        ("/starting", "/starting"),
        ("/ 3", "/ 3"),
        ("1/2 trang", "1/2 trang"),
    ],
)
def test_other_commands_stay_text_without_our_name(text, clean):
    assert heard(said(text)) == Utterance(clean)


def test_our_name_is_no_part_of_a_question_in_private_either():
    assert heard(said(f"@{BOT_USERNAME} quên mật khẩu")) == Utterance("quên mật khẩu")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (in_group("/tra mức độ 2"), "/tra mức độ 2"),
        (in_group(f"/tra@{BOT_USERNAME} mức độ 2"), "/tra mức độ 2"),
        (in_group("/TRA mức độ 2"), "/TRA mức độ 2"),
        (in_group("/help"), "/help"),
        (in_group(f"/lenh@{BOT_USERNAME}"), "/lenh"),
        (in_group(f"@{BOT_USERNAME} /lenh"), "/lenh"),
        (in_group(f"@{BOT_USERNAME} mức độ 2"), "mức độ 2"),
        (in_group(f"@{BOT_USERNAME.upper()}, mức độ 2"), "mức độ 2"),
        (in_group(f"cho hỏi @{BOT_USERNAME} mức độ 2"), "cho hỏi mức độ 2"),
        (in_group(f"@{BOT_USERNAME}"), ""),
        (in_group("mức độ 2", reply_to_message=ours(chat=SUPERGROUP)), "mức độ 2"),
        (in_group(f"/thongke@{BOT_USERNAME}"), "/thongke"),
    ],
)
def test_in_a_group_what_is_addressed_to_us_is_heard(raw, text):
    found = read(raw)
    assert (found.address, found.utterance, found.reply_to) == (TEAM, Utterance(text), "41")


@pytest.mark.parametrize(
    "raw",
    [
        in_group("mức độ 2 là gì"),
        in_group("/tra@khac_bot mức độ 2"),
        in_group("/thongke"),
        in_group("/ban @ai_do"),
        in_group(f"/ban @{BOT_USERNAME}"),
        in_group("/ban", reply_to_message=ours(chat=SUPERGROUP)),
        in_group("/tra@khac_bot mức độ 2", reply_to_message=ours(chat=SUPERGROUP)),
        in_group(f"thư gửi a@{BOT_USERNAME}"),
        in_group(f"@{BOT_USERNAME}x chào"),
        in_group("vâng", reply_to_message=message("hả", chat=SUPERGROUP)),
        in_group(photo=PHOTO),
        in_group(new_chat_members=[PERSON]),
        said("mức độ 2", chat=GROUP),
    ],
)
def test_in_a_group_the_rest_is_not_our_business(raw):
    assert read(raw) is None


@pytest.mark.parametrize("one", COMMANDS, ids=lambda one: one.name)
def test_in_a_group_each_of_our_commands_is_heard_without_our_name(one):
    for name in (one.name, *one.also):
        assert heard(in_group(f"/{name}")) is not None


def test_in_a_private_chat_a_command_that_is_not_ours_is_heard():
    assert heard(said("/ban @ai_do")) == Utterance("/ban @ai_do")


def test_an_administrator_who_writes_as_the_group_is_a_person():
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    raw = in_group("/tra mức độ 2", by=anonymous, sender_chat=SUPERGROUP)
    assert heard(raw) == Utterance("/tra mức độ 2")


@pytest.mark.parametrize(
    "raw",
    [
        said("chào", by=OTHER_BOT),
        in_group("/tra mức độ 2", by=OTHER_BOT),
        in_group("/tra mức độ 2", by=OTHER_BOT, sender_chat=CHANNEL),
        said("Đăng ký tạm trú", via_bot=BOT),
        said("bản tin", chat=CHANNEL),
        update(edited_message={**message("sửa lại"), "edit_date": 2}),
        update(channel_post=message("bản tin", chat=CHANNEL)),
        inline(),
        said(new_chat_title="x", chat=SUPERGROUP),
        said(),
        update(),
    ],
)
def test_what_asks_nothing_of_us_is_no_update(raw):
    assert read(raw) is None


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (membership("member", "kicked"), UpdateKind.LEFT),
        (membership("kicked", "member"), UpdateKind.JOINED),
        (membership("left", "member", chat=SUPERGROUP), UpdateKind.JOINED),
        (membership("left", "administrator", chat=SUPERGROUP), UpdateKind.JOINED),
        (membership("administrator", "left", chat=SUPERGROUP), UpdateKind.LEFT),
        (membership("member", "restricted", chat=SUPERGROUP, is_member=False), UpdateKind.LEFT),
    ],
)
def test_coming_and_going_is_told(raw, kind):
    assert read(raw).kind is kind


@pytest.mark.parametrize(
    "raw",
    [
        membership("member", "administrator", chat=SUPERGROUP),
        membership("member", "restricted", chat=SUPERGROUP),
        membership("left", "kicked", chat=SUPERGROUP),
        membership("left", "administrator", chat=CHANNEL),
    ],
)
def test_other_changes_of_membership_are_not(raw):
    assert read(raw) is None


def test_a_group_that_moved_is_told_once_with_its_new_address():
    found = read(said(chat=GROUP, migrate_to_chat_id=SUPERGROUP["id"]))
    assert found.kind is UpdateKind.MOVED
    assert (found.address.chat, found.moved_to) == ("-900", "-1001234567890")
    assert read(in_group(migrate_from_chat_id=-900)) is None


def test_every_update_comes_back_equal_from_its_data():
    for raw in (said("a"), pressed("menu"), membership("member", "kicked"), in_group("/tra x")):
        found = read(raw)
        again = Update.from_data(found.id, found.address, found.position, found.to_data())
        assert again == found


FIELDS = st.sampled_from(
    [
        "update_id",
        "message",
        "callback_query",
        "my_chat_member",
        "chat",
        "id",
        "type",
        "text",
        "caption",
        "from",
        "is_bot",
        "data",
        "message_id",
        "reply_to_message",
        "photo",
        "old_chat_member",
        "new_chat_member",
        "status",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(FIELDS, inner, max_size=4),
    max_leaves=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(FIELDS, JSON, max_size=6))
def test_no_shape_of_an_update_raises(raw):
    found = parse_update(raw, BOT_USERNAME, BOT_ID)
    assert found is None or found.id


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSON, FIELDS, FIELDS)
def test_no_broken_part_of_an_update_raises(broken, outer, inner):
    for raw in (said("chào"), pressed(), membership("member", "kicked")):
        for part in raw.values():
            if isinstance(part, dict):
                part[outer] = broken
                if isinstance(part.get("chat"), dict):
                    part["chat"] = {**part["chat"], inner: broken}
        parse_update(raw, BOT_USERNAME, BOT_ID)
