"""Shows in the database that this process lives, to those who must have it for themselves."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from secrets import token_hex

from bot.domain.errors import StoreError
from bot.domain.ports import Clock
from bot.store.leases import PROCESS, SqlLeases

#: A process that was killed is taken for alive for so long. A process that was told to stop shows
#: itself no more, and takes less than what is left then.
PRESENCE_SECONDS = 60.0
SHOW_SECONDS = 10.0
#: A lease has room for 64 characters.
_MAX_HOST_CHARS = 50


class Presence:
    """A lease that nobody else wants, held as long as the process lives."""

    def __init__(self, leases: SqlLeases, clock: Clock) -> None:
        self._leases = leases
        self._clock = clock
        self._name = PROCESS + token_hex(8)
        #: For the operator, who is to stop the process.
        self._holder = f"{socket.gethostname()[:_MAX_HOST_CHARS]}:{os.getpid()}"
        self._is_shown = False

    async def show(self) -> None:
        """Count as alive from now on, for `PRESENCE_SECONDS`.

        Raises:
            StoreError: the database failed.
        """
        self._is_shown = True
        await self._leases.take(self._name, self._holder, PRESENCE_SECONDS, self._clock.now())

    async def end(self) -> None:
        """Count as alive no longer, at once."""
        if self._is_shown:
            with suppress(StoreError):  # it ends by itself
                await self._leases.give_back(self._name, self._holder)
