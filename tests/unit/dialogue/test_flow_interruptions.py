"""A citizen says something else in the middle of a flow."""

from __future__ import annotations

import json

import pytest

from bot.domain.session import Outcome
from tests.flow_factories import KICH_HOAT, LE_PHI, TIN_LA

ID_NUMBER = "079" + "123456789"


def test_a_question_in_between_is_answered_and_the_way_leads_back(talk):
    talk.start(KICH_HOAT, "Mức 1", "Không rõ")
    frames = talk.session.frames
    turn = talk.say("lệ phí tạm trú")
    assert turn.outcome is Outcome.ANSWERED
    assert [topic.id for topic in turn.topics] == [LE_PHI.id]
    assert 'Ta tiếp tục bước 1/2 của "Lối kich-hoat" nhé?' in talk.text
    assert talk.session.frames == frames
    talk.pick("Làm tiếp")
    assert talk.session.frames == frames
    assert "Làm mo." in talk.text


def test_asking_away_waits_for_the_question(talk):
    talk.start(KICH_HOAT, "Mức 1", "Không rõ")
    frames = talk.session.frames
    talk.pick("Hỏi câu khác")
    assert talk.session.frames == frames
    assert talk.labels == ["Làm tiếp", "Dừng"]
    talk.say("lệ phí tạm trú")
    talk.say("làm tiếp")
    assert "Làm mo." in talk.text


def test_thanks_and_a_person_in_between_leave_the_place(talk):
    talk.start(KICH_HOAT, "Mức 1")
    frames = talk.session.frames
    assert talk.say("cảm ơn bạn nhiều").outcome is Outcome.SMALLTALK
    assert "Làm tiếp" in talk.labels
    assert talk.say("cho tôi gặp cán bộ").outcome is Outcome.HANDOFF
    assert "Làm tiếp" in talk.labels
    assert talk.session.frames == frames


def test_an_emergency_comes_first_and_the_place_is_kept(talk):
    talk.start(KICH_HOAT, "Mức 1")
    frames = talk.session.frames
    turn = talk.say("cháy nhà rồi")
    assert turn.outcome is Outcome.SAFETY
    assert "114" in turn.replies[0].text
    assert talk.session.frames == frames
    assert "Làm tiếp" not in talk.labels
    assert "Ta tiếp tục" not in talk.text


@pytest.mark.parametrize("flow", [KICH_HOAT, TIN_LA])
def test_personal_data_inside_a_flow_is_masked_and_answers_nothing(talk, flow):
    talk.start(flow)
    frames = talk.session.frames
    turn = talk.say(f"Mức 1 số căn cước của tôi {ID_NUMBER}")
    assert turn.outcome is Outcome.SAFETY
    assert talk.session.frames == frames
    everything = json.dumps(talk.session.to_data()) + turn.heard + talk.text
    assert ID_NUMBER not in everything


def test_what_is_not_understood_is_said_with_the_question_again(talk):
    talk.start(KICH_HOAT, "Mức 1")
    frames, labels = talk.session.frames, talk.labels
    turn = talk.say("bông hoa tím")
    assert (turn.outcome, turn.rule) == (Outcome.CLARIFY, "flow_not_understood")
    assert turn.replies[0].text.startswith(talk.catalog.message("flow_not_understood"))
    assert "Hỏi noi?" in talk.text
    assert talk.labels == labels
    turn = talk.say("bông hoa vàng")
    assert turn.replies[0].text.startswith(talk.catalog.message("flow_not_understood_again"))
    assert "Gặp cán bộ" in talk.labels
    assert talk.session.frames == frames


def test_an_answer_after_not_being_understood_starts_counting_anew(talk):
    talk.start(KICH_HOAT)
    talk.say("bông hoa tím")
    talk.say("Mức 1")
    talk.say("bông hoa tím")
    assert talk.text.startswith(talk.catalog.message("flow_not_understood"))
