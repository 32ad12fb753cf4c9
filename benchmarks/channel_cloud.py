"""The fake Telegram of the tests as a process, with a stream of what arrives there.

    python -m benchmarks.channel_cloud      # prints its address and token as a line of JSON

`GET /arrivals` tells every call as it arrives, one line of JSON each: the moment (of the monotonic
clock, which all processes of a machine share), method, chat, message, status, keyboard.
"""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.settings import PROJECT_ROOT
from tests.fakes.telegram_cloud import TelegramCloud

ARRIVALS = "/arrivals"
_LOOK_SECONDS = 5.0


class StreamingCloud(TelegramCloud):
    """The fake cloud, whose ledger can be followed."""

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path == ARRIVALS:
            return await self._follow(request)
        return await super()._answer(request)

    async def _follow(self, request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionError):  # who listened has gone
            await self._tell(response)
        return response

    async def _tell(self, response: web.StreamResponse) -> None:
        told, revision, state = 0, -1, self.core.state
        while True:
            rows = state.ledger[told:]
            told += len(rows)
            if rows:
                lines = [json.dumps(_line(row), ensure_ascii=False) for row in rows]
                await response.write("".join(f"{one}\n" for one in lines).encode())
            revision = await state.wait_for_change(revision, _LOOK_SECONDS)


def _line(row: dict[str, Any]) -> list[object]:
    names = ("received_at", "method", "chat_id", "message_id", "status")
    return [*(row[one] for one in names), row["parameters"].get("reply_markup")]


@dataclass(frozen=True)
class CloudProcess:
    """A running fake cloud."""

    pid: int
    address: str
    token: str


@contextmanager
def cloud_process() -> Iterator[CloudProcess]:
    """The fake cloud in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.channel_cloud"],
        cwd=PROJECT_ROOT,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        yield CloudProcess(process.pid, told["address"], told["token"])
    finally:
        process.terminate()
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


async def _serve() -> None:
    cloud = StreamingCloud()
    await cloud.start()
    print(json.dumps({"address": cloud.address, "token": cloud.token}), flush=True)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, ended.set)
    await ended.wait()
    await cloud.stop()


if __name__ == "__main__":
    asyncio.run(_serve())
