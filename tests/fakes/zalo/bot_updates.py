"""Events of the fake Bot Platform: their shape, the queue for polling, the webhook."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

from tests.fakes.zalo.bot_rules import BotRules
from tests.fakes.zalo.clock import CloudClock
from tests.fakes.zalo.webhooks import Poster
from tests.fakes.zalo.wire import Request, to_json_bytes

MEDIA_KINDS = ("image", "sticker", "voice", "unsupported")


@dataclass(slots=True)
class Hook:
    """What setWebhook was told."""

    url: str = ""
    secret: str = ""
    updated_at: int = 0


class BotUpdates:
    """Hands events to the bot: by webhook if there is one, else to who asks next."""

    def __init__(self, rules: BotRules, poster: Poster, clock: CloudClock) -> None:
        self._rules = rules
        self._poster = poster
        self._clock = clock
        self._queue: deque[dict[str, Any]] = deque()
        self._listener_count = 0
        self._is_held = False
        self._came = asyncio.Event()
        self._listened_count = 0
        self._listening = asyncio.Event()
        self.hook = Hook()
        #: What happened last, as it can be told once more.
        self.last: dict[str, Any] | None = None
        #: Events that nobody will ever see.
        self.lost_count = 0

    @property
    def queued_count(self) -> int:
        """Events that nobody has asked for yet."""
        return len(self._queue)

    @property
    def waiting_count(self) -> int:
        """Events that the bot has not taken for good: queued, being posted, or handed over to who
        has not asked for another since.
        """
        return len(self._queue) + self._poster.waiting_count + self._is_held

    def set_hook(self, url: str, secret: str) -> None:
        """Post events from now on; what was queued is posted too."""
        self.hook = Hook(url, secret, self._clock.now_ms())
        self._is_held = False
        self._poster.webhook.url = url
        while url and self._queue:
            self._post(self._queue.popleft())

    def put(self, event: dict[str, Any]) -> None:
        """Something happened."""
        self.last = event
        if self.hook.url:
            self._post(event)
        elif self._rules.loses_unheard and not self._listener_count:
            self.lost_count += 1
        else:
            self._queue.append(event)
            came, self._came = self._came, asyncio.Event()
            came.set()

    def put_again(self) -> None:
        """Tell the last event once more, as after an answer that was lost."""
        assert self.last is not None
        self.put(self.last)

    @property
    def listened_count(self) -> int:
        """How often somebody has asked for an event."""
        return self._listened_count

    async def wait_for_listener(self, number: int = 1) -> None:
        """Return when somebody has asked for an event so many times."""
        while self._listened_count < number:
            await self._listening.wait()

    def _post(self, event: dict[str, Any]) -> None:
        body = {"ok": True, "result": event} if self._rules.wraps_events else event
        data = to_json_bytes(body)
        headers = {"X-Bot-Api-Secret-Token": self.hook.secret}
        self._poster.post(event["event_name"], data, headers)

    async def take(self, seconds: float, request: Request) -> dict[str, Any] | None:
        """One event, which is gone then; None when nothing came, or who asked has hung up."""
        until = self._clock.now() + seconds
        self._listener_count += 1
        self._is_held = False
        self._listened_count += 1
        listening, self._listening = self._listening, asyncio.Event()
        listening.set()
        try:
            while not self._queue:
                if self._clock.now() >= until or request.is_gone():
                    return None
                # A moment at a time, so that who hung up takes no event along.
                await self._wait_a_moment(until)
        finally:
            self._listener_count -= 1
        if request.is_gone():
            return None
        self._is_held = True
        return self._queue.popleft()

    async def _wait_a_moment(self, until: float) -> None:
        came = asyncio.ensure_future(self._came.wait())
        late = asyncio.ensure_future(self._clock.sleep_until(until))
        try:
            await asyncio.wait({came, late}, timeout=0.05, return_when=asyncio.FIRST_COMPLETED)
        finally:
            came.cancel()
            late.cancel()


def event_of(
    chat: str, kind: str, content: dict[str, Any], message_id: str, now_ms: int, *, group: bool
) -> dict[str, Any]:
    """An event as the documentation of the webhook shows it."""
    sender = "0a" * 10 if group else chat
    return {
        "event_name": f"message.{kind}.received",
        "message": {
            "from": {"id": sender, "display_name": "Người dùng", "is_bot": False},
            "chat": {"id": chat, "chat_type": "GROUP" if group else "PRIVATE"},
            **content,
            "message_id": message_id,
            "date": now_ms,
        },
    }
