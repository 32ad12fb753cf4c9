"""The engine with somebody else to understand: what is asked, and what is made of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.dialogue.assisted_engine import AssistedEngine
from bot.domain.messages import Utterance
from bot.domain.session import Choice, Outcome, Session
from bot.domain.understanding import IntentMatch
from bot.retrieval.given_ranking import ConfidenceLines
from tests.factories import TODAY
from tests.flow_factories import make_engine, make_world

LINES = ConfidenceLines(answer=0.5, choices=0.2)


class Understander:
    """Gives the same ranking for every text, or none; remembers what it was asked."""

    def __init__(self, **scores: float) -> None:
        self.ranking = [IntentMatch(name.replace("__", "/"), one) for name, one in scores.items()]
        self.asked = []

    def rank(self, texts):
        self.asked.append(tuple(texts))
        return {text: self.ranking for text in texts if self.ranking}


@pytest.fixture(scope="module")
def world():
    return make_world()


@pytest.fixture
def ask(world):
    def run(understander, text="", session=None, payload=""):
        engine = AssistedEngine(make_engine(world), understander, LINES)
        return engine.run_turn(session or Session("s"), Utterance(text, payload), TODAY)

    return run


def topic_of(world):
    return world.topics[0]


def test_what_the_other_one_understood_is_answered(ask, world):
    topic = topic_of(world)
    turn = ask(Understander(**{topic.id.replace("/", "__"): 0.9}), "câu mà tự mình thì không hiểu")
    assert turn.outcome is Outcome.ANSWERED
    assert turn.topics[0].id == topic.id
    assert turn.figures["correct"] == 0.9


def test_what_it_is_not_sure_of_is_offered(ask, world):
    topic = topic_of(world)
    turn = ask(Understander(**{topic.id.replace("/", "__"): 0.3}), "câu mà tự mình thì không hiểu")
    assert turn.outcome is Outcome.CLARIFY
    assert topic.title in [one.label for one in turn.replies[0].buttons]


def test_where_it_says_nothing_the_built_in_way_understands(ask, world):
    topic = topic_of(world)
    turn = ask(Understander(), topic.title)
    assert turn.outcome is Outcome.ANSWERED
    assert turn.topics[0].id == topic.id


def test_personal_data_is_masked_before_it_is_asked(ask):
    understander = Understander()
    ask(understander, "căn cước của tôi số 079" + "987654321, điện thoại 090" + "0000000")
    sent = " ".join(understander.asked[0])
    assert "987654321" not in sent
    assert "0000000" not in sent
    assert "•••" in sent


def test_a_code_typed_within_a_flow_is_masked_too(ask, world):
    engine = make_engine(world)
    started = engine.run_turn(
        Session("s"), Utterance(payload=f"f:{world.flows[0].id}"), TODAY
    ).session
    assert started.frames
    understander = Understander()
    ask(understander, "nó gửi 482913 là sao", started)
    assert understander.asked == [("nó gửi ••• là sao",)]


@pytest.mark.parametrize("text", ["", "   ", "😀", "?!", "a " * 3000])
def test_what_is_no_question_is_not_asked(ask, text):
    understander = Understander()
    ask(understander, text)
    assert understander.asked == []


@pytest.mark.parametrize("text", ["/tra tạm trú", "/xoadulieu", "/khong_co"])
def test_a_command_is_not_asked(ask, text):
    understander = Understander()
    ask(understander, text)
    assert understander.asked == []


def test_behind_an_unknown_command_only_the_text_is_asked(ask):
    understander = Understander()
    ask(understander, "/hoi câu mà tự mình thì không hiểu")
    assert understander.asked == [("câu mà tự mình thì không hiểu",)]


def test_a_button_is_not_asked(ask):
    understander = Understander()
    ask(understander, payload="m")
    assert understander.asked == []


@pytest.mark.parametrize("text", ["1", "xem thêm"])
def test_a_message_that_picks_a_button_is_not_asked(ask, text):
    understander = Understander()
    ask(understander, text, replace(Session("s"), choices=(Choice("Xem thêm", "m"),)))
    assert understander.asked == []


def test_the_pieces_of_a_message_are_asked_with_the_whole_at_most_four(ask):
    understander = Understander()
    pieces = [f"câu hỏi số {name} là gì?" for name in ("một", "hai", "ba", "bốn", "năm", "sáu")]
    ask(understander, " ".join(pieces))
    (asked,) = understander.asked
    assert asked == (" ".join(pieces), *pieces[:4])
