"""What a citizen can type or press at a question or a task, and what it leads to."""

from __future__ import annotations

import pytest

from bot.domain.cards import MAX_REPLY_CHARS
from bot.domain.flows import END
from bot.domain.session import Outcome
from tests.flow_factories import (
    FLOWS,
    KICH_HOAT,
    LE_PHI,
    Conversation,
    make_flow,
    option,
    question,
    say,
)


@pytest.mark.parametrize(
    "typed",
    [
        "1",
        "số 1",
        "cái đầu",
        "Mức 1",
        "muc 1",
        "MỨC 1!!",
        "em ở mức 1 thôi ạ",
        "muc  1 a",
    ],
)
def test_an_answer_is_typed_as_number_label_or_part_of_a_sentence(talk, typed):
    talk.start(KICH_HOAT)
    turn = talk.say(typed)
    assert turn.outcome is Outcome.ANSWERED
    assert talk.place == ("kich-hoat", "noi")
    assert talk.slots == {"muc": "muc-1"}


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("cửa hàng", "cua-hang"),
        ("cua hang ung dung", "cua-hang"),
        ("cửa hàg ứng dụg", "cua-hang"),
        ("CH Play", "cua-hang"),
        ("tôi cài từ app store", "cua-hang"),
        ("không rõ", "khong-ro"),
        ("chịu", "khong-ro"),
        ("3", "khong-ro"),
    ],
)
def test_partial_misspelled_and_other_wordings_are_understood(talk, typed, value):
    talk.start(KICH_HOAT, "Mức 1")
    talk.say(typed)
    assert talk.place == ("kich-hoat", "mo")
    assert talk.slots["noi"] == value


@pytest.mark.parametrize("typed", ["đường dẫn ai gửi", "duong dan ai do gui", "2"])
def test_an_answer_that_needs_a_person_is_understood_too(talk, typed):
    talk.start(KICH_HOAT, "Mức 1")
    assert talk.say(typed).outcome is Outcome.HANDOFF
    assert talk.text.startswith("Nói dung-lai.")


@pytest.mark.parametrize(
    ("typed", "step"),
    [
        ("có", "bam"),
        ("dạ có", "bam"),
        ("còn", "bam"),
        ("không", "khong-sim"),
        ("chưa", "khong-sim"),
        ("khong co", "khong-sim"),
    ],
)
def test_yes_and_no_mean_the_one_option_that_begins_so(talk, typed, step):
    talk.start(KICH_HOAT, "Mức 1", "Không rõ", "Đã xong")
    talk.say(typed)
    if step == "khong-sim":
        assert [topic.id for topic in talk.turn.topics] == [LE_PHI.id]
    else:
        assert talk.place == ("kich-hoat", step)


@pytest.mark.parametrize("typed", ["xong rồi", "rồi", "dạ có", "1", "đã xong", "lam xong roi"])
def test_a_task_is_done_in_many_words(talk, typed):
    talk.start(KICH_HOAT, "Mức 1", "Không rõ")
    talk.say(typed)
    assert talk.place == ("kich-hoat", "sim")


@pytest.mark.parametrize("typed", ["không được", "máy báo lỗi", "2", "khong lam duoc", "chịu"])
def test_a_task_does_not_work_in_many_words(talk, typed):
    talk.start(KICH_HOAT, "Mức 1", "Không rõ")
    talk.say(typed)
    assert talk.place == ("kich-hoat", "loi")


def test_the_way_on_depends_on_an_earlier_answer(talk):
    talk.start(KICH_HOAT, "Mức 2", "Không rõ", "Đã xong")
    assert talk.place == ("kich-hoat", "bam")


def test_tasks_are_numbered_and_questions_and_repairs_are_not(talk):
    talk.start(KICH_HOAT, "Mức 2", "Không rõ")
    assert "**Bước 1/2**" in talk.text
    talk.pick("Không làm được")
    talk.pick("Mất mạng")
    assert "Bước" not in talk.text
    talk.pick("Đã xong")
    assert "**Bước 1/2**" in talk.text
    talk.pick("Đã xong")
    assert "**Bước 2/2**" in talk.text


@pytest.mark.parametrize("flow", FLOWS, ids=lambda one: one.id)
def test_every_answer_of_every_first_step_has_a_reply_within_the_limits(flow):
    talk = Conversation()
    talk.start(flow)
    for button in talk.buttons:
        other = Conversation()
        other.start(flow)
        other.press(button.payload)
        assert all(len(reply.text) <= MAX_REPLY_CHARS for reply in other.turn.replies)


def test_two_sentences_and_a_question_become_one_message():
    talk = Conversation()
    flow = make_flow(
        "noi", say("mot", "hai"), say("hai", "hoi"),
        question("hoi", option("Ý này", "nay", END), unsure=END),
    )  # fmt: skip
    talk.change_content(flow)
    talk.start(flow)
    assert [reply.text for reply in talk.turn.replies] == ["Nói mot.\n\nNói hai.\n\nHỏi hoi?"]
