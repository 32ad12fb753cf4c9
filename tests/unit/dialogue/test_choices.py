from __future__ import annotations

import pytest

from bot.dialogue.choices import find_choice, is_number_beyond
from bot.domain.session import Choice

CHOICES = (
    Choice("Đăng ký tạm trú", "t:304"),
    Choice("Thông báo lưu trú", "t:306"),
    Choice("Gặp cán bộ", "handoff"),
)


@pytest.mark.parametrize(
    ("typed", "payload"),
    [
        ("1", "t:304"),
        ("số 2", "t:306"),
        ("cái thứ hai", "t:306"),
        ("cai thu 2 nhe", "t:306"),
        ("chọn mục 3", "handoff"),
        ("lựa chọn 2", "t:306"),
        ("phuong an hai", "t:306"),
        ("đáp án thứ nhất", "t:304"),
        ("nut 3", "handoff"),
        ("ba", "handoff"),
        ("cái cuối cùng", "handoff"),
        ("dang ky tam tru", "t:304"),
        ("Thông báo lưu trú", "t:306"),
        ("gặp cán bộ", "handoff"),
        ("lưu trú", "t:306"),
        ("tạm trú", "t:304"),
    ],
)
def test_a_choice_is_taken_by_number_place_or_label(typed, payload):
    choice = find_choice(typed, CHOICES)
    assert choice is not None
    assert choice.payload == payload


@pytest.mark.parametrize("typed", ["4", "0", "trú", "đăng ký kết hôn", "", "quên mật khẩu thì sao"])
def test_anything_else_is_no_choice(typed):
    assert find_choice(typed, CHOICES) is None


def test_a_label_under_several_replies_means_the_last_and_a_number_tells_them_apart():
    offered = (
        Choice("Xem nguồn", "s:304"),
        Choice("Đăng ký tạm trú", "t:304"),
        Choice("Xem nguồn", "s:306"),
    )
    picked = [find_choice(typed, offered) for typed in ("xem nguồn", "1", "3")]
    assert [one.payload for one in picked] == ["s:306", "s:304", "s:306"]


def test_a_part_of_a_label_that_stands_twice_for_the_same_is_no_doubt():
    offered = (CHOICES[0], CHOICES[2], CHOICES[0])
    assert find_choice("tạm trú", offered) == CHOICES[0]


def test_nothing_offered_means_no_choice():
    assert find_choice("1", ()) is None


@pytest.mark.parametrize(
    ("text", "is_second"), [("mục 2", True), ("mức 2", False), ("muc 2", False)]
)
def test_a_level_of_the_account_is_no_number_of_a_choice(text, is_second):
    choices = [Choice("Cài ứng dụng", "a"), Choice("Đổi số điện thoại", "b")]
    assert find_choice(text, choices) == (choices[1] if is_second else None)


@pytest.mark.parametrize(
    ("typed", "number"),
    [("thứ sáu", 6), ("thu sau", 6), ("cái thứ bảy", 7), ("so tam", 8), ("phương án mười", 10)],
)
def test_numbers_from_six_on_are_understood_after_a_word_that_leads_to_them(typed, number):
    offered = [Choice(f"Việc {chr(64 + at)}", str(at)) for at in range(1, 11)]
    assert find_choice(typed, offered) == offered[number - 1]


@pytest.mark.parametrize(
    "typed", ["sau", "tam", "để sau", "câu sau", "bước sau", "chon sau", "số tạm"]
)
def test_words_that_only_look_like_numbers_from_six_on_are_none(typed):
    offered = [Choice(f"Việc {chr(64 + at)}", str(at)) for at in range(1, 11)]
    assert find_choice(typed, offered) is None
    assert not is_number_beyond(typed, offered)


@pytest.mark.parametrize(
    ("typed", "is_beyond"),
    [
        *(("4", True), ("số 12", True), ("thứ bảy", True), ("0", True), ("phuong an bon", True)),
        *(("3", False), ("thứ ba", False), ("mức 4", False), ("muc 12", False), ("113", False)),
        *(("2024", False), ("2/9", False), ("12 tuổi", False), ("bà", False), ("", False)),
    ],
)
def test_a_number_beyond_the_buttons_is_told_apart_from_other_messages(typed, is_beyond):
    assert is_number_beyond(typed, CHOICES) is is_beyond


def test_no_number_is_beyond_when_nothing_was_offered_or_a_label_begins_with_it():
    assert not is_number_beyond("4", ())
    assert not is_number_beyond("5", [Choice("5 điểm", "a"), Choice("3 điểm", "b")])


FIVE = tuple(Choice(f"Việc {chr(64 + at)}", str(at)) for at in range(1, 6))


@pytest.mark.parametrize(
    "typed",
    [
        *("chu 5 di", "cai so 5 do", "so 5 nghe con", "cai thu nam", "thu nam", "số năm", "bam 5"),
        *("5 nha con", "5 đi em", "5 luôn", "chọn cái số 5 đi con", "cho bác số 5 nhé cháu"),
    ],
)
def test_a_number_in_a_sentence_that_says_nothing_else_is_a_choice(typed):
    assert find_choice(typed, FIVE) == FIVE[4]


@pytest.mark.parametrize(
    "typed",
    [
        *("5 con", "hai con", "ba con", "5 anh em", "5 người con", "5 tuổi", "còn 2", "có ba"),
        *("bác hai", "cho ba", "năm nay", "nam nay", "năm đó", "ba do", "nam nha", "thứ nam"),
    ],
)
def test_people_that_are_counted_or_called_by_number_and_years_are_no_choice(typed):
    assert find_choice(typed, FIVE) is None
