"""Runs recorded conversations again and tells which turns come otherwise now."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.cli.json_lines import JsonObject
from bot.cli.records import RecordedTurn, differences, load_record

#: The exit status when the file cannot be used.
UNUSABLE = 2
_MAX_SAID_CHARS = 80


def load_usable(path: Path) -> list[RecordedTurn]:
    """The turns of a record; none, and on standard error why, when the file cannot be used."""
    try:
        turns, faults = load_record(path)
    except OSError:
        _complain(f"Không đọc được {path}. Hãy xem lại tên tệp và quyền đọc nó.")
        return []
    for fault in faults:
        what = f'thiếu hoặc sai mục "{fault.field}"' if fault.field else "không phải JSON"
        _complain(f"{path}:{fault.line}: Dòng này {what}. Hãy bỏ dòng này, hoặc ghi lại cả tệp.")
    if not turns and not faults:
        _complain(f"{path} không có lượt nào. Hãy ghi lại bằng converse --jsonl --save TỆP.")
    return [] if faults else turns


def _complain(text: str) -> None:
    print(text, file=sys.stderr)


def replay(
    turns: Sequence[RecordedTurn],
    content_hash: str,
    take: Callable[[RecordedTurn], JsonObject],
) -> int:
    """Take every turn anew and print what comes otherwise; the exit status is 1 when any does."""
    different = 0
    for number, turn in enumerate(turns, 1):
        if lines := differences(turn.came, take(turn)):
            different += 1
            print(f"Lượt {number} (dòng {turn.line}, cuộc {turn.session}): {_said(turn)}")
            print("\n".join(f"  {line}" for line in lines) + "\n")
    print(_summary(len(turns), different, {turn.content for turn in turns} == {content_hash}))
    return 1 if different else 0


def _said(turn: RecordedTurn) -> str:
    if turn.said.payload:
        return f"bấm {turn.said.payload}"
    said = turn.said.text.strip().replace("\n", " ")
    return f'"{said}"' if len(said) <= _MAX_SAID_CHARS else f'"{said[:_MAX_SAID_CHARS]}…"'


def _summary(count: int, different: int, is_same_content: bool) -> str:
    content = "Nội dung vẫn như khi ghi." if is_same_content else "Nội dung đã đổi từ khi ghi."
    return f"{count} lượt: {count - different} giống, {different} khác. {content}"
