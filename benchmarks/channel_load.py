"""Brings updates to the webhook as Telegram does, and listens to what the bot sends.

One update of a chat at a time; not 2xx: again at once, then after 2, 4, 8 … s or when the answer
says (the rules of `tests/fakes/telegram_webhook.py`). Up to 40 at once, as setWebhook is told.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from benchmarks.channel_bot import SECRET, RunningBot
from benchmarks.channel_citizens import Chat, Citizens
from benchmarks.channel_cloud import ARRIVALS, CloudProcess
from bot.channels.telegram.webhook import PATH

_CONNECTIONS = 40
_MAX_RESEND_SECONDS = 120.0
#: Of a request that comes from Telegram.
HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET}


@dataclass
class Sent:
    """An update, with the moments that matter, in seconds of the monotonic clock."""

    update_id: int
    chat: int
    kind: str
    #: When the citizen did it; a chat's earlier updates, or a refusal, may hold it back.
    due_at: float
    #: The button that was pressed and the message it is under; empty for all else.
    press: str = ""
    #: The start of the request that the bot said yes to, and the end of it. 0: not yet.
    posted_at: float = 0.0
    accepted_at: float = 0.0


@dataclass(frozen=True)
class Arrival:
    """A call of the bot's, as the cloud saw it."""

    at: float
    method: str
    chat: int
    message_id: int
    status: int


@dataclass
class Load:
    """Everything that a generator of updates needs and notes."""

    http: aiohttp.ClientSession
    urls: Sequence[str]
    cloud: CloudProcess
    citizens: Citizens
    chats: dict[int, Chat] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    #: How long each answer of the webhook took: when, and seconds.
    answer_seconds: list[tuple[float, float]] = field(default_factory=list)
    brought_twice: int = 0
    _connections: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_CONNECTIONS))
    _turns: dict[int, asyncio.Lock] = field(default_factory=dict)
    _heard: dict[int, asyncio.Event] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def control(self, operation: str, **arguments: Any) -> Any:  # noqa: ANN401 - JSON
        """Ask something of the cloud."""
        address = f"{self.cloud.address}/control/{operation}"
        async with self.http.post(address, json=arguments) as answer:
            return (await answer.json())["result"]

    async def add_chats(self, count: int) -> list[Chat]:
        """People that have written to the bot before."""
        names = [f"Dân {number}" for number in range(count)]
        new = [Chat(one) for one in await self.control("add_people", names=names, is_known=True)]
        self.chats |= {one.id: one for one in new}
        self._turns |= {one.id: asyncio.Lock() for one in new}
        self._heard |= {one.id: asyncio.Event() for one in new}
        return new

    async def say(self, chat: Chat, due_at: float | None = None) -> Sent:
        """One update of a chat, until the bot has it."""
        due_at = due_at or time.monotonic()
        async with self._turns[chat.id]:
            kind, update = self.citizens.next_update(chat)
            sent = Sent(update["update_id"], chat.id, kind, due_at, _press_of(update))
            self.sent.append(sent)
            self._heard[chat.id].clear()
            await self._deliver(sent, update)
            if self.citizens.comes_twice():
                self.brought_twice += 1
                await self._post(update, sent)  # as when our answer got lost
        return sent

    def say_soon(self, chat: Chat, due_at: float) -> None:
        """The same, without waiting for it."""

        async def say() -> None:
            await self.say(chat, due_at)

        task = asyncio.create_task(say())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def held_back(self) -> int:
        """Updates that Telegram still has."""
        return len(self._tasks)

    async def hear(self, chat: Chat, timeout_seconds: float = 30.0) -> bool:
        """Wait until the bot wrote to a chat after what was said there last."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._heard[chat.id].wait(), timeout_seconds)
        return self._heard[chat.id].is_set()

    async def _deliver(self, sent: Sent, update: dict[str, Any]) -> None:
        delay, failures = 1.0, 0
        while True:
            status, wait = await self._post(update, sent)
            if 200 <= status <= 299:
                return
            if wait == 0 and failures > 0:
                delay = wait = min(delay * 2, _MAX_RESEND_SECONDS)
            failures += 1
            await asyncio.sleep(wait)

    async def _post(self, update: dict[str, Any], sent: Sent) -> tuple[int, float]:
        """Status (0: no answer) and the wait that was asked for."""
        url = self.urls[sent.chat % len(self.urls)]
        async with self._connections:
            began = time.monotonic()
            try:
                async with self.http.post(url, json=update, headers=HEADERS) as answer:
                    await answer.read()
                    status, wait = answer.status, float(answer.headers.get("Retry-After", 0))
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                self.statuses[type(error).__name__] += 1
                return 0, 0.0
        self.statuses[str(status)] += 1
        ended = time.monotonic()
        self.answer_seconds.append((ended, ended - began))
        if 200 <= status <= 299 and not sent.accepted_at:
            sent.posted_at, sent.accepted_at = began, ended
        return status, wait

    async def listen(self) -> None:
        """Note all that arrives at the cloud, for ever."""
        timeout = aiohttp.ClientTimeout(total=None)
        async with (
            aiohttp.ClientSession(read_bufsize=2**24, timeout=timeout) as http,
            http.get(self.cloud.address + ARRIVALS) as answer,
        ):
            async for line in answer.content:
                at, method, chat_id, message_id, status, markup = json.loads(line)
                if not chat_id:
                    continue
                one = Arrival(at, method, int(chat_id), int(message_id or 0), status)
                self.arrivals.append(one)
                if method != "sendChatAction" and one.chat in self.chats:
                    self.chats[one.chat].show(one.message_id, markup)
                    self._heard[one.chat].set()


@asynccontextmanager
async def loading(bot: RunningBot, cloud: CloudProcess, citizens: Citizens) -> AsyncIterator[Load]:
    """A generator that listens already."""
    connector = aiohttp.TCPConnector(limit=_CONNECTIONS)
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as http:
        load = Load(http, [one + PATH for one in bot.addresses], cloud, citizens)
        listening = asyncio.create_task(load.listen())
        try:
            yield load
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


def _press_of(update: dict[str, Any]) -> str:
    pressed = update.get("callback_query")
    return f"{pressed['data']} {pressed['message']['message_id']}" if pressed else ""
