"""Figures of a run: rates, latency, what was used, what was lost."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import func, select

from benchmarks.channel_bot import RunningBot
from benchmarks.channel_cloud import CloudProcess
from benchmarks.channel_ledger import SENDS, Fate, read_books, settle
from benchmarks.channel_load import Load
from benchmarks.channel_watch import Watch, rss_mb
from bot.store.database import Database
from bot.store.tables import deliveries, inbox

_DRAIN_SECONDS = 400.0
_LOOK_SECONDS = 0.5


@dataclass
class Measured:
    """The span of a run that counts, and what was used in it."""

    began_at: float
    ended_at: float = 0.0
    cores: dict[str, float] | None = None
    memory_mb: dict[str, int] | None = None

    @property
    def seconds(self) -> float:
        """How long it was."""
        return self.ended_at - self.began_at

    def holds(self, moment: float) -> bool:
        """Whether something happened in it."""
        return self.began_at <= moment < self.ended_at


@asynccontextmanager
async def measuring(bot: RunningBot, cloud: CloudProcess) -> AsyncIterator[Measured]:
    """Watch all processes meanwhile."""
    pids = {**bot.pids, "fake cloud": cloud.pid, "generator": os.getpid()}
    watch, measured = Watch(pids, bot.database_name), Measured(time.monotonic())
    watch.begin()
    yield measured
    measured.ended_at = time.monotonic()
    measured.cores = watch.end()
    measured.memory_mb = {name: round(rss_mb(pid)) for name, pid in pids.items()}


async def queues(database: Database) -> dict[str, int]:
    """How many updates wait for their turn, and how many messages to be sent."""
    waiting = select(func.count()).select_from(inbox).where(inbox.c.state == "waiting")
    is_open = deliveries.c.status.in_(("pending", "sending"))
    unsent = select(func.count()).select_from(deliveries).where(is_open)
    async with database.reading() as connection:
        return {
            "inbox": int((await connection.execute(waiting)).scalar_one()),
            "outbox": int((await connection.execute(unsent)).scalar_one()),
        }


async def drained(bot: RunningBot, load: Load) -> bool:
    """Wait until Telegram has nothing left and all is sent; False when that took too long."""
    ends_at, database = time.monotonic() + _DRAIN_SECONDS, Database(bot.url)
    try:
        while time.monotonic() < ends_at:
            if not load.held_back and not any((await queues(database)).values()):
                await asyncio.sleep(_LOOK_SECONDS)  # the last arrivals are on their way to us
                return True
            await asyncio.sleep(_LOOK_SECONDS)
    finally:
        await database.close()
    return False


async def follow_queues(
    bot: RunningBot, load: Load, every_seconds: float, seen: list[dict[str, float]]
) -> None:
    """Note the queues in `seen`, for ever."""
    began, database = time.monotonic(), Database(bot.url)
    try:
        while True:
            found = await queues(database)
            at = round(time.monotonic() - began, 1)
            seen.append({"at_s": at, **found, "telegram": load.held_back})
            await asyncio.sleep(every_seconds)
    finally:
        await database.close()


async def report(bot: RunningBot, load: Load, measured: Measured) -> dict[str, Any]:
    """All figures of a run that has ended."""
    verdict = settle(await read_books(bot.url), load.sent, load.arrivals)
    fates = [one for one in verdict.fates if measured.holds(one.sent.due_at)]
    ended = [max(one.arrived_at) for one in verdict.fates if one.is_answered]
    return {
        "seconds": round(measured.seconds, 1),
        "stored_a_second": _rate((one.accepted_at for one in load.sent), measured),
        "answered_a_second": _rate(ended, measured),
        "sends_a_second": _rate((one.at for one in load.arrivals if one.method in SENDS), measured),
        "webhook_to_send_ms": milliseconds(_latencies(fates)),
        "said_to_send_ms": milliseconds(
            [max(one.arrived_at) - one.sent.due_at for one in fates if one.is_answered]
        ),
        "by_kind_ms": {
            kind: milliseconds(_latencies(one for one in fates if one.sent.kind == kind))
            for kind in sorted({one.sent.kind for one in fates})
        },
        "webhook_ms": milliseconds(webhook_answers(load, measured)),
        "cpu_ms_an_update": _cpu_ms(bot, measured, sum(map(measured.holds, ended))),
        "cores": measured.cores,
        "memory_mb": measured.memory_mb,
        "webhook_statuses": dict(load.statuses),
        "mix": dict(Counter(one.kind for one in load.sent)),
        "counts": dict(sorted(verdict.counts.items())),
    }


def webhook_answers(load: Load, measured: Measured) -> list[float]:
    """How long the webhook took to answer, in seconds."""
    return [took for ended, took in load.answer_seconds if measured.holds(ended)]


def milliseconds(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p95, p99, max; nothing of nothing."""
    if not seconds:
        return {}
    marks = {f"p{one}": float(np.percentile(seconds, one)) for one in (50, 95, 99)}
    return {name: round(one * 1000, 1) for name, one in {**marks, "max": max(seconds)}.items()}


def _latencies(fates: Iterable[Fate]) -> list[float]:
    """From the start of the request that was accepted to the arrival of the last message."""
    return [max(one.arrived_at) - one.sent.posted_at for one in fates if one.is_answered]


def _cpu_ms(bot: RunningBot, measured: Measured, answered: int) -> dict[str, float]:
    """The processor's time that an answered update took of ours and of the database server's."""
    cores = measured.cores or {}
    used = {"bot": sum(cores[name] for name in bot.pids), "postgresql": cores.get("postgresql", 0)}
    each = measured.seconds * 1000 / max(answered, 1)
    return {name: round(one * each, 1) for name, one in used.items()}


def _rate(moments: Iterable[float], measured: Measured) -> float:
    return round(sum(map(measured.holds, moments)) / measured.seconds, 1)
