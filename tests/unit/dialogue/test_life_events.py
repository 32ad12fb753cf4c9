"""Who tells what happened is offered the flow of it; nobody is led there unasked."""

from __future__ import annotations

import pytest

from bot.dialogue.engine import Engine
from bot.dialogue.router import Router
from bot.domain.messages import Utterance
from bot.domain.session import Outcome, Session
from bot.nlu.safety import SafetyPhrases
from bot.retrieval.decision import Verdict
from bot.retrieval.retriever import NOTHING, Candidate, Retrieval
from tests.factories import TODAY
from tests.flow_factories import KICH_HOAT, LE_PHI, TIN_LA, Conversation, make_world, no_guess

TOLD = "hôm qua nhà có chuyện"
_LONG = 2000


@pytest.fixture
def talk():
    return Conversation()


class OneRetrieval:
    """Finds the same for every question."""

    def __init__(self, found: Retrieval) -> None:
        self._found = found

    def retrieve(self, text: str) -> Retrieval:
        """What it was made with."""
        return self._found


def ask(found: Retrieval):
    """The turn of a question for which this was found."""
    catalog = make_world()
    safety = SafetyPhrases.of(**catalog.safety_phrases)
    router = Router(catalog, OneRetrieval(found), safety, no_guess, _LONG)  # type: ignore[arg-type]
    return Engine(router, _LONG).run_turn(Session("s"), Utterance(text=TOLD), TODAY)


def labels(turn):
    return [button.label for reply in turn.replies for button in reply.buttons]


def test_what_happened_is_offered_its_flow(talk):
    talk.say(TOLD)
    assert talk.turn.outcome is Outcome.CLARIFY
    assert talk.place is None
    assert talk.labels == [KICH_HOAT.title, "Không phải các mục này"]


def test_the_flow_that_is_offered_begins_when_its_button_is_pressed(talk):
    talk.say(TOLD)
    talk.pick(KICH_HOAT.title)
    assert talk.open_flows == ["kich-hoat"]


def test_another_flow_that_waits_keeps_its_place_beside_the_offer(talk):
    talk.start(TIN_LA)
    place = talk.place
    talk.say(TOLD)
    assert talk.place == place
    assert {KICH_HOAT.title, "Làm tiếp"} <= set(talk.labels)


def test_what_happened_leads_on_where_its_flow_is_under_way(talk):
    asked = talk.start(KICH_HOAT).replies[-1].text
    talk.say(TOLD)
    assert talk.text == asked


def test_only_topics_nearly_as_likely_are_offered_beside_the_flow():
    event = Candidate("event/kich-hoat", 0.6)
    likely, hardly = Candidate(LE_PHI.id, 0.2), Candidate(LE_PHI.id, 0.01)
    beside = ask(Retrieval((likely,), event, Verdict.CLARIFY, 0.5, 0.5))
    alone = ask(Retrieval((hardly,), event, Verdict.CLARIFY, 0.5, 0.5))
    assert labels(beside) == [LE_PHI.title, KICH_HOAT.title, "Không phải các mục này"]
    assert labels(alone) == [KICH_HOAT.title, "Không phải các mục này"]


def test_no_topic_is_offered_where_nothing_of_ours_was_found():
    found = Retrieval((Candidate(LE_PHI.id, 0.2),), Candidate("event/kich-hoat", 0.6),
                      Verdict.UNKNOWN, 0.0, 0.0)  # fmt: skip
    assert labels(ask(found)) == [KICH_HOAT.title, "Không phải các mục này"]


def test_a_topic_that_is_not_even_first_is_no_answer_but_a_choice():
    found = Retrieval((Candidate(LE_PHI.id, 0.2),), Candidate("flow/kich-hoat", 0.4),
                      Verdict.ANSWER, 0.9, 0.9)  # fmt: skip
    turn = ask(found)
    assert turn.outcome is Outcome.CLARIFY
    assert labels(turn) == [LE_PHI.title, KICH_HOAT.title, "Không phải các mục này"]


def test_an_event_hardly_likely_is_not_offered():
    turn = ask(Retrieval((), Candidate("event/kich-hoat", 0.1), NOTHING.verdict, 0.0, 0.0))
    assert turn.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("typed", ["để mai làm tiếp", "de mai lam tiep"])
def test_who_rests_keeps_their_place(talk, typed):
    talk.start(KICH_HOAT)
    place = talk.place
    talk.say(typed)
    assert talk.place == place
    assert talk.labels == ["Làm tiếp", "Dừng"]
    talk.pick("Làm tiếp")
    assert talk.place == place


def test_who_rests_and_has_nothing_under_way_is_wished_a_rest(talk):
    talk.say("để mai làm tiếp")
    assert talk.turn.outcome is Outcome.SMALLTALK


def test_who_is_offended_is_offered_a_person_and_to_go_on(talk):
    talk.start(KICH_HOAT)
    talk.say("bot ngu quá")
    assert talk.turn.rule == "smalltalk/complaint"
    assert {"Gặp cán bộ", "Làm tiếp", "Dừng"} <= set(talk.labels)
