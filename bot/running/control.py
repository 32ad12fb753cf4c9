"""What a person can do to a channel from the command line while the servers run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.domain.clock import vietnam_month
from bot.domain.deliveries import DeliveryStatus
from bot.domain.errors import ConfigError
from bot.domain.identity import ConversationNames
from bot.domain.people import QUOTA_CHANNELS, ChannelId
from bot.running.keys import load_secret_key
from bot.running.migrating import find_missing
from bot.settings import Settings
from bot.store.clock import read_time
from bot.store.database import Database
from bot.store.schema import check_schema
from bot.store.switches import SqlSwitches
from bot.store.upkeep import Retention, Upkeep
from bot.store.usage import Usage

#: Channels that can be switched off; the web page is closed by stopping the server.
SWITCHABLE = tuple(one for one in ChannelId if one is not ChannelId.WEB)


@dataclass(frozen=True, slots=True)
class ChannelReport:
    """How a channel stands in the database."""

    is_off: bool
    #: How many messages stand where, of those that are still known.
    counts: Mapping[DeliveryStatus, int]
    last_update_at: datetime | None
    #: Of this month, where the vendor has a quota.
    month: Usage | None


async def report_channels(settings: Settings) -> Mapping[ChannelId, ChannelReport]:
    """How each channel stands.

    Raises:
        ConfigError: there is no database yet; none is made.
        StoreError: the database cannot be read.
    """
    async with _opened(settings) as database:
        off = await SqlSwitches(database).look()
        names = ConversationNames(load_secret_key(settings))
        upkeep = Upkeep(database, names, Retention(settings.session_days, settings.message_days))
        now = await read_time(database)
        backlog = await upkeep.look(now)
        counts = await upkeep.count_deliveries()
        month = vietnam_month(now)
        used = {one: await upkeep.sum_usage(one, month) for one in QUOTA_CHANNELS}
    return {
        one: ChannelReport(
            one in off, counts.get(one, {}), backlog.last_update_at.get(one), used.get(one)
        )
        for one in SWITCHABLE
    }


async def turn_channel(settings: Settings, channel: ChannelId, *, off: bool) -> None:
    """Switch a channel off or on, for all processes within some seconds.

    Raises:
        ConfigError: there is no database yet; none is made.
        StoreError: it is as it was.
    """
    async with _opened(settings) as database:
        await SqlSwitches(database).turn(channel, await read_time(database), off=off)


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Database]:
    if missing := find_missing(settings):
        raise ConfigError.of("database_missing", path=missing)
    database = Database(settings.database)
    try:
        await check_schema(database)
        yield database
    finally:
        await database.close()
