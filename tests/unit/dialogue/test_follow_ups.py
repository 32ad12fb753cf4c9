"""Questions about what was told last."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.session import Choice, Outcome
from tests.flow_factories import FLOWS, KICH_HOAT, LE_PHI, MAT_KHAU, TAM_TRU, Conversation

TOLD = replace(
    TAM_TRU, fee="7.000 đồng", time_limit="3 ngày làm việc", where="Công an xã", documents=("CT01",)
)


@pytest.fixture
def talk():
    talk = Conversation()
    talk.change_content(*FLOWS, topics=(TOLD, MAT_KHAU, LE_PHI))
    return talk


@pytest.mark.parametrize(
    ("typed", "rule", "told"),
    [
        ("hết bao nhiêu tiền", "ask/fee", "Lệ phí: 7.000 đồng"),
        ("vay het bao nhieu tien a", "ask/fee", "Lệ phí: 7.000 đồng"),
        ("bao lâu thì xong", "ask/time", "Thời hạn: 3 ngày làm việc"),
        ("làm ở đâu ạ", "ask/place", "Nơi làm: Công an xã"),
        ("cần giấy tờ gì", "ask/documents", "- CT01"),
        ("làm thế nào", "ask/steps", "1. Mở VNeID."),
    ],
)
def test_one_more_thing_is_answered_about_what_was_told(talk, typed, rule, told):
    talk.say(TOLD.title)
    turn = talk.say(typed)
    assert (turn.rule, turn.outcome) == (rule, Outcome.ANSWERED)
    assert told in talk.text
    assert TOLD.title in talk.text
    assert "Nguồn: " in talk.text


def test_what_the_topic_does_not_tell_is_not_made_up(talk):
    talk.say(MAT_KHAU.title)
    turn = talk.say("hết bao nhiêu tiền")
    assert turn.outcome is Outcome.UNKNOWN
    assert f'Về "{MAT_KHAU.title}"' in talk.text
    assert "đồng" not in talk.text


def test_without_anything_told_before_the_matter_is_asked_for(talk):
    turn = talk.say("hết bao nhiêu tiền")
    assert (turn.rule, turn.outcome) == ("ask/fee", Outcome.CLARIFY)
    assert talk.text.startswith("Bạn hỏi cho việc nào?")


def test_the_latest_topic_is_meant(talk):
    talk.say(MAT_KHAU.title)
    talk.say(TOLD.title)
    talk.say("hết bao nhiêu tiền")
    assert "7.000 đồng" in talk.text


def test_in_a_flow_the_topic_of_the_task_is_meant_and_the_way_leads_back(talk):
    talk.start(KICH_HOAT, "Mức 2", "Không rõ")
    frames = talk.session.frames
    turn = talk.say("có mất phí không")
    assert turn.rule == "ask/fee"
    assert "7.000 đồng" in turn.replies[0].text
    assert turn.replies[-1].text.startswith("Ta tiếp tục")
    assert talk.session.frames == frames


def test_who_wants_to_do_it_at_once_is_led_through_what_was_told(talk):
    talk.say(TOLD.title)
    turn = talk.say("làm luôn")
    assert turn.outcome is Outcome.FLOW_STARTED
    assert "Mở VNeID." in talk.text


def test_nothing_begins_where_nothing_was_told(talk):
    assert talk.say("làm luôn").outcome is not Outcome.FLOW_STARTED


def test_after_choices_it_is_asked_which_of_them_is_meant(talk):
    talk.session = replace(talk.session, choices=(Choice(MAT_KHAU.title, "t:210"),))
    talk.say("bao lâu thì xong")
    assert talk.buttons[0].payload == "t:210"


def test_several_facts_are_told_together(talk):
    talk.say(TOLD.title)
    talk.say("hết bao nhiêu tiền, bao lâu thì xong, làm ở đâu")
    assert "Lệ phí: 7.000 đồng\nThời hạn: 3 ngày làm việc\nNơi làm: Công an xã" in talk.text


def test_facts_asked_for_beside_a_matter_do_not_hide_it(talk):
    turn = talk.say(f"{TOLD.title}, hết bao nhiêu tiền, làm ở đâu")
    assert turn.topics[0].id == TOLD.id


def test_what_the_last_topic_does_not_tell_is_not_told_of_the_flow_instead(talk):
    talk.start(KICH_HOAT, "Mức 2", "Không rõ")
    talk.say(MAT_KHAU.title)
    talk.say("hết bao nhiêu tiền")
    assert "7.000 đồng" not in talk.text


def test_a_fact_that_is_not_told_beside_another_is_owned_up_to(talk):
    talk.change_content(*FLOWS, topics=(replace(TOLD, time_limit=""), MAT_KHAU, LE_PHI))
    talk.say(TOLD.title)
    talk.say("hết bao nhiêu tiền, bao lâu thì xong")
    assert "7.000 đồng" in talk.text
    assert talk.catalog.message("follow_up_rest") in talk.text


def test_no_fact_is_missed_where_all_are_told(talk):
    talk.say(TOLD.title)
    talk.say("hết bao nhiêu tiền, bao lâu thì xong")
    assert talk.catalog.message("follow_up_rest") not in talk.text
