"""Commands typed as `/name`: which messages are one, and what each does."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import App
from bot.dialogue.slash import UNKNOWN, Slashed, read_slash
from bot.domain.commands import COMMANDS, COMMANDS_BY_NAME
from bot.domain.messages import Utterance
from bot.domain.payloads import MAX_PAYLOAD_BYTES, START
from bot.domain.session import Outcome, Session, Turn
from bot.domain.system_texts import SystemText
from tests.factories import TODAY
from tests.flow_factories import KICH_HOAT, Conversation

PHONE = "0900" + "000001"


@pytest.mark.parametrize(
    ("text", "command", "rest"),
    [
        ("/tra tạm trú", "tra", "tạm trú"),
        ("/TRA  tạm trú", "tra", "tạm trú"),
        ("/tra\ntạm trú", "tra", "tạm trú"),
        ("/tra", "tra", ""),
        ("/help", "trogiup", ""),
        ("/dung lại đi", "dung", "lại đi"),
        ("/xoa du lieu", "xoadulieu", ""),
        ("/xóa dữ liệu", "xoadulieu", ""),
        ("/Gặp người!", "gapnguoi", ""),
        ("/khong_co", UNKNOWN, ""),
        ("/khong_co ???", UNKNOWN, "???"),
    ],
)
def test_a_first_word_with_a_slash_is_a_command(text, command, rest):
    assert read_slash(text) == Slashed(command, rest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "//",
        "và/hoặc",
        "1/2",
        "/2",
        "/home/an",
        "/đúng",
        "/-strong",
        "gõ /dung để dừng",
        "/tra@troly tạm trú",
        "/ tra tạm trú",
        "ngày 1/7 /dung",
    ],
)
def test_other_slashes_are_ordinary_text(text):
    assert read_slash(text) == Slashed("", text)


@given(st.text(st.sampled_from("/tradung xóa_0.\n•"), max_size=12).map(lambda text: f"/{text}"))
def test_nothing_is_read_that_was_not_typed(text):
    slashed = read_slash(text)
    assert slashed.command in {"", UNKNOWN, *COMMANDS_BY_NAME}
    assert text.endswith(slashed.text)


@pytest.mark.parametrize("name", ["khong_co", "start", "menu", "trogiup", "help"])
def test_readable_text_behind_an_unknown_name_or_an_opening_is_what_is_meant(name):
    assert read_slash(f"/{name} quên mật khẩu") == Slashed("", "quên mật khẩu")


def test_names_of_commands_fit_every_channel_and_are_no_two_commands():
    names = [name for one in COMMANDS for name in (one.name, *one.also)]
    assert all(re.fullmatch(r"[a-z0-9_]{1,32}", name) for name in names)
    assert len(names) == len(set(names)) == len(COMMANDS_BY_NAME)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.name)
def test_every_command_is_described_and_does_something_of_its_own(talk, command):
    description = talk.catalog.message(command.description)
    assert 0 < len(description) <= 256
    talk.say("/khong_co")
    listed = talk.turn
    assert f"/{command.name}: {description}" in talk.text
    talk.say(f"/{command.name}")
    assert (talk.turn.replies == listed.replies) == (command.name == "trogiup")


@pytest.mark.parametrize("welcome", [Utterance(text="/start"), Utterance(payload=START)])
def test_start_greets_says_what_is_kept_and_shows_the_menu(app, welcome):
    turn = app.engine.run_turn(Session("s"), welcome, TODAY)
    (reply,) = turn.replies
    assert turn.rule == "welcome"
    assert reply.text.startswith(app.catalog.message(SystemText.WELCOME))
    assert app.catalog.message(SystemText.PRIVACY_SHORT) in reply.text
    assert [one.payload.split(":")[0] for one in reply.buttons] == ["g"] * 7


def test_start_forgets_nothing_that_is_under_way(talk):
    talk.start(KICH_HOAT, "Mức 1")
    talk.say("/start")
    assert talk.place == ("kich-hoat", "noi")
    assert talk.labels[-1] == "Làm tiếp"


@pytest.mark.parametrize(
    ("command", "words"),
    [("/lui", "quay lại"), ("/lamlai", "làm lại từ đầu"), ("/dung", "dừng")],
)
def test_moves_are_the_same_typed_as_commands_and_in_words(command, words):
    turns = []
    for text in (command, words):
        talk = Conversation()
        talk.start(KICH_HOAT, "Mức 1")
        turns.append(talk.say(text))
    assert turns[0].replies == turns[1].replies
    assert turns[0].session == turns[1].session


@pytest.mark.parametrize(("command", "payload"), [("/menu", "menu"), ("/gapnguoi", "handoff")])
def test_commands_are_the_same_as_the_buttons(talk, command, payload):
    assert talk.press(payload).replies == talk.say(command).replies


def test_to_stop_where_nothing_is_under_way_is_small_talk(talk):
    assert talk.say("/dung").replies[0].text == talk.catalog.small_talk("stop")


def test_a_command_is_no_answer_to_the_question_that_waits(talk):
    """ "Đúng" without marks is an option; "/dung" is not."""
    talk.press("f:tin-la")
    talk.say("/tra co tin day")
    assert talk.turn.rule == "look_up"
    assert talk.place == ("tin-la", "co-tin")
    assert talk.labels[-1] == "Làm tiếp"


def test_danger_comes_before_any_command(talk):
    for command in ("/tra", "/dung", "/khong_co", "/xoadulieu"):
        assert talk.say(f"{command} cháy nhà").rule == SystemText.EMERGENCY


def test_personal_data_behind_a_command_is_warned_of_and_the_command_is_done(talk):
    talk.start(KICH_HOAT)
    talk.say(f"/dung {PHONE}")
    assert talk.text.startswith(talk.catalog.message(SystemText.PERSONAL_DATA))
    assert talk.open_flows == []
    assert PHONE not in talk.turn.heard


def test_personal_data_is_never_looked_up(app):
    turn = say(app, f"/tra số {PHONE} của ai")
    assert turn.outcome is Outcome.SAFETY
    assert turn.replies[0].text.startswith(app.catalog.message(SystemText.PERSONAL_DATA))


def say(app: App, text: str, session: Session | None = None) -> Turn:
    return app.engine.run_turn(session or Session("s"), Utterance(text=text), TODAY)


def test_what_is_asked_behind_an_unknown_name_is_answered(app):
    asked = say(app, "quên mật khẩu vneid")
    assert say(app, "/hoi quên mật khẩu vneid").replies == asked.replies


def test_a_look_up_lists_topics_with_what_they_cost_and_numbers_pick_them(app):
    turn = say(app, "/tra đăng ký tạm trú")
    topic = next(one for one in app.catalog.topics if one.title == "Đăng ký tạm trú")
    assert turn.replies[0].buttons[0].payload == f"t:{topic.code}"
    assert f"1. **{topic.title}** (mã {topic.code})\nLệ phí: " in turn.replies[0].text
    assert say(app, "1", turn.session).topics[0].id == topic.id


def test_a_look_up_without_words_or_without_a_find_says_so(app):
    assert say(app, "/tra").replies[0].text == app.catalog.message(SystemText.LOOK_UP_WHAT)
    for text in ("/tra bóng đá", "/tra ???", "/tra 999"):
        assert say(app, text).replies[0].text == app.catalog.message(SystemText.LOOK_UP_NONE)


def test_a_look_up_keeps_what_was_told_and_counts_as_no_misunderstanding(app):
    told = say(app, "đăng ký tạm trú").session
    after = say(app, "/tra hộ chiếu", told).session
    assert (after.topic, after.unclear_count) == (told.topic, told.unclear_count)


def test_all_payloads_of_commands_fit_every_channel(talk):
    for one in COMMANDS:
        talk.say(f"/{one.name}")
        assert all(len(button.payload.encode()) <= MAX_PAYLOAD_BYTES for button in talk.buttons)
