"""Faults that a hostile reader of the engine found, each as it was typed."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from bot.domain.session import Outcome
from tests.flow_factories import (
    FOUR,
    KICH_HOAT,
    LE_PHI,
    ONE,
    TAM_TRU,
    THREE,
    TIN_LA,
    TWO,
    Conversation,
    make_flow,
    task,
)

NUMBERS = ("0" * 12, "x@x.vn", "0900" + "000001", "4829" + "13")


@pytest.fixture
def talk():
    return Conversation()


@pytest.mark.parametrize("number", NUMBERS)
def test_personal_data_alone_is_warned_of(talk, number):
    talk.start(KICH_HOAT, "Mức 2", "Không rõ")
    turn = talk.say(number)
    assert turn.outcome is Outcome.SAFETY
    assert "thông tin cá nhân" in talk.text


def test_an_emergency_beats_a_message_that_was_asked_for(talk):
    talk.start(TIN_LA, "Có tin đây")
    assert talk.say("cháy nhà rồi cứu tôi với").rule == "emergency"


@pytest.mark.parametrize("typed", ["cho tôi gặp cán bộ", "lệ phí tạm trú"])
def test_a_wish_is_no_pasted_message(talk, typed):
    talk.start(TIN_LA, "Có tin đây")
    assert talk.say(typed).rule != "flow_inspect"


def test_a_message_with_personal_data_is_looked_at_with_a_warning(talk):
    talk.start(TIN_LA, "Có tin đây")
    talk.say("tôi là công an, gọi 0900" + "000001 rồi đọc mã cho em")
    assert "thông tin cá nhân" in talk.text
    assert "- Tin hỏi mã OTP." in talk.text


@pytest.mark.parametrize("typed", ["nhầm rồi", "tôi nhầm", "bấm nhầm", "sửa lại câu trước"])
def test_a_slip_that_names_no_answer_goes_one_step_back(talk, typed):
    talk.start(ONE, "Đi tiếp")
    talk.say(typed)
    assert talk.place == ("mot", "dau")


def test_a_slip_where_nothing_was_answered_asks_again(talk):
    talk.start(ONE)
    turn = talk.say("nhầm rồi")
    assert turn.outcome is Outcome.ANSWERED
    assert "Hỏi dau?" in talk.text


def test_a_task_that_was_said_done_by_mistake_waits_again(talk):
    talk.start(KICH_HOAT, "Mức 2", "Không rõ", "Đã xong")
    talk.say("nhầm, chưa xong")
    assert talk.place == ("kich-hoat", "mo")
    assert talk.slots["muc"] == "muc-2"


def test_the_same_is_never_said_three_times_running(talk):
    talk.start(ONE)
    said = [talk.say("xyz abc").replies[-1].text for _ in range(6)]
    assert all(len(set(said[at : at + 3])) > 1 for at in range(4))
    assert all(one != other for one, other in pairwise(said))


def test_small_talk_does_not_begin_the_count_anew(talk):
    said = []
    for _ in range(3):
        said.append(talk.say("xyz abc").replies[0].text)
        talk.say("cảm ơn bạn nhiều")
    assert len(set(said)) == 3


def test_a_question_that_holds_an_option_is_no_answer(talk):
    talk.start(KICH_HOAT)
    talk.say("mức 1 có mất tiền không")
    assert talk.place == ("kich-hoat", "muc")


def test_the_fourth_flow_puts_away_one_without_answers_first(talk):
    talk.start(ONE, "Đi tiếp")
    talk.start(TWO)
    talk.start(THREE, "Đi tiếp")
    talk.start(FOUR)
    assert talk.open_flows == ["mot", "ba", "bon"]
    assert "bỏ bớt" not in talk.text


def test_the_fourth_flow_tells_what_is_put_away(talk):
    for flow in (ONE, TWO, THREE):
        talk.start(flow, "Đi tiếp")
    talk.start(FOUR)
    assert talk.open_flows == ["hai", "ba", "bon"]
    assert 'bỏ bớt "Lối mot"' in talk.text


def test_an_answer_to_a_flow_that_waits_below_is_taken(talk):
    talk.start(ONE)
    talk.start(TWO, "Đi tiếp")
    talk.press("a:mot:dau:tiep")
    assert talk.place == ("mot", "cuoi")
    assert talk.open_flows == ["hai", "mot"]


@pytest.mark.parametrize("payload", ["zzz:310", "m:310", "f:310"])
def test_a_made_up_button_shows_no_topic(talk, payload):
    assert talk.press(payload).rule == "stale_button"


def test_a_made_up_answer_is_told_as_stale(talk):
    talk.start(ONE)
    assert talk.press("a:mot:dau:zzz").rule == "flow_stale_button"


@pytest.mark.parametrize("typed", ["1", "ok", "em ơi"])
def test_who_comes_back_after_days_is_told_where_they_are(talk, typed):
    talk.start(ONE)
    talk.sleep(7)
    turn = talk.say(typed)
    assert turn.rule == "flow_welcome_back"
    assert talk.place == ("mot", "dau")


def test_who_comes_back_with_words_not_understood_is_told_where_they_are(talk):
    talk.start(ONE)
    talk.sleep(7)
    assert talk.say("em ơi bác quay lại đây rồi này").rule == "flow_welcome_back"


def test_after_a_menu_it_is_not_asked_about_the_topic_before(talk):
    talk.say("lệ phí tạm trú")
    talk.press("menu")
    assert talk.session.topic == ""


def test_after_a_message_not_understood_it_still_is(talk):
    talk.say("lệ phí tạm trú")
    topic = talk.session.topic
    talk.say("xyz abc")
    assert talk.session.topic == topic != ""


def test_a_task_named_again_in_an_offer_can_be_told_as_done(talk):
    talk.start(KICH_HOAT, "Mức 2", "Không rõ")
    talk.say("lệ phí tạm trú")
    talk.say("làm xong rồi")
    assert talk.place == ("kich-hoat", "bam")


def test_who_tells_what_went_wrong_need_not_say_that_it_did(talk):
    talk.start(KICH_HOAT, "Mức 2", "Không rõ")
    talk.say("mất mạng")
    assert talk.place == ("kich-hoat", "go-mang")
    assert talk.session.frames[-1].trail[-2].answer == "ket"


def test_a_number_beyond_the_buttons_shows_them_again(talk):
    talk.press("menu")
    before = talk.labels
    turn = talk.say("99")
    assert turn.rule == "number_beyond"
    assert talk.labels == before


def test_a_question_mark_alone_shows_the_step_again(talk):
    talk.start(ONE)
    talk.say("???")
    assert "Hỏi dau?" in talk.text


def test_a_single_task_has_no_number():
    flow = make_flow("don", task("lam"))
    talk = Conversation()
    talk.change_content(flow)
    talk.start(flow)
    assert "Bước" not in talk.text


def test_the_person_to_ask_is_where_the_service_is_done():
    topic = replace(TAM_TRU, where="Trung tâm dịch vụ việc làm.")
    flow = make_flow("don", task("lam"), topics=(topic.id,))
    talk = Conversation()
    talk.change_content(flow, topics=(topic,))
    talk.start(flow, "Không làm được")
    assert "Trung tâm dịch vụ việc làm." in talk.text
    assert "1900" not in talk.text


def test_thanks_in_between_keep_what_was_told(talk):
    talk.say("lệ phí tạm trú")
    topic = talk.session.topic
    talk.say("cảm ơn bạn nhiều")
    assert talk.session.topic == topic != ""


def test_a_topic_that_a_task_names_has_a_button():
    told = replace(task("lam"), text=f'Xem chủ đề "{LE_PHI.title}" rồi làm.')
    flow = make_flow("don", told)
    talk = Conversation()
    talk.change_content(flow)
    talk.start(flow)
    talk.pick(LE_PHI.title)
    assert talk.turn.topics[0].id == LE_PHI.id


def test_a_flow_begun_by_one_of_two_questions_is_under_way_afterwards(talk):
    talk.say(f"{LE_PHI.title}? dắt tôi kích hoạt? {TAM_TRU.title}?")
    assert talk.open_flows == ["kich-hoat"]
    assert "Hỏi muc?" in talk.text
