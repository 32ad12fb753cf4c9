"""A modest rate for a long time, with what goes wrong in real life; does memory grow?

Beside the usual mix: pictures and voice messages, updates that come twice, calls that Telegram
refuses with 429, answers of Telegram's that get lost. Nothing is restarted.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import func, select, text

from benchmarks.channel_bot import RunningBot, Setup
from benchmarks.channel_cloud import CloudProcess
from benchmarks.channel_figures import drained, measuring, queues, report
from benchmarks.channel_load import Load
from benchmarks.channel_runs import Drive, keep_saying, run_stage
from benchmarks.channel_watch import open_files, rss_mb
from bot.domain.catalog import Catalog
from bot.store.database import Database
from bot.store.tables import deliveries

_CHATS = 1000
_SAMPLE_SECONDS = 10.0
#: What is built up at first (caches, pools, the first talk of each chat) is no leak.
_SETTLING_SECONDS = 180.0
_TWICE_SHARE = 0.02
_FAULT_SECONDS = 15.0
#: Scripted in turn: fields of `tests.fakes.telegram_faults.Fault`.
_FAULTS: tuple[dict[str, Any], ...] = (
    {"method": "sendmessage", "status": 429, "retry_after": 1},
    {"method": "sendmessage", "close": "after"},
    {"method": "*", "status": 502, "body": "<html>Bad Gateway</html>"},
    {"method": "sendmessage", "delay_before_seconds": 3.0},
)


def run_soak(setup: Setup, catalog: Catalog, per_second: float, minutes: float) -> dict[str, Any]:
    """Figures of a long run; `samples` every ten seconds."""
    drive = _soak(per_second, minutes * 60)
    return run_stage(setup, catalog, drive, sends_media=True, twice_share=_TWICE_SHARE)


def _soak(per_second: float, seconds: float) -> Drive:
    async def drive(bot: RunningBot, cloud: CloudProcess, load: Load) -> dict[str, Any]:
        chats, samples = await load.add_chats(_CHATS), list[dict[str, float]]()
        beside = [
            asyncio.create_task(_sample(bot, samples)),
            asyncio.create_task(_make_trouble(load)),
        ]
        async with measuring(bot, cloud) as measured:
            late = await keep_saying(load, chats, per_second, time.monotonic() + seconds)
        for one in beside:
            one.cancel()
        ended = await asyncio.gather(*beside, return_exceptions=True)
        is_drained = await drained(bot, load)
        found = await report(bot, load, measured)
        return {
            "rate": per_second,
            "generator_late_ms": round(late * 1000, 1),
            "is_drained": is_drained,
            **found,
            "brought_twice": load.brought_twice,
            "growth_mb_an_hour": growth(samples, bot.pids),
            "trouble": [repr(one) for one in ended if not isinstance(one, asyncio.CancelledError)],
            "first_sample": samples[0],
            "settled_sample": next(
                (one for one in samples if one["at_s"] >= _SETTLING_SECONDS), samples[-1]
            ),
            "last_sample": samples[-1],
            "samples": samples,
        }

    return drive


async def _make_trouble(load: Load) -> None:
    """A fault of the cloud's every so often."""
    while True:
        for fault in _FAULTS:
            await asyncio.sleep(_FAULT_SECONDS)
            await load.control("add_faults", faults=[fault])


async def _sample(bot: RunningBot, samples: list[dict[str, float]]) -> None:
    began, database = time.monotonic(), Database(bot.url)
    try:
        while True:
            sample: dict[str, float] = {"at_s": round(time.monotonic() - began, 1)}
            for name, pid in bot.pids.items():
                sample[f"{name} rss_mb"] = round(rss_mb(pid), 2)
                sample[f"{name} files"] = open_files(pid)
            sample |= await queues(database)
            sample["doubtful"] = await _doubtful(database)
            sample["database_mb"] = round(await _size_mb(bot, database), 2)
            samples.append(sample)
            await asyncio.sleep(_SAMPLE_SECONDS)
    finally:
        await database.close()


async def _doubtful(database: Database) -> int:
    query = select(func.count()).select_from(deliveries).where(deliveries.c.status == "doubtful")
    async with database.reading() as connection:
        return int((await connection.execute(query)).scalar_one())


async def _size_mb(bot: RunningBot, database: Database) -> float:
    if bot.database_path is not None:
        return sum(map(_file_mb, bot.database_path.parent.glob(f"{bot.database_path.name}*")))
    async with database.reading() as connection:
        size = await connection.execute(text("SELECT pg_database_size(current_database())"))
        return int(size.scalar_one()) / 1024**2


def _file_mb(path: Path) -> float:
    return path.stat().st_size / 1024**2


def growth(samples: Sequence[Mapping[str, float]], pids: Mapping[str, int]) -> dict[str, float]:
    """The slope of each process's memory by least squares, in MB an hour, after it settled."""
    settled = [one for one in samples if one["at_s"] >= _SETTLING_SECONDS]
    if len(settled) < 3:
        return {}
    hours = np.array([one["at_s"] for one in settled]) / 3600
    return {
        name: round(float(np.polyfit(hours, [one[f"{name} rss_mb"] for one in settled], 1)[0]), 1)
        for name in pids
    }
