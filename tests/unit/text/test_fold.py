"""The form without marks, for matching only."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text.fold import fold, fold_syllable, is_folded

ANY_TEXT = st.text(st.characters()) | st.text("aăâđĐêươỹẶ가\u0301\u0323\ud800")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đăng ký tạm trú", "Dang ky tam tru"),
        ("người được hưởng", "nguoi duoc huong"),
        ("ĐẶNG THỊ THUỶ", "DANG THI THUY"),
        ("đ Đ", "d D"),
        ("VNeID 2.1.6!", "VNeID 2.1.6!"),
        (unicodedata.normalize("NFD", "nghĩa vụ"), "nghia vu"),
        ("", ""),
    ],
)
def test_fold_takes_the_marks_away_and_keeps_case_and_signs(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize("text", ["dang ky", "VNeID 113", "", "?!"])
def test_a_text_without_marks_is_folded(text):
    assert is_folded(text)


@pytest.mark.parametrize("text", ["đang", "ký", "Ơi", unicodedata.normalize("NFD", "ế")])
def test_a_text_with_one_mark_is_not_folded(text):
    assert not is_folded(text)


@settings(deadline=None)
@given(ANY_TEXT)
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)
    assert is_folded(fold(text))


@given(st.text("aăâđêơưỹ"))
def test_folding_a_syllable_is_folding(text):
    assert fold_syllable(text) == fold(text)


@given(st.text("aàảãạăằâầbcdđeèêếghiíoôơớuưứyỹ ĐÀỀ"))
def test_folding_keeps_the_number_of_vietnamese_letters(text):
    assert len(fold(text)) == len(text)
