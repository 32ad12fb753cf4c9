"""`migrate`: brings the database to this version of the program."""

from __future__ import annotations

import argparse
import asyncio

from bot.running.migrating import migrate_database
from bot.settings import load_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(options: argparse.Namespace) -> int:
    settings = load_settings()
    asyncio.run(migrate_database(settings))
    print("Cơ sở dữ liệu đã đúng phiên bản.")
    return 0
