"""A citizen says that a task did not work: repairs, remedies of topics, a person."""

from __future__ import annotations

import pytest

from bot.domain.session import Outcome
from tests.flow_factories import KICH_HOAT, MAT_KHAU, TAM_TRU


def test_after_a_repair_the_task_that_did_not_work_comes_again(talk):
    talk.start(KICH_HOAT, "Mức 1", "Không rõ", "Không làm được", "Mất mạng")
    before = talk.session.frames[-1]
    talk.pick("Đã xong")
    assert talk.place == ("kich-hoat", "mo")
    assert len(talk.session.frames[-1].trail) == len(before.trail) - 2
    assert talk.slots == {"muc": "muc-1", "noi": "khong-ro"}


def test_a_flow_called_as_a_repair_leads_back_to_the_task(talk):
    talk.start(KICH_HOAT, "Mức 2", "Không rõ", "Đã xong", "Không làm được")
    assert talk.open_flows == ["kich-hoat", "go-roi"]
    talk.pick("Máy cũ")
    assert talk.open_flows == ["kich-hoat", "go-roi", "hoi-sau"]
    talk.pick("Trên 5 năm")
    assert talk.place == ("go-roi", "tat-may")
    talk.pick("Đã xong")
    assert talk.place == ("kich-hoat", "bam")
    assert "flow_ended:kich-hoat" not in talk.turn.events


@pytest.mark.parametrize(
    ("labels", "step"),
    [(["Mất mạng", "Không làm được"], "go-mang"), (["Báo câu khác"], "mo")],
)
def test_when_only_a_person_can_help_the_task_waits(talk, labels, step):
    turn = talk.start(KICH_HOAT, "Mức 2", "Không rõ", "Không làm được", *labels)
    assert turn.outcome is Outcome.HANDOFF
    assert "flow_needs_person:kich-hoat" in turn.events
    assert talk.place == ("kich-hoat", step)
    assert talk.labels == ["Làm tiếp", "Dừng"]
    talk.pick("Làm tiếp")
    assert talk.place == ("kich-hoat", step)
    assert step in talk.text


def test_a_sentence_that_ends_at_a_person_leads_back_to_the_question_before(talk):
    turn = talk.start(KICH_HOAT, "Mức 1", "Đường dẫn ai đó gửi")
    assert turn.outcome is Outcome.HANDOFF
    assert talk.text.startswith("Nói dung-lai.")
    assert talk.place == ("kich-hoat", "noi")


def test_a_trouble_in_a_topics_steps_asks_what_it_was(talk):
    talk.press(f"f:t{TAM_TRU.code}")
    talk.pick("Không làm được")
    assert talk.labels[:3] == ["Chủ nhà chưa xác nhận", "Không vào được VNeID", "Chuyện khác"]
    talk.pick("Chủ nhà chưa xác nhận")
    assert "Nhắc chủ nhà mở VNeID." in talk.text
    talk.pick("Đã xong")
    assert "**Bước 1/3**" in talk.text


def test_a_remedy_that_names_a_topic_leads_through_it_and_back(talk):
    talk.press(f"f:t{TAM_TRU.code}")
    talk.pick("Không làm được")
    talk.pick("Không vào được VNeID")
    assert talk.open_flows == ["t310", "t210"]
    talk.pick("Đã xong")
    talk.pick("Đã xong")
    assert talk.open_flows == ["t310"]
    assert "**Bước 1/3**" in talk.text


def test_a_trouble_that_no_topic_knows_leads_to_a_person_and_the_place_is_kept(talk):
    talk.press(f"f:t{MAT_KHAU.code}")
    frames = talk.session.frames
    turn = talk.pick("Không làm được")
    assert turn.outcome is Outcome.HANDOFF
    assert talk.catalog.message("flow_trouble_unknown") in talk.text
    assert talk.session.frames == frames


def test_something_else_leads_to_a_person(talk):
    talk.press(f"f:t{TAM_TRU.code}")
    talk.pick("Không làm được")
    assert talk.pick("Chuyện khác").outcome is Outcome.HANDOFF
