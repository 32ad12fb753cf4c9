"""Remembers that Zalo sent something, beyond the life of this process: a webhook that Zalo switched
off shows by silence alone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.domain.errors import StoreError
from bot.domain.ports import Clock

#: Noted no more often than this: silence is judged by the hour.
EVERY = timedelta(minutes=1)

log = logging.getLogger(__name__)


class SignsOfLife:
    """Notes them beside the work: no event waits for it."""

    def __init__(self, note: Callable[[datetime], Awaitable[None]], clock: Clock) -> None:
        """`note` may raise a StoreError; the next sign after a minute is noted then."""
        self._note = note
        self._clock = clock
        self._noted_at: datetime | None = None
        self._noting: asyncio.Task[None] | None = None

    def see(self) -> None:
        """Zalo sent something now."""
        now = self._clock.now()
        if self._noting is not None and not self._noting.done():
            return
        if self._noted_at is None or now - self._noted_at >= EVERY:
            self._noted_at = now
            self._noting = asyncio.create_task(self._note_now(now))

    async def _note_now(self, now: datetime) -> None:
        try:
            await self._note(now)
        except StoreError as error:
            log.warning("a sign of life of Zalo OA is not noted: %s", error)

    async def close(self) -> None:
        """Wait for what is being noted."""
        if self._noting is not None:
            await asyncio.gather(self._noting, return_exceptions=True)
