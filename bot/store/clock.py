"""What time it is, for all processes of an installation alike: who holds a lease and what is due is
judged by one clock, however those of the machines differ.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from bot.store.database import Database

#: A change that is worth a line in the log.
_TOLD = timedelta(seconds=1)

log = logging.getLogger(__name__)


def _seconds_of_machine() -> float:
    """Seconds that go by whatever becomes of the machine's time; those of Linux also while it
    sleeps: https://man7.org/linux/man-pages/man2/clock_gettime.2.html (CLOCK_BOOTTIME, read
    2026-11-21).
    """
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


async def read_time(database: Database) -> datetime:
    """The time of PostgreSQL; SQLite is on one machine, and has the time of that.

    Raises:
        StoreError: the database cannot be reached.
    """
    if database.is_sqlite:
        return datetime.now(UTC)
    async with database.reading() as connection:
        found: datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
    return found.astimezone(UTC)


class DatabaseClock:
    """The time of the database, without asking it each time. Before the first `follow`, and with
    SQLite, that of the machine.
    """

    def __init__(
        self, database: Database, seconds: Callable[[], float] = _seconds_of_machine
    ) -> None:
        """`seconds` only goes forward."""
        self._database = database
        self._seconds = seconds
        #: What time it was when `seconds` was 0.
        self._began: datetime | None = None

    def now(self) -> datetime:
        """An aware UTC time."""
        if self._began is None:
            return datetime.now(UTC)
        return self._began + timedelta(seconds=self._seconds())

    async def follow(self) -> None:
        """Ask the database what time it is; to be done now and then, as clocks drift and are set.

        Raises:
            StoreError: it cannot be reached; time goes on as before.
        """
        if self._database.is_sqlite:
            return
        before = timedelta(seconds=self._seconds())
        found = await read_time(self._database)
        after = timedelta(seconds=self._seconds())
        # The answer was true at some moment in between. As long as ours can be the same time, it
        # stays: a slow answer moves nothing.
        if self._began is not None and found - after <= self._began <= found - before:
            return
        ours = self.now()
        self._began = found - (before + after) / 2
        moved = self.now() - ours
        if abs(moved) > _TOLD:
            log.warning(
                "the time of this process moves by %+.1f s, to that of the database",
                moved / timedelta(seconds=1),
            )
