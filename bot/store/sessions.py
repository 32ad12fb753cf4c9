"""Sessions: loaded, saved with a version check, and forgotten in time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.answered import Answered, turn_from_data, turn_to_data
from bot.domain.errors import Conflict
from bot.domain.session import Session, Turn
from bot.store.statements import delete_batch
from bot.store.tables import conversations, sessions


class SqlSessions:
    """Sessions within one transaction, at most `max_sessions` of them."""

    def __init__(self, connection: AsyncConnection, max_sessions: int) -> None:
        self._connection = connection
        self._max_sessions = max_sessions
        #: How many more there may be; counted once a transaction, None before.
        self._room: int | None = None

    async def find(self, session_id: str) -> tuple[Session, int] | None:
        """A session and its version, or None."""
        query = select(sessions.c.data, sessions.c.version).where(sessions.c.id == session_id)
        row = (await self._connection.execute(query)).first()
        return (Session.from_data(row.data), row.version) if row else None

    async def find_answered(self, session_id: str, message: str) -> Turn | None:
        """The turn that was saved as the answer to this message, if that was the last one."""
        query = select(sessions.c.data, sessions.c.last_turn).where(
            sessions.c.id == session_id, sessions.c.last_message == message
        )
        row = (await self._connection.execute(query)).first()
        if row is None or row.last_turn is None:
            return None
        return turn_from_data(row.last_turn, Session.from_data(row.data))

    async def was_last(self, session_id: str, message: str, since: datetime) -> bool:
        """Whether the last turn was that of this message, and was taken since then."""
        query = select(sessions.c.id).where(
            sessions.c.id == session_id,
            sessions.c.last_message == message,
            sessions.c.updated_at >= since,
        )
        return (await self._connection.execute(query)).first() is not None

    async def save(
        self, session: Session, version: int, now: datetime, answered: Answered | None = None
    ) -> None:
        """Save a session that was loaded at `version` (0 for a new one), with what was answered
        last, where that may be asked for again.

        A new session beyond the most that are kept takes the place of the one longest unused.

        Raises:
            Conflict: somebody saved it since.
        """
        values = {
            "data": session.to_data(),
            "version": version + 1,
            "updated_at": now,
            "last_message": answered.message if answered else "",
            "last_turn": turn_to_data(answered.turn) if answered and answered.turn else None,
        }
        if version == 0:
            try:
                await self._connection.execute(insert(sessions).values(id=session.id, **values))
            except IntegrityError as error:
                raise Conflict("session was created meanwhile") from error
            await self._make_room(session.id)
            return
        change = update(sessions).where(sessions.c.id == session.id, sessions.c.version == version)
        if (await self._connection.execute(change.values(**values))).rowcount != 1:
            raise Conflict("session was changed meanwhile")

    async def _make_room(self, newest: str) -> None:
        """Delete the sessions longest unused while there are too many, but never `newest`."""
        if self._room is None:
            # Counting 100 000 rows takes 1 ms on SQLite, 6 ms on PostgreSQL (the index on age).
            counting = select(func.count()).select_from(sessions)
            self._room = (
                self._max_sessions - (await self._connection.execute(counting)).scalar_one()
            )
        else:
            self._room -= 1
        if self._room >= 0:
            return
        is_persons = exists().where(conversations.c.id == sessions.c.id)
        oldest = (
            select(sessions.c.id)
            # Those of chat channels have a person, who is bounded otherwise: names of web sessions
            # cost nothing.
            .where(sessions.c.id != newest, ~is_persons)
            .order_by(sessions.c.updated_at)
            .limit(-self._room)
            # One that is locked is in use: not old any more.
            .with_for_update(skip_locked=True)
            # Asked once: within the DELETE, PostgreSQL may ask a locking query again for each row.
            .cte("oldest")
        )
        gone = delete(sessions).where(sessions.c.id.in_(select(oldest.c.id)))
        await self._connection.execute(gone)
        self._room = 0

    async def forget(self, session_id: str) -> None:
        """Delete one session; nothing happens when there is none."""
        await self._connection.execute(delete(sessions).where(sessions.c.id == session_id))

    async def forget_before(self, moment: datetime) -> int:
        """Delete up to `BATCH` sessions not used since `moment`; gives their number."""
        old = delete_batch(sessions, sessions.c.updated_at < moment)
        return int((await self._connection.execute(old)).rowcount)
