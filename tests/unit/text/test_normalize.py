"""One spelling for one text, and nothing invisible in it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.readers.config import read_phrases, read_text_table
from bot.settings import PROJECT_ROOT
from bot.text.normalize import (
    MAX_ABBREVIATION_SYLLABLES,
    MAX_FILLER_SYLLABLES,
    clean,
    drop_fillers,
    expand,
    fold_phrase,
    move_tone_mark,
    to_syllables,
    words,
)

ANY_TEXT = st.text(st.characters())
#: Letters, marks and signs that the functions treat specially, close together.
HARD_TEXT = st.text("aoeuyqhàòùỳáéđĐcC01 \t\r\n\u0301\u0300\u200b\u200d\u202e\u00a0\u2028._\ud800")
ABBREVIATIONS = {"dk": "đăng ký", "tt": "thông tin", "pass code": "passcode", "v n e i d": "vneid"}


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


@pytest.mark.parametrize("text", ["Đăng ký tạm trú", "người ở trọ", "VNeID mức độ 2"])
def test_clean_gives_composed_unicode(text):
    assert clean(nfd(text)) == text == clean(text)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  đăng \t ký\u00a0\u00a0tạm\u3000trú ", "đăng ký tạm trú"),
        ("đăng\u202fký\u2009tạm\u205ftrú", "đăng ký tạm trú"),
        ("mã\u200b OT\u200dP\ufeff", "mã OTP"),
        ("mã \u202eOTP\u202c \u2066qr\u2069", "mã OTP qr"),
        ("mã\x00 O\x07TP\x1b", "mã OTP"),
        ("mã \ud83d OTP", "mã OTP"),
        ("e\u200b\u0301", "é"),
        ("một\r\nhai\rba\u2028bốn\x0bnăm", "một\nhai\nba\nbốn\nnăm"),
        ("một\n\n\n\n\nhai\n \n \n ba", "một\n\nhai\n\nba"),
        ("\n\n một \n\n", "một"),
        ("", ""),
        (" \u200b\n\u200b ", ""),
        ("chào 👋 bạn", "chào 👋 bạn"),
    ],
)
def test_clean_takes_away_what_cannot_be_seen(text, cleaned):
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hoà", "hòa"),
        ("hoá", "hóa"),
        ("thuý", "thúy"),
        ("thuỷ", "thủy"),
        ("khoẻ", "khỏe"),
        ("uỷ", "ủy"),
        ("hoạ", "họa"),
        ("tuỳ", "tùy"),
        ("quý", "quý"),
        ("quỹ", "quỹ"),
        ("quà", "quà"),
        ("hòa", "hòa"),
        ("toán", "toán"),
        ("huỳnh", "huỳnh"),
        ("của", "của"),
        ("ý", "ý"),
        ("à", "à"),
        ("", ""),
    ],
)
def test_a_tone_mark_stands_where_schools_put_it(old, new):
    assert move_tone_mark(old) == new


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Đăng-ký TẠM TRÚ, ở đâu?", ["đăng", "ký", "tạm", "trú", "ở", "đâu"]),
        (nfd("HOÀ BÌNH"), ["hòa", "bình"]),
        ("VNeID 2.1.6 mức_2", ["vneid", "2", "1", "6", "mức", "2"]),
        ("alooooo giúppppp với nhaaa", ["alo", "giúp", "với", "nha"]),
        ("đăng kýýý kkkhông đượcccc", ["đăng", "ký", "không", "được"]),
        ("số 1000000", ["số", "1000000"]),
        ("xoong nồi", ["xoong", "nồi"]),
        ("?!... 👋", []),
        ("", []),
    ],
)
def test_words_are_lower_case_in_one_spelling_without_drawn_out_letters(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("👍", ["ok"]),
        ("👍🏻👍🏻", ["ok"]),
        (" ✅ ", ["ok"]),
        ("cảm ơn 👍", ["cảm", "ơn"]),
        ("😀", []),
    ],
)
def test_a_thumb_is_an_ok_where_there_is_nothing_else_to_read(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize("abbreviation", ["cccd", "CCCD", "ccccd", "dddt", "tttt"])
def test_an_abbreviation_without_vowels_keeps_its_letters(abbreviation):
    assert words(abbreviation) == [abbreviation.lower()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dk tt", "đăng ký thông tin"),
        ("DK ở đâu", "đăng ký ở đâu"),
        ("quên pass code rồi", "quên passcode rồi"),
        ("mở v n e i d", "mở vneid"),
        ("pass của tôi", "pass của tôi"),
        ("dkx", "dkx"),
        ("", ""),
    ],
)
def test_abbreviations_are_written_out_as_whole_words(text, expected):
    assert " ".join(to_syllables(text, ABBREVIATIONS)) == expected


def test_the_longest_abbreviation_from_the_left_wins():
    table = {"a": "1", "a b": "2", "b c": "3", "c": "4"}
    assert expand(["a", "b", "c"], table) == ["2", "4"]


def test_no_abbreviations_change_nothing():
    assert expand(["dk", "tt"], {}) == ["dk", "tt"]


def test_every_abbreviation_of_our_own_table_is_found_in_a_text():
    path = "config/abbreviations.yaml"
    text = (PROJECT_ROOT / path).read_text(encoding="utf-8")
    table = read_text_table(path, text, "abbreviations")[0]
    too_long = {key for key in table if len(key.split()) > MAX_ABBREVIATION_SYLLABLES}
    unmatched = {key for key in table if to_syllables(key, table) != table[key].split()}
    assert (too_long, unmatched) == (set(), set())


@settings(deadline=None)
@given(ANY_TEXT | HARD_TEXT)
def test_cleaning_twice_changes_nothing(text):
    assert clean(clean(text)) == clean(text)


@settings(deadline=None)
@given(ANY_TEXT | HARD_TEXT)
def test_a_cleaned_text_has_no_control_character_but_line_breaks(text):
    left = {unicodedata.category(char) for char in clean(text).replace("\n", "")}
    assert not left & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@settings(deadline=None)
@given(ANY_TEXT | HARD_TEXT)
def test_the_words_of_words_are_the_same_words(text):
    once = words(text)
    assert words(" ".join(once)) == once


@settings(deadline=None)
@given(ANY_TEXT | HARD_TEXT)
def test_words_do_not_depend_on_the_unicode_form(text):
    assert words(nfd(text)) == words(text)


FILLERS = frozenset(map(fold_phrase, ["cho tôi hỏi", "cho hỏi", "mà không biết làm sao", "ạ"]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cho tôi hỏi quên mật khẩu", "quên mật khẩu"),
        ("cho toi hoi quen mat khau", "quen mat khau"),
        ("quên mật khẩu mà ko biết làm sao", "quên mật khẩu"),
        ("muốn đổi số cho hỏi ở đâu ạ", "muốn đổi số ở đâu"),
        ("cho tôi hỏi giấy", "cho tôi hỏi giấy"),
        ("ạ", "ạ"),
    ],
)
def test_what_carries_no_meaning_is_left_out_when_enough_is_left(text, expected):
    assert to_syllables(text, {"ko": "không"}, FILLERS) == expected.split()


def test_the_longest_filler_is_taken():
    assert drop_fillers(["a", "b", "c", "d", "e"], frozenset({"a", "a b"})) == ["c", "d", "e"]


def test_no_filler_of_ours_is_longer_than_what_is_looked_for():
    path = PROJECT_ROOT / "config" / "fillers.yaml"
    phrases, _ = read_phrases(path.name, path.read_text(encoding="utf-8"), "fillers")
    assert max(len(fold_phrase(one).split()) for one in phrases) <= MAX_FILLER_SYLLABLES
