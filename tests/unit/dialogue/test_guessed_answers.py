"""Answers in other words than those of the options: taken, asked back, or left alone."""

from __future__ import annotations

import pytest

from bot.domain.session import Outcome
from bot.retrieval.option_guess import OptionGuess
from tests.flow_factories import ONE, Conversation


def conversation(*, is_sure):
    """One where every message most probably means the first option."""
    return Conversation(guess=lambda step, _: OptionGuess(step.options[0], is_sure))


def test_a_sure_guess_is_taken_and_told():
    talk = conversation(is_sure=True)
    talk.start(ONE)
    turn = talk.say("cứ thế mà làm")
    assert turn.rule == "flow_guess"
    assert talk.place == ("mot", "cuoi")
    assert talk.text.startswith("Tôi hiểu ý bạn là: Đi tiếp.")


def test_a_sure_guess_can_be_taken_back():
    talk = conversation(is_sure=True)
    talk.start(ONE)
    before = talk.session.frames
    talk.say("cứ thế mà làm")
    talk.say("quay lại")
    assert talk.session.frames == before


@pytest.mark.parametrize("asked", ["cái này có được không", "bao giờ thì đi?", "làm sao hả cháu"])
def test_a_question_is_never_taken_for_an_answer(asked):
    talk = conversation(is_sure=True)
    talk.start(ONE)
    talk.say(asked)
    assert talk.place == ("mot", "dau")


def test_a_possible_guess_is_asked_back():
    talk = conversation(is_sure=False)
    talk.start(ONE)
    turn = talk.say("cứ thế mà làm")
    assert turn.outcome is Outcome.CLARIFY
    assert talk.text == 'Có phải ý bạn là "Đi tiếp" không?'
    assert [one.label for one in talk.buttons] == ["Đi tiếp", "Không phải"]
    assert talk.place == ("mot", "dau")


def test_yes_takes_the_guess():
    talk = conversation(is_sure=False)
    talk.start(ONE)
    talk.say("cứ thế mà làm")
    talk.say("đúng rồi")
    assert talk.place == ("mot", "cuoi")


def test_no_to_a_guess_asks_the_question_again():
    talk = conversation(is_sure=False)
    talk.start(ONE)
    talk.say("cứ thế mà làm")
    talk.say("không phải")
    assert talk.place == ("mot", "dau")
    assert "Hỏi dau?" in talk.text


def test_where_no_question_waits_nothing_is_guessed():
    talk = conversation(is_sure=True)
    assert talk.say("cứ thế mà làm").rule != "flow_guess"


def test_a_possible_guess_corrects_no_earlier_answer():
    talk = conversation(is_sure=False)
    talk.start(ONE, "Đi tiếp")
    before = talk.session.frames
    talk.say("nhầm, kiểu kia cơ")
    assert talk.session.frames == before


def test_a_sure_guess_corrects_the_latest_answer():
    talk = conversation(is_sure=True)
    talk.start(ONE, "Đi tiếp")
    talk.say("nhầm, kiểu kia cơ")
    assert talk.turn.rule == "flow_correct"


def test_a_question_with_an_apology_corrects_nothing():
    talk = conversation(is_sure=True)
    talk.start(ONE, "Đi tiếp")
    before = talk.session.frames
    talk.say("xin lỗi cho hỏi lệ phí là bao nhiêu")
    assert talk.session.frames == before
