"""Reads what we send as strictly as Telegram does, and as aiogram's models do besides.

Written from the documentation, apart from the code under test: tags are parsed, not searched for.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

from aiogram import methods
from pydantic import BaseModel

from bot.domain.deliveries import Message

#: All methods that aiogram knows, by their names.
MODELS: dict[str, type[methods.TelegramMethod[Any]]] = {
    one.__api_method__: one
    for one in vars(methods).values()
    if isinstance(one, type) and one is not methods.TelegramMethod and hasattr(one, "__returning__")
}
ENTITY = re.compile(r"&(?!(?:amp|lt|gt);)")


class _Reader(HTMLParser):
    """The words of a text, and whether its tags are those that Telegram knows, well nested."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        assert tag == "b", f"tag <{tag}>"
        assert not attrs
        assert not self.open, "bold within bold"
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def words_of(html: str) -> str:
    """What is seen of a text with tags."""
    assert not ENTITY.search(html), "an & that Telegram cannot read"
    assert len(html.encode()) <= 32768
    assert "<b></b>" not in html
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == [], "a tag is left open"
    return "".join(reader.words)


def check_text(html: str, max_units: int) -> str:
    """The words of a text within its limit."""
    words = words_of(html)
    assert 0 < len(words.encode("utf-16-le")) // 2 <= max_units
    assert words == words.strip(), "Telegram would cut the blanks off"
    assert unicodedata.is_normalized("NFC", words)
    return words


def check_keyboard(keyboard: dict[str, Any], *, may_press: bool = True) -> list[dict[str, str]]:
    """All buttons of a keyboard."""
    assert set(keyboard) == {"inline_keyboard"}
    rows = keyboard["inline_keyboard"]
    assert rows
    assert all(1 <= len(row) <= 8 for row in rows)
    buttons = [button for row in rows for button in row]
    assert len(buttons) <= 100
    for button in buttons:
        assert button["text"].strip()
        if "url" in button:
            assert set(button) == {"text", "url"}
            assert re.fullmatch(
                r"https://t\.me/\w{5,32}(\?start=[A-Za-z0-9_-]{1,64})?", button["url"]
            )
        else:
            assert may_press
            assert set(button) == {"text", "callback_data"}
            assert 1 <= len(button["callback_data"].encode()) <= 64
    return buttons


def check_call(name: str, params: Mapping[str, Any]) -> None:
    """A call that aiogram would make too: it knows the method, all that is told to it and within
    it, and reads the values that were meant. `params` as they are in a form (numbers are text,
    objects and lists JSON, files bytes) or in JSON.
    """
    params = {field: _decoded(value) for field, value in params.items()}
    call = MODELS[name].model_validate(params)
    strange = sorted(_unknown(call))
    assert not strange, f"aiogram does not know {strange} of {name}"
    read = call.model_dump(exclude_unset=True)
    assert {field: _as_read(value, read[field]) for field, value in params.items()} == read


def _decoded(value: Any) -> Any:
    if isinstance(value, bytes):
        return "AgAD"  # the id of a file stands for it
    is_json = isinstance(value, str) and value.startswith(("{", "["))
    return json.loads(value) if is_json else value


def _unknown(value: object) -> Iterator[str]:
    """Names of all fields, however deep, that a model does not declare."""
    if isinstance(value, BaseModel):
        yield from value.model_extra or {}
        for field in value.model_fields_set:
            yield from _unknown(getattr(value, field))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _unknown(one)


def _as_read(sent: object, read: object) -> object:
    is_of_form = isinstance(sent, str) and not isinstance(read, str)
    return json.loads(sent) if is_of_form else sent  # type: ignore[arg-type]


def check_message(message: Message, *, may_press: bool = True) -> str:
    """The words of a message that Telegram would take."""
    params = dict(message.params)
    assert "chat_id" not in params
    # A file is sent beside the parameters.
    photo = {"photo": b""} if message.method == "sendPhoto" else {}
    check_call(message.method, {"chat_id": 501, **photo, **params})
    assert Message.from_data(message.to_data()) == message
    if keyboard := params.get("reply_markup"):
        check_keyboard(keyboard, may_press=may_press)
    if message.method == "sendPhoto":
        assert message.picture
        return check_text(params["caption"], 1024) if "caption" in params else ""
    assert message.picture is None
    return check_text(params["text"], 4096)
