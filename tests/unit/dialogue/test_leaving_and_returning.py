"""Back into what was left, buttons from further up, and plain yes and no to an offer."""

from __future__ import annotations

import pytest

from bot.domain.flows import END, Show, StepId
from bot.domain.session import Outcome
from tests.flow_factories import (
    KICH_HOAT,
    LE_PHI,
    ONE,
    TWO,
    Conversation,
    make_flow,
    option,
    question,
)

TO_TOPIC = make_flow(
    "chi",
    question("viec", option("Lệ phí", "le-phi", "xem"), option("Thôi", "thoi", END), unsure=END),
    Show(StepId("xem"), LE_PHI.id),
)


@pytest.fixture
def talk():
    return Conversation()


def labels(talk):
    return [one.label for one in talk.buttons]


def test_back_after_the_end_leads_to_the_last_step_as_it_was(talk):
    talk.start(ONE, "Đi tiếp")
    before = talk.session.frames
    talk.pick("Hết việc")
    assert talk.session.frames == ()
    talk.say("quay lại")
    assert talk.session.frames == before


def test_a_topic_that_ends_a_flow_has_a_way_back_and_keeps_its_sources():
    talk = Conversation()
    talk.change_content(TO_TOPIC)
    talk.start(TO_TOPIC, "Lệ phí")
    assert labels(talk)[-2:] == ["Quay lại", "Xem nguồn"]
    talk.pick("Quay lại")
    assert talk.place == ("chi", "viec")


def test_words_that_end_a_flow_come_with_ways_on():
    talk = Conversation()
    talk.start(KICH_HOAT, "Mức 2", "Không rõ", "Đã xong", "Đã xong")
    assert "Quay lại" in labels(talk)
    assert "Danh mục" in labels(talk)


def test_what_was_stopped_can_be_gone_on_with(talk):
    talk.start(ONE, "Đi tiếp")
    before = talk.session.frames
    talk.pick("Dừng")
    talk.pick("Làm tiếp")
    assert talk.session.frames == before


def test_beginning_another_flow_forgets_what_was_left(talk):
    talk.start(ONE, "Đi tiếp", "Hết việc")
    talk.start(TWO)
    assert talk.session.left == ()


def test_another_answer_pressed_after_the_end_answers_the_last_step_anew():
    talk = Conversation()
    talk.change_content(TO_TOPIC)
    talk.start(TO_TOPIC, "Lệ phí")
    turn = talk.press("a:chi:viec:thoi")
    assert turn.rule == "flow_answer"
    assert talk.session.frames == ()


def test_a_button_of_a_step_that_is_gone_says_where_one_stands(talk):
    talk.start(ONE)
    turn = talk.press("a:mot:cuoi:het")
    assert turn.rule == "flow_stale_button"
    assert talk.text.startswith("Nút vừa bấm là của bước cũ.")
    assert "Hỏi dau?" in talk.text


def test_who_begins_a_flow_again_in_its_middle_chooses(talk):
    talk.start(ONE, "Đi tiếp")
    turn = talk.start(ONE)
    assert turn.rule == "flow_under_way"
    assert labels(talk) == ["Làm tiếp", "Làm lại từ đầu", "Dừng"]
    talk.pick("Làm lại từ đầu")
    assert talk.place == ("mot", "dau")


def test_a_flow_begun_again_at_its_first_step_just_asks(talk):
    talk.start(ONE)
    assert talk.start(ONE).rule == "flow_start"
    assert "Hỏi dau?" in talk.text


@pytest.mark.parametrize("yes", ["ok", "ừ", "đúng rồi"])
def test_yes_to_the_offer_to_go_on_goes_on_and_does_no_task(talk, yes):
    talk.start(KICH_HOAT, "Mức 2", "Không rõ")
    before = talk.session.frames
    talk.say("lệ phí tạm trú")
    talk.say(yes)
    assert talk.session.frames == before
    assert "Làm mo." in talk.text


def test_no_to_the_offer_to_go_on_keeps_the_place_for_later(talk):
    talk.start(KICH_HOAT, "Mức 2", "Không rõ")
    before = talk.session.frames
    talk.say("lệ phí tạm trú")
    talk.say("không")
    assert talk.session.frames == before
    assert talk.turn.rule == "flow_nghi"


@pytest.mark.parametrize("typed", ["ok", "xong rồi", "không được"])
def test_what_was_not_asked_last_is_not_answered_but_asked_again(talk, typed):
    talk.start(KICH_HOAT, "Mức 2", "Không rõ")
    before = talk.session.frames
    talk.say("cho tôi gặp cán bộ")
    talk.say(typed)
    assert talk.session.frames == before
    assert "Làm mo." in talk.text


def test_after_a_warning_of_danger_ok_does_no_task(talk):
    talk.start(KICH_HOAT, "Mức 2", "Không rõ")
    before = talk.session.frames
    talk.say("cháy nhà rồi")
    talk.say("ok")
    assert talk.session.frames == before


def test_yes_where_nothing_was_asked_is_taken_as_such(talk):
    assert talk.say("ok").outcome is Outcome.SMALLTALK


def test_yes_means_nothing_once_something_else_was_said(talk):
    talk.start(KICH_HOAT, "Mức 2", "Không rõ")
    talk.say("lệ phí tạm trú")
    talk.pick("Làm tiếp")
    talk.say("ok")
    assert talk.place == ("kich-hoat", "bam")


def test_a_task_passed_over_is_not_told_as_done():
    talk = Conversation()
    talk.start(KICH_HOAT, "Mức 2", "Không rõ", "Đã xong")
    talk.say("bỏ qua")
    assert talk.turn.outcome is Outcome.ANSWERED
    assert "flow_answer:kich-hoat/bam=bo-qua" in talk.turn.events


def test_the_answer_to_a_question_is_an_event(talk):
    talk.start(ONE, "Đi tiếp")
    assert talk.turn.events[0] == "flow_answer:mot/dau=tiep"
