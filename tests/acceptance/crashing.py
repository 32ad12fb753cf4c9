"""Bots as real processes that are killed, over fake clouds that outlive them.

An `Installation` is one database and one vendor's cloud; any number of processes run on it. Each
writes its log into a file. Nothing here sleeps: waiting is asking the cloud for its next change.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from bot.settings import PROJECT_ROOT
from bot.store.database import Database
from bot.store.tables import deliveries, inbox
from tests.acceptance.wires import Wire
from tests.processes import environment_of, run_python

SECRET_KEY = "a key for tests alone"
_SECONDS_TO_STOP = 60.0
#: The database changes without the cloud being told.
_LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Leases:
    """How long who died keeps others out; far shorter than in operation, so that tests go on."""

    delivery_seconds: float = 4.0
    listen_seconds: float = 1.0
    refresh_seconds: float = 2.0


class BotProcess:
    """One process of the bot."""

    def __init__(self, pid: int, log: Path) -> None:
        self._pid = pid
        self._log = log
        #: Its exit status, once it has ended.
        self.end: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @property
    def log(self) -> str:
        """What it has written so far."""
        # A process that was asked for has no log until it begins.
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return not self.end.done()

    async def ended(self) -> int:
        """Its exit status; negative for the signal that ended it."""
        return await asyncio.shield(self.end)

    async def is_ready(self) -> bool:
        """Whether it has made a channel ready."""
        assert self.is_running, self.log
        return " is ready" in self.log

    async def runs_for(self, seconds: float) -> None:
        """Let it run for so long; it must not end by itself."""
        try:
            async with asyncio.timeout(seconds):
                status = await self.ended()
        except TimeoutError:
            return
        raise AssertionError(f"it ended by itself: {status}\n{self.log}")

    async def die(self) -> None:
        """Kill it, without a warning."""
        if self.is_running:
            os.kill(self._pid, signal.SIGKILL)
        await self.ended()

    async def stop(self) -> int:
        """Ask it to end, and wait; the exit status."""
        if self.is_running:
            os.kill(self._pid, signal.SIGTERM)
        async with asyncio.timeout(_SECONDS_TO_STOP):
            return await self.ended()


class Nursery:
    """Starts processes (`nursery`), and hears of their end."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._unborn: deque[tuple[Path, asyncio.Future[BotProcess]]] = deque()
        self._living: dict[int, BotProcess] = {}
        self._hearing = asyncio.create_task(self._hear())

    @classmethod
    async def open(cls) -> Nursery:
        """Ready to start processes, or soon."""
        return cls(
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.acceptance.nursery"),
                cwd=PROJECT_ROOT,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        )

    async def start(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path
    ) -> BotProcess:
        """A new process."""
        order = {"arguments": list(arguments), "environment": dict(environment)}
        born: asyncio.Future[BotProcess] = asyncio.get_running_loop().create_future()
        self._unborn.append((log, born))
        assert self._process.stdin is not None
        line = json.dumps({**order, "folder": str(folder), "log": str(log)})
        self._process.stdin.write(f"{line}\n".encode())
        return await born

    async def _hear(self) -> None:
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            told = json.loads(line)
            if "status" in told:
                self._living[told["pid"]].end.set_result(told["status"])
                continue
            log, born = self._unborn.popleft()
            process = self._living[told["pid"]] = BotProcess(told["pid"], log)
            born.set_result(process)

    async def close(self) -> None:
        """Kill what still runs."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()
        await self._hearing


@dataclass
class Installation:
    """One database and what its processes need to know."""

    wire: Wire
    nursery: Nursery
    folder: Path
    data_dir: Path
    database_url: str
    #: None for those of the product.
    leases: Leases | None = field(default_factory=Leases)
    processes: list[BotProcess] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.database = Database(self.database_url)

    async def start(self, *command: str, die_at: str = "", nth: int = 1) -> BotProcess:
        """Start a command; with `die_at` it kills itself there (`dying_bot.POINTS`)."""
        log = self.folder / f"{len(self.processes):03d}-{die_at or 'whole'}.log"
        log.touch()  # so that it can be read before the process has come so far
        arguments = self.arguments(*command, die_at=die_at, nth=nth)
        process = await self.nursery.start(arguments, self.environment(), self.folder, log)
        self.processes.append(process)
        return process

    def arguments(self, *command: str, die_at: str = "", nth: int = 1) -> list[str]:
        """What starts a command, for `dying_bot`."""
        options = ["--die-at", die_at, "--nth", str(nth)] if die_at else []
        if self.leases is not None:
            options += ["--delivery-lease", str(self.leases.delivery_seconds)]
            options += ["--listen-lease", str(self.leases.listen_seconds)]
            options += ["--refresh-lease", str(self.leases.refresh_seconds)]
        return [*options, *command]

    def environment(self) -> dict[str, str]:
        """The settings, and nothing of this machine's."""
        own = {
            "TROLY06_DATABASE_URL": self.database_url,
            "TROLY06_SECRET_KEY": SECRET_KEY,
            "TROLY06_REQUESTS_PER_MINUTE": "100000",
        }
        return {**environment_of(self.data_dir), **own, **self.wire.settings}

    async def open_work(self) -> int:
        """Updates whose turn is not taken, and messages that are not sent."""
        waiting = select(func.count()).where(inbox.c.state == "waiting")
        is_open = deliveries.c.status.in_(("pending", "sending"))
        promised = select(func.count()).where(is_open)
        async with self.database.reading() as connection:
            counts = [(await connection.execute(one)).scalar_one() for one in (waiting, promised)]
        return sum(counts)

    async def is_quiet(self) -> bool:
        """Whether all that was asked is dealt with."""
        return await self.wire.waiting_count() == 0 and await self.open_work() == 0

    def complaints(self) -> list[str]:
        """Lines of logs that tell of a fault of ours."""
        told = ("Traceback", " broke", "CRITICAL")
        return [
            f"{one._log.name}: {line}"
            for one in self.processes
            for line in one.log.splitlines()
            if any(mark in line for mark in told)
        ]

    async def close(self) -> None:
        """End what still runs."""
        for one in self.processes:
            await one.die()
        await self.nursery.close()
        await self.database.close()


def migrate(data_dir: Path, database_url: str) -> None:
    """Bring a database to the newest schema, as an operator does."""
    given = {"database_url": database_url, "secret_key": SECRET_KEY}
    run_python(data_dir, "-m", "bot", "migrate", **given)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@asynccontextmanager
async def installed(
    wire: Wire, folder: Path, data_dir: Path, database_url: str, leases: Leases | None = None
) -> AsyncIterator[Installation]:
    """An installation on this vendor's cloud; what still runs in the end is killed."""
    nursery = await Nursery.open()
    installation = Installation(wire, nursery, folder, data_dir, database_url, leases)
    try:
        yield installation
    finally:
        await installation.close()


async def until(
    wire: Wire, holds: Callable[[], Awaitable[object]], what: str, seconds: float = 90.0
) -> None:
    """Return as soon as something holds.

    Raises:
        AssertionError: time is up.
    """
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + seconds
    while not await holds():
        assert loop.time() < ends_at, f"{what}: not within {seconds} s"
        await wire.look_again(_LOOK_SECONDS)
