"""Databases to test on: a file of SQLite, and PostgreSQL where one can be reached."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

import asyncpg
import pytest

from bot.store.database import Database
from bot.store.schema import migrate

#: A server on which databases may be made and dropped.
SERVER = os.environ.get("TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
KINDS = ("sqlite", "postgresql")


async def _on_server(statement: str) -> None:
    connection = await asyncpg.connect(SERVER, timeout=5)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@contextmanager
def fresh_postgres() -> Iterator[str]:
    """The address of a new, empty database on the server, dropped in the end."""
    name = f"troly06_test_{token_hex(6)}"
    try:
        asyncio.run(_on_server(f"CREATE DATABASE {name}"))
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        pytest.skip(f"no PostgreSQL at TEST_POSTGRES_URL ({type(error).__name__})")
    try:
        yield f"{SERVER.rsplit('/', 1)[0]}/{name}"
    finally:
        asyncio.run(_on_server(f"DROP DATABASE {name} WITH (FORCE)"))


@contextmanager
def fresh_database(kind: str, folder: Path) -> Iterator[str]:
    """The address of a new database with the newest schema."""
    if kind == "sqlite":
        url = f"sqlite:///{folder / 'test.db'}"
        _migrate(url)
        yield url
        return
    with fresh_postgres() as url:
        _migrate(url)
        yield url


def _migrate(url: str) -> None:
    async def run() -> None:
        database = Database(url)
        await migrate(database)
        await database.close()

    asyncio.run(run())
