"""How a citizen gets into a flow, and how it ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.flows import END
from bot.domain.session import Outcome
from tests.flow_factories import (
    GO_ROI,
    KICH_HOAT,
    LE_PHI,
    MAT_KHAU,
    ONE,
    Conversation,
    link,
    make_flow,
    option,
    question,
    say,
)


def test_a_button_begins_a_flow_with_its_first_question(talk):
    turn = talk.start(KICH_HOAT)
    assert (turn.outcome, talk.place) == (Outcome.FLOW_STARTED, ("kich-hoat", "muc"))
    assert "Hỏi muc?" in talk.text
    assert talk.labels == ["Mức 1", "Mức 2", "Không rõ", "Dừng"]


def test_a_flow_is_asked_for_in_words(talk):
    turn = talk.say("dắt tôi kích hoạt")
    assert (turn.outcome, talk.place) == (Outcome.FLOW_STARTED, ("kich-hoat", "muc"))


def test_a_topic_with_steps_is_told_step_by_step_from_its_answer(talk):
    talk.say("Quên mật khẩu VNeID")
    assert talk.turn.topics[0].id == MAT_KHAU.id
    turn = talk.pick("Làm từng bước")
    assert turn.outcome is Outcome.FLOW_STARTED
    assert [topic.id for topic in turn.topics] == [MAT_KHAU.id]
    assert "**Bước 1/2**\nMở VNeID." in talk.text
    assert "Nguồn: " in talk.text
    talk.pick("Đã xong")
    assert "**Bước 2/2**\nBấm **Quên mật khẩu**." in talk.text
    assert "Nguồn: " not in talk.text


def test_a_topic_without_steps_offers_no_way_step_by_step(talk):
    talk.say("Lệ phí tạm trú")
    assert "Làm từng bước" not in talk.labels


def test_the_flow_of_an_author_comes_before_the_one_made_of_its_topic():
    talk = Conversation()
    talk.change_content(replace(GO_ROI, topics=(MAT_KHAU.id,)))
    talk.say("Quên mật khẩu VNeID")
    talk.pick("Làm từng bước")
    assert talk.place == ("go-roi", "may")


@pytest.mark.parametrize("payload", ["f:khong-co", "f:", "f", "f:a:b", "a:kich-hoat", "m:bay"])
def test_a_button_of_no_flow_leads_to_the_menu(talk, payload):
    turn = talk.press(payload)
    assert (turn.outcome, turn.rule) == (Outcome.CLARIFY, "stale_button")
    assert talk.labels


def test_a_flow_ends_with_its_closing_words_and_nothing_waits(talk):
    talk.start(KICH_HOAT, "Mức 2", "Không rõ", "Đã xong", "Đã xong")
    assert talk.text.startswith("Nói xong.")
    assert "Bạn đã làm xong: Lối kich-hoat." in talk.text
    assert talk.turn.events[-1] == "flow_ended:kich-hoat"
    assert talk.session.frames == ()


def test_a_flow_that_only_led_to_a_topic_ends_with_that_topic(talk):
    turn = talk.start(KICH_HOAT, "Mức 1", "Không rõ", "Đã xong", "Không còn nữa")
    assert [topic.id for topic in turn.topics] == [LE_PHI.id]
    assert "**Lệ phí tạm trú**" in talk.text
    assert talk.session.frames == ()


def test_a_link_ends_one_flow_and_the_end_of_the_other_ends_both():
    talk = Conversation()
    first = make_flow("dan", question("hoi", option("Sang bên kia", "sang", "sang"), unsure=END),
                      link("sang", "mot"))  # fmt: skip
    talk.change_content(first, ONE)
    talk.start(first, "Sang bên kia")
    assert talk.place == ("mot", "dau")
    talk.pick("Đi tiếp")
    talk.pick("Hết việc")
    assert talk.session.frames == ()


def test_after_the_last_flow_the_citizen_may_rate(talk):
    talk.change_content(ONE, GO_ROI, make_flow("danh-gia", say("cam-on")))
    talk.start(GO_ROI, "Máy đời mới", "Đã xong")
    assert "Chấm điểm trợ lý" in talk.labels
