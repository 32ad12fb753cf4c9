"""The engine on our own content: routing, safety first, and never a crash."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app import App
from bot.content.checks.flow_questions import MAX_OPTIONS
from bot.dialogue.replies import MAX_BUTTONS, MAX_MENU_BUTTONS
from bot.domain.cards import MAX_REPLY_CHARS
from bot.domain.messages import Utterance
from bot.domain.payloads import MAX_PAYLOAD_BYTES
from bot.domain.session import Outcome, Session, Turn

TODAY = date(2026, 11, 21)
ID_NUMBER = "079" + "123456789"

#: Beside the answers of a question: not sure, back, stop; twice not understood: a person.
FLOW_MOVES = 4


def say(app: App, text: str, session: Session | None = None) -> Turn:
    return app.engine.run_turn(session or Session("s"), Utterance(text=text), TODAY)


def press(app: App, payload: str, session: Session | None = None) -> Turn:
    return app.engine.run_turn(session or Session("s"), Utterance(payload=payload), TODAY)


def test_a_question_is_answered_with_steps_source_and_date(app):
    turn = say(app, "quên mật khẩu vneid thì lấy lại thế nào")
    assert turn.outcome is Outcome.ANSWERED
    assert turn.topics[0].id == "trouble/quen-mat-khau"
    assert "\n1. " in turn.replies[0].text
    assert "Nguồn: " in turn.replies[0].text
    assert "Cập nhật: " in turn.replies[0].text


@pytest.mark.parametrize(
    "text",
    [
        "quen mk vneid",
        "QUÊN MẬT KHẨU VNEID!!!",
        "quên   mật\u200bkhẩu vneid",
        "queen maatj khaaur vneid",
    ],
)
def test_spelling_does_not_matter(app, text):
    assert say(app, text).topics[0].id == "trouble/quen-mat-khau"


@pytest.mark.parametrize(
    "text", ["cháy nhà cứu với", "co ke dang doa giet toi", "cần gọi cấp cứu gấp"]
)
def test_an_emergency_comes_before_everything(app, text):
    turn = say(app, text)
    assert turn.outcome is Outcome.SAFETY
    assert all(number in turn.replies[0].text for number in ("113", "114", "115"))


@pytest.mark.parametrize(
    "text",
    [
        "ứng dụng vneid đang chạy thì bị văng",
        "bật tính năng xác thực khuôn mặt ở đâu",
        "chỉ từ từ giúp bác cách kích hoạt",
        "tu tu chi toi cach kich hoat vneid",
        "rơi điện thoại xuống dưới nước",
        "hồ sơ đang bị đánh dấu lỗi",
        "bat tinh nang nfc",
    ],
)
def test_harmless_words_raise_no_alarm(app, text):
    assert say(app, text).rule != "emergency"


@pytest.mark.parametrize(
    "text",
    [
        "có người xưng công an đang gọi bảo đọc mã otp để cập nhật vneid",
        "công an phường đang gọi bắt tôi cài ứng dụng vneid mới",
    ],
)
def test_a_scam_in_progress_is_stopped_first(app, text):
    turn = say(app, text)
    assert turn.outcome is Outcome.SAFETY
    assert turn.replies[0].text.startswith("Dừng lại ngay")
    assert turn.topics[0].id.startswith("safety/")


def test_personal_data_is_masked_and_the_person_is_told(app):
    turn = say(app, f"số căn cước của tôi {ID_NUMBER} sao quên mật khẩu vneid không lấy lại được")
    assert turn.outcome is Outcome.SAFETY
    assert ID_NUMBER not in turn.heard
    assert "thông tin cá nhân" in turn.replies[0].text
    assert ID_NUMBER not in json.dumps(turn.session.to_data())
    assert all(ID_NUMBER not in reply.text for reply in turn.replies)


def test_several_questions_are_answered_one_by_one(app):
    turn = say(app, "quên mật khẩu vneid thì làm sao? đăng ký tạm trú cần giấy tờ gì?")
    assert {topic.id for topic in turn.topics} == {
        "trouble/quen-mat-khau",
        "service/dang-ky-tam-tru",
    }
    assert len(turn.replies) == 3


def test_the_numbers_of_buttons_run_on_over_all_replies(app):
    turn = say(app, "quên mật khẩu vneid thì làm sao? đăng ký tạm trú cần giấy tờ gì?")
    buttons = [button for reply in turn.replies for button in reply.buttons]
    assert len([reply for reply in turn.replies if reply.buttons]) == 2
    for number, button in enumerate(buttons, 1):
        picked = say(app, str(number), turn.session)
        assert picked.replies == press(app, button.payload, turn.session).replies


def test_what_is_not_known_is_admitted_with_a_way_on(app):
    turn = say(app, "giá vàng hôm nay bao nhiêu một chỉ")
    assert turn.outcome is Outcome.UNKNOWN
    assert turn.topics == ()
    assert turn.replies[0].buttons


def test_not_knowing_twice_is_not_said_twice_in_the_same_words(app):
    first = say(app, "giá vàng hôm nay bao nhiêu một chỉ")
    second = say(app, "công thức nấu phở bò nam định", first.session)
    assert [first.outcome, second.outcome] == [Outcome.UNKNOWN, Outcome.UNKNOWN]
    assert first.replies[0].text == app.catalog.message("unknown")
    assert second.replies[0].text == app.catalog.message("unknown_again")


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("xin chào", Outcome.SMALLTALK),
        ("cảm ơn bạn nhiều", Outcome.SMALLTALK),
        ("menu", Outcome.CLARIFY),
        ("cho tôi gặp cán bộ", Outcome.HANDOFF),
        ("bán cho em cái tài khoản vneid mức 2", Outcome.SAFETY),
    ],
)
def test_other_intents_have_their_outcome(app, text, outcome):
    turn = say(app, text)
    assert turn.outcome is outcome
    assert turn.topics == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "chưa viết gì"), ("   \n ", "chưa viết gì"), ("😀🙏", "ký hiệu"), ("?!...", "ký hiệu")],
)
def test_what_cannot_be_read_gets_a_clear_reply(app, text, words):
    turn = say(app, text)
    assert turn.outcome is Outcome.UNKNOWN
    assert words in turn.replies[0].text


def test_a_message_over_the_limit_is_refused_in_words(app):
    turn = say(app, "a b c " * 20_000)
    assert turn.outcome is Outcome.UNKNOWN
    assert "dài quá" in turn.replies[0].text


def test_a_code_or_a_button_opens_its_topic(app):
    topic = app.catalog.find_topic("service/dang-ky-tam-tru")
    for turn in (say(app, str(topic.code)), press(app, f"t:{topic.code}")):
        assert turn.outcome is Outcome.ANSWERED
        assert turn.topics[0].id == topic.id


def test_a_number_picks_the_button_that_was_offered(app):
    first = press(app, "t:304")
    label, payload = first.replies[-1].buttons[0].label, first.replies[-1].buttons[0].payload
    by_number = say(app, "1", first.session)
    by_label = say(app, label, first.session)
    assert by_number.replies == by_label.replies == press(app, payload, first.session).replies


@pytest.mark.parametrize(
    "payload", ["t:999999", "t:x", "zzz", "g:service:99", "g::", "::::", "t:", "w:100" * 50]
)
def test_a_stale_or_forged_button_leads_to_the_menu(app, payload):
    turn = press(app, payload)
    assert turn.outcome is Outcome.CLARIFY
    assert turn.replies[0].buttons


def test_every_topic_can_be_shown_with_every_card_within_the_limits(app):
    for topic in app.catalog.topics:
        for verb in "twds":
            turn = press(app, f"{verb}:{topic.code}")
            for reply in turn.replies:
                assert len(reply.text) <= MAX_REPLY_CHARS, topic.id
                assert all(len(one.payload.encode()) <= MAX_PAYLOAD_BYTES for one in reply.buttons)
                assert all(one.label for one in reply.buttons)


def test_no_reply_has_more_buttons_than_its_kind_may_have(app):
    seen, waiting, counts = (
        set(),
        ["menu", "handoff", "none"],
        {"menu": set(), "flow": set(), "other": set()},
    )
    while waiting:
        payload = waiting.pop()
        if payload in seen:
            continue
        seen.add(payload)
        turn = press(app, payload)
        kind = "flow" if turn.rule.startswith("flow_") else turn.rule
        kind = kind if kind in counts else "other"
        counts[kind].update(len(reply.buttons) for reply in turn.replies)
        waiting += [button.payload for reply in turn.replies for button in reply.buttons]
    for text in ("thẻ căn cước", "có người xưng công an đang gọi bảo đọc mã otp", "giá vàng"):
        counts["other"].update(len(reply.buttons) for reply in say(app, text).replies)
    assert max(counts["menu"]) == MAX_MENU_BUTTONS
    assert max(counts["flow"]) <= MAX_OPTIONS + FLOW_MOVES
    assert max(counts["other"]) == MAX_BUTTONS


def test_every_topic_is_reached_from_the_menu(app):
    seen, waiting, reached = set(), ["menu"], set()
    while waiting:
        payload = waiting.pop()
        if payload in seen or not payload.startswith(("menu", "g:", "t:")):
            continue
        seen.add(payload)
        turn = press(app, payload)
        reached.update(topic.id for topic in turn.topics)
        if not payload.startswith("t:"):
            waiting += [button.payload for reply in turn.replies for button in reply.buttons]
    assert reached == {topic.id for topic in app.catalog.topics}


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    messages=st.lists(
        st.text(max_size=200) | st.sampled_from(["1", "menu", "t:304", "cai cuoi"]), max_size=4
    )
)
def test_any_conversation_ends_every_turn_in_a_named_outcome(app, messages):
    session = Session("any")
    for message in messages:
        for utterance in (Utterance(text=message), Utterance(payload=message)):
            turn = app.engine.run_turn(session, utterance, TODAY)
            assert isinstance(turn.outcome, Outcome)
            assert turn.replies
            assert all(reply.text for reply in turn.replies)
            session = Session.from_data(json.loads(json.dumps(turn.session.to_data())))
            assert session == turn.session


def test_every_outcome_has_a_vietnamese_label():
    assert all(outcome.label for outcome in Outcome)
