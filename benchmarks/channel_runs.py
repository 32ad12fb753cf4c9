"""The runs: as fast as it goes, storing alone, at a steady rate, at twice of what it can take."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from benchmarks.channel_bot import RunningBot, Setup, running_bot
from benchmarks.channel_citizens import Chat, Citizens
from benchmarks.channel_cloud import CloudProcess, cloud_process
from benchmarks.channel_figures import (
    drained,
    follow_queues,
    measuring,
    milliseconds,
    report,
    webhook_answers,
)
from benchmarks.channel_load import Load, loading
from bot.domain.catalog import Catalog

#: Chats that talk at the same time when it goes as fast as it can; more make it no faster.
_CLOSED_LOOP_CHATS = 128
#: Between an answer and what is said next. An answer of two messages has arrived by then; without
#: it the second one would count for what is said next, and more and more would wait.
_READING_SECONDS = 0.5
_WARM_UP_SECONDS = 8.0
_OVERLOAD = 2.0
#: Small, so that it is full soon.
OVERLOAD_INBOX = {"max_waiting_updates": "500"}

Drive = Callable[[RunningBot, CloudProcess, Load], Awaitable[dict[str, Any]]]


def run_stage(
    setup: Setup,
    catalog: Catalog,
    drive: Drive,
    *,
    sends_media: bool = False,
    twice_share: float = 0.0,
) -> dict[str, Any]:
    """Start everything afresh, let `drive` measure, and stop it."""
    citizens = Citizens(catalog, sends_media, twice_share)
    with cloud_process() as cloud, running_bot(setup, cloud) as bot:

        async def run() -> dict[str, Any]:
            async with loading(bot, cloud, citizens) as load:
                return await drive(bot, cloud, load)

        return {"setup": setup.name, **asyncio.run(run())}


def capacity_over(seconds: float) -> Drive:
    """Chats that say something new as soon as they hear something."""

    async def drive(bot: RunningBot, cloud: CloudProcess, load: Load) -> dict[str, Any]:
        chats = await load.add_chats(_CLOSED_LOOP_CHATS)
        ends_at = time.monotonic() + _WARM_UP_SECONDS + seconds

        async def talk(chat: Chat) -> None:
            while time.monotonic() < ends_at:
                await load.say(chat)
                await load.hear(chat)
                await asyncio.sleep(_READING_SECONDS)

        talking = [asyncio.create_task(talk(one)) for one in chats]
        await asyncio.sleep(_WARM_UP_SECONDS)
        async with measuring(bot, cloud) as measured:
            await asyncio.sleep(seconds)
        await asyncio.gather(*talking)
        await drained(bot, load)
        return await report(bot, load, measured)

    return drive


def intake_over(seconds: float) -> Drive:
    """Storing alone: chats that say something new as soon as the bot has what they said."""

    async def drive(bot: RunningBot, cloud: CloudProcess, load: Load) -> dict[str, Any]:
        chats = await load.add_chats(400)
        warm_up = 2.0
        ends_at = time.monotonic() + warm_up + seconds

        async def talk(chat: Chat) -> None:
            while time.monotonic() < ends_at:
                await load.say(chat)

        talking = [asyncio.create_task(talk(one)) for one in chats]
        await asyncio.sleep(warm_up)
        async with measuring(bot, cloud) as measured:
            await asyncio.sleep(seconds)
        await asyncio.gather(*talking)
        stored = sum(measured.holds(one.accepted_at) for one in load.sent)
        return {
            "stored_a_second": round(stored / measured.seconds, 1),
            "webhook_ms": milliseconds(webhook_answers(load, measured)),
            "cores": measured.cores,
        }

    return drive


def latency_at(per_second: float, seconds: float) -> Drive:
    """A steady rate of messages, at random moments, from many people."""

    async def drive(bot: RunningBot, cloud: CloudProcess, load: Load) -> dict[str, Any]:
        chats = await acquainted(load, 200)
        await keep_saying(load, chats, per_second, time.monotonic() + _WARM_UP_SECONDS)
        async with measuring(bot, cloud) as measured:
            late = await keep_saying(load, chats, per_second, time.monotonic() + seconds)
        await drained(bot, load)
        found = await report(bot, load, measured)
        return {"rate": round(per_second, 1), "generator_late_ms": round(late * 1000, 1), **found}

    return drive


def overload_of(capacity: float, seconds: float) -> Drive:
    """Twice of what it can take, then nothing more until all is answered."""

    async def drive(bot: RunningBot, cloud: CloudProcess, load: Load) -> dict[str, Any]:
        chats, seen = await load.add_chats(3000), list[dict[str, float]]()
        following = asyncio.create_task(follow_queues(bot, load, 1.0, seen))
        rate, began = capacity * _OVERLOAD, time.monotonic()
        async with measuring(bot, cloud) as measured:
            await keep_saying(load, chats, rate, began + seconds)
        offered_until = time.monotonic()
        is_drained = await drained(bot, load)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        return {
            "rate": round(rate, 1),
            "offered": len(load.sent) + load.held_back,
            "refused": load.statuses["503"],
            "drained_after_s": round(time.monotonic() - offered_until, 1) if is_drained else None,
            **await report(bot, load, measured),
            "most_waiting": {
                name: max(one[name] for one in seen) for name in ("inbox", "outbox", "telegram")
            },
            "queues": seen,
        }

    return drive


async def acquainted(load: Load, count: int) -> list[Chat]:
    """Chats that have had the first answer, which comes with a notice and so is two messages."""
    chats, at_a_time = await load.add_chats(count), asyncio.Semaphore(16)

    async def meet(chat: Chat) -> None:
        async with at_a_time:
            await load.say(chat)
            await load.hear(chat)

    await asyncio.gather(*map(meet, chats))
    return chats


async def keep_saying(
    load: Load, chats: Sequence[Chat], per_second: float, ends_at: float
) -> float:
    """Say things at random moments at this rate; how late the generator was at worst, in s."""
    due_at, late = time.monotonic(), 0.0
    while due_at < ends_at:
        await asyncio.sleep(max(due_at - time.monotonic(), 0))
        late = max(late, time.monotonic() - due_at)
        load.say_soon(load.citizens.pick(chats), due_at)
        due_at += load.citizens.gap_seconds(per_second)
    return late
