"""What may be stored of a typed text is heard like the text itself. All numbers are made up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.hearing import hear
from bot.text.personal_data import MASK
from bot.text.stand_ins import say_without_personal_data

MAX_CHARS = 200
ID, PHONE, CODE = "001099" + "000123", "0900" + "000001", "482913"
PERSONAL = [
    f"số căn cước {ID} của em",
    f"cccd{ID}",
    "001.099.000.124.",
    f"gọi {PHONE} nhé, hay +84 900 000 002",
    f"sđt{PHONE}",
    f"mã otp {CODE} k dùng được",
    f"{CODE} là mã xác thực của tôi",
    "mật khẩu: Abc@12345",
    "mk của em là Abc12345.",
    "stk 1357900 agribank",
    "gửi về lan.nguyen@example.com giúp tôi",
    f"có 5 25 28 việc, số {PHONE}, năm 2026",
]


@pytest.mark.parametrize("text", PERSONAL)
@pytest.mark.parametrize("is_led", [False, True])
def test_what_is_written_is_heard_like_what_was_said(text, is_led):
    heard = hear(text, MAX_CHARS, is_led=is_led)
    assert heard.has_personal_data
    written = say_without_personal_data(text, MAX_CHARS, is_led=is_led)
    assert hear(written, MAX_CHARS, is_led=is_led) == heard
    for private in (ID, PHONE, CODE, "900 000 002", "Abc", "1357900", "lan.nguyen", "000.124"):
        assert private not in written


@pytest.mark.parametrize("text", ["", "quên mật khẩu", "có gì ở ••• vậy", "dòng một\n\ndòng hai"])
def test_what_has_no_personal_data_is_written_as_it_is(text):
    assert say_without_personal_data(text, MAX_CHARS, is_led=False) == text


@pytest.mark.parametrize("text", ["a" * 300, "ơi " * 100, f"{ID} " + "b" * 300, " " * 300])
def test_what_was_too_long_is_too_long_again(text):
    heard = hear(text, MAX_CHARS, is_led=False)
    written = say_without_personal_data(text, MAX_CHARS, is_led=False)
    assert heard.is_too_long
    assert hear(written, MAX_CHARS, is_led=False) == heard


@given(
    st.lists(
        st.sampled_from([*PERSONAL, MASK, ID, PHONE, CODE, "otp", "12", "@x.vn", "đồng", "mk là"])
        | st.text(max_size=8),
        max_size=6,
    ),
    st.booleans(),
)
def test_the_same_words_are_heard_and_never_more_of_them(pieces, is_led):
    text = " ".join(pieces)
    heard = hear(text, MAX_CHARS, is_led=is_led)
    written = say_without_personal_data(text, MAX_CHARS, is_led=is_led)
    again = hear(written, MAX_CHARS, is_led=is_led)
    assert (again.text, again.is_too_long) == (heard.text, heard.is_too_long)
    assert say_without_personal_data(written, MAX_CHARS, is_led=is_led) == written
