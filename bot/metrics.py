"""Counts what happens, for Prometheus. Labels are names of ours: nothing that a citizen sent, and
nothing that says who they are.
"""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    start_http_server,
)

from bot.domain.deliveries import DeliveryStatus
from bot.domain.people import ChannelId
from bot.domain.session import Outcome

_TURN_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 2, 5)
_WAIT_SECONDS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600)


class TroubleSign:
    """Shows one trouble of a channel at a time."""

    def __init__(self, gauge: Gauge, channel: ChannelId) -> None:
        self._gauge = gauge
        self._channel = channel.value
        self._code = ""

    def show(self, code: str) -> None:
        """What a person must see to; empty when all is well."""
        if code != self._code:
            if self._code:
                self._gauge.labels(self._channel, self._code).set(0)
            if code:
                self._gauge.labels(self._channel, code).set(1)
            self._code = code


class Metrics:
    """What one process counted, and what it last saw of the store."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        # Memory, processor and open files of this process.
        ProcessCollector(registry=self.registry)
        self._updates = self._counter("updates", "Updates stored", "channel")
        self._turns = self._counter("turns", "Turns taken", "channel", "outcome")
        self._faults = self._counter("turn_faults", "Turns that failed by our fault", "channel")
        self._sends = self._counter("sends", "Attempts to send", "channel", "result", "code")
        self._events = self._counter("channel_events", "What else a channel saw", "channel", "name")
        self._turn_seconds = Histogram(
            "troly06_turn_seconds",
            "Time to think about a turn",
            ["channel"],
            buckets=_TURN_SECONDS,
            registry=self.registry,
        )
        self._send_seconds = Histogram(
            "troly06_reply_seconds",
            "Time from the promise of a message until it was taken",
            ["channel"],
            buckets=_WAIT_SECONDS,
            registry=self.registry,
        )
        self.inbox_waiting = self._gauge("inbox_waiting", "Updates that wait for their turn")
        self.inbox_oldest = self._gauge("inbox_oldest_seconds", "Wait of the oldest update")
        self.outbox_waiting = self._gauge("outbox_waiting", "Messages not sent yet", "channel")
        self.outbox_oldest = self._gauge(
            "outbox_oldest_seconds", "Wait of the oldest message not sent yet", "channel"
        )
        self.doubtful = self._gauge(
            "doubtful", "Messages of which nobody knows whether they arrived", "channel"
        )
        self.silent = self._gauge(
            "webhook_silent_seconds", "Time since the last update came in", "channel"
        )
        self.trouble = self._gauge(
            "channel_trouble", "1 while a channel needs a person", "channel", "code"
        )

        self._stuck = self._gauge("stuck_loops", "1 while a loop does not come round", "loop")
        self._sending_troubles: dict[ChannelId, TroubleSign] = {}

    def _counter(self, name: str, help_text: str, *labels: str) -> Counter:
        return Counter(f"troly06_{name}", help_text, labels, registry=self.registry)

    def _gauge(self, name: str, help_text: str, *labels: str) -> Gauge:
        return Gauge(f"troly06_{name}", help_text, labels, registry=self.registry)

    def serve(self, host: str, port: int) -> int:
        """Answer Prometheus in a thread of its own; gives the port."""
        server, _ = start_http_server(port, host, self.registry)
        return int(server.server_port)

    def watch_loop(self, name: str, is_stuck: Callable[[], bool]) -> None:
        """Ask whether a loop is stuck whenever Prometheus does: then a stuck one cannot hide it."""
        self._stuck.labels(name).set_function(lambda: float(is_stuck()))

    def sign_of(self, channel: ChannelId) -> TroubleSign:
        """A sign of its own for something about a channel that can be in trouble."""
        return TroubleSign(self.trouble, channel)

    def stored(self, channel: ChannelId, count: int) -> None:
        """So many new updates came in."""
        self._updates.labels(channel.value).inc(count)

    def dropped(self, channel: ChannelId, count: int) -> None:
        """So many updates came in while a person had switched the channel off."""
        self._events.labels(channel.value, "update:switched_off").inc(count)

    def turned(self, channel: ChannelId, outcome: Outcome, seconds: float) -> None:
        """A turn was taken."""
        self._turns.labels(channel.value, outcome.value).inc()
        self._turn_seconds.labels(channel.value).observe(seconds)

    def failed(self, channel: ChannelId) -> None:
        """A turn could not be taken."""
        self._faults.labels(channel.value).inc()

    def count(self, channel: ChannelId, name: str) -> None:
        """A channel saw something; of names there are few."""
        self._events.labels(channel.value, name).inc()

    def sent(self, channel: ChannelId, status: DeliveryStatus, code: str, seconds: float) -> None:
        """An attempt to send ended."""
        self._sends.labels(channel.value, status.value, code).inc()
        if status is DeliveryStatus.SENT:
            self._send_seconds.labels(channel.value).observe(seconds)

    def troubled(self, channel: ChannelId, code: str) -> None:
        """Nothing can be sent until a person sees to this; an empty code when it can again."""
        self._sending_troubles.setdefault(channel, self.sign_of(channel)).show(code)
