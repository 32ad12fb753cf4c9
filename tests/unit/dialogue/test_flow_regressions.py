"""What once went wrong in flows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.dialogue.replies import MAX_MENU_BUTTONS
from bot.domain.cards import MAX_REPLY_CHARS
from bot.domain.flows import END, Say, SetSlots, StepId, only
from bot.domain.knowledge import TopicId
from bot.domain.session import Outcome
from tests.factories import make_topic
from tests.flow_factories import (
    GO_ROI,
    HOI_SAU,
    KICH_HOAT,
    LE_PHI,
    ONE,
    PICTURES,
    TIN_LA,
    TWO,
    link,
    make_flow,
    option,
    question,
    say,
    task,
)

REPAIR = ("Mức 2", "Không rõ", "Đã xong", "Không làm được")


def test_the_same_words_of_not_understanding_never_come_three_times_running(talk):
    talk.start(KICH_HOAT)
    said = [talk.say("bông hoa tím").replies[0].text for _ in range(5)]
    assert all(len(set(said[at : at + 3])) > 1 for at in range(3))


def test_a_welcome_back_is_no_failure_to_understand(talk):
    talk.start(KICH_HOAT)
    talk.sleep()
    talk.say("alo")
    talk.say("bông hoa tím ngắt")
    assert talk.text.startswith(talk.catalog.message("flow_not_understood"))


@pytest.mark.parametrize("typed", ["không biết", "bỏ qua"])
def test_not_knowing_what_the_trouble_is_leads_somewhere(talk, typed):
    talk.press("f:t310")
    talk.pick("Không làm được")
    talk.say(typed)
    assert talk.turn.outcome is Outcome.HANDOFF


def test_stopping_within_a_called_flow_names_the_flow_that_was_begun(talk):
    talk.start(KICH_HOAT, *REPAIR)
    talk.pick("Dừng")
    assert 'Tôi dừng "Lối kich-hoat"' in talk.text


def test_a_called_flow_ends_though_its_caller_is_gone(talk):
    talk.start(KICH_HOAT, *REPAIR, "Máy đời mới")
    talk.change_content(GO_ROI, HOI_SAU)
    talk.say("xong rồi")
    assert talk.session.frames == ()


def test_a_called_flow_leads_to_the_nearest_place_when_the_calling_step_is_gone(talk):
    talk.start(KICH_HOAT, *REPAIR, "Máy đời mới")
    left = tuple(step for step in KICH_HOAT.steps if step.id != "nang")
    talk.change_content(replace(KICH_HOAT, steps=left), GO_ROI, HOI_SAU)
    talk.say("xong rồi")
    assert talk.place == ("kich-hoat", "bam")


def test_a_pasted_message_with_a_phone_number_is_looked_through(talk):
    talk.start(TIN_LA, "Có tin đây")
    talk.say("tôi là công an, gọi 0900" + "000001 rồi đọc mã cho em")
    assert "- Tin hỏi mã OTP." in talk.text


def test_no_message_is_an_answer_to_who_asks_for_one(talk):
    talk.start(TIN_LA, "Có tin đây")
    talk.say("không có")
    assert "Nói can-than." in talk.text


def test_joined_sentences_stay_within_the_limit_of_a_message(talk):
    flow = make_flow(
        "dai",
        Say(StepId("mot"), "một " * 240, only(StepId("hai"))),
        Say(StepId("hai"), "hai " * 240, only(StepId("hoi"))),
        replace(question("hoi", option("Ý này", "nay", END), unsure=END), ask="hỏi " * 240),
    )
    talk.change_content(flow)
    talk.start(flow)
    assert max(len(reply.text) for reply in talk.turn.replies) <= MAX_REPLY_CHARS


def many_options(count):
    options = (option(f"Ý số {number} đó", f"y{number}", END) for number in range(count))
    return make_flow("nhieu", question("hoi", *options, unsure=END))


@pytest.mark.parametrize("count", [10, 12])
def test_a_question_with_the_most_options_allowed_has_a_button_to_stop(talk, count):
    flow = many_options(count)
    talk.change_content(flow)
    talk.start(flow)
    assert "Dừng" in talk.labels


def test_no_answer_gets_lost_when_a_person_is_offered(talk):
    flow = many_options(12)
    talk.change_content(flow)
    talk.start(flow)
    answers = {label for label in talk.labels if label != "Dừng"}
    talk.say("bông hoa tím")
    talk.say("bông hoa vàng")
    assert answers <= set(talk.labels)


def test_going_on_is_offered_by_a_button_even_under_a_full_menu(talk):
    topics = [
        make_topic(id=TopicId(f"service/x{number}"), code=400 + number, title=f"Việc {number}")
        for number in range(20)
    ]
    talk.change_content(ONE, topics=(LE_PHI, *topics))
    talk.start(ONE)
    talk.press("g:service:1")
    [page] = talk.turn.replies
    assert len(page.buttons) == MAX_MENU_BUTTONS + 1
    assert page.buttons[-1].label == "Làm tiếp"


def test_each_picture_is_shown(talk):
    flow = make_flow(
        "anh",
        replace(say("mot", "hoi"), picture="tat-may"),
        replace(question("hoi", option("Ý này", "nay", END), unsure=END), picture="mo-may"),
    )
    talk.change_content(flow)
    talk.start(flow)
    shown = [reply.picture for reply in talk.turn.replies]
    assert shown == list(PICTURES.values())
    assert [picture.path for picture in shown] == [
        "knowledge/pictures/tat-may.svg",
        "knowledge/pictures/mo-may.svg",
    ]


def test_a_denial_does_not_choose_what_is_denied(talk):
    talk.start(KICH_HOAT, "Mức 1", "Không rõ")
    talk.say("không phải mức 2")
    assert talk.slots["muc"] == "muc-1"


def test_an_answer_of_the_caller_is_corrected_in_words_from_within_a_called_flow(talk):
    talk.start(KICH_HOAT, "Mức 1", "Không rõ", "Đã xong", "Còn SIM đó", "Không làm được")
    talk.say("nhầm, mức 2")
    assert talk.session.frames[0].slots["muc"] == "muc-2"


def test_when_a_flow_is_gone_there_is_a_way_on(talk):
    talk.start(TWO)
    talk.start(ONE)
    talk.change_content(TWO)
    talk.say("làm tiếp")
    assert "Đi tiếp" in talk.labels


def test_answers_that_are_replayed_are_no_loop(talk):
    steps = []
    for number in range(26):
        ask = question(f"hoi-{number}", option("Đúng thế", "the", f"ghi-{number}"),
                       option("Ý khác", "khac", f"ghi-{number}"), unsure=END)  # fmt: skip
        following = only(StepId(f"hoi-{number + 1}"))
        steps += [ask, SetSlots(StepId(f"ghi-{number}"), {}, following)]
    flow = make_flow("dai", *steps, task("hoi-26"))
    talk.change_content(flow)
    talk.start(flow, *["Đúng thế"] * 26)
    talk.press("a:dai:hoi-0:khac")
    assert talk.place == ("dai", "hoi-26")


def test_a_flow_that_linked_to_another_is_said_to_have_ended(talk):
    flow = make_flow("dan", task("lam", "sang"), link("sang", "mot"))
    talk.change_content(flow, ONE)
    talk.start(flow, "Đã xong", "Đi tiếp", "Hết việc")
    assert "flow_ended:dan" in talk.turn.events


def test_an_answer_kept_for_a_step_is_not_given_to_a_slot_of_that_name(talk):
    flow = make_flow(
        "trung",
        question("dau", option("Lối này", "nay", "k"), option("Lối kia", "kia", "m"), unsure=END),
        question("m", option("Ý b", "b", "k"), unsure=END, slot="k"),
        question("k", option("Ý b", "b", "het"), unsure=END, slot="kk"),
        task("het"),
    )
    talk.change_content(flow)
    talk.start(flow, "Lối này", "Ý b")
    talk.press("a:trung:dau:kia")
    assert talk.place == ("trung", "m")
