"""JSON lines in, JSON lines out: what `ask --jsonl` and `converse --jsonl` share."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

from bot.domain.messages import Reply
from bot.text.markup import to_plain


def read_objects() -> Iterator[dict[str, Any] | str]:
    """The JSON object of every line of standard input; a message where a line holds none. Empty
    lines are skipped.
    """
    for number, raw in enumerate(sys.stdin.buffer, 1):
        if not raw.strip():
            continue
        try:
            value = json.loads(raw.decode("utf-8", errors="replace"))
        except (ValueError, RecursionError) as error:
            yield f"line {number} is not JSON: {error}"
            continue
        yield value if isinstance(value, dict) else f"line {number} is not a JSON object"


def answer_lines(answer: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    """Write one answer for each line of standard input, in order, flushed."""
    for value in read_objects():
        line = {"error": value} if isinstance(value, str) else answer(value)
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    return 0


def text_of(value: dict[str, Any], key: str) -> str:
    """A text value of the object; other kinds are written out, a missing one is empty."""
    found = value.get(key)
    if found is None:
        return ""
    return (
        found.encode("utf-8", "replace").decode("utf-8") if isinstance(found, str) else str(found)
    )


def plain_reply(replies: tuple[Reply, ...]) -> str:
    """All replies as one plain text."""
    return "\n\n".join(to_plain(reply.text) for reply in replies)
