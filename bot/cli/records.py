"""Conversations kept in a file so that they can be run again: one turn a line, with what was said
or pressed, on which day, and what came of it. No personal data gets into the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import unified_diff
from pathlib import Path
from typing import Any

from bot.cli.json_lines import JsonObject, UnusableLine, parse_object
from bot.domain.messages import Utterance


def to_record(
    said: Utterance, on: date, content_hash: str, came: JsonObject, *, session: str
) -> JsonObject:
    """The line of one turn. `said` has no personal data any more; `session` is no name from
    outside, which can be a telephone number.
    """
    words = {"press": said.payload} if said.payload else {"text": said.text}
    return {**came, "session": session, "on": on.isoformat(), **words, "content": content_hash}


class NotRecorded(Exception):
    """A line that is no recorded turn: `field` is missing or wrong; empty for what is no JSON."""

    def __init__(self, line: int, field: str = "") -> None:
        super().__init__(f"line {line}: {field or 'no JSON object'}")
        self.line = line
        self.field = field


@dataclass(frozen=True)
class RecordedTurn:
    """One line of a record."""

    line: int
    session: str
    said: Utterance
    on: date
    #: The hash of the content that was answered from.
    content: str
    #: What came of it, as it stands in the file.
    came: JsonObject


def load_record(path: Path) -> tuple[list[RecordedTurn], list[NotRecorded]]:
    """The turns of a record in order, and every line that is none. Empty lines are skipped.

    Raises:
        OSError: the file cannot be read.
    """
    turns, faults = [], []
    for line, raw in enumerate(path.read_bytes().split(b"\n"), 1):
        if not raw.strip():
            continue
        try:
            turns.append(_parse_turn(line, raw))
        except NotRecorded as fault:
            faults.append(fault)
    return turns, faults


def _parse_turn(line: int, raw: bytes) -> RecordedTurn:
    try:
        value = parse_object(raw)
    except UnusableLine as fault:
        raise NotRecorded(line) from fault
    for field in ("session", "on", "press" if "press" in value else "text", "content", "outcome"):
        if not isinstance(value.get(field), str):
            raise NotRecorded(line, field)
    if not _are_replies(value.get("replies")):
        raise NotRecorded(line, "replies")
    try:
        on = date.fromisoformat(value["on"])
    except ValueError as error:
        raise NotRecorded(line, "on") from error
    said = Utterance(text=value.get("text", ""), payload=value.get("press", ""))
    return RecordedTurn(line, value["session"], said, on, value["content"], value)


def _are_replies(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(reply, dict)
        and isinstance(reply.get("text"), str)
        and isinstance(reply.get("buttons"), list)
        and all(isinstance(button, dict) for button in reply["buttons"])
        for reply in value
    )


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What came otherwise, line by line: `-` before, `+` now. Scores are no difference."""
    lines = unified_diff(list(_shown(before)), list(_shown(now)), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def _shown(came: Mapping[str, Any]) -> Iterator[str]:
    yield f" kết quả: {came['outcome']}"
    yield f" bước: {came.get('flow') or '-'}/{came.get('step') or '-'}"
    for reply in came["replies"]:
        yield from (f" lời: {line}" for line in reply["text"].split("\n"))
        for button in reply["buttons"]:
            yield f" nút: {button.get('label')} ({button.get('payload')})"
        others = {key: one for key, one in reply.items() if key not in {"text", "buttons"} and one}
        for key, one in others.items():
            yield f" {key}: {json.dumps(one, ensure_ascii=False)}"
