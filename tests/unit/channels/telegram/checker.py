"""Reads what we send as strictly as Telegram does, and as aiogram's models do besides.

Written from the documentation, apart from the code under test: tags are parsed, not searched for.
"""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser
from typing import Any

from aiogram import methods

from bot.domain.deliveries import Message

MODELS = {
    "sendMessage": methods.SendMessage,
    "sendPhoto": methods.SendPhoto,
    "editMessageText": methods.EditMessageText,
    "answerInlineQuery": methods.AnswerInlineQuery,
    "answerCallbackQuery": methods.AnswerCallbackQuery,
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


def check_message(message: Message, *, may_press: bool = True) -> str:
    """The words of a message that Telegram would take."""
    params = dict(message.params)
    assert "chat_id" not in params
    # A file is sent beside the parameters; its id stands for it here.
    photo = {"photo": "AgAD"} if message.method == "sendPhoto" else {}
    call = MODELS[message.method](chat_id=501, **photo, **params)
    assert not (set(params) - set(call.model_fields_set)), "aiogram does not know these"
    assert not call.model_extra
    assert Message.from_data(message.to_data()) == message
    if keyboard := params.get("reply_markup"):
        check_keyboard(keyboard, may_press=may_press)
    if message.method == "sendPhoto":
        assert message.picture
        return check_text(params["caption"], 1024) if "caption" in params else ""
    assert message.picture is None
    return check_text(params["text"], 4096)
