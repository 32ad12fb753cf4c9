"""`worker`: turns, sending and listening, without the web server."""

from __future__ import annotations

import argparse
import asyncio
import signal

from bot.cli.announce import announce_indexing
from bot.observability import set_up_logging
from bot.running.background import Background
from bot.running.channels import build_channels
from bot.running.migrating import prepare_database
from bot.running.parts import Parts, build_parts
from bot.running.stuck import end_when_stuck
from bot.settings import load_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(options: argparse.Namespace) -> int:
    settings = load_settings()
    set_up_logging(settings.log_format)
    asyncio.run(prepare_database(settings))
    asyncio.run(_run(build_parts(settings, announce_indexing)))
    return 0


async def _run(parts: Parts) -> None:
    try:
        background = Background(parts, build_channels(parts))
        await parts.open()
        loop = asyncio.get_running_loop()
        for one in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(one, background.stop)
        print("Trợ lý 06 đang làm việc: trả lời, gửi tin.", flush=True)
        with end_when_stuck(background.stuck_loops):
            await background.run()
    finally:
        await parts.close()
