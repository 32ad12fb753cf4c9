"""Loops that go on until the process is told to stop, whatever breaks in them."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Coroutine
from contextlib import suppress
from typing import Any

from bot.domain.errors import BotError

#: After a loop broke.
_SECONDS_AFTER_FAULT = 1.0

log = logging.getLogger(__name__)

Loop = Callable[[], Coroutine[Any, Any, None]]


class Loops:
    """Starts loops, lets them rest until it is time to stop, and remembers when those that are
    watched last came round.
    """

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        """`seconds` is a clock that only goes forward."""
        self.stopping = asyncio.Event()
        self._seconds = seconds
        self._came_round: dict[str, float] = {}

    def watch(self, name: str) -> Callable[[], None]:
        """Watch a loop from now on; gives what it calls each time it comes round."""

        def beat() -> None:
            self._came_round[name] = self._seconds()

        beat()
        return beat

    def stuck(self, seconds: float) -> Collection[str]:
        """The watched loops that have not come round for so long. May be asked by any thread."""
        now = self._seconds()
        return [name for name, at in tuple(self._came_round.items()) if now - at >= seconds]

    def start(self, name: str, loop: Loop) -> asyncio.Task[None]:
        """Run a loop, again and again when it ends or breaks: a fault of ours must not silence the
        process.
        """
        return asyncio.create_task(self._keep_running(name, loop))

    async def _keep_running(self, name: str, loop: Loop) -> None:
        while not self.stopping.is_set():
            try:
                await loop()
            except BotError as fault:
                log.error("loop %r: %s", name, fault)
                await self.rest(_SECONDS_AFTER_FAULT)
            except Exception:
                log.exception("loop %r broke", name)
                await self.rest(_SECONDS_AFTER_FAULT)

    async def rest(self, seconds: float) -> None:
        """So long, or until it is time to stop."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)

    def every(self, seconds: float, work: Loop) -> Loop:
        """Work at once and after each rest; a fault of it is made up for the next time."""

        async def loop() -> None:
            try:
                await work()
            except BotError as fault:
                log.error("upkeep failed: %s", fault)
            await self.rest(seconds)

        return loop
