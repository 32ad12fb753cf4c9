"""Questions about what was told last, one or several in a message."""

from __future__ import annotations

import pytest

from bot.domain.understanding import FollowUp, Intent, IntentName
from bot.nlu.follow_ups import FollowUpReader

READER = FollowUpReader.of(
    [
        Intent(IntentName("ask/fee"), ("phí", "phí bao nhiêu", "bao nhiêu tiền")),
        Intent(IntentName("ask/time"), ("bao lâu",)),
        Intent(IntentName("ask/documents"), ("cần gì", "giấy tờ")),
        Intent(IntentName("ask/start"), ("làm luôn",)),
        Intent(IntentName("answer/yes"), ("có",)),
    ],
    {"bn": "bao nhiêu", "j": "gì"},
)
FEE, TIME, DOCUMENTS = FollowUp.FEE, FollowUp.TIME, FollowUp.DOCUMENTS


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("phí bn", (FEE,)),
        ("phí bn, bao lâu", (FEE, TIME)),
        ("cần j, bn tiền vậy", (DOCUMENTS, FEE)),
        ("giay to voi phi", (DOCUMENTS, FEE)),
        ("cần gì? bao lâu và bao nhiêu tiền ạ?", (DOCUMENTS, TIME, FEE)),
        ("phí, bao nhiêu tiền", (FEE,)),
        ("làm luôn", (FollowUp.START,)),
    ],
)
def test_a_row_of_such_questions_asks_for_each_once_in_its_order(text, asked):
    assert READER.find_all(text) == asked


@pytest.mark.parametrize(
    "text", ["phí làm hộ chiếu, bao lâu", "phí bn, có", "phí bn, làm luôn", "", ", và", "có"]
)
def test_a_message_that_says_anything_else_is_no_row(text):
    assert READER.find_all(text) == ()


def test_one_question_is_found_alone_and_a_row_is_not():
    assert READER.find("vay phi bn a") is FEE
    assert READER.find("phí bn, bao lâu") is None
