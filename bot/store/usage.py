"""How many messages went in and out of a channel, a day: for quotas of vendors, which outlast what
is kept of the messages themselves.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.clock import vietnam_day
from bot.domain.people import ChannelId
from bot.store.database import Database
from bot.store.statements import insert_or
from bot.store.tables import usage


@dataclass(frozen=True, slots=True)
class Usage:
    """Messages of a channel in some time."""

    received: int = 0
    sent: int = 0
    #: Those of the sent that the vendor said to have cost money.
    billed: int = 0


async def count_usage(
    connection: AsyncConnection, channel: ChannelId, now: datetime, more: Usage
) -> None:
    """Add to the counts of the day in Vietnam. The last thing in a transaction: all that count on a
    channel wait for each other from here on.
    """
    if more == Usage():
        return
    new = asdict(more)
    added = {name: usage.c[name] + count for name, count in new.items()}
    key = {"channel": channel.value, "day": vietnam_day(now).isoformat()}
    adding = (
        insert_or(connection, usage)
        .values(**key, **new)
        .on_conflict_do_update(index_elements=["channel", "day"], set_=added)
    )
    await connection.execute(adding)


async def read_usage(database: Database, channel: ChannelId, since: date) -> Usage:
    """What went in and out since a day, that day included.

    Raises:
        StoreError: the database cannot be read.
    """
    sums = [func.coalesce(func.sum(usage.c[one.name]), 0) for one in fields(Usage)]
    query = select(*sums).where(usage.c.channel == channel.value, usage.c.day >= since.isoformat())
    async with database.reading() as connection:
        return Usage(*map(int, (await connection.execute(query)).one()))
