"""Asks Zalo when somebody last did something, where by our own record it is too late to write.

Events can be missed: while the webhook was switched off, or where Zalo counts what it does not tell
(a call that was answered). What Zalo says is then taken, if it says something later.
https://docs.zaloplatforms.com/docs/OA/tin-nhan/quan-ly-tin-nhan/kiem-tra-han-muc-gui-tin-nhan
(notes, 2026-08; the call is in public code too).
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from datetime import datetime, timedelta

from bot.channels.zalo_oa.api import ZaloOaApi
from bot.channels.zalo_oa.quota import read_last_interaction
from bot.domain.deliveries import Delivery
from bot.domain.errors import ChannelError
from bot.domain.people import ConversationId
from bot.domain.ports import Clock

#: Nobody is asked about again before so long: messages to somebody come several at a time.
EACH = timedelta(hours=1)
#: Of all calls to Zalo, which takes 4,000 a minute, these are a small part.
MAX_A_MINUTE = 30
_MINUTE = timedelta(minutes=1)

log = logging.getLogger(__name__)


class Reconciler:
    """Whatever goes wrong with a question, or is asked too often, nothing is known."""

    def __init__(self, api: ZaloOaApi, clock: Clock, limit_seconds: float) -> None:
        self._api = api
        self._clock = clock
        self._limit_seconds = limit_seconds
        #: What was found, and when it was asked; the oldest question first.
        self._found: dict[ConversationId, tuple[datetime, datetime | None]] = {}
        self._asked: deque[datetime] = deque(maxlen=MAX_A_MINUTE)

    async def find_interaction(self, delivery: Delivery) -> datetime | None:
        """When the recipient last did something, as Zalo counts; None where that is not to be
        known now. Never raises.
        """
        now = self._clock.now()
        self._forget(now)
        if delivery.conversation in self._found:
            return self._found[delivery.conversation][1]
        if len(self._asked) == MAX_A_MINUTE and now - self._asked[0] < _MINUTE:
            return None
        self._asked.append(now)
        found = await self._ask(delivery.address.chat)
        # No clock of Zalo's makes a window longer than it is.
        self._found[delivery.conversation] = now, min(found, now) if found else None
        return self._found[delivery.conversation][1]

    def _forget(self, now: datetime) -> None:
        old = [one for one, (asked_at, _) in self._found.items() if now - asked_at >= EACH]
        for one in old:
            del self._found[one]

    async def _ask(self, user_id: str) -> datetime | None:
        try:
            async with asyncio.timeout(self._limit_seconds):
                return await read_last_interaction(self._api, user_id)
        except TimeoutError:
            code = "timeout"
        except ChannelError as fault:
            code = fault.code
        log.warning("Zalo OA does not say when somebody last wrote: %s", code)
        return None
