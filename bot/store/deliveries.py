"""Messages on their way out, as senders see them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.deliveries import Delivery, DeliveryStatus, Lane, Message, Verdict
from bot.domain.people import QUOTA_CHANNELS, Address, ChannelId, ConversationId
from bot.domain.store import Budget
from bot.store.database import Database
from bot.store.hearing import fresh_state
from bot.store.statements import insert_new, is_plainly
from bot.store.tables import channel_states, conversations, deliveries
from bot.store.usage import Usage, count_usage
from bot.store.verdicts import record_verdicts

_PENDING, _SENDING = DeliveryStatus.PENDING.value, DeliveryStatus.SENDING.value


class SqlDeliveries:
    """Every call is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(
        self, channel: ChannelId, limit: int, lease_seconds: float, budget: Budget, now: datetime
    ) -> Sequence[Delivery]:
        """Up to `limit` due deliveries, replies first, oldest first, at most one a conversation, so
        that no other sender has them. Taken from the channel's budget; none while it is paused.
        They count as being sent from here on; the lease ends `lease_seconds` after `now`.
        """
        due_at = await self.next_due_at(channel, now)
        if due_at is None or due_at > now:
            return ()
        async with self._database.writing() as connection:
            # The lock on the channel's one row makes the budget one budget for all processes.
            tokens, refilled_at = await _refill(connection, channel, budget, now)
            rows = await _due(connection, channel, now, min(limit, int(tokens)))
            if not rows:
                return ()
            await _lease(connection, rows, now + timedelta(seconds=lease_seconds))
            left = {"tokens": tokens - len(rows), "refilled_at": refilled_at}
            mine = channel_states.c.channel == channel.value
            await connection.execute(update(channel_states).where(mine).values(left))
        return [_to_delivery(row) for row in rows]

    async def next_due_at(self, channel: ChannelId, now: datetime) -> datetime | None:
        """When to look again: the earliest moment at which something may be due, or None."""
        due = select(func.min(deliveries.c.due_at)).where(
            deliveries.c.channel == channel.value, is_plainly(deliveries.c.status, _PENDING)
        )
        pause = select(channel_states.c.paused_until).where(
            channel_states.c.channel == channel.value
        )
        query = select(due.scalar_subquery(), pause.scalar_subquery())
        async with self._database.reading() as connection:
            due_at, paused_until = (await connection.execute(query)).one()
        if due_at is None:
            return None
        return max(one for one in (due_at, paused_until, now) if one is not None)

    async def record(self, results: Sequence[tuple[Delivery, Verdict]], now: datetime) -> None:
        """What came of claimed deliveries. Doing it twice changes nothing; too late, only news that
        a message did arrive is taken.
        """
        async with self._database.writing() as connection:
            await record_verdicts(connection, results, now)

    async def settle(self, now: datetime) -> int:
        """Deal with deliveries whose sender died: those that can be repeated are due again, the
        others are doubtful. Gives the number of the doubtful.
        """
        ran_out = and_(is_plainly(deliveries.c.status, _SENDING), deliveries.c.leased_until < now)
        async with self._database.reading() as connection:
            found = await connection.execute(select(deliveries.c.id).where(ran_out).limit(1))
            if found.first() is None:
                return 0
        async with self._database.writing() as connection:
            again = update(deliveries).where(ran_out, deliveries.c.is_repeatable)
            await connection.execute(again.values(status=_PENDING, leased_until=None))
            doubt = update(deliveries).where(ran_out)
            values = {"status": DeliveryStatus.DOUBTFUL.value, "code": "sender_died"}
            telling = doubt.values(**values, ended_at=now).returning(deliveries.c.channel)
            channels = Counter((await connection.execute(telling)).scalars().all())
            for channel in sorted(QUOTA_CHANNELS):
                await count_usage(connection, channel, now, Usage(sent=channels[channel.value]))
        return channels.total()


def _is_due(channel: ChannelId, now: datetime) -> ColumnElement[bool]:
    """Pending and due, with nothing before it in the same conversation: what is being sent, or
    waits in the same lane or a lower one.
    """
    before = deliveries.alias("before")
    # Not within the lane alone: a reply overtakes a campaign, never the other way round.
    is_before = tuple_(before.c.lane, before.c.id) < tuple_(deliveries.c.lane, deliveries.c.id)
    blocked = exists().where(
        before.c.conversation == deliveries.c.conversation,
        # What is open is pending or being sent.
        before.c.ended_at.is_(None),
        or_(before.c.status == _SENDING, is_before),
    )
    return and_(
        deliveries.c.channel == channel.value,
        is_plainly(deliveries.c.status, _PENDING),
        deliveries.c.due_at <= now,
        ~blocked,
    )


async def _due(
    connection: AsyncConnection, channel: ChannelId, now: datetime, limit: int
) -> Sequence[Row[Any]]:
    if limit < 1:
        return ()
    who = (
        conversations.c.chat,
        conversations.c.is_group,
        conversations.c.last_interaction_at,
    )
    query = (
        select(deliveries, *who)
        .join(conversations, conversations.c.id == deliveries.c.conversation)
        .where(_is_due(channel, now))
        .order_by(deliveries.c.lane, deliveries.c.id)
        .limit(limit)
        .with_for_update(of=deliveries, skip_locked=True)
    )
    return (await connection.execute(query)).all()


async def _lease(connection: AsyncConnection, rows: Collection[Row[Any]], until: datetime) -> None:
    change = update(deliveries).where(deliveries.c.id.in_([row.id for row in rows]))
    values = {"status": _SENDING, "attempt": deliveries.c.attempt + 1, "leased_until": until}
    await connection.execute(change.values(values))


async def _refill(
    connection: AsyncConnection, channel: ChannelId, budget: Budget, now: datetime
) -> tuple[float, datetime]:
    """How many may go now, from a bucket that starts empty, none while the channel is paused; and
    up to when it was filled.
    """
    fresh = fresh_state(channel, now)
    await connection.execute(insert_new(connection, channel_states).values(fresh))
    mine = channel_states.c.channel == channel.value
    query = select(channel_states).where(mine).with_for_update()
    state = (await connection.execute(query)).one()
    # Another clock may be ahead, or we have waited for the lock: no second is filled in twice.
    until = max(now, state.refilled_at)
    if state.is_off or (state.paused_until is not None and state.paused_until > now):
        return 0.0, until
    passed = (until - state.refilled_at).total_seconds()
    return float(min(budget.burst, state.tokens + passed * budget.per_second)), until


def _to_delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        conversation=ConversationId(row.conversation),
        address=Address(ChannelId(row.channel), row.chat, row.is_group),
        lane=Lane(row.lane),
        message=Message.from_data(row.data),
        attempt=row.attempt + 1,
        failures=row.failures,
        created_at=row.created_at,
        last_interaction_at=row.last_interaction_at,
    )
