"""`python -m bot serve` with chat channels, as its operator sees it: settings, log, metrics."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.processes import environment_of, run_python, serving

#: What vendors know of this machine; the fakes map it to where it really is.
PUBLIC_URL = "https://tro-ly.example.vn"


@dataclass(frozen=True)
class Served:
    """One process that serves."""

    address: str
    data_dir: Path
    log_path: Path
    metrics_url: str
    settings: dict[str, str]

    @property
    def log(self) -> str:
        """What it wrote to standard error."""
        return self.log_path.read_text(encoding="utf-8")

    def run(self, *arguments: str, given: str = "") -> str:
        """Run a command beside it, with the same settings; what it printed."""
        settings = {name: one for name, one in self.settings.items() if name != "metrics_port"}
        done = run_python(self.data_dir, "-m", "bot", *arguments, given=given, **settings)
        return done.stdout

    @contextlib.contextmanager
    def begin(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Begin a command that asks something."""
        settings = {name: one for name, one in self.settings.items() if name != "metrics_port"}
        with subprocess.Popen(
            [sys.executable, "-m", "bot", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            cwd=self.data_dir,
            env=environment_of(self.data_dir, **settings),
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def metric(self, name: str, **labels: str) -> float:
        """The sum of the figures with these labels."""
        told = httpx.get(self.metrics_url, trust_env=False).text
        wanted = [f'{label}="{one}"' for label, one in labels.items()]
        parts = (line.rpartition(" ") for line in told.splitlines())
        return sum(
            float(value)
            for head, _, value in parts
            if head.partition("{")[0] == name and all(one in head for one in wanted)
        )


def with_index(data_dir: Path, folder: Path) -> Path:
    """A data folder of one's own that has the index already, which takes long to make."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(data_dir / "index", folder / "index")
    return folder


@contextlib.contextmanager
def chat_serving(folder: Path, **settings: str) -> Iterator[Served]:
    """Serve until it is enough."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    settings = {"metrics_port": port, **settings}
    log_path = folder / "log"
    with log_path.open("w", encoding="utf-8") as log, serving(folder, log, **settings) as address:
        yield Served(address, folder, log_path, f"http://127.0.0.1:{port}/metrics", settings)
