"""A citizen goes back, skips, restarts, stops, or takes back an earlier answer."""

from __future__ import annotations

import pytest

from bot.domain.flows import END
from bot.domain.frames import MAX_TRAIL
from bot.domain.session import Outcome
from tests.flow_factories import (
    KICH_HOAT,
    ONE,
    TWO,
    Conversation,
    make_flow,
    option,
    question,
    task,
)


def test_back_undoes_the_last_answer_and_what_it_set(talk):
    talk.start(KICH_HOAT)
    before = [talk.session.frames]
    for label in ("Mức 1", "Cửa hàng ứng dụng", "Không làm được", "Mất mạng"):
        talk.pick(label)
        before.append(talk.session.frames)
    for frames in reversed(before[:-1]):
        talk.say("quay lại")
        assert talk.session.frames == frames
    talk.say("lùi lại")
    assert talk.session.frames == before[0]
    assert "Hỏi muc?" in talk.text


def test_back_from_a_called_flow_leads_to_the_task_of_its_caller(talk):
    talk.start(KICH_HOAT, "Mức 2", "Không rõ", "Đã xong")
    frames = talk.session.frames
    talk.pick("Không làm được")
    talk.pick("Quay lại")
    assert talk.session.frames == frames


def test_repeating_says_the_same_again(talk):
    talk.start(KICH_HOAT, "Mức 1")
    replies, frames = talk.turn.replies, talk.session.frames
    talk.say("nhắc lại")
    assert (talk.turn.replies, talk.session.frames) == (replies, frames)


def test_skipping_counts_a_task_as_done_and_a_question_as_not_known(talk):
    talk.start(KICH_HOAT)
    talk.say("bỏ qua")
    assert talk.slots == {"muc": "khong-ro"}
    talk.say("qua bước khác")
    assert talk.place == ("kich-hoat", "mo")
    talk.say("bỏ qua")
    assert talk.place == ("kich-hoat", "sim")


def test_restarting_forgets_all_answers_also_from_within_a_called_flow(talk):
    talk.start(KICH_HOAT, "Mức 2", "Không rõ", "Đã xong", "Không làm được")
    talk.say("làm lại từ đầu")
    assert talk.open_flows == ["kich-hoat"]
    assert talk.place == ("kich-hoat", "muc")
    assert talk.session.frames[-1].trail == ()
    assert talk.slots == {}


@pytest.mark.parametrize("typed", ["dừng", "thôi không làm nữa", "Dừng"])
def test_stopping_leads_out_also_from_within_a_called_flow(talk, typed):
    talk.start(KICH_HOAT, "Mức 2", "Không rõ", "Đã xong", "Không làm được")
    turn = talk.say(typed)
    assert talk.session.frames == ()
    assert turn.outcome is Outcome.SMALLTALK
    assert "Danh mục" in talk.labels


def test_stopping_offers_to_go_on_with_what_waits(talk):
    talk.start(ONE)
    talk.start(TWO)
    talk.pick("Dừng")
    assert talk.open_flows == ["mot"]
    assert 'Tôi dừng "Lối hai"' in talk.text
    assert '"Lối mot"' in talk.text
    talk.pick("Làm tiếp")
    assert talk.place == ("mot", "dau")


@pytest.mark.parametrize("typed", ["quay lại", "nhắc lại", "bỏ qua", "làm lại từ đầu", "làm tiếp"])
def test_without_a_flow_there_is_nothing_to_move_in(talk, typed):
    turn = talk.say(typed)
    assert (turn.outcome, turn.rule) == (Outcome.CLARIFY, "menu")
    assert turn.replies[0].text == talk.catalog.message("flow_none")
    assert talk.labels


def test_stop_without_a_flow_is_small_talk(talk):
    turn = talk.say("dừng")
    assert turn.rule != "flow_stop"
    assert turn.replies


@pytest.mark.parametrize("typed", ["nhầm, mức 2 cơ", "à nhầm rồi, mức 2", "sửa lại là mức 2"])
def test_an_earlier_answer_is_corrected_in_words_and_later_ones_are_kept(talk, typed):
    talk.start(KICH_HOAT, "Mức 1", "Cửa hàng ứng dụng", "Đã xong")
    assert talk.place == ("kich-hoat", "sim")
    turn = talk.say(typed)
    assert turn.rule == "flow_correct"
    # SIM is not asked at level 2; the shop and the task that was done are not asked again.
    assert talk.place == ("kich-hoat", "bam")
    assert talk.slots == {"muc": "muc-2", "noi": "cua-hang"}


def test_a_correction_means_the_latest_question_that_has_such_an_answer(talk):
    talk.start(KICH_HOAT, "Mức 1", "Cửa hàng ứng dụng")
    talk.say("nhầm, đường dẫn ai đó gửi")
    assert talk.turn.outcome is Outcome.HANDOFF
    assert talk.place == ("kich-hoat", "noi")


def test_an_earlier_button_of_the_same_flow_is_a_correction(talk):
    talk.start(KICH_HOAT)
    stale = next(one.payload for one in talk.buttons if one.label == "Mức 2")
    for label in ("Mức 1", "Cửa hàng ứng dụng", "Đã xong", "Còn SIM đó"):
        talk.pick(label)
    frames = talk.session.frames
    talk.press(stale)
    assert talk.place == ("kich-hoat", "bam")
    assert talk.slots == {"muc": "muc-2", "noi": "cua-hang"}
    talk.press(stale.replace("muc-2", "muc-1"))
    assert talk.place == ("kich-hoat", "bam")
    assert talk.slots == frames[-1].slots


def test_a_button_pressed_twice_changes_nothing(talk):
    talk.start(KICH_HOAT)
    first = talk.buttons[0].payload
    talk.press(first)
    frames = talk.session.frames
    talk.press(first)
    assert talk.session.frames == frames


def test_a_button_of_a_step_that_was_not_taken_says_where_one_stands(talk):
    talk.start(KICH_HOAT, "Mức 1")
    frames = talk.session.frames
    turn = talk.press("a:kich-hoat:sim:con")
    assert talk.session.frames == frames
    assert "Hỏi noi?" in talk.text
    assert turn.replies


def test_a_button_with_an_unknown_answer_asks_again(talk):
    talk.start(KICH_HOAT)
    talk.press("a:kich-hoat:muc:muc-9")
    assert talk.place == ("kich-hoat", "muc")
    assert "Hỏi muc?" in talk.text


def test_a_button_of_another_flow_begins_it(talk):
    talk.start(KICH_HOAT, "Mức 1")
    talk.press("a:mot:dau:tiep")
    assert talk.open_flows == ["kich-hoat", "mot"]
    assert talk.place == ("mot", "dau")


def test_a_button_of_a_flow_that_ended_answers_its_step_anew(talk):
    talk.start(ONE, "Đi tiếp", "Hết việc")
    assert talk.session.frames == ()
    talk.press("a:mot:dau:tiep")
    assert talk.place == ("mot", "cuoi")


def test_a_button_of_a_flow_that_is_forgotten_begins_it_again(talk):
    talk.start(ONE, "Đi tiếp", "Hết việc")
    talk.start(TWO, "Đi tiếp", "Hết việc")
    talk.press("a:mot:dau:tiep")
    assert talk.place == ("mot", "dau")
    assert talk.text.startswith("Nút này là của một hướng dẫn đã đóng.")


def test_a_button_of_the_calling_flow_leaves_the_called_one_and_corrects(talk):
    talk.start(KICH_HOAT, "Mức 1", "Không rõ", "Đã xong", "Còn SIM đó", "Không làm được")
    assert talk.open_flows == ["kich-hoat", "go-roi"]
    talk.press("a:kich-hoat:muc:muc-2")
    assert talk.open_flows[0] == "kich-hoat"
    assert talk.open_flows.count("kich-hoat") == 1
    assert talk.session.frames[0].slots["muc"] == "muc-2"


def test_the_trail_is_bounded():
    talk = Conversation()
    ring = make_flow(
        "vong-dai", question("hoi", option("Thêm vòng", "nua", "lam"), unsure=END),
        task("lam", "hoi"),
    )  # fmt: skip
    talk.change_content(ring)
    talk.start(ring)
    for _ in range(MAX_TRAIL):
        talk.pick("Thêm vòng")
        talk.pick("Đã xong")
    assert len(talk.session.frames[-1].trail) == MAX_TRAIL
    for _ in range(MAX_TRAIL):
        talk.say("quay lại")
    assert talk.session.frames[-1].trail == ()
