"""What the fake cloud knows: people, chats, messages, and all that arrived from the bot.

Plain data and its invariants; no network, no rules of single methods.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.telegram_clock import CloudClock
from tests.fakes.telegram_errors import JsonObject, chat_not_found

#: Not a secret: an invented token in the shape that real libraries accept.
TOKEN = "1000000001:AAFakeTokenOfTheFakeTelegramCloud00"
FIRST_PERSON_ID = 700_000_001
FIRST_GROUP_ID = -400_000_001
FIRST_SUPERGROUP_ID = -1_001_000_000_001


@dataclass
class Person:
    """A citizen with a Telegram account."""

    id: int
    first_name: str
    language_code: str = "vi"
    username: str | None = None
    is_deactivated: bool = False
    has_blocked: bool = False

    def to_json(self) -> JsonObject:
        """The `User` that updates carry."""
        shown = {
            "id": self.id,
            "is_bot": False,
            "first_name": self.first_name,
            "language_code": self.language_code,
        }
        return {**shown, "username": self.username} if self.username else shown


@dataclass
class Message:
    """A message as it stands now; edits change it in place."""

    message_id: int
    body: JsonObject  # as the Bot API shows it, without the keyboard
    markup: JsonObject | None = None
    is_from_bot: bool = False
    versions: int = 1

    def to_json(self) -> JsonObject:
        """The `Message` of the Bot API; only inline keyboards are shown, as in the real one."""
        if self.markup is not None and "inline_keyboard" in self.markup:
            return {**self.body, "reply_markup": self.markup}
        return self.body


@dataclass
class Chat:
    """A private chat, a group or a supergroup, with its messages in order."""

    id: int
    kind: str
    title: str = ""
    person: Person | None = None
    members: set[int] = field(default_factory=set)
    is_known_to_bot: bool = True
    has_removed_bot: bool = False
    migrated_to: int | None = None
    messages: dict[int, Message] = field(default_factory=dict)
    ledger: list[JsonObject] = field(default_factory=list)
    last_message_id: int = 0

    def to_json(self) -> JsonObject:
        """The `Chat` that messages carry."""
        if self.person is None:
            return {"id": self.id, "type": self.kind, "title": self.title}
        shown = {"id": self.id, "type": "private", "first_name": self.person.first_name}
        return {**shown, "username": self.person.username} if self.person.username else shown


@dataclass
class OpenQuery:
    """A callback or inline query that may be answered once."""

    id: str
    person_id: int
    expires_at: float
    answer: JsonObject | None = None


@dataclass
class StoredFile:
    """A file that the cloud gave an id to."""

    file_id: str
    kind: str
    shown: Any


class CloudState:
    """All of the fake cloud's memory. Every change moves `revision` and wakes who waits for one."""

    def __init__(self, clock: CloudClock, token: str = TOKEN) -> None:
        self.clock = clock
        self.token = token
        self.bot: JsonObject = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Trợ lý 06 thử",
            "username": "troly06_thu_bot",
        }
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.callback_queries: dict[str, OpenQuery] = {}
        self.inline_queries: dict[str, OpenQuery] = {}
        self.files: dict[str, StoredFile] = {}
        self.settings: dict[str, Any] = {}  # commands, menu buttons, descriptions by their key
        #: Off as for a new bot: in groups it gets commands, mentions and replies to it alone.
        self.reads_all_group_messages = False
        self.ledger: list[JsonObject] = []
        self.violations: list[JsonObject] = []
        self.counters: Counter[str] = Counter()
        self.revision = 0
        self._changed = asyncio.Event()
        self._watcher_count = 0
        self._last_message_id = 0
        self._last_query_id = 5_000_000_000_000_000
        self._last_person_id = FIRST_PERSON_ID - 1
        self._last_group_id = FIRST_GROUP_ID + 1
        self._last_supergroup_id = FIRST_SUPERGROUP_ID + 1

    def changed(self) -> None:
        """Say that something citizens or tests can see is different."""
        self.revision += 1
        if self._watcher_count:
            self._changed.set()
            self._changed = asyncio.Event()

    async def wait_for_change(self, after_revision: int, timeout_seconds: float) -> int:
        """The revision once it is past `after_revision`, or as it is when time is up."""
        if self.revision > after_revision:
            return self.revision
        self._watcher_count += 1
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._changed.wait()
        except TimeoutError:
            pass
        finally:
            self._watcher_count -= 1
        return self.revision

    def add_person(self, first_name: str, **details: Any) -> Person:
        """A person, with a private chat that the bot does not know before they write."""
        self._last_person_id += 1
        person = Person(details.pop("id", None) or self._last_person_id, first_name, **details)
        self.people[person.id] = person
        self.chats[person.id] = Chat(person.id, "private", person=person, is_known_to_bot=False)
        return person

    def add_group(self, title: str, members: list[int], *, is_supergroup: bool = False) -> Chat:
        """A group with the bot in it."""
        if is_supergroup:
            self._last_supergroup_id -= 1
            chat = Chat(self._last_supergroup_id, "supergroup", title, members=set(members))
        else:
            self._last_group_id -= 1
            chat = Chat(self._last_group_id, "group", title, members=set(members))
        self.chats[chat.id] = chat
        return chat

    def next_message_id(self, chat: Chat) -> int:
        """Supergroups count for themselves; all other chats of a bot share one count."""
        if chat.kind == "supergroup":
            chat.last_message_id += 1
            return chat.last_message_id
        self._last_message_id += 1
        return self._last_message_id

    def next_query_id(self) -> str:
        """An id of a callback or inline query: a large number in text."""
        self._last_query_id += 1
        return str(self._last_query_id)

    def find_chat(self, chat_id: str) -> Chat:
        """The chat as the bot names it: a number, or @username of a person it knows.

        Raises:
            Refusal: the bot never met it.
        """
        try:
            chat = self.chats.get(int(chat_id))
        except ValueError:
            chat = None
        if chat is None or not chat.is_known_to_bot:
            raise chat_not_found()
        return chat

    def add_violation(self, kind: str, method: str, detail: str) -> None:
        """Something no careful bot does; tests ask that there is none."""
        self.counters["violations"] += 1
        self.violations.append({"kind": kind, "method": method, "detail": detail})

    def open_queries(self) -> Iterator[OpenQuery]:
        """Presses that were never answered: their buttons still spin."""
        return (one for one in self.callback_queries.values() if one.answer is None)
