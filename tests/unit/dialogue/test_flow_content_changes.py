"""Editors publish other flows while a citizen is in one, or flows that go round."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.flows import END
from bot.domain.session import Outcome
from tests.flow_factories import (
    GO_ROI,
    KICH_HOAT,
    LE_PHI,
    ONE,
    TWO,
    VONG,
    Conversation,
    call,
    link,
    make_flow,
    option,
    question,
)


def test_a_loop_without_a_question_is_left_told_to_staff_and_answered(talk):
    turn = talk.start(VONG, "Đi vòng")
    assert turn.outcome is Outcome.HANDOFF
    looped = [event for event in turn.events if event.startswith("flow_looped:vong:")]
    assert len(looped) == 1
    assert talk.catalog.message("flow_needs_person") in talk.text
    assert talk.session.frames == ()


def test_a_loop_of_links_and_calls_is_left_too():
    talk = Conversation()
    talk.change_content(
        make_flow("ping", link("di", "pong")),
        make_flow("pong", link("ve", "ping")),
        make_flow("goi", call("minh", "goi", "minh")),
    )
    for flow_id in ("ping", "goi"):
        turn = talk.press(f"f:{flow_id}")
        assert turn.replies


def test_a_step_that_is_gone_leads_to_the_nearest_place_that_is_left(talk):
    talk.start(KICH_HOAT, "Mức 1", "Cửa hàng ứng dụng", "Đã xong")
    left = [step for step in KICH_HOAT.steps if step.id != "sim"]
    talk.change_content(replace(KICH_HOAT, steps=tuple(left)), GO_ROI, ONE)
    turn = talk.say("còn")
    assert "flow_lost:kich-hoat" in turn.events
    assert talk.text.startswith(talk.catalog.message("flow_lost", title="Lối kich-hoat"))
    assert talk.place == ("kich-hoat", "mo")
    assert talk.slots == {"muc": "muc-1", "noi": "cua-hang"}


def test_when_all_answered_steps_are_gone_the_flow_begins_anew(talk):
    talk.start(KICH_HOAT, "Mức 1")
    other = make_flow("kich-hoat", question("khac", option("Ý kia", "kia", END), unsure=END))
    talk.change_content(other)
    talk.say("làm tiếp")
    assert talk.place == ("kich-hoat", "khac")
    assert talk.slots == {}


@pytest.mark.parametrize("typed", ["còn", "làm tiếp", "quay lại", "bỏ qua", "nhắc lại", "dừng",
                                   "làm lại từ đầu", "nhầm, mức 2"])  # fmt: skip
def test_a_flow_that_is_gone_is_told_and_left(talk, typed):
    talk.start(KICH_HOAT, "Mức 1")
    talk.change_content(ONE)
    for _ in range(3):
        talk.say(typed)
        if not talk.session.frames:
            break
        typed = "làm tiếp"
    assert talk.session.frames == ()


def test_a_flow_that_is_gone_leaves_those_that_wait(talk):
    talk.start(ONE)
    talk.start(TWO)
    talk.change_content(ONE)
    turn = talk.say("làm tiếp")
    assert "flow_lost:" in turn.events
    assert talk.text.startswith(talk.catalog.message("flow_gone"))
    assert "Hỏi dau?" in talk.text
    assert talk.open_flows == ["mot"]


def test_a_flow_that_is_gone_is_told_of_once_and_keeps_no_question_from_its_answer(talk):
    talk.start(TWO)
    talk.change_content(ONE)
    talk.say("lệ phí tạm trú")
    assert talk.turn.replies[0].text == talk.catalog.message("flow_gone")
    assert LE_PHI.title in talk.text
    talk.say("lệ phí tạm trú")
    assert talk.catalog.message("flow_gone") not in talk.text


def test_an_answer_that_is_gone_asks_again(talk):
    talk.start(KICH_HOAT)
    payload = talk.buttons[1].payload
    first = replace(KICH_HOAT.steps[0], options=KICH_HOAT.steps[0].options[:1])
    talk.change_content(replace(KICH_HOAT, steps=(first, *KICH_HOAT.steps[1:])), GO_ROI)
    talk.press(payload)
    assert talk.place == ("kich-hoat", "muc")
