"""Being led through flows: what a citizen can type or press, and where that leads."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.domain.cards import MAX_REPLY_CHARS
from bot.domain.flows import END
from bot.domain.frames import MAX_TRAIL
from bot.domain.session import Outcome, Session
from tests.flow_factories import (
    FLOWS,
    FOUR,
    GO_ROI,
    KICH_HOAT,
    LE_PHI,
    MAT_KHAU,
    ONE,
    TAM_TRU,
    THREE,
    TIN_LA,
    TWO,
    VONG,
    Conversation,
    call,
    link,
    make_flow,
    option,
    question,
    say,
    task,
)

ID_NUMBER = "079" + "123456789"
PHONE = "0900" + "000001"


@pytest.fixture
def talk():
    return Conversation()


# --- beginning


def test_a_button_begins_a_flow_with_its_first_question(talk):
    turn = talk.start(KICH_HOAT)
    assert (turn.outcome, talk.place) == (Outcome.FLOW_STARTED, ("kich-hoat", "muc"))
    assert "Hỏi muc?" in talk.text
    assert talk.labels == ["Mức 1", "Mức 2", "Không rõ", "Dừng"]


def test_a_flow_is_asked_for_in_words(talk):
    turn = talk.say("dắt tôi kích hoạt")
    assert (turn.outcome, talk.place) == (Outcome.FLOW_STARTED, ("kich-hoat", "muc"))


def test_a_topic_with_steps_is_told_step_by_step_from_its_answer(talk):
    talk.say("Quên mật khẩu VNeID")
    assert talk.turn.topics[0].id == MAT_KHAU.id
    turn = talk.pick("Làm từng bước")
    assert turn.outcome is Outcome.FLOW_STARTED
    assert [topic.id for topic in turn.topics] == [MAT_KHAU.id]
    assert "**Bước 1/2**\nMở VNeID." in talk.text
    assert "Nguồn: " in talk.text
    talk.pick("Đã xong")
    assert "**Bước 2/2**\nBấm **Quên mật khẩu**." in talk.text
    assert "Nguồn: " not in talk.text


def test_a_topic_without_steps_offers_no_way_step_by_step(talk):
    talk.say("Lệ phí tạm trú")
    assert "Làm từng bước" not in talk.labels


def test_the_flow_of_an_author_comes_before_the_one_made_of_its_topic():
    talk = Conversation()
    talk.change_content(replace(GO_ROI, topics=(MAT_KHAU.id,)))
    talk.say("Quên mật khẩu VNeID")
    talk.pick("Làm từng bước")
    assert talk.place == ("go-roi", "may")


@pytest.mark.parametrize("payload", ["f:khong-co", "f:", "f", "f:a:b", "a:kich-hoat", "m:bay"])
def test_a_button_of_no_flow_leads_to_the_menu(talk, payload):
    turn = talk.press(payload)
    assert (turn.outcome, turn.rule) == (Outcome.CLARIFY, "stale_button")
    assert talk.labels


def test_a_flow_ends_with_its_closing_words_and_nothing_waits(talk):
    talk.start(KICH_HOAT, "Mức 2", "Không rõ", "Đã xong", "Đã xong")
    assert talk.text.startswith("Nói xong.")
    assert "Bạn đã làm xong: Lối kich-hoat." in talk.text
    assert talk.turn.events[-1] == "flow_ended:kich-hoat"
    assert talk.session.frames == ()


def test_a_flow_that_only_led_to_a_topic_ends_with_that_topic(talk):
    turn = talk.start(KICH_HOAT, "Mức 1", "Không rõ", "Đã xong", "Không còn nữa")
    assert [topic.id for topic in turn.topics] == [LE_PHI.id]
    assert "**Lệ phí tạm trú**" in talk.text
    assert talk.session.frames == ()


# --- answering


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
    [(["Mất mạng", "Không làm được"], "go-mang"), (["Báo câu khác"], "loi")],
)
def test_when_only_a_person_can_help_the_citizen_keeps_the_place(talk, labels, step):
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


# --- moving about


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


# --- correcting


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


def test_a_button_of_a_flow_that_ended_begins_it_again(talk):
    talk.start(ONE, "Đi tiếp", "Hết việc")
    assert talk.session.frames == ()
    talk.press("a:mot:dau:tiep")
    assert talk.place == ("mot", "dau")


def test_a_button_of_the_calling_flow_leaves_the_called_one_and_corrects(talk):
    talk.start(KICH_HOAT, "Mức 1", "Không rõ", "Đã xong", "Còn SIM đó", "Không làm được")
    assert talk.open_flows == ["kich-hoat", "go-roi"]
    talk.press("a:kich-hoat:muc:muc-2")
    assert talk.open_flows[0] == "kich-hoat"
    assert talk.open_flows.count("kich-hoat") == 1
    assert talk.session.frames[0].slots["muc"] == "muc-2"


# --- in between


def test_a_question_in_between_is_answered_and_the_way_leads_back(talk):
    talk.start(KICH_HOAT, "Mức 1", "Không rõ")
    frames = talk.session.frames
    turn = talk.say("lệ phí tạm trú")
    assert turn.outcome is Outcome.ANSWERED
    assert [topic.id for topic in turn.topics] == [LE_PHI.id]
    assert 'Ta tiếp tục bước 1/2 của "Lối kich-hoat" nhé?' in talk.text
    assert talk.session.frames == frames
    talk.pick("Làm tiếp")
    assert talk.session.frames == frames
    assert "Làm mo." in talk.text


def test_asking_away_waits_for_the_question(talk):
    talk.start(KICH_HOAT, "Mức 1", "Không rõ")
    frames = talk.session.frames
    talk.pick("Hỏi câu khác")
    assert talk.session.frames == frames
    assert talk.labels == ["Làm tiếp", "Dừng"]
    talk.say("lệ phí tạm trú")
    talk.say("làm tiếp")
    assert "Làm mo." in talk.text


def test_thanks_and_a_person_in_between_leave_the_place(talk):
    talk.start(KICH_HOAT, "Mức 1")
    frames = talk.session.frames
    assert talk.say("cảm ơn bạn nhiều").outcome is Outcome.SMALLTALK
    assert "Làm tiếp" in talk.labels
    assert talk.say("cho tôi gặp cán bộ").outcome is Outcome.HANDOFF
    assert "Làm tiếp" in talk.labels
    assert talk.session.frames == frames


def test_an_emergency_comes_first_and_the_place_is_kept(talk):
    talk.start(KICH_HOAT, "Mức 1")
    frames = talk.session.frames
    turn = talk.say("cháy nhà rồi")
    assert turn.outcome is Outcome.SAFETY
    assert "114" in turn.replies[0].text
    assert talk.session.frames == frames
    assert "Làm tiếp" not in talk.labels
    assert "Ta tiếp tục" not in talk.text


@pytest.mark.parametrize("flow", [KICH_HOAT, TIN_LA])
def test_personal_data_inside_a_flow_is_masked_and_answers_nothing(talk, flow):
    talk.start(flow)
    frames = talk.session.frames
    turn = talk.say(f"Mức 1 số căn cước của tôi {ID_NUMBER}")
    assert turn.outcome is Outcome.SAFETY
    assert talk.session.frames == frames
    everything = json.dumps(talk.session.to_data()) + turn.heard + talk.text
    assert ID_NUMBER not in everything


def test_what_is_not_understood_is_said_with_the_question_again(talk):
    talk.start(KICH_HOAT, "Mức 1")
    frames, labels = talk.session.frames, talk.labels
    turn = talk.say("bông hoa tím")
    assert (turn.outcome, turn.rule) == (Outcome.CLARIFY, "flow_not_understood")
    assert turn.replies[0].text.startswith(talk.catalog.message("flow_not_understood"))
    assert "Hỏi noi?" in talk.text
    assert talk.labels == labels
    turn = talk.say("bông hoa vàng")
    assert turn.replies[0].text.startswith(talk.catalog.message("flow_not_understood_again"))
    assert "Gặp cán bộ" in talk.labels
    assert talk.session.frames == frames


def test_an_answer_after_not_being_understood_starts_counting_anew(talk):
    talk.start(KICH_HOAT)
    talk.say("bông hoa tím")
    talk.say("Mức 1")
    talk.say("bông hoa tím")
    assert talk.text.startswith(talk.catalog.message("flow_not_understood"))


# --- several flows


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
    assert talk.session.frames[1:] == frames
    talk.pick("Trên 5 năm")
    assert talk.place == ("go-roi", "tat-may")


def test_switching_to_and_fro_never_opens_a_flow_twice(talk):
    for flow in (ONE, KICH_HOAT, ONE, TWO, KICH_HOAT, ONE, ONE):
        talk.start(flow)
        assert len(set(talk.open_flows)) == len(talk.open_flows)


def test_a_link_ends_one_flow_and_the_end_of_the_other_ends_both():
    talk = Conversation()
    first = make_flow("dan", question("hoi", option("Sang bên kia", "sang", "sang"), unsure=END),
                      link("sang", "mot"))  # fmt: skip
    talk.change_content(first, ONE)
    talk.start(first, "Sang bên kia")
    assert talk.place == ("mot", "dau")
    talk.pick("Đi tiếp")
    talk.pick("Hết việc")
    assert talk.session.frames == ()


# --- loops


def test_a_loop_without_a_question_is_left_told_to_staff_and_answered(talk):
    turn = talk.start(VONG, "Đi vòng")
    assert turn.outcome is Outcome.HANDOFF
    looped = [event for event in turn.events if event.startswith("flow_looped:vong:")]
    assert len(looped) == 1
    assert talk.catalog.message("flow_needs_person") in talk.text
    assert talk.session.frames == ()


def test_a_loop_of_links_and_calls_is_left_too():
    talk = Conversation()
    talk.change_content(
        make_flow("ping", link("di", "pong")),
        make_flow("pong", link("ve", "ping")),
        make_flow("goi", call("minh", "goi", "minh")),
    )
    for flow_id in ("ping", "goi"):
        turn = talk.press(f"f:{flow_id}")
        assert turn.replies


# --- the content changed


def test_a_step_that_is_gone_leads_to_the_nearest_place_that_is_left(talk):
    talk.start(KICH_HOAT, "Mức 1", "Cửa hàng ứng dụng", "Đã xong")
    left = [step for step in KICH_HOAT.steps if step.id != "sim"]
    talk.change_content(replace(KICH_HOAT, steps=tuple(left)), GO_ROI, ONE)
    talk.say("còn")
    assert talk.place == ("kich-hoat", "sim")
    turn = talk.pick("Làm tiếp")
    assert "flow_lost:kich-hoat" in turn.events
    assert talk.text.startswith(talk.catalog.message("flow_lost", title="Lối kich-hoat"))
    assert talk.place == ("kich-hoat", "mo")
    assert talk.slots == {"muc": "muc-1", "noi": "cua-hang"}


def test_when_all_answered_steps_are_gone_the_flow_begins_anew(talk):
    talk.start(KICH_HOAT, "Mức 1")
    other = make_flow("kich-hoat", question("khac", option("Ý kia", "kia", END), unsure=END))
    talk.change_content(other)
    talk.say("làm tiếp")
    assert talk.place == ("kich-hoat", "khac")
    assert talk.slots == {}


@pytest.mark.parametrize("typed", ["còn", "làm tiếp", "quay lại", "bỏ qua", "nhắc lại", "dừng",
                                   "làm lại từ đầu", "nhầm, mức 2"])  # fmt: skip
def test_a_flow_that_is_gone_is_told_and_left(talk, typed):
    talk.start(KICH_HOAT, "Mức 1")
    talk.change_content(ONE)
    for _ in range(3):
        talk.say(typed)
        if not talk.session.frames:
            break
        typed = "làm tiếp"
    assert talk.session.frames == ()


def test_a_flow_that_is_gone_leaves_those_that_wait(talk):
    talk.start(ONE)
    talk.start(TWO)
    talk.change_content(ONE)
    turn = talk.say("làm tiếp")
    assert "flow_lost:" in turn.events
    assert talk.text == talk.catalog.message("flow_gone")
    assert talk.open_flows == ["mot"]


def test_an_answer_that_is_gone_asks_again(talk):
    talk.start(KICH_HOAT)
    payload = talk.buttons[1].payload
    first = replace(KICH_HOAT.steps[0], options=KICH_HOAT.steps[0].options[:1])
    talk.change_content(replace(KICH_HOAT, steps=(first, *KICH_HOAT.steps[1:])), GO_ROI)
    talk.press(payload)
    assert talk.place == ("kich-hoat", "muc")


# --- another day


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


# --- a pasted message


SCAM = "Tôi là công an phường đây, anh đọc mã cho em rồi vào hoahong-vneid xem"


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (SCAM, ("tin-la", "xoa"), "- Tin hỏi mã OTP.\n- Người nhắn xưng là công an."),
        ("vào https://vneid.lua-dao.top/abc để nhận", ("tin-la", "xoa"), "- Tin có đường dẫn lạ."),
        ("alo tôi là công an đây nhé", None, "- Người nhắn xưng là công an."),
        ("mời họp tổ dân phố tối nay lúc bảy giờ", None, "Tôi không thấy dấu hiệu"),
        ("vào https://vneid.gov.vn xem nhé cả nhà", None, "Tôi không thấy dấu hiệu"),
    ],
)
def test_a_pasted_message_is_looked_through_and_decides_the_way(talk, text, place, words):
    talk.start(TIN_LA, "Có tin đây")
    turn = talk.say(text)
    assert turn.outcome is Outcome.SAFETY
    assert words in talk.text
    assert talk.place == place
    if place is None:
        assert "Nói can-than." in talk.text


def test_nothing_of_a_pasted_message_is_kept(talk):
    talk.start(TIN_LA, "Có tin đây")
    turn = talk.say(SCAM)
    kept = json.dumps(talk.session.to_data(), ensure_ascii=False)
    for word in ("công an", "phường", "hoahong", "đọc mã", "anh"):
        assert word not in kept
    assert talk.slots == {"co_tin": "co", "tin": "nhieu"}
    assert "hoahong" not in json.dumps([dict(turn.figures), list(turn.events)])
    assert dict(turn.figures) == {"sign_doi-ma": 1.0, "sign_xung-can-bo": 1.0}


def test_who_has_no_message_at_hand_goes_on(talk):
    talk.start(TIN_LA, "Có tin đây", "Không rõ")
    assert "Nói can-than." in talk.text


@pytest.mark.parametrize("typed", ["quay lại", "nhắc lại", "dừng", "bỏ qua"])
def test_a_command_is_no_pasted_message(talk, typed):
    talk.start(TIN_LA, "Có tin đây")
    assert talk.say(typed).rule != "flow_inspect"


# --- within the limits of every channel


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


@pytest.mark.parametrize("flow", FLOWS, ids=lambda one: one.id)
def test_every_answer_of_every_first_step_has_a_reply_within_the_limits(flow):
    talk = Conversation()
    talk.start(flow)
    for button in talk.buttons:
        other = Conversation()
        other.start(flow)
        other.press(button.payload)
        assert all(len(reply.text) <= MAX_REPLY_CHARS for reply in other.turn.replies)


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


def test_two_sentences_and_a_question_become_one_message():
    talk = Conversation()
    flow = make_flow(
        "noi", say("mot", "hai"), say("hai", "hoi"),
        question("hoi", option("Ý này", "nay", END), unsure=END),
    )  # fmt: skip
    talk.change_content(flow)
    talk.start(flow)
    assert [reply.text for reply in talk.turn.replies] == ["Nói mot.\n\nNói hai.\n\nHỏi hoi?"]


def test_after_the_last_flow_the_citizen_may_rate(talk):
    talk.change_content(ONE, GO_ROI, make_flow("danh-gia", say("cam-on")))
    talk.start(GO_ROI, "Máy đời mới", "Đã xong")
    assert "Chấm điểm trợ lý" in talk.labels
