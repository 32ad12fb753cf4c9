"""What is forgotten in time, and what is seen of the whole store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.deliveries import DeliveryStatus
from bot.domain.identity import ConversationNames
from bot.domain.people import ChannelId
from bot.store.database import Database
from bot.store.inbox import SqlInbox
from bot.store.leases import SqlLeases
from bot.store.outbox import SqlOutbox
from bot.store.people import SqlPeople
from bot.store.sessions import SqlSessions
from bot.store.statements import BATCH, is_plainly
from bot.store.tables import channel_states, deliveries, inbox
from bot.store.usage import Usage, read_usage

#: Deletes some of what is old; gives the number.
ForgetBatch = Callable[[AsyncConnection], Awaitable[int]]


_SIGNS = select(channel_states.c.channel, channel_states.c.heard_at).where(
    channel_states.c.heard_at.is_not(None)
)


@dataclass(frozen=True, slots=True)
class Retention:
    """For how long things are kept."""

    session_days: int
    #: What was sent, and that an update came. Vendors send an update again for a day at most.
    message_days: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits, and for how long."""

    waiting_updates: int
    oldest_update: timedelta
    #: By channel: open deliveries, and how long ago the oldest of them was promised.
    open_deliveries: Mapping[ChannelId, int]
    oldest_delivery: Mapping[ChannelId, timedelta]
    #: By channel: deliveries of which nobody knows whether they arrived.
    doubtful: Mapping[ChannelId, int]
    #: By channel: when the last update came in, or any other sign of the vendor where those count.
    last_update_at: Mapping[ChannelId, datetime]


class Upkeep:
    """Looks after the store as a whole; safe to run in several processes at the same time."""

    def __init__(self, database: Database, names: ConversationNames, retention: Retention) -> None:
        self._database = database
        self._names = names
        self._retention = retention

    async def forget_old(self, now: datetime) -> int:
        """Delete what is older than it may be; gives the number of rows.

        Raises:
            StoreError: the rest is for the next time.
        """
        sessions_before = now - timedelta(days=self._retention.session_days)
        messages_before = now - timedelta(days=self._retention.message_days)
        batches: Sequence[ForgetBatch] = (
            lambda connection: SqlSessions(connection, 0).forget_before(sessions_before),
            lambda connection: SqlInbox(connection, 0).forget_before(messages_before),
            lambda connection: SqlOutbox(connection).forget_before(messages_before),
            lambda connection: SqlOutbox(connection).forget_unsent_before(messages_before),
        )
        count = await SqlLeases(self._database).forget_ended(now)
        for forget in batches:
            count += await self._forget_in_batches(forget)
        async with self._database.writing() as connection:
            people = SqlPeople(connection, self._names)
            count += await people.forget_silent_before(min(sessions_before, messages_before))
        return count

    async def _forget_in_batches(self, forget: ForgetBatch) -> int:
        total, count = 0, BATCH
        while count == BATCH:
            async with self._database.writing() as connection:
                count = await forget(connection)
            total += count
        return total

    async def forget_those_who_asked(self) -> int:
        """Delete who asked to be forgotten and has received the answer; gives their number.

        Raises:
            StoreError: nobody was deleted.
        """
        async with self._database.writing() as connection:
            return await SqlPeople(connection, self._names).forget_those_who_asked()

    async def clear_traces(self) -> None:
        """Let nothing of what was erased lie about where the database keeps its changes.

        Raises:
            StoreError: it may still lie there.
        """
        await self._database.clear_log()

    async def sum_usage(self, channel: ChannelId, since: date) -> Usage:
        """What went in and out of a channel of `QUOTA_CHANNELS` since a day in Vietnam, that day
        included.

        Raises:
            StoreError: the database cannot be read.
        """
        return await read_usage(self._database, channel, since)

    async def count_deliveries(self) -> Mapping[ChannelId, Mapping[DeliveryStatus, int]]:
        """How many deliveries of each channel stand where.

        Raises:
            StoreError: the database cannot be read.
        """
        query = select(deliveries.c.channel, deliveries.c.status, func.count()).group_by(
            deliveries.c.channel, deliveries.c.status
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        found: dict[ChannelId, dict[DeliveryStatus, int]] = {}
        for channel, status, count in rows:
            found.setdefault(ChannelId(channel), {})[DeliveryStatus(status)] = count
        return found

    async def look(self, now: datetime) -> Backlog:
        """What waits now.

        Raises:
            StoreError: the database cannot be read.
        """
        counts = select(
            deliveries.c.channel, func.count(), func.min(deliveries.c.created_at)
        ).group_by(deliveries.c.channel)
        is_open = deliveries.c.ended_at.is_(None)
        is_doubtful = is_plainly(deliveries.c.status, DeliveryStatus.DOUBTFUL.value)
        last = select(func.max(inbox.c.received_at))
        async with self._database.reading() as connection:
            box = SqlInbox(connection, 0)
            waiting = await box.count_waiting()
            oldest = await box.oldest_wait(now)
            opened = (await connection.execute(counts.where(is_open))).all()
            doubtful = (await connection.execute(counts.where(is_doubtful))).all()
            updates = {
                # One by one: the newest of one channel is found by the index, of all by reading it.
                one: (await connection.execute(last.where(inbox.c.channel == one.value))).scalar()
                for one in ChannelId
            }
            signs = (await connection.execute(_SIGNS)).all()
        for channel, heard_at in signs:
            one = ChannelId(channel)
            updates[one] = max(heard_at, updates[one] or heard_at)
        return Backlog(
            waiting_updates=waiting,
            oldest_update=oldest,
            open_deliveries={ChannelId(one): count for one, count, _ in opened},
            oldest_delivery={
                ChannelId(one): max(now - since, timedelta()) for one, _, since in opened
            },
            doubtful={ChannelId(one): count for one, count, _ in doubtful},
            last_update_at={one: at for one, at in updates.items() if at is not None},
        )
