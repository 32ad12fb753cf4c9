"""Telex keys that no input method turned into letters."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.text.normalize import move_tone_mark
from bot.text.telex import decode_telex

DECODED = {
    "ddawng": "đăng",
    "ddangw": "đăng",
    "kys": "ký",
    "vieejt": "việt",
    "vieetj": "việt",
    "nguowif": "người",
    "nguwowif": "người",
    "nguwoif": "người",
    "nguoiwf": "người",
    "dduwowcj": "được",
    "duowcjd": "được",
    "dduwowngf": "đường",
    "ddi": "đi",
    "ddawngs": "đắng",
    "khoongr": "khổng",
    "khoong": "không",
    "cawn": "căn",
    "cuwowcs": "cước",
    "tamj": "tạm",
    "matj": "mạt",
    "maatj": "mật",
    "khaaur": "khẩu",
    "tuooir": "tuổi",
    "nguyeenx": "nguyễn",
    "chuyeenr": "chuyển",
    "quyeenf": "quyền",
    "quys": "quý",
    "thuys": "thúy",
    "hoaf": "hòa",
    "toans": "toán",
    "khoer": "khỏe",
    "ngoaif": "ngoài",
    "cuar": "của",
    "giuwax": "giữa",
    "giaays": "giấy",
    "gif": "gì",
    "uoongs": "uống",
    "thuees": "thuế",
    "phuwowngf": "phường",
    "ruwowuj": "rượu",
    "oto": None,
    "vneid": None,
    "zalo": None,
    "sinh": None,
    "khai": None,
    "cho": None,
    "otp": None,
    "facebook": None,
    "internet": None,
    "user": None,
    "khaisinh": None,
    "as": None,
    "dduwowcj1": None,
    "Kys": None,
    "ký": None,
    "": None,
    "ddawngkys": None,
}
KEYS = {"â": "aa", "ă": "aw", "ê": "ee", "ô": "oo", "ơ": "ow", "ư": "uw", "đ": "dd"}
TONES = {"\u0301": "s", "\u0300": "f", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
SYLLABLES = (
    "đăng ký tạm trú thường căn cước công dân giấy phép lái xe hộ chiếu khẩu bảo hiểm xã hội"
    " nghỉ thất nghiệp trợ cấp người cao tuổi khuyết tật xuất nhập cảnh định danh điện tử mức độ"
    " khóa mở khỏe họa tùy ủy thuế quỹ quyết nguyện khuya oái chuẩn bị đổi mất trộm lừa đảo"
)


def type_in_telex(syllable: str) -> str:
    """The keys of a syllable: each letter with its shape, then the tone."""
    tone, letters = "", []
    for letter in syllable:
        base = unicodedata.normalize("NFD", letter)
        tone = next((TONES[mark] for mark in base if mark in TONES), tone)
        bare = unicodedata.normalize("NFC", "".join(one for one in base if one not in TONES))
        letters.append(KEYS.get(bare, bare))
    return "".join(letters) + tone


@pytest.mark.parametrize(("token", "syllable"), DECODED.items())
def test_keys_become_the_syllable_they_spell(token, syllable):
    assert decode_telex(token) == syllable


@pytest.mark.parametrize("syllable", SYLLABLES.split())
def test_what_is_typed_in_telex_comes_back(syllable):
    keys = type_in_telex(syllable)
    expected = None if keys == syllable or len(keys) < 3 else syllable
    assert decode_telex(keys) == expected


@settings(deadline=None)
@given(
    st.text(st.characters())
    | st.text("aeiouydwsfrxjnghctk", max_size=11)
    | st.sampled_from(sorted(DECODED))
)
def test_any_token_gives_none_or_one_syllable_in_the_spelling_of_schools(token):
    syllable = decode_telex(token)
    assert syllable is None or (
        syllable == unicodedata.normalize("NFC", syllable) == move_tone_mark(syllable)
        and syllable.isalpha()
        and syllable != token
    )
