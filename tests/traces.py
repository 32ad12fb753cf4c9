"""What a running installation leaves behind, gathered to be searched: databases and backups."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg

_POSTGRES_TABLES = """
    SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'
"""


class SqliteTraces:
    """A file of SQLite while a server works on it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def files(self) -> dict[str, bytes]:
        """The bytes of the database and what lies beside it."""
        found = self._path.parent.glob(f"{self._path.name}*")
        return {one.name: one.read_bytes() for one in sorted(found)}

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """All rows of all tables, by column."""
        with self._open() as connection:
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            return {
                name: [dict(row) for row in connection.execute(f'SELECT * FROM "{name}"')]
                for (name,) in names.fetchall()
            }

    def run(self, statement: str) -> None:
        """Do something to the database."""
        with self._open() as connection:
            connection.execute(statement)

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, timeout=20)
        connection.row_factory = sqlite3.Row
        try:
            with connection:
                yield connection
        finally:
            connection.close()


class PostgresTraces:
    """A database of PostgreSQL, by its address."""

    def __init__(self, url: str) -> None:
        self._url = url

    def files(self) -> dict[str, bytes]:
        """None that are ours to read."""
        return {}

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """All rows of all tables, by column."""

        async def read(connection: asyncpg.Connection) -> dict[str, list[dict[str, Any]]]:
            names = [row[0] for row in await connection.fetch(_POSTGRES_TABLES)]
            return {
                name: [dict(row) for row in await connection.fetch(f'SELECT * FROM "{name}"')]
                for name in names
            }

        return self._with_connection(read)

    def run(self, statement: str) -> None:
        """Do something to the database."""
        self._with_connection(lambda connection: connection.execute(statement))

    def _with_connection(self, work: Any) -> Any:
        async def run() -> Any:
            connection = await asyncpg.connect(self._url, timeout=10)
            try:
                return await work(connection)
            finally:
                await connection.close()

        return asyncio.run(run())


def columns_of(rows: dict[str, list[dict[str, Any]]]) -> dict[str, str]:
    """The text of every column of every table, by `table.column`."""
    found: dict[str, list[str]] = {}
    for table, kept in rows.items():
        for row in kept:
            for column, value in row.items():
                told = value.decode("latin-1") if isinstance(value, bytes) else str(value)
                found.setdefault(f"{table}.{column}", []).append(told)
    return {name: "\n".join(values) for name, values in found.items()}


def backup_of(path: Path) -> str:
    """What a backup holds."""
    return gzip.decompress(path.read_bytes()).decode()
