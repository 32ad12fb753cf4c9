"""Wakes those who wait for work in the same process; other processes look for themselves."""

from __future__ import annotations

import asyncio
from contextlib import suppress


class Bell:
    """Rung when there may be work. A ring while nobody waits is kept for the next who does."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """There may be work."""
        self._event.set()

    async def wait(self, timeout_seconds: float) -> None:
        """Until it rings, or so long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), timeout_seconds)
        self._event.clear()
