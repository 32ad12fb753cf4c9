"""When a channel was last heard from, for channels whose vendor may stop sending without a word.
Kept apart from the updates themselves, which are deleted in time and are not all that comes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.people import ChannelId
from bot.store.database import Database
from bot.store.statements import insert_or
from bot.store.tables import channel_states


class SqlHearing:
    """Every call is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, channel: ChannelId, at: datetime) -> None:
        """The vendor sent something then. Never made earlier by a clock that is behind.

        Raises:
            StoreError: it is not noted.
        """
        async with self._database.writing() as connection:
            await _put(connection, channel, "heard_at", at)

    async def find_quiet_since(self, channel: ChannelId, now: datetime) -> datetime:
        """Since when nothing was heard, or was to be expected. Expects it from `now` on where
        nothing is known: who asks first begins the wait.

        Raises:
            StoreError: nobody knows.
        """
        if known := await self.read_quiet_since(channel):
            return known
        async with self._database.writing() as connection:
            await _put(connection, channel, "expected_since", now)
        return now

    async def read_quiet_since(self, channel: ChannelId) -> datetime | None:
        """The same for who only looks; None where nothing is known.

        Raises:
            StoreError: nobody knows.
        """
        mine = channel_states.c.channel == channel.value
        query = select(channel_states.c.heard_at, channel_states.c.expected_since).where(mine)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
        return max((at for at in row or () if at is not None), default=None)


def fresh_state(channel: ChannelId, now: datetime) -> dict[str, Any]:
    """The row of a channel of which there was none."""
    return {
        "channel": channel.value,
        "tokens": 0.0,
        # A second's worth to begin with: the first reply of a new channel does not wait.
        "refilled_at": now - timedelta(seconds=1),
        "pause_code": "",
        "is_off": False,
    }


async def _put(connection: AsyncConnection, channel: ChannelId, column: str, at: datetime) -> None:
    before = channel_states.c[column]
    putting = (
        insert_or(connection, channel_states)
        .values(**fresh_state(channel, at), **{column: at})
        .on_conflict_do_update(
            index_elements=["channel"], set_={column: at}, where=or_(before.is_(None), before < at)
        )
    )
    await connection.execute(putting)
