"""What is written of a conversation, and how it is read and compared. All numbers are made up."""

from __future__ import annotations

import json

import pytest

from bot.cli.records import differences, load_record

BUTTON = {"label": "Đã xong", "payload": "a:loi:lam:xong"}
REPLY = {"text": "Mở VNeID.\nBấm Gửi.", "buttons": [BUTTON], "image": None}
CAME = {
    "outcome": "answered",
    "topics": [{"id": "a/b", "score": 0.9}],
    "flow": "loi",
    "step": "lam",
    "replies": [REPLY],
}
LINE = {**CAME, "session": "1", "on": "2026-11-21", "text": "xin chào", "content": "0" * 64}


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        ({}, []),
        ({"topics": [{"id": "a/b", "score": 0.8}]}, []),
        ({"outcome": "clarify"}, ["- kết quả: answered", "+ kết quả: clarify"]),
        ({"step": "gui"}, ["- bước: loi/lam", "+ bước: loi/gui"]),
        ({"flow": None, "step": None}, ["- bước: loi/lam", "+ bước: -/-"]),
        ({"replies": [REPLY | {"text": "Mở VNeID."}]}, ["- lời: Bấm Gửi."]),
        (
            {"replies": [REPLY | {"buttons": [BUTTON | {"label": "Xong"}]}]},
            ["- nút: Đã xong (a:loi:lam:xong)", "+ nút: Xong (a:loi:lam:xong)"],
        ),
        ({"replies": [REPLY | {"image": "1.png"}]}, ['+ image: "1.png"']),
        ({"replies": [REPLY, {"text": "Nhớ nhé.", "buttons": []}]}, ["+ lời: Nhớ nhé."]),
    ],
)
def test_a_difference_is_shown_line_by_line(change, lines):
    assert differences(CAME, CAME | change) == lines


def without(field: str) -> dict:
    return {key: value for key, value in LINE.items() if key != field}


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("not json", ""),
        ("[1]", ""),
        *((json.dumps(without(one)), one) for one in ("session", "on", "text", "content")),
        *((json.dumps(without(one)), one) for one in ("outcome", "replies")),
        (json.dumps(LINE | {"on": "2026-02-30"}), "on"),
        (json.dumps(LINE | {"press": 5}), "press"),
        (json.dumps(LINE | {"replies": ["Mở VNeID."]}), "replies"),
        (json.dumps(LINE | {"replies": [{"text": "Mở VNeID."}]}), "replies"),
        (json.dumps(LINE | {"replies": [REPLY | {"buttons": ["Đã xong"]}]}), "replies"),
    ],
)
def test_a_line_that_is_no_turn_is_named_with_what_is_wrong(tmp_path, line, field):
    path = tmp_path / "record.jsonl"
    path.write_text(f"{json.dumps(LINE)}\n\n{line}\n{json.dumps(LINE)}\n", encoding="utf-8")
    turns, faults = load_record(path)
    assert [turn.line for turn in turns] == [1, 4]
    assert [(fault.line, fault.field) for fault in faults] == [(3, field)]
