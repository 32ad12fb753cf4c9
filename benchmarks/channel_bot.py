"""The assistant as it runs for real, `serve` and `worker`, on a fresh database to measure it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from typing import TextIO

import httpx

from benchmarks.channel_cloud import CloudProcess
from bot.settings import Settings
from tests.databases import fresh_database
from tests.processes import environment_of

#: Not secrets: the other side is the fake cloud.
SECRET = "benchmark-of-channels"  # noqa: S105
_SECONDS_TO_START = 60
_SECONDS_TO_STOP = 60
_NO_LIMIT = "100000000"


@dataclass(frozen=True)
class Setup:
    """What is measured: a database, and processes."""

    database: str
    processes: int
    settings: dict[str, str] = field(default_factory=dict)
    #: Without workers updates are stored and wait.
    has_workers: bool = True

    @property
    def name(self) -> str:
        """For tables."""
        return f"{self.database}, {self.processes} process{'es' if self.processes > 1 else ''}"

    def commands(self) -> list[list[str]]:
        """1: one `serve` that does everything; 4: two that take in, two that answer and send."""
        serve = ["serve", "--port", "0"]
        if self.processes == 1:
            return [serve if self.has_workers else [*serve, "--no-worker"]]
        half = self.processes // 2
        workers = [["worker"]] * half if self.has_workers else []
        return [[*serve, "--no-worker"]] * half + workers


@dataclass(frozen=True)
class RunningBot:
    """Processes that are ready."""

    setup: Setup
    url: str
    addresses: tuple[str, ...]
    pids: dict[str, int]
    log: Path

    @property
    def database_name(self) -> str:
        """On PostgreSQL; empty on SQLite."""
        return "" if self.setup.database == "sqlite" else self.url.rpartition("/")[2]

    @property
    def database_path(self) -> Path | None:
        """On SQLite."""
        is_file = self.setup.database == "sqlite"
        return Path(self.url.removeprefix("sqlite:///")) if is_file else None


@contextmanager
def running_bot(setup: Setup, cloud: CloudProcess) -> Iterator[RunningBot]:
    """The processes of a setup, each ready; ended and their database deleted afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="troly06-bench-")))
        url = stack.enter_context(fresh_database(setup.database, folder))
        settings = {
            "database_url": url,
            "secret_key": SECRET,
            "public_url": "https://bot.example",
            "telegram_webhook_secret": SECRET,
            "telegram_bot_token": cloud.token,
            "telegram_api_url": cloud.address,
            "telegram_sends_per_second": "1000",
            "requests_per_minute": _NO_LIMIT,
            **setup.settings,
        }
        log = folder / "bot.log"
        writing = stack.enter_context(log.open("w", encoding="utf-8"))
        processes = {
            f"{command[0]} {number}": stack.enter_context(_process(command, settings, writing))
            for number, command in enumerate(setup.commands(), 1)
        }
        addresses = [_address_of(one) for one in processes.values()]
        served = tuple(one for one in addresses if one)
        for one in served:
            _wait_until_ready(one)
        pids = {name: one.pid for name, one in processes.items()}
        yield RunningBot(setup, url, served, pids, log)


@contextmanager
def _process(
    command: Sequence[str], settings: dict[str, str], log: TextIO
) -> Iterator[subprocess.Popen[str]]:
    data_dir = Settings().data_dir  # the index lies there; the database does not
    data_dir.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", *command],
        cwd=data_dir,
        env=environment_of(data_dir, **settings),
        stdout=subprocess.PIPE,
        stderr=log,
        encoding="utf-8",
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.communicate(timeout=_SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _address_of(process: subprocess.Popen[str]) -> str:
    """Where it serves; empty for a worker. Returns when it is up."""
    assert process.stdout is not None
    too_late = Timer(_SECONDS_TO_START, process.kill)
    too_late.start()
    try:
        for line in process.stdout:
            if "http://" in line:
                return line[line.index("http://") :].strip()
            if "worker" in process.args and "đang làm việc" in line:  # type: ignore[operator]
                return ""
    finally:
        too_late.cancel()
    raise TimeoutError(f"{process.args} did not start")


def _wait_until_ready(address: str) -> None:
    ends_at = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < ends_at:
        found = httpx.get(f"{address}/readyz", trust_env=False)
        if found.is_success and found.json()["channels"].get("telegram") == "ready":
            return
        time.sleep(0.1)
    raise TimeoutError(f"{address} is not ready")
