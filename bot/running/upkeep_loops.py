"""What is looked at and forgotten while the process runs."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from bot.domain.people import ChannelId
from bot.running.parts import Parts

log = logging.getLogger(__name__)


class UpkeepWork:
    """Each method is done once when called; a BotError is for who calls."""

    def __init__(self, parts: Parts, channels: Sequence[ChannelId]) -> None:
        self._parts = parts
        self._channels = channels

    async def look(self) -> None:
        """Show what waits, and notice what another process switched off."""
        metrics, now = self._parts.metrics, self._parts.clock.now()
        backlog = await self._parts.upkeep.look(now)
        await self._parts.switches.look()
        metrics.inbox_waiting.set(backlog.waiting_updates)
        metrics.inbox_oldest.set(backlog.oldest_update / timedelta(seconds=1))
        for channel in self._channels:
            name = channel.value
            waited = backlog.oldest_delivery.get(channel, timedelta())
            metrics.outbox_waiting.labels(name).set(backlog.open_deliveries.get(channel, 0))
            metrics.outbox_oldest.labels(name).set(waited / timedelta(seconds=1))
            metrics.doubtful.labels(name).set(backlog.doubtful.get(channel, 0))
            if channel in backlog.last_update_at:
                silent = now - backlog.last_update_at[channel]
                metrics.silent.labels(name).set(silent / timedelta(seconds=1))

    async def forget_those_who_asked(self) -> None:
        """Who asked for it and has received the answer."""
        count = await self._parts.upkeep.forget_those_who_asked()
        if count:
            log.info("forgot %d people who asked for it", count)
        # What citizens wrote was erased with its turn, and is gone from the disk now.
        await self._parts.upkeep.clear_traces()

    async def forget_old(self) -> None:
        """What is older than it may be."""
        count = await self._parts.upkeep.forget_old(self._parts.clock.now())
        log.info("forgot %d old rows", count)
