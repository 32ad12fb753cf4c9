"""Signs of a scam in a pasted message."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.scam_signs import FEW, MANY, NONE, ScamSigns
from bot.nlu.scam_signs import ScamInspector, is_scam_message, verdict
from tests.flow_factories import SCAM_SIGNS

INSPECTOR = ScamInspector(SCAM_SIGNS)


def found(text):
    return [sign.id for sign in INSPECTOR.find(text)]


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("Anh đọc mã cho em", ["doi-ma"]),
        ("anh doc ma cho em", ["doi-ma"]),
        ("ĐỌC   MÃ!!!", ["doi-ma"]),
        ("đốc mà", []),
        ("tôi là công an, đọc mã đi", ["doi-ma", "xung-can-bo"]),
        ("mai họp tổ dân phố", []),
        ("", []),
    ],
)
def test_phrases_are_found_as_whole_words_heaviest_first(text, signs):
    assert found(text) == signs


@pytest.mark.parametrize(
    "text",
    [
        "https://vneid-gov.vn",
        "vào http://vneid.gov.vn.hoso.top/abc",
        "VNEID.GOV.VN.CC",
        "bấm bit.ly/3abc",
        "https://123.45.6.7/vneid",
        "www.la-lam.ru",
        "https://vneid.gov.vn@lua.top/x",
        "https://vneid.gov.vn và thêm tai-vneid.com",
        "https://vnеid.gov.vn",  # a Cyrillic е
        "truy cập dichvucong-vn.online nhé",
    ],
)
def test_a_link_is_strange_unless_its_host_is_trusted(text):
    assert found(text) == ["duong-dan-la"]


@pytest.mark.parametrize(
    "text",
    [
        "https://vneid.gov.vn",
        "http://vneid.gov.vn/ho-so?x=1",
        "www.vneid.gov.vn",
        "vneid.gov.vn.",
        "https://trang.vneid.gov.vn:8080/a",
        "Hẹn mai.Toi sẽ đến",
        "khoảng 7.000 đồng, ngày 2.12.2026",
        "v.v. và v.v",
    ],
)
def test_trusted_hosts_and_plain_sentences_are_no_strange_links(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("tra ở csgt.bocongan.gov.vn", []),
        ("https://www.csgt.vn và csgt.bocongan.gov.vn", ["duong-dan-la"]),
        ("csgt-gov.vn", ["duong-dan-la"]),
        ("csgt.gov.vn.top", ["duong-dan-la"]),
        ("vnеid.gov.vn", ["duong-dan-la"]),  # a Cyrillic е leaves only the bare ending
    ],
)
def test_an_ending_that_begins_with_a_dot_trusts_only_what_stands_below_it(text, signs):
    link = replace(SCAM_SIGNS, trusted_hosts=(".gov.vn",))
    assert [sign.id for sign in ScamInspector(link).find(text)] == signs


def test_what_signs_amount_to():
    heavy, light, link = *SCAM_SIGNS.signs, SCAM_SIGNS.link
    assert verdict([]) == NONE
    assert verdict([light]) == FEW
    assert verdict([light, light]) == MANY
    assert verdict([heavy]) == verdict([link]) == MANY


def test_without_any_listed_sign_nothing_is_found():
    assert ScamInspector(ScamSigns()).find("đọc mã tại lua.top") == ()


@given(st.text(max_size=300))
def test_any_text_can_be_looked_through(text):
    assert verdict(INSPECTOR.find(text)) in {MANY, FEW, NONE}


@pytest.mark.parametrize(
    ("text", "is_scam"),
    [
        ("đọc mã rồi vào http://vneid-that.top nhé", True),
        ("vào http://vneid-that.top nhé", False),
        ("tôi là công an, đọc mã đi", False),
        ("đọc mã rồi vào https://vneid.gov.vn nhé", False),
    ],
)
def test_a_strange_address_with_another_sign_is_a_scam_that_is_passed_on(text, is_scam):
    assert is_scam_message(INSPECTOR.find(text), text) is is_scam
