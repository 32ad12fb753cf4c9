"""Conversations in the database: loaded, saved with a version check, and forgotten in time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.domain.errors import Conflict, StoreError
from bot.domain.session import Session
from bot.store.tables import metadata, sessions


@asynccontextmanager
async def _as_store_errors() -> AsyncIterator[None]:
    """Faults of the database come out as StoreError, with no statement or value in the message."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        raise StoreError(f"the database failed: {type(error).__name__}") from error


class SqlSessionStore:
    """Sessions in any database that SQLAlchemy speaks to, at most `max_sessions` of them."""

    def __init__(self, url: str, max_sessions: int) -> None:
        self._engine: AsyncEngine = create_async_engine(url, hide_parameters=True)
        self._max_sessions = max_sessions

    async def open(self) -> None:
        """Create what is missing in the database. Calling it twice is safe."""
        async with _as_store_errors(), self._engine.begin() as connection:
            await connection.run_sync(metadata.create_all)

    async def close(self) -> None:
        """Give all connections back."""
        await self._engine.dispose()

    async def check(self) -> None:
        """Ask the database for a sign of life.

        Raises:
            StoreError: it gave none.
        """
        # A row is written and taken back: reading alone still works on a full or read-only disk.
        probe = {"id": "", "data": {}, "version": 0, "updated_at": datetime.now(UTC)}
        async with _as_store_errors(), self._engine.connect() as connection:
            transaction = await connection.begin()
            await connection.execute(insert(sessions).values(**probe))
            await transaction.rollback()

    async def find(self, session_id: str) -> tuple[Session, int] | None:
        """A session and its version, or None."""
        query = select(sessions.c.data, sessions.c.version).where(sessions.c.id == session_id)
        async with _as_store_errors(), self._engine.connect() as connection:
            row = (await connection.execute(query)).first()
        return (Session.from_data(row.data), row.version) if row else None

    async def save(self, session: Session, version: int, now: datetime) -> None:
        """Save a session that was loaded at `version` (0 for a new one). Owns its transaction.

        A new session beyond the most that are kept takes the place of the one longest unused.

        Raises:
            Conflict: somebody saved it since.
        """
        values = {
            "data": session.to_data(),
            "version": version + 1,
            "updated_at": now.astimezone(UTC),
        }
        async with _as_store_errors(), self._engine.begin() as connection:
            if version == 0:
                try:
                    await connection.execute(insert(sessions).values(id=session.id, **values))
                except IntegrityError as error:
                    raise Conflict("session was created meanwhile") from error
                await self._make_room(connection, session.id)
                return
            change = update(sessions).where(
                sessions.c.id == session.id, sessions.c.version == version
            )
            if (await connection.execute(change.values(**values))).rowcount != 1:
                raise Conflict("session was changed meanwhile")

    async def _make_room(self, connection: AsyncConnection, newest: str) -> None:
        """Delete the sessions longest unused while there are too many, but never `newest`."""
        # Counting 100 000 rows takes about 1 ms (SQLite, the index on age).
        count = (await connection.execute(select(func.count()).select_from(sessions))).scalar_one()
        if count <= self._max_sessions:
            return
        oldest = (
            select(sessions.c.id)
            .where(sessions.c.id != newest)
            .order_by(sessions.c.updated_at)
            .limit(count - self._max_sessions)
        )
        await connection.execute(delete(sessions).where(sessions.c.id.in_(oldest)))

    async def forget(self, session_id: str) -> None:
        """Delete one session; nothing happens when there is none."""
        async with _as_store_errors(), self._engine.begin() as connection:
            await connection.execute(delete(sessions).where(sessions.c.id == session_id))

    async def forget_before(self, moment: datetime) -> int:
        """Delete the sessions not used since `moment`; gives their number."""
        async with _as_store_errors(), self._engine.begin() as connection:
            result = await connection.execute(
                delete(sessions).where(sessions.c.updated_at < moment.astimezone(UTC))
            )
        return int(result.rowcount)
