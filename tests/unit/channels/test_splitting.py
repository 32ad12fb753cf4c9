from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.splitting import split_text


def utf16_units(text):
    return len(text.encode("utf-16-le")) // 2


def without_space(text):
    return re.sub(r"\s", "", text)


def test_a_text_that_fits_stays_whole_but_for_white_space_around_it():
    assert split_text(" Xin chào.\n\nBạn khỏe không? ", 40) == ["Xin chào.\n\nBạn khỏe không?"]


def test_no_text_gives_no_piece():
    assert split_text(" \n ", 10) == []


def test_paragraphs_come_before_lines():
    text = "Dòng một.\nDòng hai.\n\nDòng ba.\nDòng bốn."
    assert split_text(text, 30) == ["Dòng một.\nDòng hai.", "Dòng ba.\nDòng bốn."]


def test_lines_come_before_sentences():
    text = "Một câu dài. Câu nữa.\nDòng hai. Dòng ba nữa."
    assert split_text(text, 32) == ["Một câu dài. Câu nữa.", "Dòng hai. Dòng ba nữa."]


def test_sentences_come_before_words():
    text = "Bạn mở ứng dụng. Bạn bấm nút đăng nhập rồi chờ."
    assert split_text(text, 30) == ["Bạn mở ứng dụng.", "Bạn bấm nút đăng nhập rồi chờ."]


def test_a_closing_quote_stays_with_its_sentence():
    text = 'Bạn bấm "Tiếp tục." Rồi bạn chờ một lát.'
    assert split_text(text, 30) == ['Bạn bấm "Tiếp tục."', "Rồi bạn chờ một lát."]


@pytest.mark.parametrize("word", ["TP.", "Q.", "P."])
def test_an_abbreviation_ends_no_sentence(word):
    text = f"Bạn đến đây. Ở {word} Thủ Đức cũng có nơi nhận."
    assert split_text(text, 24)[0] == "Bạn đến đây."


def test_the_number_of_a_step_is_not_parted_from_the_step():
    text = "Các bước sau đây:\n10. Mở ứng dụng VNeID rồi bấm nút"
    assert split_text(text, 26)[0] == "Các bước sau đây:"


def test_a_short_heading_is_not_left_alone_in_a_message():
    text = "Tên.\n\n" + "Câu này khá dài. " * 4
    assert split_text(text, 50)[0] == "Tên.\n\nCâu này khá dài. Câu này khá dài."


def test_a_word_longer_than_the_limit_is_cut_between_letters():
    assert split_text("a" * 25, 10) == ["a" * 10, "a" * 10, "a" * 5]


def test_a_mark_stays_with_its_letter():
    assert split_text("ab\u0301" * 3, 5) == ["ab\u0301a", "b\u0301ab\u0301"]


def test_the_measure_of_the_vendor_decides():
    assert split_text("😀😀😀", 4, utf16_units) == ["😀😀", "😀"]


def test_a_limit_without_room_for_a_character_is_a_mistake():
    with pytest.raises(ValueError, match="no room"):
        split_text("😀", 1, utf16_units)


@given(
    st.text(st.sampled_from("aáĐ. \n!?…\"'1-😀\u0301"), max_size=300),
    st.integers(2, 80),
    st.sampled_from([len, utf16_units]),
)
def test_every_piece_fits_and_nothing_but_white_space_is_lost(text, limit, measure):
    pieces = split_text(text, limit, measure)
    assert all(0 < measure(piece) <= limit for piece in pieces)
    assert all(piece == piece.strip() for piece in pieces)
    assert without_space("".join(pieces)) == without_space(text)


@given(st.lists(st.text(st.sampled_from("abcđê"), min_size=1, max_size=8), max_size=60))
def test_words_that_fit_are_never_cut(parts):
    pieces = split_text(" ".join(parts), 20)
    assert [word for piece in pieces for word in piece.split()] == parts
