"""Delivery of updates to the bot's webhook, with Telegram's rules of order and of trying again.

Source: `WebhookActor.cpp` of github.com/tdlib/telegram-bot-api, read 2026-11-20: one update of a
queue at a time; not 2xx: again at once, then after 2, 4, 8 … up to 60-120 s (120 here), or after
`Retry-After` (one hour at most), until the update is a day old; 410 for 23 hours ends the webhook.
`time_factor` makes that time run faster than the clock: 100 turns 2 s into 20 ms.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import cycle
from typing import Any
from urllib.parse import parse_qsl

import aiohttp

from tests.fakes.telegram_clock import CloudClock
from tests.fakes.telegram_errors import JsonObject
from tests.fakes.telegram_requests import Call
from tests.fakes.telegram_updates import DAY_SECONDS, Update, UpdateQueue

MAX_RESEND_SECONDS = 120
MAX_RETRY_AFTER_SECONDS = 3600
GONE_SECONDS = 23 * 3600
DEFAULT_CONNECTIONS = 40
#: How long an answer may take. The server's own limit is not stated; a minute is what bots report.
ANSWER_SECONDS = 60.0

#: Not taken from an answer (`WebhookActor::handle`).
_NOT_IN_ANSWERS = {"deletewebhook", "setwebhook", "close", "logout"}


class Webhook:
    """The bot's address and one waiting line for each queue of updates."""

    def __init__(
        self,
        clock: CloudClock,
        updates: UpdateQueue,
        perform: Callable[[Call], Awaitable[object]],
        changed: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._updates = updates
        self._perform = perform
        self._changed = changed
        self.time_factor = 1.0
        self.answer_seconds = ANSWER_SECONDS
        self.url = ""
        #: Where the names of hosts lead, such as https://bot.example to http://127.0.0.1:8080; to
        #: several addresses by turns, as behind a load balancer that looks after nobody's health.
        self._hosts: dict[str, cycle[str]] = {}
        self.secret_token = ""
        self.max_connections = DEFAULT_CONNECTIONS
        self.last_error: tuple[int, str] | None = None
        self.attempts: list[JsonObject] = []
        self._gone_since: float | None = None
        self._lines: dict[int, deque[Update]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._moved = asyncio.Event()
        self._connections = asyncio.Semaphore(DEFAULT_CONNECTIONS)
        self._session: aiohttp.ClientSession | None = None
        updates.listeners.append(self._stand_in_line)

    async def start(self, url: str, secret_token: str, max_connections: int) -> None:
        """Deliver to this address from now on, what waits already first."""
        await self.stop()
        self.url, self.secret_token, self.max_connections = url, secret_token, max_connections
        self.last_error, self._gone_since = None, None
        self._connections = asyncio.Semaphore(max_connections)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=self.answer_seconds),
        )
        for update in self._updates.pending():
            self._stand_in_line(update)

    async def stop(self) -> None:
        """Deliver no more; what was not delivered waits."""
        self.url = ""
        tasks = self._tasks - {asyncio.current_task()}  # type: ignore[arg-type]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._lines.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None

    def set_hosts(self, hosts: Mapping[str, Sequence[str]]) -> None:
        """Let addresses that begin with a key lead to those of its value, from now on."""
        self._hosts = {public: cycle(addresses) for public, addresses in hosts.items()}

    def _reachable_url(self) -> str:
        """The address that is really called."""
        for public, addresses in self._hosts.items():
            if self.url.startswith(public):
                return next(addresses) + self.url.removeprefix(public)
        return self.url

    def time_moved(self) -> None:
        """The clock jumped: look again at what is due."""
        self._moved.set()
        self._moved = asyncio.Event()

    def _stand_in_line(self, update: Update) -> None:
        if not self.url:
            return
        line = self._lines.get(update.queue)
        if line is not None:
            line.append(update)
            return
        self._lines[update.queue] = deque([update])
        task = asyncio.create_task(self._serve(update.queue))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, queue: int) -> None:
        line = self._lines[queue]
        while line and self.url:
            if line[0].expires_at > self._clock.monotonic():
                await self._deliver(line[0])
            if self.url:
                self._updates.forget(line.popleft().update_id)
        self._lines.pop(queue, None)

    async def _deliver(self, update: Update) -> None:
        delay, failures = 1.0, 0
        # A test may let a day pass in a moment, so age is counted in the webhook's own time.
        left = update.expires_at - self._clock.monotonic()
        expires_at = self._clock.monotonic() + left / self.time_factor
        while self.url:
            error, retry_after = await self._attempt(update, failures)
            if error is None:
                return
            self.last_error = (self._clock.unix(), error)
            wait = retry_after
            if retry_after == 0 and failures > 0:
                delay = wait = min(delay * 2, MAX_RESEND_SECONDS)
            failures += 1
            due_at = self._clock.monotonic() + wait / self.time_factor
            if due_at > expires_at:
                return
            await self._sleep_until(due_at)

    async def _sleep_until(self, due_at: float) -> None:
        while (left := due_at - self._clock.monotonic()) > 0:
            try:
                async with asyncio.timeout(left):
                    await self._moved.wait()
            except TimeoutError:
                return

    async def _attempt(self, update: Update, failures: int) -> tuple[str | None, float]:
        """Post once: what went wrong (None: nothing), and the `Retry-After` of the answer."""
        assert self._session is not None
        headers = (
            {"X-Telegram-Bot-Api-Secret-Token": self.secret_token} if self.secret_token else {}
        )
        seen: JsonObject = {
            "update_id": update.update_id,
            "attempt": failures + 1,
            "sent_at": self._clock.monotonic(),
            "status": None,
        }
        self.attempts.append(seen)
        self._changed()
        async with self._connections:
            try:
                async with self._session.post(
                    self._reachable_url(),
                    json=update.to_json(),
                    headers=headers,
                    allow_redirects=False,
                ) as answer:
                    body = await answer.text()
                    status, reason = answer.status, answer.reason
                    kind = answer.content_type
                    given = answer.headers.get("Retry-After", "")
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                timed_out = isinstance(error, TimeoutError)
                return ("Read timeout expired" if timed_out else "Connection refused"), 0
        seen["status"] = status
        self._changed()
        if 200 <= status <= 299:
            self._gone_since = None
            await self._perform_answer(kind, body)
            return None, 0
        await self._note_gone(status)
        retry_after = float(given) if given.isdigit() else 0.0
        error_text = f"Wrong response from the webhook: {status} {reason}"
        return error_text, min(retry_after, MAX_RETRY_AFTER_SECONDS)

    async def _note_gone(self, status: int) -> None:
        now = self._clock.monotonic()
        if status != 410:
            self._gone_since = None
        elif self._gone_since is None:
            self._gone_since = now
        elif now > self._gone_since + GONE_SECONDS / self.time_factor:
            await self.stop()

    async def _perform_answer(self, kind: str, body: str) -> None:
        """An answer may carry one call of a method, in JSON or as a form."""
        parameters: dict[str, Any] = {}
        if kind == "application/json" and body:
            try:
                value = json.loads(body)
            except ValueError:
                return
            parameters = value if isinstance(value, dict) else {}
        elif kind == "application/x-www-form-urlencoded":
            parameters = dict(parse_qsl(body))
        method = str(parameters.pop("method", "")).lower()
        if method and method not in _NOT_IN_ANSWERS and not method.startswith("get"):
            await self._perform(Call(method, parameters))


def life_of(kind: str) -> float:
    """How long an update waits for the bot, in seconds."""
    return {"callback_query": 150.0, "inline_query": 30.0}.get(kind, float(DAY_SECONDS))
