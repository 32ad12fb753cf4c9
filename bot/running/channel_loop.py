"""One channel while the process runs: made ready, listened to by one process, looked after."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex

from bot.domain.errors import BotError, StoreError
from bot.running.channel_parts import ChannelParts, Listen, ReadyChannel
from bot.running.loops import Loops
from bot.running.parts import Parts
from bot.store.leases import SqlLeases

#: A listener that dies lets another process listen after so long.
LISTEN_SECONDS = 30.0
#: How often a vendor is asked to let us in.
_SECONDS_TO_PREPARE = 20.0
#: How long a listener has to end by itself; a question to Zalo Bot takes up to ten seconds.
_SECONDS_TO_END = 12.0

log = logging.getLogger(__name__)


class ChannelLoop:
    """Runs one channel; `on_ready` is told once, when the vendor has let us in."""

    def __init__(
        self,
        channel: ChannelParts,
        parts: Parts,
        loops: Loops,
        on_ready: Callable[[ReadyChannel], None],
    ) -> None:
        self._channel = channel
        self._parts = parts
        self._loops = loops
        self._on_ready = on_ready
        self._ready: ReadyChannel | None = None
        #: What was found when the channel was looked after last, and everything ever found.
        self._found: set[str] = set()
        self._troubles: set[str] = set()

    @property
    def needs_person(self) -> bool:
        """Whether a person must see to something, as was found when one looked last."""
        return bool(self._found)

    async def run(self, *, listens: bool) -> None:
        """Make the channel ready, as often as it takes; then, if this process may, listen as long
        as no other process does.
        """
        if self._ready is None:
            self._ready = await self._prepare()
        if self._ready is None:
            await self._loops.rest(_SECONDS_TO_PREPARE)
        elif self._ready.listen is None or not listens:
            await self._loops.stopping.wait()
        else:
            await self._listen(self._ready.listen)

    async def _prepare(self) -> ReadyChannel | None:
        trouble = self._parts.metrics.trouble.labels(self._channel.id.value, "not_ready")
        try:
            ready = await self._channel.prepare()
        except BotError as fault:
            trouble.set(1)
            log.error("channel %s is not ready: %s", self._channel.id.value, fault)
            return None
        trouble.set(0)
        self._on_ready(ready)
        log.info("channel %s is ready", self._channel.id.value)
        return ready

    async def _listen(self, listen: Listen) -> None:
        leases = SqlLeases(self._parts.database)
        name, holder = f"listen:{self._channel.id.value}", token_hex(8)
        now = self._parts.clock.now()
        if not await leases.take(name, holder, LISTEN_SECONDS, now):
            await self._loops.rest(LISTEN_SECONDS / 3)
            return
        stopping = asyncio.Event()
        listening = asyncio.create_task(listen(stopping))
        ending = asyncio.create_task(self._loops.stopping.wait())
        try:
            await self._hold(_Lease(leases, name, holder, now), listening, ending)
            # Not cut short: a listener may hold what its vendor has forgotten already.
            stopping.set()
            await asyncio.wait({listening}, timeout=_SECONDS_TO_END)
            if listening.done():
                listening.result()
            else:
                log.error("the listener does not end and is cut short: %s", name)
        finally:
            listening.cancel()
            ending.cancel()
            await asyncio.gather(listening, ending, return_exceptions=True)
            with suppress(BotError):  # it ends by itself
                await leases.give_back(name, holder)

    async def _hold(
        self, lease: _Lease, listening: asyncio.Task[None], ending: asyncio.Task[object]
    ) -> None:
        """Keep a lease until it is lost, the listener ends or the process is to stop."""
        while True:
            await asyncio.wait(
                {listening, ending},
                timeout=LISTEN_SECONDS / 3,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if listening.done() or ending.done():
                return
            if not await lease.is_kept(self._parts.clock.now):
                return

    async def tend(self) -> None:
        """Look after the channel, and show what a person must see to."""
        assert self._channel.tend is not None
        found = self._found = set(await self._channel.tend())
        for code in self._troubles | found:
            is_there = code in found
            self._parts.metrics.trouble.labels(self._channel.id.value, code).set(is_there)
            if is_there:
                log.error("channel %s needs a person: %s", self._channel.id.value, code)
        self._troubles |= found


@dataclass
class _Lease:
    """A lease that is ours for `LISTEN_SECONDS` from `kept_at`, whatever becomes of the database:
    nobody else gets it before.
    """

    leases: SqlLeases
    name: str
    holder: str
    kept_at: datetime

    async def is_kept(self, now: Callable[[], datetime]) -> bool:
        """Make it last longer; whether it is still ours."""
        asked_at = now()
        try:
            is_ours = await self.leases.take(self.name, self.holder, LISTEN_SECONDS, asked_at)
        except StoreError as fault:
            log.warning("the lease %s is not renewed: %s", self.name, fault)
            return now() < self.kept_at + timedelta(seconds=LISTEN_SECONDS)
        if is_ours:
            self.kept_at = asked_at
        else:
            log.warning("another process listens now: %s", self.name)
        return is_ours
