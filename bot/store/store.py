"""The store: transactions over all tables, on one database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert

from bot.domain.identity import ConversationNames
from bot.store.database import Database, as_passing_faults
from bot.store.inbox import SqlInbox
from bot.store.outbox import SqlOutbox
from bot.store.people import SqlPeople
from bot.store.sessions import SqlSessions
from bot.store.tables import sessions


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is kept; beyond it, old things make room or new ones are refused."""

    max_sessions: int
    max_waiting_updates: int


@dataclass(frozen=True, slots=True)
class SqlUnit:
    """One transaction."""

    sessions: SqlSessions
    people: SqlPeople
    inbox: SqlInbox
    outbox: SqlOutbox

    def passing_faults(self) -> AbstractAsyncContextManager[None]:
        """Faults that may be gone the next time come out as StoreErrors."""
        return as_passing_faults()


class SqlStore:
    """Transactions on one database. The schema must be up to date (`bot.store.schema`)."""

    def __init__(self, database: Database, names: ConversationNames, limits: Limits) -> None:
        self._database = database
        self._names = names
        self._limits = limits

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[SqlUnit]:
        """One transaction, committed at the end and rolled back on any exception.

        Raises:
            StoreError: on entering, within, or at the end, when the database fails.
        """
        async with self._database.writing() as connection:
            yield SqlUnit(
                SqlSessions(connection, self._limits.max_sessions),
                SqlPeople(connection, self._names),
                SqlInbox(connection, self._limits.max_waiting_updates),
                SqlOutbox(connection),
            )

    async def check(self) -> None:
        """Ask the database for a sign of life.

        Raises:
            StoreError: it gave none.
        """
        # A row is written and taken back: reading alone still works on a full or read-only disk.
        probe = {"id": "", "data": {}, "version": 0, "updated_at": datetime.now(UTC)}
        async with self._database.writing() as connection, connection.begin_nested() as savepoint:
            await connection.execute(insert(sessions).values(**probe))
            await savepoint.rollback()
