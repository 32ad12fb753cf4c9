"""All that goes on beside answering HTTP: turns, sending, listening and upkeep, in one process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from bot.dialogue.turn_worker import TurnWorker
from bot.domain.bell import Bell
from bot.domain.errors import BotError
from bot.domain.intake import Composer
from bot.domain.people import ChannelId
from bot.outbox.sender import Sender, Settler
from bot.running.channel_loop import ChannelLoop
from bot.running.channel_parts import ChannelParts, ReadyChannel
from bot.running.loops import Loop, Loops
from bot.running.parts import Parts
from bot.running.presence import SHOW_SECONDS
from bot.running.upkeep_loops import UpkeepWork
from bot.store.deliveries import SqlDeliveries

#: How often dead senders are looked for, the store is looked at, old things are forgotten, and
#: channels are looked after.
_SETTLE_SECONDS, _LOOK_SECONDS, _FORGET_SECONDS = 5.0, 5.0, 60.0
_OLD_SECONDS = 24 * 60 * 60.0
_TEND_SECONDS = 600.0
#: How long loops have to end by themselves; a question to Zalo Bot takes up to ten seconds.
_SECONDS_TO_STOP = 12.0
#: A loop that has not come round for so long counts as stuck; one call to a vendor or one
#: transaction takes 40 seconds at most.
STUCK_SECONDS = 120.0

log = logging.getLogger(__name__)


class Background:
    """Runs the loops of a process until it is told to stop."""

    def __init__(
        self,
        parts: Parts,
        channels: Sequence[ChannelParts],
        *,
        does_work: bool = True,
        on_ready: Callable[[ReadyChannel], None] = lambda _: None,
    ) -> None:
        """Without `does_work` the channels are made ready to take updates in, and another process
        takes the turns and sends. `on_ready` is told of each channel that is ready.
        """
        self._parts = parts
        self._channels = channels
        self._does_work = does_work
        self._on_ready = on_ready
        self._loops = Loops()
        self._came_to_look = self._watch("look")
        self._upkeep = UpkeepWork(parts, [one.id for one in channels])
        self._deliveries = SqlDeliveries(parts.database)
        self._promised = {one.id: Bell() for one in channels}
        self._ready: dict[ChannelId, ReadyChannel] = {}
        self._looked_after: dict[ChannelId, ChannelLoop] = {}
        #: Turns are taken for channels that are ready.
        self._composers: dict[ChannelId, Composer] = {}

    @property
    def is_alive(self) -> bool:
        """Whether the loops that matter still come round; a database that is away shows in
        readiness.
        """
        return not self.stuck_loops()

    def stuck_loops(self) -> Collection[str]:
        """Those that take turns, send or look after the store, and have not come round for long.
        May be asked by any thread.
        """
        return self._loops.stuck(STUCK_SECONDS)

    @property
    def channel_states(self) -> Mapping[str, str]:
        """For each channel whether the vendor has let it in, whether a person switched it off,
        and whether one must see to something.
        """
        return {one.id.value: self._state(one.id) for one in self._channels}

    def _state(self, channel: ChannelId) -> str:
        if self._parts.switches.is_off(channel):
            return "off"
        if channel not in self._ready:
            return "not_ready"
        one = self._looked_after.get(channel)
        return "needs_person" if one is not None and one.needs_person else "ready"

    async def run(self) -> None:
        """Run all loops until `stop` is called; what is being sent is waited for."""
        self._serve_metrics()
        for one in self._channels:
            await one.client.open()
        loops = [self._loops.start(name, loop) for name, loop in self._all()]
        senders = [self._loops.start(name, loop) for name, loop in self._all_senders()]
        await self._loops.stopping.wait()
        # Turns and calls under way come to their end. What is promised and not begun is sent by
        # another process, or after the next start.
        await asyncio.wait(loops, timeout=_SECONDS_TO_STOP)
        for task in loops:
            task.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        # Side by side: a sender may have to wait for a database that is away.
        closing = [one.close() for one in self._channels if one.close is not None]
        await asyncio.gather(*senders, *closing)
        for one in self._channels:
            await one.client.close()

    def stop(self) -> None:
        """Let `run` come to its end."""
        self._loops.stopping.set()
        for bell in (self._parts.work, *self._promised.values()):
            bell.ring()

    def _serve_metrics(self) -> None:
        settings = self._parts.settings
        if not settings.metrics_port:
            return
        try:
            self._parts.metrics.serve(settings.metrics_host, settings.metrics_port)
        except OSError as fault:
            # Not worth going without the assistant for.
            log.error("metrics are not served on port %d: %s", settings.metrics_port, fault)

    def _all(self) -> Iterator[tuple[str, Loop]]:
        """All that ends by being told, or is cut short without harm."""
        every, settings = self._loops.every, self._parts.settings
        for one in self._channels:
            yield from self._of_channel(one)
        if self._does_work and self._channels:
            for number in range(settings.workers):
                yield f"turns {number}", self._taking_turns(f"turns {number}")
        yield "stay", every(SHOW_SECONDS, self._parts.stay)
        settler = Settler(self._deliveries, self._parts.clock)
        yield "settle", every(_SETTLE_SECONDS, settler.settle)
        yield "look", every(_LOOK_SECONDS, self._look)
        yield "forget those who asked", every(_FORGET_SECONDS, self._upkeep.forget_those_who_asked)
        yield "forget old", every(_OLD_SECONDS, self._upkeep.forget_old)
        if settings.reload_seconds:
            yield "renew", every(float(settings.reload_seconds), self._renew)

    def _of_channel(self, channel: ChannelParts) -> Iterator[tuple[str, Loop]]:
        def on_ready(ready: ReadyChannel) -> None:
            self._ready[channel.id] = ready
            self._compose_anew()
            self._on_ready(ready)

        one = ChannelLoop(channel, self._parts, self._loops, on_ready)
        self._looked_after[channel.id] = one

        async def run() -> None:
            await one.run(listens=self._does_work)

        yield f"channel {channel.id.value}", run
        if channel.tend is not None:
            yield f"tend {channel.id.value}", self._loops.every(_TEND_SECONDS, one.tend)

    def _all_senders(self) -> Iterator[tuple[str, Loop]]:
        if self._does_work:
            for one in self._channels:
                yield f"send {one.id.value}", self._sending(one)

    def _sending(self, channel: ChannelParts) -> Loop:
        beat = self._watch(f"send {channel.id.value}")

        async def loop() -> None:
            parts = self._parts
            sender = Sender(
                channel.client, self._deliveries, parts.clock, parts.metrics, channel.sending
            )
            await sender.run(self._promised[channel.id], self._loops.stopping, beat)

        return loop

    def _taking_turns(self, name: str) -> Loop:
        beat, parts = self._watch(name), self._parts

        async def loop() -> None:
            typing = {one.id: one.client.show_typing for one in self._channels}
            worker = TurnWorker(parts.taker, parts.additions, parts.store, self._composers, typing)
            promised = tuple(self._promised.values())
            await worker.run(parts.work, promised, self._loops.stopping, beat)

        return loop

    def _watch(self, name: str) -> Callable[[], None]:
        """What a loop calls each time it comes round."""
        beat = self._loops.watch(name)
        self._parts.metrics.watch_loop(name, lambda: name in self.stuck_loops())
        return beat

    async def _look(self) -> None:
        # Before asking the database: starting again would not bring that back.
        self._came_to_look()
        await self._upkeep.look()

    async def _renew(self) -> None:
        """Take in changed content; what cannot be used is told, and the old content stays."""
        trouble = self._parts.metrics.trouble.labels(ChannelId.WEB.value, "content_unusable")
        try:
            if not await asyncio.to_thread(self._parts.app.renew):
                return
        except BotError as fault:
            trouble.set(1)
            log.error("the changed content is not used: %s", fault)
            return
        except Exception:
            # Logged here, and not by the loop, which would try again at once and not in its time.
            trouble.set(1)
            log.exception("the changed content is not used")
            return
        trouble.set(0)
        self._compose_anew()
        log.info("answering from content %s now", self._parts.app.catalog.content_hash[:12])

    def _compose_anew(self) -> None:
        """Have all channels use the words of the newest content."""
        catalog = self._parts.app.catalog
        for channel, ready in self._ready.items():
            self._composers[channel] = ready.compose_with(catalog)
