"""Updates on their way to the bot, and long polling.

Source: `process_get_updates_query`, `do_get_updates` and `add_update_impl` in Client.cpp of
github.com/tdlib/telegram-bot-api, read 2026-11-20. Left out on purpose, for tests wait for neither:
an empty poll repeated within 3 s is not slowed down, nor is a second 409 within 3 s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from tests.fakes.telegram_clock import CloudClock
from tests.fakes.telegram_errors import JsonObject, Refusal, bad_request

DAY_SECONDS = 86_400
CALLBACK_LIFE_SECONDS = 150
INLINE_LIFE_SECONDS = 30
MAX_BATCH = 100
MAX_LONG_POLL_SECONDS = 50

#: In the server's order of `UpdateType`; those of later versions that we never send are left out.
UPDATE_KINDS = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "message_reaction",
    "message_reaction_count",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "purchased_paid_media",
    "managed_bot",
    "guest_message",
)
_NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
DEFAULT_KINDS = frozenset(UPDATE_KINDS) - _NOT_BY_DEFAULT


@dataclass
class Update:
    """An update and the queue it stands in: a webhook gets one of a queue at a time."""

    update_id: int
    kind: str
    body: JsonObject
    queue: int
    expires_at: float

    def to_json(self) -> JsonObject:
        """As the bot receives it."""
        return {"update_id": self.update_id, self.kind: self.body}


class UpdateQueue:
    """All updates that the bot has not confirmed, oldest first."""

    def __init__(
        self, clock: CloudClock, changed: Callable[[], None], first_update_id: int = 900_000_001
    ) -> None:
        self._clock = clock
        self._changed = changed
        self._pending: dict[int, Update] = {}
        self._next_id = first_update_id
        self._last: Update | None = None
        self.allowed = DEFAULT_KINDS
        self.listeners: list[Callable[[Update], None]] = []

    def push(self, kind: str, body: JsonObject, queue: int, life_seconds: float) -> Update | None:
        """Add an update; None when the bot did not ask for this kind."""
        if kind not in self.allowed:
            return None
        expires_at = self._clock.monotonic() + life_seconds
        update = Update(self._next_id, kind, body, queue, expires_at)
        self._next_id += 1
        self._last = update
        self._send(update)
        return update

    def push_again(self) -> None:
        """Send the last update once more, as after an answer of the bot's that was lost."""
        assert self._last is not None
        self._send(self._last)

    def _send(self, update: Update) -> None:
        self._pending[update.update_id] = update
        for tell in self.listeners:
            tell(update)

    def pending(self) -> list[Update]:
        """Those that wait and are not too old, oldest first."""
        return self.oldest(len(self._pending))

    def oldest(self, count: int) -> list[Update]:
        """The first so many of them; those too old on the way are forgotten."""
        now = self._clock.monotonic()
        found: list[Update] = []
        too_old: list[int] = []
        for update in self._pending.values():
            if len(found) == count:
                break
            if update.expires_at < now:
                too_old.append(update.update_id)
            else:
                found.append(update)
        for update_id in too_old:
            del self._pending[update_id]
        return found

    def forget(self, update_id: int) -> None:
        """The bot has it, or it is too old."""
        if self._pending.pop(update_id, None) is not None:
            self._changed()

    def clear(self) -> None:
        """Forget all (`drop_pending_updates`)."""
        self._pending.clear()
        self._changed()

    def confirm_before(self, offset: int) -> None:
        """Forget all with a smaller id."""
        # They lie in the order of their ids; a poll shall not look at 100,000 that wait.
        for update_id in list(takewhile(lambda one: one < offset, self._pending)):
            self.forget(update_id)

    def keep_last(self, count: int) -> None:
        """Forget all but the newest `count`."""
        for update_id in list(self._pending)[:-count]:
            self.forget(update_id)

    def allow(self, kinds: Any) -> None:
        """Set which kinds are wanted: an empty list for the default ones.

        Raises:
            Refusal: it is not a list of text. Unknown kinds are passed over, as Telegram does.
        """
        if not isinstance(kinds, list) or not all(isinstance(one, str) for one in kinds):
            raise bad_request("can't parse allowed_updates JSON object")
        chosen = frozenset(one.lower() for one in kinds) & frozenset(UPDATE_KINDS)
        self.allowed = chosen or DEFAULT_KINDS


class LongPolling:
    """At most one waiting `getUpdates`: a second one ends the first with 409, which matters to
    nobody where the first one's bot has died.
    """

    def __init__(self, updates: UpdateQueue) -> None:
        self._updates = updates
        self._waiting: asyncio.Future[None] | None = None
        self._is_gone: Callable[[], bool] = bool
        updates.listeners.append(self._wake)

    async def get_updates(
        self, offset: int, limit: int, timeout_seconds: int, is_gone: Callable[[], bool] = bool
    ) -> list[JsonObject]:
        """Confirm, then answer what waits, or wait for something.

        Raises:
            Refusal: 409, ended by another poll or by `setWebhook`.
        """
        if offset < 0:
            self._updates.keep_last(-offset)
        elif offset > 0:
            self._updates.confirm_before(offset)
        if found := self._batch(limit):
            return found
        if timeout_seconds <= 0:
            return []
        self.abort(
            409,
            "Conflict: terminated by other getUpdates request; make sure that only one bot "
            "instance is running",
        )
        self._is_gone = is_gone
        await self._wait(timeout_seconds)
        return self._batch(limit)

    def abort(self, code: int, description: str) -> None:
        """End the waiting poll."""
        if self._waiting is None or self._waiting.done():
            return
        if self._is_gone():
            self._waiting.set_result(None)
        else:
            self._waiting.set_exception(Refusal(code, description))

    def _batch(self, limit: int) -> list[JsonObject]:
        return [update.to_json() for update in self._updates.oldest(limit)]

    def _wake(self, _update: Update) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def _wait(self, timeout_seconds: int) -> None:
        waiting = self._waiting = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout_seconds):
                await waiting
        except TimeoutError:
            pass
        finally:
            if self._waiting is waiting:
                self._waiting = None


def queue_of(kind: str, chat_or_person_id: int) -> int:
    """Which queue an update stands in: messages by chat; presses, inline queries and memberships
    apart from them (`webhook_queue_id` in Client.cpp).
    """
    families = {"inline_query": 1, "callback_query": 3, "my_chat_member": 5}
    return chat_or_person_id + (families.get(kind, 0) << 33)
