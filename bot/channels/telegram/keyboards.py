"""Buttons under a message.

https://core.telegram.org/bots/api#inlinekeyboardmarkup (read 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bot.channels.telegram.deep_links import deep_link
from bot.channels.telegram.limits import MAX_BUTTONS
from bot.domain.messages import Button
from bot.domain.payloads import MAX_PAYLOAD_BYTES

#: Two buttons share a row when both labels are at most so long. A narrow phone (360 points) shows
#: about 18 letters in half a row before it cuts a label off.
MAX_SHARED_LABEL_CHARS = 16


def fits(button: Button) -> bool:
    """Whether Telegram takes the payload: 1 to 64 bytes, where Vietnamese letters take two or
    three.
    """
    return 0 < len(button.payload.encode()) <= MAX_PAYLOAD_BYTES and bool(button.label.strip())


def pressable(buttons: Iterable[Button]) -> dict[str, Any] | None:
    """A keyboard whose buttons send us their payload; None without buttons."""
    return _keyboard([{"text": one.label, "callback_data": one.payload} for one in buttons])


def linking(buttons: Iterable[Button], bot_username: str) -> dict[str, Any] | None:
    """A keyboard whose buttons open the private chat there, for messages that many people see.
    Buttons that no link can stand for are left out.
    """
    links = ((one.label, deep_link(bot_username, one.payload)) for one in buttons)
    return _keyboard([{"text": label, "url": link} for label, link in links if link])


def one_link(label: str, url: str) -> dict[str, Any]:
    """A keyboard of one button that opens an address."""
    return {"inline_keyboard": [[{"text": label, "url": url}]]}


def _keyboard(buttons: Sequence[dict[str, str]]) -> dict[str, Any] | None:
    rows: list[list[dict[str, str]]] = []
    for button in buttons[:MAX_BUTTONS]:
        if rows and len(rows[-1]) == 1 and _is_short(rows[-1][0]) and _is_short(button):
            rows[-1].append(button)
        else:
            rows.append([button])
    return {"inline_keyboard": rows} if rows else None


def _is_short(button: dict[str, str]) -> bool:
    return len(button["text"]) <= MAX_SHARED_LABEL_CHARS
