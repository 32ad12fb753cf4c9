"""One way to a database, SQLite or PostgreSQL: its connections, transactions and faults."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    DBAPIError,
    DisconnectionError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.domain.errors import StoreError

#: How long a transaction of another process may make ours wait, in SQLite.
BUSY_SECONDS = 20
#: Connections of one process: turns, senders, web requests and upkeep at the same time.
POOL_SIZE = 10
#: Of PostgreSQL: to connect, for a statement, for a lock, for what a process that hangs holds.
_CONNECT_SECONDS, _COMMAND_SECONDS, _LOCK_SECONDS, _IDLE_SECONDS = 5, 30, 15, 60
#: A transaction that reads alone: SQLite then lets others write meanwhile.
_READING = "reading"
#: No transaction at all, for what SQLite does in none.
_LOOSE = "loose"


#: SQLSTATEs that begin so: the data cannot be stored, however often it is tried.
#: https://www.postgresql.org/docs/15/errcodes-appendix.html (class 22, read 2026-11-21).
_BAD_DATA = "22"


@asynccontextmanager
async def as_store_errors() -> AsyncIterator[None]:
    """Faults of the database come out as StoreError, with no statement or value in the message.

    Raises:
        StoreError: the database failed; the same may go well later.
        ValueError: we gave it something that no database can keep; trying again is of no use.
    """
    try:
        yield
    # asyncpg lets its own timeouts and connection faults through as they are.
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        if _is_bad_data(error):
            # Without the cause: its message quotes the value.
            raise ValueError(f"a value cannot be stored: {type(error).__name__}") from None
        raise StoreError(f"the database failed: {type(error).__name__}") from error


#: Classes of faults that have nothing to do with what was asked: connection, deadlock and the like,
#: no room, waited too long, shut down, system.
#: https://www.postgresql.org/docs/current/errcodes-appendix.html (read 2026-11-21)
_PASSING = ("08", "40", "53", "55", "57", "58")


@asynccontextmanager
async def as_passing_faults() -> AsyncIterator[None]:
    """Faults that may be gone the next time come out as StoreErrors; others as they are."""
    try:
        yield
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        if not _is_passing(error):
            raise
        raise StoreError(f"the database failed: {type(error).__name__}") from error


def _is_passing(error: Exception) -> bool:
    if not isinstance(error, SQLAlchemyError):
        return True
    if not isinstance(error, DBAPIError):
        return not isinstance(error, StatementError)
    state = str(getattr(error.orig, "sqlstate", None) or "")
    is_lost = error.connection_invalidated or isinstance(error, (OperationalError, InterfaceError))
    return is_lost or state.startswith(_PASSING)


def _is_bad_data(error: Exception) -> bool:
    if isinstance(error, DBAPIError):
        return str(getattr(error.orig, "sqlstate", None) or "").startswith(_BAD_DATA)
    # What failed before the driver saw it, such as a value that is not JSON.
    return isinstance(error, StatementError)


class Database:
    """Transactions on one database."""

    def __init__(self, url: str, *, is_patient: bool = False) -> None:
        """`url` is `sqlite:///path` or `postgresql://user:password@host/name`, with `?sslmode=…` if
        need be. Commands that work on the whole database are patient: nothing limits their time.
        """
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        driver = "sqlite+aiosqlite" if self.is_sqlite else "postgresql+asyncpg"
        options: dict[str, Any] = {}
        if not self.is_sqlite:
            options = {"pool_pre_ping": True, "connect_args": _limits(is_patient=is_patient)}
            if "sslmode" in parsed.query:
                options["connect_args"]["ssl"] = parsed.query["sslmode"]
                parsed = parsed.difference_update_query(["sslmode"])
        self.engine: AsyncEngine = create_async_engine(
            parsed.set(drivername=driver), hide_parameters=True, pool_size=POOL_SIZE, **options
        )
        # SQLite has one writer; waiting for it here is fair and does not poll.
        self._writing = asyncio.Lock() if self.is_sqlite else nullcontext()
        if self.is_sqlite:
            _prepare_sqlite(self.engine, Path(parsed.database or ""))

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction, committed at the end and rolled back on any exception.

        Raises:
            StoreError: the database failed; nothing happened.
        """
        async with self._writing, as_store_errors(), self.engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads, and sees one state of the database all the time."""
        async with as_store_errors(), self.engine.connect() as connection:
            level = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
            reading = await connection.execution_options(**{_READING: True}, **level)
            async with reading.begin():
                yield reading

    async def clear_log(self) -> None:
        """Leave nothing of what was erased in SQLite's log of changes, where it would lie until
        enough is written after it: https://sqlite.org/pragma.html#pragma_wal_checkpoint (TRUNCATE,
        read 2026-11-21).

        Raises:
            StoreError: the database failed.
        """
        if not self.is_sqlite:
            return
        async with self._writing, as_store_errors(), self.engine.connect() as connection:
            loose = await connection.execution_options(**{_LOOSE: True})
            # While somebody reads for long, such as a backup, it is not waited for: nobody could
            # write meanwhile. The next time will do.
            await loose.exec_driver_sql("PRAGMA busy_timeout = 0")
            try:
                await loose.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                await loose.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")

    async def close(self) -> None:
        """Give all connections back."""
        await self.engine.dispose()


def _limits(*, is_patient: bool) -> dict[str, Any]:
    """How long to wait for PostgreSQL, and how soon it lets go of what a vanished machine holds:
    https://www.postgresql.org/docs/current/runtime-config-client.html (read 2026-11-21).
    """
    settings = {
        "tcp_keepalives_idle": "30",
        "tcp_keepalives_interval": "10",
        "tcp_keepalives_count": "3",
    }
    if is_patient:
        return {"timeout": _CONNECT_SECONDS, "server_settings": settings}
    settings["idle_in_transaction_session_timeout"] = str(_IDLE_SECONDS * 1000)
    settings["lock_timeout"] = str(_LOCK_SECONDS * 1000)
    return {
        "timeout": _CONNECT_SECONDS,
        "command_timeout": _COMMAND_SECONDS,
        "server_settings": settings,
    }


def _identify(path: Path) -> tuple[int, int] | None:
    """Which file lies under a name; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _prepare_sqlite(engine: AsyncEngine, path: Path) -> None:
    """Begin transactions ourselves, keep what was committed when the power goes, and leave nothing
    of what was erased in the file.

    https://docs.sqlalchemy.org/en/20/dialects/sqlite.html (on transactions, read 2026-11-21);
    https://sqlite.org/pragma.html#pragma_synchronous (FULL with WAL: durable, read 2026-11-21);
    https://sqlite.org/pragma.html#pragma_secure_delete (overwrites with zeros, read 2026-11-21).
    """

    @event.listens_for(engine.sync_engine, "connect")
    def connect(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout = {BUSY_SECONDS * 1000}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "secure_delete = ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        record.info["file"] = _identify(path)

    @event.listens_for(engine.sync_engine, "checkout")
    def checkout(_: DBAPIConnection, record: ConnectionPoolEntry, __: object) -> None:
        # A file that was deleted or moved away can be written to, and is gone when the program
        # ends: what lies under its name is opened instead.
        if record.info["file"] != _identify(path):
            raise DisconnectionError

    @event.listens_for(engine.sync_engine, "invalidate")
    def invalidate(connection: DBAPIConnection, *_: object) -> None:
        # A task was cancelled within a statement. Closing alone would keep the lock for as long as
        # anything remembers the statement, such as the task itself: nobody else could write.
        # https://sqlite.org/c3ref/close.html (on "zombies", read 2026-11-21).
        connection.rollback()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get(_LOOSE):
            return
        is_reading = options.get(_READING)
        # A lock that is taken late can fail instead of wait.
        connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")
