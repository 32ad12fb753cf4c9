"""A citizen begins another flow before one has ended, or comes back on another day."""

from __future__ import annotations

import pytest

from bot.domain.session import Session
from tests.flow_factories import FOUR, KICH_HOAT, MAT_KHAU, ONE, THREE, TWO


def test_another_flow_lets_the_first_wait_and_its_end_offers_to_go_on(talk):
    talk.start(ONE, "Đi tiếp")
    talk.start(TWO)
    assert talk.open_flows == ["mot", "hai"]
    talk.pick("Đi tiếp")
    talk.pick("Hết việc")
    assert talk.open_flows == ["mot"]
    assert "Bạn còn đang làm dở: Lối mot." in talk.text
    talk.pick("Làm tiếp")
    assert talk.place == ("mot", "cuoi")


def test_three_flows_can_be_open_and_the_oldest_is_dropped(talk):
    for flow in (ONE, TWO, THREE):
        talk.start(flow)
    assert talk.open_flows == ["mot", "hai", "ba"]
    talk.start(FOUR)
    assert talk.open_flows == ["hai", "ba", "bon"]


def test_beginning_a_flow_that_waits_goes_on_where_it_was(talk):
    talk.start(ONE, "Đi tiếp")
    talk.start(TWO)
    talk.start(THREE)
    talk.start(ONE)
    assert talk.open_flows == ["hai", "ba", "mot"]
    assert talk.place == ("mot", "cuoi")


def test_a_flow_that_waits_takes_along_what_it_called(talk):
    talk.start(KICH_HOAT, "Mức 2", "Không rõ", "Đã xong", "Không làm được", "Máy cũ")
    frames = talk.session.frames
    talk.start(ONE)
    talk.start(KICH_HOAT)
    talk.pick("Làm tiếp")
    assert talk.session.frames[1:] == frames
    talk.pick("Trên 5 năm")
    assert talk.place == ("go-roi", "tat-may")


def test_switching_to_and_fro_never_opens_a_flow_twice(talk):
    for flow in (ONE, KICH_HOAT, ONE, TWO, KICH_HOAT, ONE, ONE):
        talk.start(flow)
        assert len(set(talk.open_flows)) == len(talk.open_flows)


@pytest.mark.parametrize("typed", ["xin chào", "alo", "chào bạn nhé"])
def test_who_comes_back_on_another_day_is_told_where_they_stand(talk, typed):
    talk.start(KICH_HOAT, "Mức 1", "Không rõ")
    frames = talk.session.frames
    talk.sleep()
    turn = talk.say(typed)
    assert turn.rule == "flow_welcome_back"
    assert 'Bạn đang ở bước 1/2 của "Lối kich-hoat".' in talk.text
    assert talk.labels == ["Làm tiếp", "Làm lại từ đầu", "Dừng"]
    assert talk.session.frames == frames
    talk.pick("Làm tiếp")
    assert "Làm mo." in talk.text


def test_on_the_same_day_nobody_is_welcomed_back(talk):
    talk.start(KICH_HOAT, "Mức 1")
    assert talk.say("alo").rule != "flow_welcome_back"


def test_who_is_welcomed_back_once_is_not_so_again(talk):
    talk.start(KICH_HOAT, "Mức 1")
    talk.sleep()
    talk.say("alo")
    assert talk.say("alo").rule != "flow_welcome_back"


def test_an_answer_on_another_day_is_an_answer(talk):
    talk.start(KICH_HOAT)
    talk.sleep(30)
    talk.say("Mức 1")
    assert talk.place == ("kich-hoat", "noi")


@pytest.mark.parametrize(("typed", "rule"), [("làm tiếp", "flow_tiep"), ("quay lại", "flow_lui")])
def test_a_command_on_another_day_is_obeyed(talk, typed, rule):
    talk.start(KICH_HOAT, "Mức 1")
    talk.sleep()
    assert talk.say(typed).rule == rule


def test_a_long_question_on_another_day_is_a_question(talk):
    talk.start(KICH_HOAT, "Mức 1")
    talk.sleep()
    assert talk.say("quên mật khẩu vneid").topics[0].id == MAT_KHAU.id


def test_the_restart_of_a_welcome_begins_again(talk):
    talk.start(KICH_HOAT, "Mức 1")
    talk.sleep()
    talk.say("alo")
    talk.pick("Làm lại từ đầu")
    assert talk.place == ("kich-hoat", "muc")


def test_a_session_of_before_there_were_flows_is_read():
    session = Session.from_data({"id": "s", "choices": [["Danh mục", "menu"]], "unclear_count": 1})
    assert session.frames == ()
    assert session.last_on == ""
