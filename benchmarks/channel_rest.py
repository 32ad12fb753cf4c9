"""Questions over plain HTTP: our JSON interface, our webhook to the send, and Rasa's REST channel.

All get the same typed questions, each from somebody new, and answer one person or eight at a time.
Ours keeps conversations in SQLite (written through to the disk); Rasa keeps them in memory.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import subprocess
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import httpx

from benchmarks.channel_bot import Setup, running_bot
from benchmarks.channel_citizens import questions
from benchmarks.channel_cloud import cloud_process
from benchmarks.channel_figures import milliseconds
from benchmarks.channel_watch import Watch, rss_mb

_PORT = 15006
_SECONDS_TO_START = 300
_WARM_UP_SECONDS = 5.0
_AT_A_TIME = (1, 8)

#: Says something as somebody new; returns when it is answered.
Ask = Callable[[aiohttp.ClientSession, str], Awaitable[None]]


@dataclass(frozen=True)
class Asked:
    """A server that is asked."""

    name: str
    pid: int
    ask: Ask


def measure_rest(folder: Path | None, python: Path, seconds: float) -> Iterator[dict[str, Any]]:
    """Each server in turn; Rasa where an export is given."""
    with cloud_process() as cloud, running_bot(Setup("sqlite", 1), cloud) as bot:
        pid = next(iter(bot.pids.values()))
        yield from _measured(Asked("ours, /api/messages", pid, _ours(bot.addresses[0])), seconds)
    if folder is not None:
        with rasa_server(folder, python) as process:
            asked = Asked("Rasa, /webhooks/rest/webhook", process.pid, _rasa)
            yield from _measured(asked, seconds)


def _measured(asked: Asked, seconds: float) -> Iterator[dict[str, Any]]:
    for at_a_time in _AT_A_TIME:
        yield asyncio.run(_ask_for(asked, at_a_time, seconds))


async def _ask_for(asked: Asked, at_a_time: int, seconds: float) -> dict[str, Any]:
    said, times = itertools.cycle(questions()), list[tuple[float, float]]()
    begins_at = time.monotonic() + _WARM_UP_SECONDS
    ends_at = begins_at + seconds

    async def talk(http: aiohttp.ClientSession) -> None:
        while (began := time.monotonic()) < ends_at:
            await asked.ask(http, next(said))
            times.append((began, time.monotonic()))

    watch = Watch({"server": asked.pid, "generator": os.getpid()})
    async with aiohttp.ClientSession() as http:
        talking = [asyncio.create_task(talk(http)) for _ in range(at_a_time)]
        await asyncio.sleep(_WARM_UP_SECONDS)
        watch.begin()
        await asyncio.sleep(seconds)
        cores = watch.end()
        await asyncio.gather(*talking)
    took = [end - began for began, end in times if begins_at <= end < ends_at]
    return {
        "run": "rest",
        "setup": f"{asked.name}, {at_a_time} at a time",
        "answered_a_second": round(len(took) / seconds, 1),
        "ms": milliseconds(took),
        "cpu_ms_an_answer": round(cores["server"] * seconds / max(len(took), 1) * 1000, 1),
        "cores": cores,
        "memory_mb": round(rss_mb(asked.pid)),
    }


def _ours(address: str) -> Ask:
    async def ask(http: aiohttp.ClientSession, text: str) -> None:
        body = {"session": uuid.uuid4().hex, "text": text}
        async with http.post(f"{address}/api/messages", json=body) as answer:
            answer.raise_for_status()
            assert (await answer.json())["replies"]

    return ask


async def _rasa(http: aiohttp.ClientSession, text: str) -> None:
    body = {"sender": uuid.uuid4().hex, "message": text}
    async with http.post(f"http://127.0.0.1:{_PORT}/webhooks/rest/webhook", json=body) as answer:
        answer.raise_for_status()
        assert await answer.json()


@contextmanager
def rasa_server(folder: Path, python: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A Rasa server with the newest model of a project, ready."""
    run = [str(python.absolute()), "-m", "rasa", "run", "--enable-api", "-i", "127.0.0.1"]
    quiet = {"RASA_TELEMETRY_ENABLED": "false", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}
    process = subprocess.Popen(
        [*run, "-p", str(_PORT)],
        cwd=folder,
        env={**os.environ, **quiet},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        ends_at = time.monotonic() + _SECONDS_TO_START
        while not _is_up():
            if time.monotonic() > ends_at:
                raise TimeoutError("rasa run")
            time.sleep(0.5)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


def _is_up() -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{_PORT}/status", trust_env=False).is_success
    except httpx.TransportError:
        return False
