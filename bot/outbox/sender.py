"""The loop that sends: claim, call the vendor, record what came of it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.bell import Bell
from bot.domain.deliveries import Delivery, DeliveryStatus, Verdict
from bot.domain.errors import ChannelError, ChannelMisconfigured, SendUnknown, StoreError
from bot.domain.intake import ChannelClient
from bot.domain.observer import Observer
from bot.domain.ports import Clock
from bot.domain.store import Budget, Deliveries
from bot.outbox.rules import Patience, judge_fault, judge_receipt

_SECONDS_AFTER_FAULT = 1.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SenderSettings:
    """How one channel is sent to."""

    budget: Budget
    #: Calls under way at the same time, of this process.
    max_in_flight: int = 10
    #: Longer than any call takes: a delivery whose lease ends is one whose sender died.
    lease_seconds: float = 40.0
    #: A call that takes longer is given up, and nobody knows.
    call_seconds: float = 30.0
    poll_seconds: float = 0.1
    patience: Patience = field(default_factory=Patience)


class Sender:
    """Sends what is due on one channel."""

    def __init__(
        self,
        client: ChannelClient,
        deliveries: Deliveries,
        clock: Clock,
        observer: Observer,
        settings: SenderSettings,
    ) -> None:
        self._client = client
        self._deliveries = deliveries
        self._clock = clock
        self._observer = observer
        self._settings = settings
        self._calls: set[asyncio.Task[tuple[Delivery, Verdict]]] = set()
        #: What came of calls and is not recorded yet.
        self._unrecorded: list[tuple[Delivery, Verdict]] = []

    async def run(
        self, promised: Bell, stopping: asyncio.Event, beat: Callable[[], None] = lambda: None
    ) -> None:
        """Send until `stopping` is set; calls under way are then waited for and recorded.
        `promised` wakes it; it calls `beat` each time it comes round.
        """
        while not stopping.is_set():
            beat()
            try:
                is_idle = await self._step()
            except StoreError as fault:
                log.error("could not send on %s: %s", self._client.channel.value, fault)
                await _wait_or_stop(stopping, _SECONDS_AFTER_FAULT)
                continue
            if is_idle:
                await self._wait(promised)
        await self._finish()

    async def send_due(self) -> int:
        """Send what is due now, and wait for it; gives the number of calls. For tests and commands.

        Raises:
            StoreError: the database failed.
        """
        count = await self._claim()
        while self._calls:
            await asyncio.wait(self._calls)
            self._collect()
        await self._record()
        return count

    async def _step(self) -> bool:
        """Record what ended, claim what is due; whether there was nothing to do."""
        self._collect()
        recorded = len(self._unrecorded)
        await self._record()
        return await self._claim() == 0 and recorded == 0

    async def _wait(self, promised: Bell) -> None:
        """Until there may be something to do."""
        ringing = asyncio.ensure_future(promised.wait(self._settings.poll_seconds))
        try:
            await asyncio.wait({ringing, *self._calls}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ringing.cancel()
            # Not awaited itself: its cancellation would be mistaken for ours, or hide it.
            await asyncio.wait({ringing})

    async def _claim(self) -> int:
        room = self._settings.max_in_flight - len(self._calls)
        if room <= 0:
            return 0
        claimed = await self._deliveries.claim(
            self._client.channel,
            room,
            self._settings.lease_seconds,
            self._settings.budget,
            self._clock.now(),
        )
        for delivery in claimed:
            self._calls.add(asyncio.create_task(self._send(delivery)))
        return len(claimed)

    async def _send(self, delivery: Delivery) -> tuple[Delivery, Verdict]:
        now = self._clock.now()
        if self._settings.patience.is_over(delivery, now):
            return delivery, Verdict(DeliveryStatus.EXPIRED, code="too_old")
        try:
            async with asyncio.timeout(self._settings.call_seconds):
                receipt = await self._client.send(delivery)
        except ChannelMisconfigured as fault:
            log.error("channel %s needs a person: %s", self._client.channel.value, fault.code)
            self._observer.troubled(self._client.channel, fault.code)
            return delivery, judge_fault(fault, delivery, self._clock.now())
        except ChannelError as fault:
            return delivery, judge_fault(fault, delivery, self._clock.now())
        except TimeoutError:
            return delivery, judge_fault(SendUnknown("timeout"), delivery, self._clock.now())
        except Exception:
            log.exception("a call failed on %s", self._client.channel.value)
            return delivery, judge_fault(SendUnknown("fault"), delivery, self._clock.now())
        self._observer.troubled(self._client.channel, "")
        return delivery, judge_receipt(receipt)

    def _collect(self) -> None:
        ended = {one for one in self._calls if one.done()}
        self._calls -= ended
        for one in ended:
            if one.cancelled():
                continue  # dealt with when its lease ends
            if (fault := one.exception()) is not None:
                # The same; what else ended is recorded.
                log.error("a call broke on %s", self._client.channel.value, exc_info=fault)
            else:
                self._unrecorded.append(one.result())

    async def _record(self) -> None:
        if not self._unrecorded:
            return
        results = list(self._unrecorded)
        now = self._clock.now()
        await self._deliveries.record(results, now)
        # Kept until then: a database that is away for a moment makes nothing doubtful.
        del self._unrecorded[: len(results)]
        for delivery, verdict in results:
            self._tell(delivery, verdict, (now - delivery.created_at) / timedelta(seconds=1))

    def _tell(self, delivery: Delivery, verdict: Verdict, seconds: float) -> None:
        channel = self._client.channel
        self._observer.sent(channel, verdict.status, verdict.code, seconds)
        if verdict.status is not DeliveryStatus.SENT:
            log.warning(
                "delivery %d on %s: %s, %s",
                delivery.id,
                channel.value,
                verdict.status.value,
                verdict.code,
            )

    async def _finish(self) -> None:
        """Wait for the calls under way and record them, as long as their leases last."""
        deadline = asyncio.get_running_loop().time() + self._settings.lease_seconds
        while self._calls or self._unrecorded:
            if self._calls:
                await asyncio.wait(self._calls)
            self._collect()
            try:
                await self._record()
            except StoreError as fault:
                if asyncio.get_running_loop().time() > deadline:
                    raise
                log.error("could not record: %s", fault)
                await asyncio.sleep(_SECONDS_AFTER_FAULT)


async def _wait_or_stop(stopping: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stopping.wait(), seconds)


class Settler:
    """Deals with deliveries whose sender died."""

    def __init__(self, deliveries: Deliveries, clock: Clock) -> None:
        self._deliveries = deliveries
        self._clock = clock

    async def settle(self) -> None:
        """Once; a fault of the database is logged, and the next time will do."""
        try:
            doubtful = await self._deliveries.settle(self._clock.now())
        except StoreError as fault:
            log.error("could not settle deliveries: %s", fault)
            return
        if doubtful:
            log.warning("%d deliveries are doubtful: their sender died", doubtful)
