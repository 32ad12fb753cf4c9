"""How many messages went in and out of a channel, a day: for quotas of vendors, which outlast what
is kept of the messages themselves.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.clock import vietnam_day
from bot.domain.people import ChannelId
from bot.store.database import Database
from bot.store.statements import insert_or
from bot.store.tables import usage


async def count_usage(
    connection: AsyncConnection,
    channel: ChannelId,
    now: datetime,
    *,
    received: int = 0,
    sent: int = 0,
) -> None:
    """Add to the counts of the day in Vietnam. The last thing in a transaction: all that count on a
    channel wait for each other from here on.
    """
    if not received and not sent:
        return
    new = {"received": received, "sent": sent}
    added = {"received": usage.c.received + received, "sent": usage.c.sent + sent}
    key = {"channel": channel.value, "day": vietnam_day(now).isoformat()}
    adding = (
        insert_or(connection, usage)
        .values(**key, **new)
        .on_conflict_do_update(index_elements=["channel", "day"], set_=added)
    )
    await connection.execute(adding)


async def read_usage(database: Database, channel: ChannelId, since: date) -> tuple[int, int]:
    """The same as `sum_usage`, in a transaction of its own.

    Raises:
        StoreError: the database cannot be read.
    """
    async with database.reading() as connection:
        return await sum_usage(connection, channel, since)


async def sum_usage(
    connection: AsyncConnection, channel: ChannelId, since: date
) -> tuple[int, int]:
    """How many messages were received and sent since a day, that day included."""
    query = select(
        func.coalesce(func.sum(usage.c.received), 0), func.coalesce(func.sum(usage.c.sent), 0)
    ).where(usage.c.channel == channel.value, usage.c.day >= since.isoformat())
    received, sent = (await connection.execute(query)).one()
    return int(received), int(sent)
