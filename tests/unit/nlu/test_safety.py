"""What comes before everything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.readers.config import read_safety_phrases
from bot.nlu.safety import SafetyPhrases

_PATH = Path(__file__).parents[3] / "config" / "safety.yaml"
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
    ],
)
def test_somebody_who_asks_presses(text):
    assert SAFETY.is_scam_pressure(text)
