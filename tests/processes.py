"""Commands as real processes, away from the settings and the data of this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import TextIO

from bot.settings import PROJECT_ROOT

_SECONDS_TO_START = 60
_SECONDS_TO_END = 120


def environment_of(data_dir: Path, **settings: str) -> dict[str, str]:
    """The environment of a process with this data folder, and settings by their names."""
    kept = {name: one for name, one in os.environ.items() if not name.startswith("TROLY06_")}
    given = {f"TROLY06_{name.upper()}": value for name, value in settings.items()}
    return {
        **kept,
        "PYTHONPATH": str(PROJECT_ROOT),
        "PYTHONIOENCODING": "utf-8",
        "TROLY06_DATA_DIR": str(data_dir),
        **given,
    }


def run_python(
    data_dir: Path, *arguments: str, given: str = "", check: bool = True, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run Python to its end, in the data folder, where no `.env` lies."""
    return subprocess.run(
        [sys.executable, *arguments],
        input=given,
        capture_output=True,
        encoding="utf-8",
        cwd=data_dir,
        env=environment_of(data_dir, **settings),
        check=check,
        timeout=_SECONDS_TO_END,
    )


@contextmanager
def serving(data_dir: Path, log: TextIO | None = None, **settings: str) -> Iterator[str]:
    """The address that `python -m bot serve` tells, while it runs on a free port. What it writes to
    standard error goes to `log`.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "serve", "--port", "0"],
        cwd=data_dir,
        env=environment_of(data_dir, **{"requests_per_minute": "10000", **settings}),
        stdout=subprocess.PIPE,
        stderr=log,
        encoding="utf-8",
    )
    too_late = Timer(_SECONDS_TO_START, process.kill)
    too_late.start()
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        too_late.cancel()
        assert "http://" in line, f"no server within {_SECONDS_TO_START} s: {line!r}"
        yield line[line.index("http://") :].strip()
    finally:
        too_late.cancel()
        process.terminate()
        process.communicate(timeout=20)
