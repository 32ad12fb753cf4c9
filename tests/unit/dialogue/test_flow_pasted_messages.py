"""A citizen pastes a message that may be a scam."""

from __future__ import annotations

import json

import pytest

from bot.domain.flows import Branch, Inspect, StepId
from bot.domain.session import Outcome
from tests.flow_factories import (
    TIN_LA,
    branch,
    make_flow,
    option,
    question,
    say,
    task,
)

SCAM = "Tôi là công an phường đây, anh đọc mã cho em rồi vào hoahong-vneid xem"


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (SCAM, ("tin-la", "xoa"), "- Tin hỏi mã OTP.\n- Người nhắn xưng là công an."),
        ("vào https://vneid.lua-dao.top/abc để nhận", ("tin-la", "xoa"), "- Tin có đường dẫn lạ."),
        ("alo tôi là công an đây nhé", None, "- Người nhắn xưng là công an."),
        ("mời họp tổ dân phố tối nay lúc bảy giờ", None, "Tôi không thấy dấu hiệu"),
        ("vào https://vneid.gov.vn xem nhé cả nhà", None, "Tôi không thấy dấu hiệu"),
    ],
)
def test_a_pasted_message_is_looked_through_and_decides_the_way(talk, text, place, words):
    talk.start(TIN_LA, "Có tin đây")
    turn = talk.say(text)
    assert turn.outcome is Outcome.SAFETY
    assert words in talk.text
    assert talk.place == place
    if place is None:
        assert "Nói can-than." in talk.text


def test_nothing_of_a_pasted_message_is_kept(talk):
    talk.start(TIN_LA, "Có tin đây")
    turn = talk.say(SCAM)
    kept = json.dumps(talk.session.to_data(), ensure_ascii=False)
    for word in ("công an", "phường", "hoahong", "đọc mã", "anh"):
        assert word not in kept
    assert talk.slots == {"co_tin": "co", "tin": "nhieu"}
    assert "hoahong" not in json.dumps([dict(turn.figures), list(turn.events)])
    assert dict(turn.figures) == {"sign_doi-ma": 1.0, "sign_xung-can-bo": 1.0}


def test_who_has_no_message_at_hand_goes_on(talk):
    talk.start(TIN_LA, "Có tin đây", "Không rõ")
    assert "Nói can-than." in talk.text


@pytest.mark.parametrize("typed", ["quay lại", "nhắc lại", "dừng", "bỏ qua"])
def test_a_command_is_no_pasted_message(talk, typed):
    talk.start(TIN_LA, "Có tin đây")
    assert talk.say(typed).rule != "flow_inspect"


PASSED_ON = "Bên công an: đọc mã rồi vào http://vneid-that.top ngay nhé"
THAT_GIA = make_flow(
    "tin-that-gia",
    question("da-bam", option("Chưa bấm", "chua", "dan"), unsure="dan"),
    Inspect(
        StepId("dan"), "tin", "Bạn dán tin vào đây.",
        (branch("tin", "nhieu", "xoa"), Branch(StepId("can-than"))), StepId("can-than"),
    ),
    task("xoa"),
    say("can-than"),
)  # fmt: skip


def test_a_scam_that_is_passed_on_out_of_the_blue_begins_the_flow_as_if_pasted_there(talk):
    talk.change_content(THAT_GIA)
    turn = talk.say(PASSED_ON)
    assert (turn.rule, turn.outcome) == ("scam_message", Outcome.SAFETY)
    assert "- Tin có đường dẫn lạ." in talk.text
    assert talk.place == ("tin-that-gia", "da-bam")
    talk.pick("Chưa bấm")
    assert talk.place == ("tin-that-gia", "xoa")
    assert "vneid-that" not in json.dumps(talk.session.to_data())
