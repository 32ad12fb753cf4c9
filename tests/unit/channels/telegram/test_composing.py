from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram.composing import TelegramComposer
from bot.dialogue.flow_pages import Asked
from bot.dialogue.flow_replies import FlowReplyMaker
from bot.dialogue.flow_runner import FlowRunner
from bot.dialogue.replies import GROUPS, ReplyMaker
from bot.domain.flows import Collect, Do, FlowId, Inspect, Say, StepId
from bot.domain.frames import Frame
from bot.domain.intake import Occasion
from bot.domain.messages import Button, Reply, Utterance
from bot.domain.people import Address, ChannelId
from bot.domain.pictures import Picture, PictureId
from bot.domain.session import Outcome, Session, Turn
from bot.domain.system_texts import SystemText
from bot.domain.updates import Update
from tests.factories import TODAY
from tests.unit.channels.telegram.checker import check_message, words_of
from tests.unit.channels.telegram.samples import BOT_USERNAME

CHAT = Address(ChannelId.TELEGRAM, "501")
TEAM = Address(ChannelId.TELEGRAM, "-1001234567890", is_group=True)
TYPED = Occasion(Update("1", CHAT, utterance=Utterance("a")))
IN_GROUP = Occasion(Update("1", TEAM, utterance=Utterance("a"), reply_to="41"))
FRAME = Frame(FlowId("kich-hoat"), StepId("noi-cai"))
PICTURE = Picture(PictureId("tat-may"), "Nút nguồn ở cạnh máy.")
STEP = Reply("Bạn cài ở đâu?", (Button("Cửa hàng", "a:kich-hoat:noi-cai:cua-hang"),))
LONG = "Một câu khá dài để đọc. " * 100


@pytest.fixture(scope="session")
def composer(catalog):
    return TelegramComposer(catalog, BOT_USERNAME)


def turn(*replies, frames=()):
    return Turn(Session("s", frames=frames), replies, Outcome.ANSWERED)


def press(payload, *, under_last=True, was_led=True):
    update = Update("1", CHAT, utterance=Utterance(payload=payload), pressed_under="40")
    return Occasion(update, is_under_last_message=under_last, was_led=was_led)


def keyboard(message):
    return message.params["reply_markup"]["inline_keyboard"]


def every_reply(catalog):
    """All that our content can make us say about topics and in flows."""
    make, runner = ReplyMaker(catalog), FlowRunner(catalog.flows_by_id)
    say = FlowReplyMaker(catalog, runner)
    for topic in catalog.topics:
        yield make.answer(topic, TODAY)
        yield make.sources(topic)
        yield make.what_ifs(topic)
        yield make.documents(topic)
    yield make.menu()
    for group in GROUPS:
        page = 1
        while reply := make.group(group, page):
            yield reply
            page += 1
    for flow in catalog.flows_by_id.values():
        for step in flow.steps:
            frame = Frame(flow.id, step.id)
            if isinstance(step, Collect | Do | Inspect):
                yield say.asked(Asked(flow, step, frame), (frame,))
            elif isinstance(step, Say):
                yield Reply(step.text, picture=catalog.pictures.get(PictureId(step.picture)))


@pytest.mark.parametrize("occasion", [TYPED, IN_GROUP], ids=["private", "group"])
def test_telegram_would_take_all_that_our_content_can_say(catalog, composer, occasion):
    replies = list(every_reply(catalog))
    assert len(replies) > 3000
    for reply in replies:
        messages = composer.compose(turn(reply), occasion)
        assert messages
        for message in messages:
            check_message(message, may_press=occasion is TYPED)
        if occasion is TYPED:
            pressed = [
                one["callback_data"]
                for m in messages
                if "reply_markup" in m.params
                for row in keyboard(m)
                for one in row
            ]
            assert pressed == [button.payload for button in reply.buttons]


REPLIES = st.builds(
    lambda text, times, buttons, picture: Reply(text * times, tuple(buttons), picture),
    st.text(max_size=300),
    st.integers(0, 40),
    st.lists(st.builds(Button, st.text(max_size=40), st.text(max_size=70)), max_size=12),
    st.none() | st.just(PICTURE),
)


@settings(deadline=None)
@given(st.lists(REPLIES, max_size=3), st.booleans())
def test_telegram_would_take_whatever_a_reply_holds(composer, replies, is_group):
    occasion = IN_GROUP if is_group else TYPED
    for message in composer.compose(turn(*replies), occasion):
        check_message(message, may_press=not is_group)


def test_a_reply_is_one_message_in_html_without_previews(composer):
    (message,) = composer.compose(turn(Reply("Bấm **Lưu** & chờ")), TYPED)
    assert message.method == "sendMessage"
    assert message.params == {
        "text": "Bấm <b>Lưu</b> &amp; chờ",
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }


def test_replies_keep_their_order(composer):
    messages = composer.compose(turn(Reply("một"), Reply("hai"), Reply("ba")), TYPED)
    assert [one.params["text"] for one in messages] == ["một", "hai", "ba"]


def test_a_reply_without_words_is_not_sent(composer):
    assert composer.compose(turn(Reply("  ")), TYPED) == ()


def test_buttons_stand_under_the_last_piece_alone(composer):
    reply = Reply(LONG * 2, (Button("Danh mục", "menu"),))
    *first, last = composer.compose(turn(reply), TYPED)
    assert first
    assert all("reply_markup" not in one.params for one in first)
    assert keyboard(last) == [[{"text": "Danh mục", "callback_data": "menu"}]]


def test_short_labels_share_a_row_and_long_ones_have_their_own(composer):
    labels = ["Đã xong", "Không làm được", "Quay lại", "Đăng ký tạm trú cho người thuê", "Dừng"]
    buttons = tuple(Button(label, f"t:{at}") for at, label in enumerate(labels))
    (message,) = composer.compose(turn(Reply("a", buttons)), TYPED)
    assert [[one["text"] for one in row] for row in keyboard(message)] == [
        ["Đã xong", "Không làm được"],
        ["Quay lại"],
        ["Đăng ký tạm trú cho người thuê"],
        ["Dừng"],
    ]


def test_a_button_that_telegram_refuses_is_written_out_with_its_number(composer):
    """A typed number picks a button, counted over all replies of the turn."""
    first = Reply("a", (Button("Một", "t:1"),))
    second = Reply("b", (Button("Hai", "t:2"), Button("Ba", "đ" * 33)))
    _, message = composer.compose(turn(first, second), TYPED)
    assert message.params["text"] == "b\n\n3. Ba"
    assert keyboard(message) == [[{"text": "Hai", "callback_data": "t:2"}]]


def test_a_payload_of_64_bytes_can_be_pressed(composer):
    (message,) = composer.compose(turn(Reply("a", (Button("Một", "đ" * 32),))), TYPED)
    assert keyboard(message) == [[{"text": "Một", "callback_data": "đ" * 32}]]


def test_a_picture_has_the_words_and_the_buttons_beneath_it(composer):
    reply = Reply("Giữ **nút nguồn**.", (Button("Đã xong", "t:1"),), PICTURE)
    (message,) = composer.compose(turn(reply), TYPED)
    assert (message.method, message.picture) == ("sendPhoto", "tat-may")
    assert message.params["caption"] == "Giữ <b>nút nguồn</b>."
    assert keyboard(message)[0][0]["callback_data"] == "t:1"


def test_a_picture_comes_first_and_tells_itself_when_the_words_do_not_fit_beneath(composer):
    reply = Reply(LONG, (Button("Đã xong", "t:1"),), PICTURE)
    photo, words = composer.compose(turn(reply), TYPED)
    assert photo.params == {"caption": PICTURE.alt, "parse_mode": "HTML"}
    assert words.params["text"] == LONG.strip()
    assert keyboard(words)[0][0]["callback_data"] == "t:1"


# --- the pressed message turns into the answer


@pytest.mark.parametrize(
    "payload", ["a:kich-hoat:hoi:co", "a:kich-hoat:lam.1:xong", "m:lui", "m:tiep", "m:dau", "m:qua"]
)
def test_the_next_step_takes_the_place_of_the_one_before(composer, payload):
    (message,) = composer.compose(turn(STEP, frames=(FRAME,)), press(payload))
    assert message.method == "editMessageText"
    assert message.is_repeatable
    assert message.params["message_id"] == 40
    assert message.params["text"] == STEP.text
    assert keyboard(message)[0][0]["text"] == "Cửa hàng"
    check_message(message)


def test_the_next_page_of_a_list_takes_the_place_of_the_one_before(composer):
    occasion = press("g:service:2", was_led=False)
    (message,) = composer.compose(turn(Reply("Trang 2")), occasion)
    assert (message.method, message.params["message_id"]) == ("editMessageText", 40)


@pytest.mark.parametrize(
    ("replies", "frames", "occasion"),
    [
        ((STEP,), (FRAME,), press("a:kich-hoat:hoi:co", under_last=False)),
        ((STEP,), (FRAME,), press("a:kich-hoat:hoi:co", was_led=False)),
        ((STEP,), (), press("a:kich-hoat:hoi:co")),
        ((STEP, STEP), (FRAME,), press("a:kich-hoat:hoi:co")),
        ((Reply("a", picture=PICTURE),), (FRAME,), press("a:kich-hoat:hoi:co")),
        ((Reply(LONG * 2),), (FRAME,), press("a:kich-hoat:hoi:co")),
        ((STEP,), (FRAME,), press("a:kich-hoat:lam.1:ket")),
        ((STEP,), (FRAME,), press("m:hoi")),
        ((STEP,), (FRAME,), press("m:lap")),
        ((STEP,), (FRAME,), press("m")),
        ((STEP,), (FRAME,), press("t:310")),
        ((STEP,), (FRAME,), press("f:kich-hoat")),
        ((STEP,), (), press("menu", was_led=False)),
        ((STEP,), (FRAME,), TYPED),
    ],
    ids=[
        "other messages came since",
        "the flow begins",
        "the flow ended",
        "two answers",
        "a picture",
        "too long for one message",
        "the task must stay to be read",
        "a question in between",
        "the step is said again",
        "no move",
        "a topic",
        "a flow",
        "the menu under an answer",
        "typed",
    ],
)
def test_everything_else_is_a_new_message(composer, replies, frames, occasion):
    messages = composer.compose(turn(*replies, frames=frames), occasion)
    assert {one.method for one in messages} <= {"sendMessage", "sendPhoto"}


# --- in groups


def test_in_a_group_the_question_is_answered_to(composer):
    first, second = composer.compose(turn(Reply("a"), Reply("b")), IN_GROUP)
    assert first.params["reply_parameters"] == {
        "message_id": 41,
        "allow_sending_without_reply": True,
    }
    assert "reply_parameters" not in second.params


def test_in_a_group_buttons_lead_to_the_private_chat(composer):
    buttons = (Button("Nếu gặp khó", "w:310"), Button("Không phải", "none"))
    (message,) = composer.compose(turn(Reply("a", buttons)), IN_GROUP)
    url = f"https://t.me/{BOT_USERNAME}?start=w_310"
    assert keyboard(message) == [[{"text": "Nếu gặp khó", "url": url}]]


def test_in_a_group_nobody_is_led(catalog, composer):
    (message,) = composer.compose(turn(STEP, frames=(FRAME,)), IN_GROUP)
    assert words_of(message.params["text"]) == catalog.message(SystemText.TELEGRAM_IN_PRIVATE)
    url = f"https://t.me/{BOT_USERNAME}?start=f_kich-hoat_noi-cai"
    assert keyboard(message)[0][0]["url"] == url
    assert "reply_parameters" in message.params
    check_message(message, may_press=False)


def test_in_a_group_nobodys_data_is_talked_about(catalog, composer):
    reply = Reply("Đây là những gì tôi giữ.", (Button("Xóa", "x:hoi"), Button("Danh mục", "menu")))
    (message,) = composer.compose(turn(reply), IN_GROUP)
    assert words_of(message.params["text"]) == catalog.message(SystemText.TELEGRAM_IN_PRIVATE)
    assert keyboard(message)[0][0]["url"] == f"https://t.me/{BOT_USERNAME}"


@pytest.mark.parametrize(("rule", "parameter"), [("data_export", "x_xem"), ("data_ask", "x_hoi")])
def test_in_a_group_who_asks_about_their_data_is_asked_again_in_private(composer, rule, parameter):
    asked = replace(turn(Reply("a", (Button("Xóa", "x:hoi"),))), rule=rule)
    (message,) = composer.compose(asked, IN_GROUP)
    assert keyboard(message)[0][0]["url"] == f"https://t.me/{BOT_USERNAME}?start={parameter}"


def test_in_a_group_a_flow_with_long_ids_opens_at_its_beginning(composer):
    frame = Frame(FlowId("f" * 30), StepId("s" * 40))
    (message,) = composer.compose(turn(STEP, frames=(frame,)), IN_GROUP)
    assert keyboard(message)[0][0]["url"].endswith("?start=f_" + "f" * 30)


def test_in_a_group_what_is_said_before_the_first_step_is_told(composer):
    """A warning that stands at the beginning of a flow must reach who asked."""
    warning = Reply("Gác máy ngay.")
    first, second = composer.compose(turn(warning, STEP, frames=(FRAME,)), IN_GROUP)
    assert first.params["text"] == "Gác máy ngay."
    assert "?start=f_" in keyboard(second)[0][0]["url"]


def test_in_a_group_an_answer_is_given_without_the_flow_that_waits(composer):
    """Somebody else of the group may have begun it."""
    offer = Reply("Ta tiếp tục nhé?", (Button("Làm tiếp", "m:tiep"),))
    occasion = Occasion(IN_GROUP.update, was_led=True)
    messages = composer.compose(turn(Reply("Đáp"), offer, frames=(FRAME,)), occasion)
    assert [one.params["text"] for one in messages] == ["Đáp"]


def test_in_a_group_no_message_is_edited(composer):
    update = Update("1", TEAM, utterance=Utterance(payload="g:service:2"), pressed_under="40")
    occasion = Occasion(update, is_under_last_message=True)
    (message,) = composer.compose(turn(Reply("Trang 2")), occasion)
    assert message.method == "sendMessage"
