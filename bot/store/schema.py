"""Brings a database to the schema of this program, and says whether it is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import SchemaMismatch
from bot.store.database import Database

MIGRATIONS_DIR = Path(__file__).parent / "migrations"
#: Any number that nobody else takes as an advisory lock: two processes migrate one after the other.
_LOCK = 60606


def newest_revision() -> str:
    """The schema that this program works with."""
    head = ScriptDirectory(str(MIGRATIONS_DIR)).get_current_head()
    assert head is not None
    return head


async def migrate(database: Database) -> None:
    """Bring the database to the newest schema. Calling it twice is safe, at the same time too.

    Raises:
        SchemaMismatch: it is newer than this program.
        StoreError: the database failed; it is as it was before.
    """
    async with database.writing() as connection:
        if not database.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        await connection.run_sync(_upgrade)


async def check_schema(database: Database) -> None:
    """Find out whether this program can work with the database.

    Raises:
        SchemaMismatch: it cannot; says what to do.
        StoreError: the database cannot be reached.
    """
    async with database.reading() as connection:
        await _check(connection)


async def hold_schema(connection: AsyncConnection) -> None:
    """The first thing in a transaction on all tables: make sure of the schema, which nobody
    migrates until the transaction ends.

    Raises:
        SchemaMismatch: it is not that of this program; says what to do.
    """
    if connection.dialect.name == "postgresql":
        # A table that a migration writes anew looks empty to transactions that began before:
        # https://www.postgresql.org/docs/current/mvcc-caveats.html (read 2026-11-21).
        await connection.execute(
            text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": _LOCK}
        )
    await _check(connection)


def knows_revision(revision: str) -> bool:
    """Whether it is this program's or one before it."""
    script: Any = ScriptDirectory(str(MIGRATIONS_DIR))
    return revision in {one.revision for one in script.walk_revisions()}


async def _check(connection: AsyncConnection) -> None:
    found = await connection.run_sync(_revision)
    if found != newest_revision():
        _refuse_newer(found)
        raise SchemaMismatch(
            "the database is of an older version: run `python -m bot migrate`", is_newer=False
        )


def _upgrade(connection: Connection) -> None:
    _refuse_newer(_revision(connection))
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS_DIR))
    command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_newer(found: str | None) -> None:
    if found is not None and not knows_revision(found):
        raise SchemaMismatch(
            "the database is of a newer version: update this program", is_newer=True
        )
