"""A flow that another called or linked to does not ask what was answered there."""

from __future__ import annotations

import pytest

from bot.domain.flows import END, SetSlots, Step, StepId, only
from tests.flow_factories import (
    Conversation,
    call,
    link,
    make_flow,
    option,
    question,
    task,
)

MUC_1, MUC_2 = option("Mức 1", "muc-1", "sang"), option("Mức 2", "muc-2", "sang")
#: Asks about the level under the name of the other flow, and about the SIM.
SAU = make_flow(
    "sau",
    question("cap", option("Cấp 1", "muc-1", "sim"), option("Cấp 2", "muc-2", "sim"),
             unsure="sim", slot="muc"),
    question("sim", option("Còn SIM", "con", "lam"), unsure="lam"),
    task("lam"),
)  # fmt: skip


def before(step: Step, *more: Step, slot: str = "muc", unsure: str = "sang"):
    """A flow that asks about the level and goes over to the other."""
    return make_flow("truoc", question("muc", MUC_1, MUC_2, unsure=unsure, slot=slot), step, *more)


@pytest.fixture
def talk():
    return Conversation()


def begin(talk, flow, *labels):
    talk.change_content(flow, SAU)
    talk.start(flow, *labels)
    return talk


@pytest.mark.parametrize("step", [link("sang", "sau"), call("sang", "sau")])
def test_an_answer_is_handed_over_to_the_slot_of_the_same_name(talk, step):
    begin(talk, before(step), "Mức 2")
    assert talk.place == ("sau", "sim")
    assert talk.slots["muc"] == "muc-2"


def test_a_slot_of_another_name_is_asked(talk):
    begin(talk, before(link("sang", "sau"), slot="muc_khac"), "Mức 2")
    assert talk.place == ("sau", "cap")


def test_a_value_that_is_no_option_there_is_asked(talk):
    flow = make_flow("truoc", question("muc", option("Mức 3", "muc-3", "sang")),
                     link("sang", "sau"))  # fmt: skip
    begin(talk, flow, "Mức 3")
    assert talk.place == ("sau", "cap")


def test_who_did_not_know_is_asked(talk):
    begin(talk, before(link("sang", "sau")), "Không rõ")
    assert talk.place == ("sau", "cap")


def test_a_slot_that_the_author_filled_is_handed_over(talk):
    fill = SetSlots(StepId("dien"), {"muc": "muc-1", "sim": "con"}, only(StepId("sang")))
    flow = make_flow("truoc", question("hoi", option("Đi tiếp", "tiep", "dien"), unsure=END),
                     fill, link("sang", "sau"))  # fmt: skip
    begin(talk, flow, "Đi tiếp")
    assert talk.place == ("sau", "lam")


def test_going_back_leads_to_the_question_that_was_passed_over_and_then_to_the_caller(talk):
    begin(talk, before(link("sang", "sau")), "Mức 2")
    places = []
    for _ in range(2):
        talk.say("quay lại")
        places.append(talk.place)
    assert places == [("sau", "cap"), ("truoc", "muc")]


def test_an_answer_that_was_handed_over_can_be_changed(talk):
    begin(talk, before(link("sang", "sau")), "Mức 2")
    talk.say("quay lại")
    talk.pick("Cấp 1")
    assert talk.place == ("sau", "sim")
    assert talk.slots["muc"] == "muc-1"


def test_a_flow_that_begins_anew_asks_all_again(talk):
    """With the answers that led away from it, it would lead away again, for ever."""
    again = make_flow("sau", question("muc", MUC_1, MUC_2, unsure="sang"), link("sang", "truoc"))
    flow = before(link("sang", "sau"))
    talk.change_content(flow, again)
    talk.start(flow, "Mức 2")
    assert talk.place == ("truoc", "muc")
    assert talk.slots == {}
