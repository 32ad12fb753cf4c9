"""The one mark-up of our texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.markup import to_plain


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("Chọn **Đăng ký tạm trú**.", "Chọn Đăng ký tạm trú."),
        ("**Một** và **hai**", "Một và hai"),
        ("**hai\ndòng**", "hai\ndòng"),
        ("3 * 4 = 12", "3 * 4 = 12"),
        ("chỉ mở **một bên", "chỉ mở **một bên"),
        ("****", "****"),
        ("", ""),
    ],
)
def test_marks_are_taken_away_and_words_stay(marked, plain):
    assert to_plain(marked) == plain


@given(st.text(st.characters(exclude_characters="*"), min_size=1))
def test_a_text_without_marks_is_plain_and_comes_back_from_marks(text):
    assert to_plain(text) == text
    assert to_plain(f"**{text}**") == text
