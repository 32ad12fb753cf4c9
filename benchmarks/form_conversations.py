"""Our server and a Rasa server led through the same questions, over HTTP, in one run.

    python -m benchmarks.form_conversations FOLDER [--python .venv-rasa/bin/python]

FOLDER is an export of `bot export rasa`, trained. The flow is asked for in words, then each of its
questions is answered by typing the label of the first option: our flow, Rasa's form. Both servers
run on this machine, on the same core, one client asks them in turn from another core; each
conversation is a new session. What Rasa leaves out (masking, branches, storing on disk) is in ours.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from benchmarks.rankings import machine
from benchmarks.turns import figures
from bot.content.loader import load_catalog
from bot.domain.catalog import Catalog
from bot.export.rasa_forms import forms_of
from bot.settings import PROJECT_ROOT, Settings

FLOW = "dang-ky-muc-1"
WARM_UP = 5
_SECONDS_TO_START = 600
#: Two ports that nothing else here uses.
_PORT, _RASA_PORT = 18080, 15005


@dataclass
class Server:
    """A server under measurement."""

    name: str
    say: Callable[[str, str], str]
    process: subprocess.Popen[bytes]
    start_s: float = 0.0
    seconds: list[float] = field(default_factory=list)

    #: The processor's time when counting began.
    _cpu_before: float = 0.0

    def begin(self) -> None:
        """Count from now on."""
        self._cpu_before = self._cpu_seconds()

    def figures(self) -> dict[str, float]:
        """Latency, the processor's time a turn, start and memory."""
        cpu_ms = (self._cpu_seconds() - self._cpu_before) / len(self.seconds) * 1000
        return {
            "turns": len(self.seconds),
            **figures(self.seconds),
            "cpu_ms_a_turn": round(cpu_ms, 2),
            "start_s": self.start_s,
            "memory_mb": self.memory_mb,
        }

    def _cpu_seconds(self) -> float:
        """The processor's time of all threads; fields 14 and 15 of proc(5) stat, in ticks."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8")
        after_name = stat.rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory_mb(self) -> float:
        """The most memory that it has held so far."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return round(int(peak.split()[1]) / 1024, 1)


def conversation(catalog: Catalog) -> list[str]:
    """What the citizen types."""
    form = next(one for one in forms_of(catalog) if one.flow.id == FLOW)
    asked = next(one for one in catalog.intents if one.name == form.intent).examples[0]
    return [asked, *(question.options[0].label for question in form.questions)]


@contextmanager
def started(command: Sequence[str], folder: Path, **environment: str) -> Iterator[subprocess.Popen]:
    """A process on one core of its own, its output thrown away."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.sched_setaffinity(process.pid, {0})
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(client: httpx.Client, address: str) -> float:
    """Seconds until an address answers well."""
    began = time.perf_counter()
    while time.perf_counter() - began < _SECONDS_TO_START:
        try:
            if client.get(address).status_code == httpx.codes.OK:
                return round(time.perf_counter() - began, 2)
        except httpx.TransportError:
            pass
        time.sleep(0.02)
    raise TimeoutError(address)


def talk(server: Server, says: Sequence[str]) -> str:
    """One conversation; the last reply."""
    name, reply = uuid.uuid4().hex, ""
    for text in says:
        began = time.perf_counter()
        reply = server.say(name, text)
        server.seconds.append(time.perf_counter() - began)
    return reply


def talkers(client: httpx.Client) -> tuple[Callable[[str, str], str], Callable[[str, str], str]]:
    """How each server is spoken to."""

    def ours(session: str, text: str) -> str:
        address = f"http://127.0.0.1:{_PORT}/api/messages"
        return client.post(address, json={"session": session, "text": text}).raise_for_status().text

    def rasa(session: str, text: str) -> str:
        address = f"http://127.0.0.1:{_RASA_PORT}/webhooks/rest/webhook"
        return (
            client.post(address, json={"sender": session, "message": text}).raise_for_status().text
        )

    return ours, rasa


@contextmanager
def servers(folder: Path, python: Path, client: httpx.Client) -> Iterator[list[Server]]:
    """Both, ready."""
    ours, rasa = talkers(client)
    data = {"TROLY06_DATA_DIR": str(Settings().data_dir), "TROLY06_REQUESTS_PER_MINUTE": "1000000"}
    serve = [sys.executable, "-m", "bot", "serve", "--port", str(_PORT)]
    run = [str(python.absolute()), "-m", "rasa", "run", "--enable-api", "-i", "127.0.0.1"]
    quiet = {"RASA_TELEMETRY_ENABLED": "false"}
    with (
        tempfile.TemporaryDirectory() as place,
        started(serve, Path(place), PYTHONPATH=str(PROJECT_ROOT), **data) as first,
    ):
        our_start = wait_for(client, f"http://127.0.0.1:{_PORT}/readyz")
        with started([*run, "-p", str(_RASA_PORT)], folder, **quiet) as second:
            rasa_start = wait_for(client, f"http://127.0.0.1:{_RASA_PORT}/status")
            yield [
                Server("ours", ours, first, our_start),
                Server("rasa", rasa, second, rasa_start),
            ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--python", type=Path, default=PROJECT_ROOT / ".venv-rasa/bin/python")
    parser.add_argument("--conversations", type=int, default=50)
    options = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    says = conversation(load_catalog(Settings().content_root))
    with (
        httpx.Client(timeout=60, trust_env=False) as client,
        servers(options.folder, options.python, client) as both,
    ):
        last = {one.name: talk(one, says)[:400] for one in both for _ in range(WARM_UP)}
        for server in both:
            server.seconds.clear()
            server.begin()
        for _ in range(options.conversations):
            for server in both:
                talk(server, says)
        report = {
            "machine": machine(),
            "conversation": says,
            "last_reply": last,
            **{one.name: one.figures() for one in both},
        }
    print(json.dumps(report, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
