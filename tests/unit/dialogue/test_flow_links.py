"""Links that begin a flow at one of its steps."""

from __future__ import annotations

import pytest

from bot.dialogue.flow_links import linked_frame
from bot.domain.flows import END, PERSON, RETRY, Branch, Call, FlowId, SetSlots, Show, StepId, only
from bot.domain.frames import ASSUMED, ASSUMED_TROUBLE
from bot.domain.messages import Utterance
from bot.domain.payloads import flow_payload
from bot.domain.session import Outcome, Session
from tests.factories import TODAY
from tests.flow_factories import (
    KICH_HOAT,
    LE_PHI,
    ONE,
    Conversation,
    branch,
    make_flow,
    option,
    question,
    say,
    task,
)

#: Three tasks in a row after a question with a short cut, a repair, and a branch on the answer.
DAI = make_flow(
    "dai",
    question("o-dau", option("Từ đầu", "dau", "mot"), option("Sắp xong", "cuoi", "ba")),
    task("mot", "hai"),
    task("hai", "re", trouble="go"),
    SetSlots(StepId("re"), {}, (branch("o_dau", "dau", "ba"), Branch(StepId("nhac")))),
    say("nhac", "ba"),
    task("ba", trouble="hoi"),
    task("go", RETRY, trouble=PERSON),
    question("hoi", option("Máy treo", "treo", "tat"), unsure=PERSON),
    task("tat", RETRY),
)


@pytest.fixture
def talk() -> Conversation:
    conversation = Conversation()
    conversation.change_content(DAI, KICH_HOAT, ONE)
    return conversation


def link(talk: Conversation, step_id: str, flow_id: str = "dai"):
    return talk.press(f"{flow_payload(FlowId(flow_id))}:{step_id}")


def test_a_link_begins_at_the_step_and_counts_those_before_as_done(talk):
    turn = link(talk, "hai")
    assert (turn.outcome, turn.rule) == (Outcome.FLOW_STARTED, "flow_start")
    assert talk.place == ("dai", "hai")
    assert "Bước 2/3" in talk.text
    assert "Nguồn: " in talk.text, "nobody has read the source of the steps before"
    assert talk.slots == {}


def test_the_longest_way_is_taken_so_that_numbers_are_those_of_who_walks_it(talk):
    link(talk, "ba")
    assert "Bước 3/3" in talk.text
    assert [one.step_id for one in talk.session.frames[0].trail] == ["o-dau", "mot", "hai"]


def test_who_followed_a_link_goes_back_step_by_step_to_the_beginning(talk):
    link(talk, "hai")
    steps = []
    for _ in range(3):
        talk.pick("Quay lại")
        steps.append(talk.place[1])
        if "Quay lại" not in talk.labels:
            break
    assert steps == ["mot", "o-dau"]
    talk.pick("Sắp xong")
    assert talk.place == ("dai", "ba")
    assert talk.slots == {"o_dau": "cuoi"}


def test_who_followed_a_link_goes_on_to_the_end(talk):
    link(talk, "hai")
    talk.pick("Đã xong")
    assert "Nói nhac." in talk.text, "what nobody answered takes the else"
    assert "Bước 3/3" in talk.text
    assert "Nguồn: " not in talk.text
    talk.pick("Đã xong")
    assert talk.open_flows == []


def test_a_repair_leads_back_to_the_task_it_is_for(talk):
    link(talk, "go")
    assert [one.answer for one in talk.session.frames[0].trail] == [
        ASSUMED,
        ASSUMED,
        ASSUMED_TROUBLE,
    ]
    talk.pick("Đã xong")
    assert talk.place == ("dai", "hai")
    assert "Bước 2/3" in talk.text


def test_a_repair_behind_a_question_leads_back_too(talk):
    link(talk, "tat")
    assert talk.place == ("dai", "tat")
    talk.pick("Quay lại")
    assert talk.place == ("dai", "hoi")
    talk.pick("Máy treo")
    talk.pick("Đã xong")
    assert talk.place == ("dai", "ba")


@pytest.mark.parametrize("step_id", ["re", "khong-co", "", "o-dau", "END", "RETRY"])
def test_what_cannot_stand_alone_or_is_not_there_begins_at_the_beginning(talk, step_id):
    assert link(talk, step_id).rule == "flow_start"
    assert talk.place == ("dai", "o-dau")
    assert talk.session.frames[0].trail == ()


def test_a_step_whose_own_branches_need_an_answer_does_not_stand_alone(talk):
    assert linked_frame(KICH_HOAT, "mo") is None
    assert linked_frame(KICH_HOAT, "bam") is not None


def test_a_condition_on_what_is_filled_there_stands_alone():
    flow = make_flow(
        "tu-ghi",
        task("dau", "ghi"),
        SetSlots(StepId("ghi"), {"x": "1"}, (branch("x", "1", "cuoi"), Branch(END))),
        task("cuoi"),
    )
    assert linked_frame(flow, "ghi").step_id == "ghi"


def test_a_condition_on_what_only_comes_later_stands_alone():
    flow = make_flow(
        "sau",
        task("dau", "re"),
        SetSlots(StepId("re"), {}, (branch("x", "1", "cuoi"), Branch(StepId("hoi")))),
        question("hoi", option("Một", "1", "re"), slot="x"),
        task("cuoi"),
    )
    # The question leads to the branch, but nobody came by it yet, nor is it before the first visit.
    assert linked_frame(flow, "re").step_id == "re"


def test_steps_that_ask_nothing_are_said_on_the_way(talk):
    talk.change_content(
        make_flow(
            "ke",
            task("dau", "goi"),
            Call(StepId("goi"), FlowId("mot"), only(StepId("xem"))),
            Show(StepId("xem"), LE_PHI.id, only(StepId("cuoi"))),
            task("cuoi"),
        ),
        ONE,
    )
    link(talk, "goi", "ke")
    assert talk.open_flows == ["ke", "mot"]
    talk.say("/dung")
    link(talk, "xem", "ke")
    assert LE_PHI.title in talk.text
    assert talk.place == ("ke", "cuoi")


def test_a_link_to_a_guide_begins_at_its_first_task(app):
    turn = app.engine.run_turn(Session("s"), Utterance(payload="f:t304:lam"), TODAY)
    again = app.engine.run_turn(Session("s"), Utterance(payload="f:t304:lam.2"), TODAY)
    assert turn.session.frames[-1].step_id == "lam.1"
    assert again.session.frames[-1].step_id == "lam.2"
    assert "Bước 2/" in again.replies[0].text


def test_a_link_into_a_flow_under_way_goes_back_with_what_was_answered(talk):
    talk.press("f:dai")
    talk.pick("Từ đầu")
    talk.pick("Đã xong")
    talk.pick("Đã xong")
    assert talk.place == ("dai", "ba")
    link(talk, "mot")
    assert talk.place == ("dai", "mot")
    assert talk.slots == {"o_dau": "dau"}
    assert talk.open_flows == ["dai"]


def test_a_link_to_the_step_that_waits_says_it_again(talk):
    link(talk, "hai")
    frames = talk.session.frames
    link(talk, "hai")
    assert talk.session.frames == frames


def test_a_link_ahead_in_a_flow_under_way_goes_there(talk):
    talk.press("f:dai")
    link(talk, "ba")
    assert talk.place == ("dai", "ba")
    assert talk.open_flows == ["dai"]


def test_another_flow_waits_below_and_is_offered_again(talk):
    talk.press("f:mot")
    talk.pick("Đi tiếp")
    link(talk, "ba")
    assert talk.open_flows == ["mot", "dai"]
    talk.pick("Đã xong")
    assert talk.place == ("mot", "cuoi")


def test_who_comes_back_on_another_day_is_told_the_step_of_the_link(talk):
    link(talk, "ba")
    talk.sleep()
    talk.say("alo")
    assert "bước 3/3" in talk.text
    talk.pick("Làm tiếp")
    assert talk.place == ("dai", "ba")


def test_a_begun_link_is_under_way_for_who_begins_the_flow(talk):
    link(talk, "ba")
    assert talk.press("f:dai").rule == "flow_under_way"
    talk.pick("Làm lại từ đầu")
    assert talk.place == ("dai", "o-dau")


def test_an_unknown_flow_is_a_stale_button(talk):
    assert link(talk, "hai", "khong-co").rule == "stale_button"
    assert talk.press("f:dai:hai:thua").rule == "stale_button"


def test_every_step_of_our_flows_can_be_linked_to(app):
    """Nothing breaks, loops or stays silent; a task that is begun at shows its source."""
    for flow in app.catalog.flows_by_id.values():
        if not flow.path.startswith("flows/"):
            continue
        for step in flow.steps:
            payload = f"f:{flow.id}:{step.id}"
            turn = app.engine.run_turn(Session("s"), Utterance(payload=payload), TODAY)
            assert turn.replies[0].text
            assert turn.rule == "flow_start"
            assert not [one for one in turn.events if one.startswith("flow_looped")]
            frame = turn.session.frames[-1] if turn.session.frames else None
            if frame and frame.step_id == step.id and step.kind == "do" and step.topic:
                assert "Nguồn: " in turn.replies[-1].text, payload
