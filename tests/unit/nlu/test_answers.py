"""Which answer a typed message is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.flows import END
from bot.domain.frames import DONE, TROUBLE, UNSURE
from bot.domain.understanding import LOOKED_UP_WHOLE, Intent, IntentName
from bot.nlu.answers import AnswerReader
from tests.flow_factories import INTENTS, inspect, option, question, task

READER = AnswerReader.of(
    [
        Intent(IntentName("answer/yes"), ("Có ạ!", "có", "vâng")),
        Intent(IntentName("answer/no"), ("không", "chưa")),
        Intent(IntentName("answer/done"), ("xong rồi",)),
        Intent(IntentName("answer/not-done"), ("chưa được",)),
        Intent(IntentName("answer/unsure"), ("không biết",)),
        Intent(IntentName("command/back"), ("quay lại",)),
        Intent(IntentName("smalltalk/greeting"), ("xin chào",)),
    ],
    {"cccd": "căn cước công dân", "ko": "không"},
)
PLACE = question(
    "noi",
    option("Cửa hàng ứng dụng", "kho", END, "app store"),
    option("Đường dẫn ai đó gửi", "la", END, "qua Zalo"),
    option("Thẻ CCCD", "the", END),
)
SIM = question("sim", option("Còn SIM đó", "con", END), option("Không còn nữa", "het", END))


@pytest.mark.parametrize("text", ["có ạ", "CÓ Ạ", "co a", "có ạ!!!"])
def test_a_whole_message_is_found_however_it_is_typed(text):
    assert "answer/yes" in READER.find_intents(text)


@pytest.mark.parametrize("text", ["", "có ạ nhưng mà", "xin chào", "?!"])
def test_only_whole_messages_of_answers_and_commands_are_found(text):
    assert READER.find_intents(text) == ()


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Cửa hàng ứng dụng", "kho"),
        ("cua hang ung dung", "kho"),
        ("cửa hàng ứng dụng nhé bạn", "kho"),
        ("cửa hàn ứng dụng", "kho"),
        ("App Store", "kho"),
        ("mình tải từ app store về", "kho"),
        ("ap store", "kho"),
        ("qua zalo", "la"),
        ("cccd", "the"),
        ("the cccd", "the"),
        ("thẻ căn cước công dân", "the"),
        ("không biết", UNSURE),
        ("ko biết", UNSURE),
        ("app store hay là qua zalo", None),
        ("bông hoa tím", None),
        ("", None),
        ("😀", None),
    ],
)
def test_an_option_is_found_by_its_label_its_other_wordings_and_with_slips(text, answer):
    assert READER.find_answer(PLACE, text) == answer


def test_a_long_story_around_a_label_is_no_answer():
    text = "hôm qua tôi ra cửa hàng ứng dụng gì đó ở đầu phố hỏi thì người ta bảo không có"
    assert READER.find_answer(PLACE, text) is None


@pytest.mark.parametrize(
    ("text", "answer"), [("có", "con"), ("vâng", "con"), ("không", "het"), ("chưa", "het")]
)
def test_yes_and_no_pick_the_one_label_that_begins_so(text, answer):
    assert READER.find_answer(SIM, text) == answer


def test_yes_picks_nothing_when_two_labels_begin_so():
    both = question("hai", option("Có thẻ", "the", END), option("Có giấy", "giay", END))
    assert READER.find_answer(both, "vâng") is None
    assert READER.find_answer(PLACE, "vâng") is None


LADDER = question(
    "o-dau",
    option("Chưa cài VNeID", "chua-cai", END),
    option("Đã cài VNeID, chưa kích hoạt", "da-cai", END),
    option("Máy mời kích hoạt", "moi", END),
    option("Bấm rồi, máy báo lỗi", "loi", END),
)


@pytest.mark.parametrize("text", ["có", "không", "chưa", "xong rồi", "vâng"])
def test_among_many_states_a_plain_yes_or_no_affirms_none(text):
    assert READER.find_answer(LADDER, text) is None


@pytest.mark.parametrize(
    ("yes_label", "no_label", "text", "answer"),
    [
        ("Đã quá hạn", "Chưa quá hạn", "vâng", "yes"),
        ("Đã quá hạn", "Chưa quá hạn", "chưa", "no"),
        ("Còn, vẫn nhận được", "Không còn SIM đó", "không", "no"),
        ("Có rồi", "Chưa có tài khoản", "có", "yes"),
        # Who has not this may have another thing.
        ("Có rồi", "Chưa có tài khoản", "chưa", None),
        ("Có, người gửi tên VNeID", "Chưa có tin", "chưa", None),
    ],
)
def test_among_many_options_contrary_labels_and_plain_ones_are_still_a_yes_or_no(
    yes_label, no_label, text, answer
):
    asked = question(
        "x",
        option(yes_label, "yes", END),
        option(no_label, "no", END),
        option("Ảnh bị trả lại", "anh", END),
        option("Người khác làm giúp", "khac", END),
    )
    assert READER.find_answer(asked, text) == answer


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("khong em a", "answer/no"),
        ("da co a", "answer/yes"),
        ("xong roi chau oi", "answer/done"),
        ("quay lai di con", "command/back"),
        ("da vang chau", "answer/yes"),
        ("vâng em nhé", "answer/yes"),
    ],
)
def test_the_small_words_around_an_answer_or_a_command_do_not_matter(text, intent):
    assert READER.find_intents(text) == (intent,)


def test_a_short_message_with_another_word_is_no_slip():
    reader = AnswerReader.of([Intent(IntentName("answer/done"), ("báo rồi",))], {})
    assert reader.find_intents("bao roi") == ("answer/done",)
    assert reader.find_intents("bo roi") == ()


def test_a_loss_is_no_slip_of_something_done():
    reader = AnswerReader.of([Intent(IntentName("answer/done"), ("tắt mạng rồi",))], {})
    assert reader.find_intents("tat mangg roi") == ("answer/done",)
    assert reader.find_intents("mat mang roi") == ()


def test_yes_is_no_word_that_only_looks_like_it_without_marks():
    whom = question("ai", option("Con tôi", "con", END), option("Cô tôi", "co", END))
    means = question("gi", option("Dùng thẻ", "the", END), option("Máy tính", "may", END))
    assert READER.find_answer(whom, "vâng") is None
    assert READER.find_answer(means, "vâng") is None


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("xong rồi", DONE),
        ("vâng", DONE),
        ("chưa được", TROUBLE),
        ("chưa", TROUBLE),
        ("không biết", TROUBLE),
        ("quay lại", None),
        ("bông hoa", None),
    ],
)
def test_a_task_is_done_or_not(text, answer):
    assert READER.find_answer(task("lam"), text) == answer


NEXT = AnswerReader.of(
    [
        Intent(IntentName("answer/next"), ("tiếp", "rồi sao nữa")),
        Intent(IntentName("answer/yes"), ("có",)),
        Intent(IntentName("command/resume"), ("làm tiếp",)),
    ],
    {"r": "rồi"},
)


@pytest.mark.parametrize("text", ["tiếp", "ok tiep di", "r sao nữa", "tiếp nha con"])
def test_who_asks_what_comes_next_has_done_the_task_but_answered_no_question(text):
    assert NEXT.find_answer(task("lam"), text) == DONE
    assert NEXT.find_answer(SIM, text) is None


def test_to_go_on_with_what_was_begun_says_nothing_of_the_task():
    assert NEXT.find_answer(task("lam"), "làm tiếp đi") is None


def test_a_pasted_message_is_no_answer_but_not_having_one_is():
    assert READER.find_answer(inspect("dan"), "có") is None
    assert READER.find_answer(inspect("dan"), "tin gì đó") is None
    assert READER.find_answer(inspect("dan"), "không biết") == UNSURE


def test_without_marks_a_word_may_be_a_yes_or_a_stop():
    reader = AnswerReader.of(
        [
            Intent(IntentName("answer/yes"), ("đúng",)),
            Intent(IntentName("command/stop"), ("dừng",)),
        ],
        {},
    )
    assert reader.find_intents("đúng") == ("answer/yes",)
    assert reader.find_intents("dừng") == ("command/stop",)
    assert set(reader.find_intents("dung")) == {"answer/yes", "command/stop"}
    assert reader.find_answer(task("lam"), "dung") is None


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("goi ngan hang roi", DONE),
        ("đã nhờ con gọi", DONE),
        ("van quay hoai", TROUBLE),
        ("goi mai khong duoc", TROUBLE),
        ("mất tiền rồi", None),
        ("quên mật khẩu rồi làm sao", None),
    ],
)
def test_what_people_say_of_a_task_in_their_own_words(text, answer):
    assert READER.find_answer(task("lam"), text) == answer


def test_what_was_to_be_done_is_no_loss():
    lock = replace(task("khoa"), text="Gọi nhà mạng để khóa SIM.")
    assert READER.find_answer(lock, "da khoa sim xong") == DONE
    assert READER.find_answer(task("lam"), "da khoa sim xong") is None


@given(st.text(max_size=80))
def test_any_text_is_read_without_harm(text):
    values = {"kho", "la", "the", UNSURE, None}
    assert READER.find_answer(PLACE, text) in values
    assert READER.find_answer(task("lam"), text) in {DONE, TROUBLE, None}


@given(st.sampled_from([one for all_ in INTENTS.values() for one in all_]))
def test_every_listed_example_is_found_as_its_intent(example):
    lines = (Intent(IntentName(name), examples) for name, examples in INTENTS.items())
    found = AnswerReader.of(lines, {}).find_intents(example)
    listed = {name for name, examples in INTENTS.items() if example in examples}
    expected = {name for name in listed if name.partition("/")[0] in LOOKED_UP_WHOLE}
    assert set(found) == expected


OPPOSITES = question(
    "tin", option("Nhận được", "duoc", END), option("Không nhận được", "khong", END)
)
AGE = question("tuoi", option("Đủ 14 tuổi", "14", END), option("Chưa đi học", "chua", END))


@pytest.mark.parametrize(
    ("step", "text", "answer"),
    [
        # What one option says is part of what another says: the longer one is meant.
        (OPPOSITES, "Không nhận được", "khong"),
        (OPPOSITES, "tôi không nhận được", "khong"),
        # A denial is not what it denies.
        (question("x", OPPOSITES.options[0]), "không nhận được", None),
        (AGE, "đủ 16 tuổi", None),
    ],
)
def test_one_word_more_or_another_number_is_another_answer(step, text, answer):
    assert READER.find_answer(step, text) == answer
