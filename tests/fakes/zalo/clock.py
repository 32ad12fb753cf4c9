"""The time of the fake cloud: it runs as fast as one likes and can be put forward."""

from __future__ import annotations

import asyncio
import time


class CloudClock:
    """Seconds since 1970, from now on, `factor` times as fast as the time of the machine.

    A factor of 0 stops it; it then moves by `advance` alone.
    """

    def __init__(self, factor: float = 1.0, start: float | None = None) -> None:
        self._factor = factor
        self._base = time.time() if start is None else start
        self._since = time.monotonic()
        self._moved = asyncio.Event()

    def now(self) -> float:
        """Seconds."""
        return self._base + (time.monotonic() - self._since) * self._factor

    def now_ms(self) -> int:
        """Milliseconds."""
        return int(self.now() * 1000)

    def advance(self, seconds: float) -> None:
        """Put it forward and wake whoever waits for that time."""
        self._base += seconds
        self._wake()

    def set_factor(self, factor: float) -> None:
        """Let it run faster or slower from now on."""
        self._base, self._since = self.now(), time.monotonic()
        self._factor = factor
        self._wake()

    def _wake(self) -> None:
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def sleep_until(self, moment: float) -> None:
        """Return when it is `moment` or later."""
        while (left := moment - self.now()) > 0:
            try:
                async with asyncio.timeout(left / self._factor if self._factor else None):
                    await self._moved.wait()
            except TimeoutError:
                pass
