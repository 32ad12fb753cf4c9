"""A fake cloud as a process of its own, which outlives a bot that is killed. Its first line tells
where it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

_SECONDS_TO_START = 30


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(one for one in sys.path if one)}


@contextlib.asynccontextmanager
async def cloud_beside(module: str, *arguments: str) -> AsyncIterator[Mapping[str, Any]]:
    """What the cloud tells of itself, while it runs beside an event loop."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        env=_environment(),
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(_SECONDS_TO_START):
            told = json.loads(await process.stdout.readline())
        yield told
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


@contextlib.contextmanager
def cloud(module: str, *arguments: str) -> Iterator[Mapping[str, Any]]:
    """The same for fixtures without an event loop."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdout=subprocess.PIPE,
        env=_environment(),
    )
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.communicate(timeout=_SECONDS_TO_START)
