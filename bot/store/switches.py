"""Channels that a person switched off: nothing is taken in or sent there, in any process."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Table, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.deliveries import DeliveryStatus
from bot.domain.people import ChannelId
from bot.store.database import Database
from bot.store.hearing import fresh_state
from bot.store.statements import BATCH, insert_or, is_plainly
from bot.store.tables import channel_states, deliveries, inbox

#: Why a message that waited was never sent: staff see it.
SWITCHED_OFF = "switched_off"


class SqlSwitches:
    """Knows what it saw last; `look` sees anew."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._off: frozenset[ChannelId] = frozenset()

    def is_off(self, channel: ChannelId) -> bool:
        """Whether the channel was off when one looked last."""
        return channel in self._off

    async def look(self) -> frozenset[ChannelId]:
        """The channels that are off.

        Raises:
            StoreError: the database cannot be read; what was seen last still holds.
        """
        query = select(channel_states.c.channel).where(channel_states.c.is_off)
        async with self._database.reading() as connection:
            found = (await connection.execute(query)).scalars().all()
        self._off = frozenset(map(ChannelId, found))
        return self._off

    async def turn(self, channel: ChannelId, now: datetime, *, off: bool) -> None:
        """Switch a channel off or on, for all processes within some seconds. What waits to be sent
        or answered when it goes off, or waited until it comes on again (a process notices some
        seconds late), is never sent: it would be stale. A pause by a fault ends when it goes on.

        Raises:
            StoreError: it is as it was.
        """
        async with self._database.writing() as connection:
            # The channel's one row first, as senders do: none of them is half through a claim.
            mine = channel_states.c.channel == channel.value
            found = select(channel_states.c.is_off).where(mine).with_for_update()
            was_off = bool((await connection.execute(found)).scalar())
            await _turn(connection, channel, now, off=off, was_off=was_off)
            if off or was_off:
                await _expire_waiting(connection, channel, now)
                await _pass_over_waiting(connection, channel, now)
        await self.look()


async def _turn(
    connection: AsyncConnection, channel: ChannelId, now: datetime, *, off: bool, was_off: bool
) -> None:
    fresh = {**fresh_state(channel, now), "is_off": off}
    changed: dict[str, Any] = {"is_off": off}
    if not off:
        changed |= {"paused_until": None, "pause_code": ""}
    if was_off and not off:
        # Nothing was listened to meanwhile: it is no sign of a vendor that went silent.
        changed["expected_since"] = now
    turning = (
        insert_or(connection, channel_states)
        .values(**fresh)
        .on_conflict_do_update(index_elements=["channel"], set_=changed)
    )
    await connection.execute(turning)


async def _expire_waiting(connection: AsyncConnection, channel: ChannelId, now: datetime) -> None:
    waiting = select(deliveries.c.id).where(
        deliveries.c.channel == channel.value,
        is_plainly(deliveries.c.status, DeliveryStatus.PENDING.value),
    )
    values = {"status": DeliveryStatus.EXPIRED.value, "code": SWITCHED_OFF, "ended_at": now}
    await _change_unlocked(connection, deliveries, waiting, values)


async def _pass_over_waiting(
    connection: AsyncConnection, channel: ChannelId, now: datetime
) -> None:
    """What has no turn yet."""
    waiting = select(inbox.c.id).where(
        inbox.c.channel == channel.value, is_plainly(inbox.c.state, "waiting")
    )
    values = {"state": "done", "data": None, "done_at": now}
    await _change_unlocked(connection, inbox, waiting, values)


async def _change_unlocked(
    connection: AsyncConnection, table: Table, which: Select[tuple[int]], values: Mapping[str, Any]
) -> None:
    """Change rows, but for those that somebody is about: what they are about is left to them. Who
    has the channel's row, as we do, and waits for others could be waiting in a circle.
    """
    found = (await connection.execute(which.with_for_update(skip_locked=True))).scalars().all()
    for start in range(0, len(found), BATCH):
        change = update(table).where(table.c.id.in_(found[start : start + BATCH]))
        await connection.execute(change.values(values))
