"""JSON lines in, JSON lines out: what `ask --jsonl` and `converse --jsonl` share."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from bot.domain.catalog import Catalog
from bot.domain.messages import Reply
from bot.domain.system_texts import SystemText
from bot.text.markup import to_plain

JsonObject = dict[str, Any]


class UnusableLine(Exception):
    """A line that nothing can be answered to. The client is told, and the next line is read."""

    def __init__(self, explain: Callable[[Catalog], str]) -> None:
        super().__init__("unusable line")
        #: Says what is wrong and how to mend it.
        self.explain = explain


def answer_lines(
    answer: Callable[[JsonObject], JsonObject],
    refuse: Callable[[JsonObject, UnusableLine], JsonObject],
) -> int:
    """Write one answer for each line of standard input, in order, flushed. Empty lines are skipped.

    `answer` may raise UnusableLine; `refuse` then makes the answer from what could be read of the
    line, an empty object where nothing could.
    """
    for raw in sys.stdin.buffer:
        if not raw.strip():
            continue
        value: JsonObject = {}
        try:
            value = parse_object(raw)
            line = answer(value)
        except UnusableLine as fault:
            line = refuse(value, fault)
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    return 0


def parse_object(raw: bytes) -> JsonObject:
    """The JSON object of a line; a byte order mark before it does no harm.

    Raises:
        UnusableLine: it holds none.
    """
    try:
        value = json.loads(raw.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError) as error:
        raise UnusableLine(lambda say: say.message(SystemText.LINE_NOT_JSON)) from error
    if not isinstance(value, dict):
        raise UnusableLine(lambda say: say.message(SystemText.LINE_NOT_OBJECT))
    return value


def text_of(value: JsonObject, field: str) -> str:
    """A text of the object, fit for output.

    Raises:
        UnusableLine: the field is not there, or holds no text.
    """
    found = value.get(field)
    if found is None:
        raise UnusableLine(lambda say: say.message(SystemText.LINE_LACKS_FIELD, field=field))
    if not isinstance(found, str):
        raise UnusableLine(lambda say: say.message(SystemText.LINE_FIELD_NO_TEXT, field=field))
    return found.encode("utf-8", "replace").decode("utf-8")


def echo_of(value: JsonObject, field: str) -> str:
    """The text of a field as far as there is one; for answers to unusable lines."""
    try:
        return text_of(value, field)
    except UnusableLine:
        return ""


def plain_reply(replies: tuple[Reply, ...]) -> str:
    """All replies as one plain text."""
    return "\n\n".join(to_plain(reply.text) for reply in replies)
