"""What the command `doctor` asks a database: how it stands, and what went wrong lately. Reads only,
and finds out that one can write.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.deliveries import DeliveryStatus
from bot.domain.errors import StoreError
from bot.domain.people import ChannelId
from bot.store.database import Database
from bot.store.tables import channel_states, conversations, deliveries, inbox, leases, sessions


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """A server of PostgreSQL."""

    #: As PostgreSQL counts: 160004 is 16.4.
    version: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Ages:
    """Since when the oldest things are kept that are deleted in time; None where there are none."""

    session: datetime | None
    update: datetime | None
    delivery: datetime | None
    #: When the first of those asked to be forgotten who are still known.
    wish_to_be_forgotten: datetime | None


@dataclass(frozen=True, slots=True)
class Mishaps:
    """What went wrong since some moment."""

    #: Turns that were given up by our fault.
    failed_turns: int
    #: Deliveries of each channel that ended so.
    deliveries: Mapping[tuple[ChannelId, DeliveryStatus], int]


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is sent on a channel for a while."""

    until: datetime
    #: Why: a stable word, no text of a vendor.
    code: str


def open_database(url: str) -> Database:
    """The database at an address; does not connect yet.

    Raises:
        StoreError: the address cannot be read.
    """
    try:
        return Database(url)
    except (SQLAlchemyError, ValueError) as error:
        raise StoreError("the address of the database cannot be read") from error


async def read_server(database: Database) -> ServerFacts | None:
    """The server behind the database; None for SQLite, which has none.

    Raises:
        StoreError: it cannot be reached.
    """
    if database.is_sqlite:
        return None
    query = text("SELECT current_setting('server_version_num')::int, clock_timestamp()")
    async with database.reading() as connection:
        version, now = (await connection.execute(query)).one()
    return ServerFacts(version, now.astimezone(UTC))


async def read_ages(database: Database) -> Ages:
    """The oldest of what is kept. Raises StoreError."""
    async with database.reading() as connection:
        oldest = [
            (await connection.execute(query)).scalar_one()
            for query in (
                select(func.min(sessions.c.updated_at)),
                select(func.min(inbox.c.received_at)),
                select(func.min(deliveries.c.ended_at)),
                select(func.min(conversations.c.forget_at)),
            )
        ]
    return Ages(*oldest)


async def count_mishaps(database: Database, since: datetime) -> Mishaps:
    """What went wrong since then. Raises StoreError."""
    failed = (
        select(func.count())
        .select_from(inbox)
        .where(inbox.c.state == "failed", inbox.c.received_at >= since)
    )
    ended = (
        select(deliveries.c.channel, deliveries.c.status, func.count())
        .where(
            deliveries.c.status.in_((DeliveryStatus.DOUBTFUL.value, DeliveryStatus.REJECTED.value)),
            deliveries.c.ended_at >= since,
        )
        .group_by(deliveries.c.channel, deliveries.c.status)
    )
    async with database.reading() as connection:
        turns = (await connection.execute(failed)).scalar_one()
        rows = (await connection.execute(ended)).all()
    return Mishaps(
        turns, {(ChannelId(one), DeliveryStatus(status)): count for one, status, count in rows}
    )


async def read_pauses(database: Database, now: datetime) -> Mapping[ChannelId, Pause]:
    """The channels that rest now. Raises StoreError."""
    query = select(channel_states).where(channel_states.c.paused_until > now)
    async with database.reading() as connection:
        rows = (await connection.execute(query)).all()
    return {ChannelId(row.channel): Pause(row.paused_until, row.pause_code) for row in rows}


async def is_held(database: Database, lease: str, now: datetime) -> bool:
    """Whether some process does the work of this name now. Raises StoreError."""
    query = select(leases.c.name).where(leases.c.name == lease, leases.c.until > now)
    async with database.reading() as connection:
        return (await connection.execute(query)).first() is not None
