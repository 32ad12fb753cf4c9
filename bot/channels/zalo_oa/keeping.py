"""Keeps events in memory until the store has them.

Zalo is not known to send again what was not answered with 200, and switches a webhook off after too
many failures: an event is better kept here and answered with 200, as long as there is room. It is
lost if the process dies before the store is back.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable

from bot.domain.errors import StoreError
from bot.domain.intake import Receiver
from bot.domain.updates import Update

#: As many as are kept: at 2 kB each, 2 MB.
MAX_KEPT = 1000
#: So many are offered to the store together, when all is well; else one, which may find room.
TOGETHER = 50
#: Pauses after failures in a row: 1, 2, 4 … seconds, at most this.
MAX_PAUSE_SECONDS = 15.0
#: How often storing is still tried once the process is to stop, a second apart.
LAST_TRIES = 3
#: All of them together take no longer than this.
LAST_SECONDS = 10.0

log = logging.getLogger(__name__)

Sleep = Callable[[float], Awaitable[None]]
#: An update, and who waits for it to be tried.
_Kept = tuple[Update, asyncio.Future[bool]]


class Keeper:
    """Stores updates in the order in which they came, for as long as it takes."""

    def __init__(self, receiver: Receiver, sleep: Sleep = asyncio.sleep) -> None:
        self._receiver = receiver
        self._sleep = sleep
        self._kept: deque[_Kept] = deque()
        self._is_closing = asyncio.Event()
        self._work: asyncio.Task[None] | None = None
        #: In a row, up to now.
        self._failures = 0

    def keep(self, update: Update) -> asyncio.Future[bool] | None:
        """Whether it could be stored at once, as soon as that is known; it is kept until it can be.
        None where there is no room: it is not kept.
        """
        if len(self._kept) >= MAX_KEPT:
            return None
        tried: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._kept.append((update, tried))
        if self._failures:
            # Its turn comes with the next try, after what came before it.
            tried.set_result(False)
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._store_all())
        return tried

    async def close(self) -> None:
        """Try for the last times; what is not stored then is lost."""
        self._is_closing.set()
        if self._work is not None:
            await asyncio.wait({self._work}, timeout=LAST_SECONDS)
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)
        if self._kept:
            log.error("%d events of Zalo OA are lost: they could not be stored", len(self._kept))

    async def _store_all(self) -> None:
        last_tries = 0
        while self._kept:
            some = list(self._kept)[: 1 if self._failures else TOGETHER]
            try:
                await self._receiver.accept([update for update, _ in some])
            except StoreError as error:
                self._failures += 1
                last_tries += self._is_closing.is_set()
                # Its class alone: its text may hold what a citizen wrote.
                log.error("events of Zalo OA are not stored yet: %s", type(error).__name__)
                _tell(self._kept, stored=False)
                if last_tries == LAST_TRIES:
                    return
                await self._pause()
                continue
            except Exception as error:
                # A bug of ours: not tried again, and raised to who asked.
                log.error("events of Zalo OA are dropped: %s", type(error).__name__)
                _raise(some, error)
            else:
                _tell(some, stored=True)
            self._failures = 0
            for _ in some:
                self._kept.popleft()

    async def _pause(self) -> None:
        """Wait before the next try; until it is time to stop, if that comes first."""
        if self._is_closing.is_set():
            await self._sleep(1.0)
            return
        seconds = min(2.0 ** min(self._failures - 1, 30), MAX_PAUSE_SECONDS)
        waits = [asyncio.ensure_future(one) for one in (self._sleep(seconds), self._closing())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
            await asyncio.wait(waits)

    async def _closing(self) -> None:
        await self._is_closing.wait()


def _tell(kept: Iterable[_Kept], *, stored: bool) -> None:
    for _, tried in kept:
        if not tried.done():
            tried.set_result(stored)


def _raise(kept: Iterable[_Kept], error: Exception) -> None:
    for _, tried in kept:
        if not tried.done():
            tried.set_exception(error)
            # Seen: who asked may have gone.
            tried.exception()
