"""Personal data is found and masked; what anybody may know stays readable. All numbers are made
up.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text.personal_data import (
    MASK,
    PersonalDataKind,
    PersonalDataSpan,
    find_personal_data,
    mask_personal_data,
)

ID, OLD_ID, PHONE = "001099000123", "123456789", "0900000001"

PERSONAL = [
    # numbers of papers
    (PersonalDataKind.ID_NUMBER, f"số căn cước {ID} của em", ID),
    (PersonalDataKind.ID_NUMBER, "001 099 000 123", "001 099 000 123"),
    (PersonalDataKind.ID_NUMBER, "căn cước: 001.099.000.123.", "001.099.000.123"),
    (PersonalDataKind.ID_NUMBER, "001-099-000-123", "001-099-000-123"),
    (PersonalDataKind.ID_NUMBER, f"cccd{ID}", ID),
    (PersonalDataKind.ID_NUMBER, f"{ID} đồng chí ơi", ID),
    (PersonalDataKind.ID_NUMBER, f"cmnd {OLD_ID} dong dau", OLD_ID),
    (PersonalDataKind.ID_NUMBER, "chứng minh 123 456 789", "123 456 789"),
    # telephones
    (PersonalDataKind.PHONE, f"gọi {PHONE} nhé", PHONE),
    (PersonalDataKind.PHONE, "0900.000.001", "0900.000.001"),
    (PersonalDataKind.PHONE, "0900 000 001", "0900 000 001"),
    (PersonalDataKind.PHONE, "+84900000001", "+84900000001"),
    (PersonalDataKind.PHONE, "+84 900 000 001", "+84 900 000 001"),
    (PersonalDataKind.PHONE, f"sđt{PHONE}", PHONE),
    (PersonalDataKind.PHONE, f"{PHONE} đồng ý", PHONE),
    (PersonalDataKind.PHONE, "gọi (0900) 000 001 nhé", "(0900) 000 001"),
    (PersonalDataKind.PHONE, "gọi 0900 - 000 - 001 nhé", "0900 - 000 - 001"),
    (PersonalDataKind.PHONE, "gọi 0900,000,001 nhé", "0900,000,001"),
    (PersonalDataKind.PHONE, "(+84) 900 000 001", "(+84) 900 000 001"),
    (PersonalDataKind.ID_NUMBER, "cccd 001–099–000–123", "001–099–000–123"),
    (PersonalDataKind.ID_NUMBER, "0010 | 9900 | 0123", "0010 | 9900 | 0123"),
    # codes
    (PersonalDataKind.ONE_TIME_CODE, "OTP 482913", "482913"),
    (PersonalDataKind.ONE_TIME_CODE, "mã otp của em là 482 913", "482 913"),
    (PersonalDataKind.ONE_TIME_CODE, "otp482913", "482913"),
    (PersonalDataKind.ONE_TIME_CODE, "mã otp 482913 k dùng được", "482913"),
    (PersonalDataKind.ONE_TIME_CODE, "otp 482913 đồng ý", "482913"),
    (PersonalDataKind.ONE_TIME_CODE, "mã xác thực: 4829", "4829"),
    (PersonalDataKind.ONE_TIME_CODE, "ma xac nhan la 4829", "4829"),
    (PersonalDataKind.ONE_TIME_CODE, "mã PIN 1357", "1357"),
    (PersonalDataKind.ONE_TIME_CODE, "passcode 135790", "135790"),
    (PersonalDataKind.ONE_TIME_CODE, "no gui bac ma so 482913 gi do", "482913"),
    (PersonalDataKind.ONE_TIME_CODE, "ma no gui la 482913", "482913"),
    (PersonalDataKind.ONE_TIME_CODE, "mã gửi về máy tôi là 482 913", "482 913"),
    (PersonalDataKind.ONE_TIME_CODE, "tin nhan ghi 482913", "482913"),
    (PersonalDataKind.ONE_TIME_CODE, "6 so la 482913", "482913"),
    (PersonalDataKind.ONE_TIME_CODE, "mã của bác là 4 8 2 9 1 3", "4 8 2 9 1 3"),
    # passwords
    (PersonalDataKind.PASSWORD, "mk của em là Abc12345", "Abc12345"),
    (PersonalDataKind.PASSWORD, "mk em là Abc12345", "Abc12345"),
    (PersonalDataKind.PASSWORD, "mật khẩu VNeID của tôi là Abc12345", "Abc12345"),
    (PersonalDataKind.PASSWORD, "mật khẩu: Abc@12345", "Abc@12345"),
    (PersonalDataKind.PASSWORD, "mk là: Abc12345", "Abc12345"),
    (PersonalDataKind.PASSWORD, "pass=Abc12345", "Abc12345"),
    (PersonalDataKind.PASSWORD, "mk lam la Abc12345", "Abc12345"),
    # accounts and addresses
    (PersonalDataKind.BANK_ACCOUNT, "stk 1357900", "1357900"),
    (PersonalDataKind.BANK_ACCOUNT, "số tài khoản 1900 0000 0001 23", "1900 0000 0001 23"),
    (PersonalDataKind.BANK_ACCOUNT, "chuyển vào 19000000000123", "19000000000123"),
    (PersonalDataKind.EMAIL, "thư ai.do+vneid@vidu.com.vn nhé", "ai.do+vneid@vidu.com.vn"),
]  # fmt: skip
HARMLESS = [
    "năm 2026 đổi thẻ",
    "quên mã PIN từ năm 2024",
    "ngày 20/11/2026",
    "ngày 20.11.2026 và 20-11-2026",
    "OTP hết hạn 2026-11-21",
    "phí 200.000 đồng",
    "lệ phí 7.000 đồng một người",
    "bị lừa 250.000.000 đồng",
    "từ 200.000-500.000 đồng",
    "nộp 1500000đ qua bưu điện",
    "đọc OTP rồi mất 2000k",
    "gửi bưu điện hết 26.500 đồng",
    "tổng đài 1900.0368",
    "không nhận được mã OTP, gọi 1900 0368 hoặc 18000000",
    "gọi 113, 114, 115",
    "Nghị định 69/2024/NĐ-CP và 66.22/2026/NQ-CP",
    "thủ tục 1.004194",
    "thu tuc ma so 1.004194",
    "mã thủ tục là 1.004194",
    "mã hồ sơ là 482913",
    "mã số hồ sơ là 482913",
    "mã lỗi là 1001",
    "mã số thuế 482913",
    "tin nhắn báo 200000 đồng",
    "ma so 2026",
    "nhà số 1234",
    "làm từ 08:30 - 11:30, chiều 13:30 - 17:00",
    "ngày 01/02/2026 - 05/02/2026",
    "từ 200.000 - 500.000 - 800.000 đồng",
    "gõ 310",
    "các mã 5 25 28 53 76",
    "mật khẩu là gì",
    "mật khẩu là 8 ký tự",
    "mk làm lại 2 lần",
    "OTP là mã 6 số",
    "",
]
#: Pieces that stand beside each other in what people write, and in what attackers write.
PIECES = [
    ID, PHONE, "4829", "482913", "Abc12345", "a@b.vn", "+84", "7.000", "2026", "٤٥٦٧٨٩٠١٢", MASK,
    "OTP", "mã pin", "mk là", "stk", "năm", "đồng", "đồng ý", "k", "triệu", "là", "=", "x", "_",
    " ", "  ", ".", "-", ":", "\n", "\ud800",
]  # fmt: skip
ANY_TEXT = (
    st.text(st.characters())
    | st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
    | st.text("0123456789 .-+kđa@", max_size=40)
)


@pytest.mark.parametrize(("kind", "text", "secret"), PERSONAL)
def test_personal_data_is_found_where_it_stands_and_nothing_else(kind, text, secret):
    start = text.index(secret)
    assert find_personal_data(text) == [PersonalDataSpan(kind, start, start + len(secret))]


@pytest.mark.parametrize(("kind", "text", "secret"), PERSONAL)
def test_personal_data_is_masked_and_the_words_around_it_stay(kind, text, secret):
    before, _, after = text.partition(secret)
    assert mask_personal_data(text) == before + MASK + after


@pytest.mark.parametrize("text", HARMLESS)
def test_numbers_that_anybody_may_know_are_left_alone(text):
    assert find_personal_data(text) == []
    assert mask_personal_data(text) == text


def test_several_pieces_are_found_in_order():
    found = find_personal_data(f"{PHONE}, a@b.vn, otp 4829, {ID}")
    kinds = [PersonalDataKind.PHONE, PersonalDataKind.EMAIL]
    kinds += [PersonalDataKind.ONE_TIME_CODE, PersonalDataKind.ID_NUMBER]
    assert [one.kind for one in found] == kinds


def test_a_second_code_behind_the_first_is_masked_too():
    assert mask_personal_data("OTP 482913 hay 192837") == f"OTP {MASK} hay {MASK}"


def test_pieces_that_overlap_are_masked_whole():
    assert mask_personal_data("mk là x-0900 000 001 nhé") == f"mk là {MASK} nhé"


@settings(deadline=None)
@given(ANY_TEXT)
def test_masking_twice_changes_nothing(text):
    once = mask_personal_data(text)
    assert mask_personal_data(once) == once
    assert find_personal_data(once) == []


@settings(deadline=None)
@given(ANY_TEXT)
def test_masking_leaves_no_run_of_nine_digits(text):
    assert not re.search(r"\d{9}", mask_personal_data(text))


@settings(deadline=None)
@given(ANY_TEXT)
def test_spans_are_in_order_inside_the_text_and_do_not_overlap(text):
    ends = [0]
    for span in find_personal_data(text):
        assert ends[-1] <= span.start < span.end <= len(text)
        ends.append(span.end)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Nd"], exclude_characters="@")))
def test_a_text_without_digits_and_at_signs_is_never_masked(text):
    assert mask_personal_data(text) == text
