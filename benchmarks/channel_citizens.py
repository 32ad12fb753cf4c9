"""Citizens for measurements: what they do next, and the updates that Telegram makes of it."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.domain.catalog import Catalog
from bot.retrieval.evaluation import load_questions
from bot.settings import PROJECT_ROOT

#: Of a hundred things done: a button pressed where one is shown, a topic's code typed, a picture,
#: voice message or sticker sent (where asked for), a question typed.
PRESSED, CODES, SENT = 35, 15, 3
#: Above all numbers that the fake cloud gives to messages of the bot.
_FIRST_MESSAGE_ID = 500_000_000
_FIRST_UPDATE_ID = 900_000_001
#: A message of ours comes back with each press; this is how long they usually are.
_ANSWER = "Bạn mở ứng dụng VNeID rồi làm lần lượt theo các bước sau đây. " * 12


@dataclass
class Chat:
    """A private chat, as far as the next update depends on it."""

    id: int
    #: Under the newest message that has buttons: its number and their payloads.
    buttons: tuple[int, tuple[str, ...]] = (0, ())

    def show(self, message_id: int, markup: object) -> None:
        """The bot wrote: its buttons are those that can be pressed now."""
        given = json.loads(markup) if isinstance(markup, str) else markup
        rows = given.get("inline_keyboard", []) if isinstance(given, dict) else []
        payloads = tuple(
            one["callback_data"] for row in rows for one in row if "callback_data" in one
        )
        if payloads:
            self.buttons = (message_id, payloads)


@dataclass
class Citizens:
    """Makes updates, a repeatable mix of them."""

    catalog: Catalog
    sends_media: bool = False
    #: Of updates that come a second time.
    twice_share: float = 0.0
    seed: int = 6
    _random: random.Random = field(init=False)
    _last_update_id: int = _FIRST_UPDATE_ID
    _last_message_id: int = _FIRST_MESSAGE_ID

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self.questions = questions()
        self.codes = [str(one.code) for one in self.catalog.topics]

    def next_update(self, chat: Chat) -> tuple[str, dict[str, Any]]:
        """What somebody does, in a word, and the update."""
        drawn = self._random.randrange(100)
        if drawn < PRESSED and chat.buttons[1]:
            return "press", self._press(chat, self._random.choice(chat.buttons[1]))
        if PRESSED <= drawn < PRESSED + CODES:
            return "code", self._says(chat, {"text": self._random.choice(self.codes)})
        if self.sends_media and drawn >= 100 - SENT:
            return "media", self._says(chat, self._media())
        return "question", self._says(chat, {"text": self._random.choice(self.questions)})

    def pick(self, chats: Sequence[Chat]) -> Chat:
        """Any of them."""
        return self._random.choice(chats)

    def gap_seconds(self, per_second: float) -> float:
        """Until the next of events that know nothing of each other."""
        return self._random.expovariate(per_second)

    def comes_twice(self) -> bool:
        """Whether this update does."""
        return self._random.random() < self.twice_share

    def _says(self, chat: Chat, fields: dict[str, Any]) -> dict[str, Any]:
        self._last_message_id += 1
        message = {
            "message_id": self._last_message_id,
            "from": _person(chat),
            "chat": _chat(chat),
            "date": int(time.time()),
            **fields,
        }
        return self._update({"message": message})

    def _press(self, chat: Chat, payload: str) -> dict[str, Any]:
        number, payloads = chat.buttons
        keyboard = [[{"text": one[:20], "callback_data": one}] for one in payloads]
        message = {
            "message_id": number,
            "from": {"id": 1_000_000_001, "is_bot": True, "first_name": "Trợ lý 06"},
            "chat": _chat(chat),
            "date": int(time.time()),
            "text": _ANSWER,
            "reply_markup": {"inline_keyboard": keyboard},
        }
        query = {
            "id": str(4_000_000_000_000_000 + self._last_update_id),
            "from": _person(chat),
            "message": message,
            "chat_instance": str(chat.id),
            "data": payload,
        }
        return self._update({"callback_query": query})

    def _media(self) -> dict[str, Any]:
        file = {"file_id": "AgACAgUAAxkBAAI", "file_unique_id": "AQADvq4xG"}
        photo = {"photo": [{**file, "width": 1280, "height": 960}]}
        voice = {"voice": {**file, "duration": 4, "mime_type": "audio/ogg"}}
        return self._random.choice([photo, voice, {**photo, "caption": "đây là gì vậy"}])

    def _update(self, body: dict[str, Any]) -> dict[str, Any]:
        self._last_update_id += 1
        return {"update_id": self._last_update_id, **body}


def questions() -> list[str]:
    """The test questions as people type them, those that no topic answers among them."""
    found = load_questions(PROJECT_ROOT / "evaluation" / "test.jsonl")
    return [one.text for one in found]


def _person(chat: Chat) -> dict[str, Any]:
    return {"id": chat.id, "is_bot": False, "first_name": f"Dân {chat.id}", "language_code": "vi"}


def _chat(chat: Chat) -> dict[str, Any]:
    return {"id": chat.id, "first_name": f"Dân {chat.id}", "type": "private"}
