"""What is kept of a citizen: told, shown, and deleted only after a clear yes."""

from __future__ import annotations

import pytest

from bot.domain.cards import show_date
from bot.domain.privacy import PRIVACY_NOTICE_VERSION
from bot.domain.session import DataRequest, Outcome, Session
from bot.domain.system_texts import SystemText
from tests.flow_factories import KICH_HOAT, make_flow, option, question


def test_the_privacy_notice_bears_its_date_and_leads_on(talk):
    turn = talk.say("/quyenriengtu")
    since = show_date(PRIVACY_NOTICE_VERSION)
    assert talk.text == talk.catalog.message(SystemText.PRIVACY_NOTICE, date=since)
    assert turn.data_request is None
    talk.pick("Xem dữ liệu của tôi")
    assert talk.turn.data_request is DataRequest.EXPORT
    talk.pick("Xóa dữ liệu của tôi")
    assert talk.labels == ["Xóa hết", "Không xóa"]


def test_to_see_what_is_kept_is_asked_of_who_keeps_it(talk):
    talk.start(KICH_HOAT, "Mức 1")
    frames = talk.session.frames
    assert talk.say("/dulieu").data_request is DataRequest.EXPORT
    assert len(talk.turn.replies) == 1
    assert talk.session.frames == frames
    assert talk.labels[-1] == "Làm tiếp"


YES = [
    "có",
    "dạ có",
    "vâng",
    "ừ",
    "ok",
    "đúng rồi",
    "xóa",
    "xoá đi",
    "xoa",
    "Xóa hết",
    "xoa het",
    "có xóa đi",
    "u xoa luon di",
    "1",
]


@pytest.mark.parametrize("answer", YES)
@pytest.mark.parametrize("is_led", [False, True])
def test_a_yes_deletes_and_leaves_an_empty_session(talk, answer, is_led):
    if is_led:
        talk.start(KICH_HOAT, "Mức 1")
    talk.say("/xoadulieu")
    assert talk.turn.data_request is None
    turn = talk.say(answer)
    assert turn.data_request is DataRequest.DELETE
    assert talk.text == talk.catalog.message(SystemText.DATA_DELETED)
    assert turn.session == Session("s")
    assert talk.buttons == []


NO = [
    "không",
    "chưa",
    "Không xóa",
    "khong xoa",
    "đừng xóa",
    "khoan",
    "khoan đã",
    "2",
    "dừng",
    "quay lại",
]


@pytest.mark.parametrize("answer", NO)
@pytest.mark.parametrize("is_led", [False, True])
def test_a_no_deletes_nothing_and_leaves_the_flow_where_it_is(talk, answer, is_led):
    if is_led:
        talk.start(KICH_HOAT, "Mức 1")
    frames = talk.session.frames
    talk.say("/xoadulieu")
    turn = talk.say(answer)
    assert turn.data_request is None
    assert turn.replies[0].text == talk.catalog.message(SystemText.DATA_KEPT)
    assert talk.session.frames == frames


def test_buttons_answer_even_later(talk):
    talk.say("/xoadulieu")
    talk.say("cảm ơn bạn nhiều")
    assert talk.press("x:khong").rule == "data_kept"
    assert talk.press("x:xoa").data_request is DataRequest.DELETE


@pytest.mark.parametrize("text", ["Lệ phí tạm trú", "cháy nhà", "xe tôi hỏng", "/menu", "👀"])
def test_anything_else_is_taken_as_it_is_and_a_yes_after_it_deletes_nothing(talk, text):
    talk.say("/xoadulieu")
    assert talk.say(text).data_request is None
    assert talk.say("có").data_request is None


def test_a_yes_of_another_day_is_asked_for_again(talk):
    talk.say("/xoadulieu")
    talk.sleep()
    assert talk.say("có").data_request is None
    assert talk.text == talk.catalog.message(SystemText.DATA_DELETE_ASK)
    assert talk.say("có").data_request is DataRequest.DELETE


def test_a_yes_is_for_the_question_that_was_asked_last(talk):
    """The step that waits in the flow has an option of the same words."""
    asked = make_flow(
        "hoi",
        question("sim", option("Có", "co", "het"), option("Xóa", "xoa", "het"), unsure="het"),
        question("het", option("Hết", "het", "END")),
    )
    talk.change_content(asked)
    for answer in ("có", "xóa"):
        talk.press("f:hoi")
        talk.say("/xoadulieu")
        assert talk.say(answer).data_request is DataRequest.DELETE


@pytest.mark.parametrize("payload", ["x:", "x", "x:khac", "x:xoa:het"])
def test_other_payloads_are_stale_buttons(talk, payload):
    assert talk.press(payload).rule == "stale_button"


def test_what_is_told_of_data_counts_as_no_misunderstanding(app, talk):
    talk.say("gì đâu mà")
    count = talk.session.unclear_count
    assert count == 1
    for text in ("/quyenriengtu", "/dulieu", "/xoadulieu", "không"):
        talk.say(text)
        assert talk.session.unclear_count == count
    assert talk.turn.outcome is Outcome.SMALLTALK
