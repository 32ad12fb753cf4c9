"""What comes before everything else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.content.readers.config import read_safety_phrases
from bot.nlu.safety import SafetyPhrases

_PATH = Path(__file__).parents[3] / "config" / "safety.yaml"
_DEV = Path(__file__).parents[3] / "evaluation" / "dev.jsonl"
PHRASES, ISSUES = read_safety_phrases("config/safety.yaml", _PATH.read_text(encoding="utf-8"))
SAFETY = SafetyPhrases.of(**PHRASES)


@pytest.mark.parametrize(
    "text",
    [
        "ung dung dang yeu cau cap nhat",
        "vneid dang bat toi doi mat khau",
        "may dang yeu cau nhap ma otp ma khong thay gui ve",
        "Ứng dụng đang đòi quyền camera",
    ],
)
def test_a_machine_that_asks_for_something_presses_nobody(text):
    assert not SAFETY.is_scam_pressure(text)


@pytest.mark.parametrize(
    "text",
    [
        "họ đang yêu cầu đọc mã",
        "có người gọi điện thoại đang yêu cầu tôi đọc mã",
        "tôi đang nghe máy đang bắt đọc mã",
        "app đang yêu cầu mã, người ta bảo tôi đọc",
        "gọi điện thoại bảo tôi đọc mã",
        "co thang noi la cong an huyen bieu tui doc ma so no gui ve may",
        "no dang cho may day, khong doc thi no bat",
        "doc 3 so dau roi",
        "ho bieu bac doc ma",
        "no bat tui doc 6 so",
        "họ ép mẹ em cung cấp mật khẩu",
        "công an xã đang gọi điện cho tôi",
        "nó đang gọi lên máy tôi",
    ],
)
def test_somebody_who_asks_presses(text):
    assert SAFETY.is_scam_pressure(text)


@pytest.mark.parametrize(
    "text",
    [
        "dang goi dien cho cong an xa hoi muc 2",
        "tôi đang gọi lên phường hỏi",
        "em đang gọi tổng đài mà không ai nghe",
        "công an yêu cầu tôi mang giấy tờ gì",
        "họ bảo tôi gửi mã hồ sơ",
        "máy không đọc thì làm sao",
        "tôi không đọc được",
    ],
)
def test_a_citizen_who_calls_or_is_asked_for_papers_is_not_pressed(text):
    assert not SAFETY.is_scam_pressure(text)


def test_our_phrases_see_no_danger_and_no_pressure_in_ordinary_questions():
    rows = map(json.loads, _DEV.read_text(encoding="utf-8").splitlines())
    ordinary = [one["text"] for one in rows if not (one["topic"] or "").startswith("safety/")]
    assert len(ordinary) > 500
    assert [one for one in ordinary if SAFETY.is_scam_pressure(one)] == []
    assert [one for one in ordinary if SAFETY.is_emergency(one)] == []


@pytest.mark.parametrize(
    "text",
    [
        *("cuu bac voi", "cứu bà với", "cứu tui với", "có người tự vẫn"),
        *("toi muon chet", "tui muon chet", "ba toi ngat xiu roi"),
        *("toi bi chong danh", "chong toi dang danh toi", "em bi hiep dam"),
    ],
)
def test_whoever_cries_for_help_is_heard(text):
    assert SAFETY.is_emergency(text)


@pytest.mark.parametrize(
    "text",
    ["tu van giup toi", "tư vấn cho em mức 2", "the bi con danh mat", "dang danh may chu"],
)
def test_words_that_look_alike_are_no_danger(text):
    assert not SAFETY.is_emergency(text)


BLANKS = {"person": ("tôi", "bà nội"), "tell": ("bảo", "yêu cầu")}


@pytest.mark.parametrize(
    ("text", "is_pressure"),
    [
        ("bảo tôi đọc", True),
        ("yeu cau ba noi doc", True),
        ("bảo đọc", True),
        ("bảo tôi tôi đọc", False),
        ("bảo đọc giả", True),
        ("bảo đọcgiả", False),
        ("khuyên tôi đọc", False),
    ],
)
def test_a_blank_stands_for_any_entry_of_its_list_and_with_a_question_mark_for_nothing(
    text, is_pressure
):
    phrases = SafetyPhrases.of((), (), ("{tell} {person?} đọc",), **BLANKS)
    assert phrases.is_scam_pressure(text) is is_pressure


@pytest.mark.parametrize("phrase", ["{tel} đọc", "đọc {person?}"])
def test_a_phrase_whose_blank_cannot_be_filled_is_reported_and_left_out(phrase):
    text = (
        "emergency: [cháy nhà]\nemergency_with_marks: [muốn chết]\n"
        f'scam_pressure:\n  - "{phrase}"\n  - đang giục\nperson: [tôi]\n'
    )
    phrases, issues = read_safety_phrases("config/safety.yaml", text)
    assert [(one.code, one.line) for one in issues] == [("value_not_allowed", 4)]
    assert phrases["scam_pressure"] == ("đang giục",)
