"""What a person can do to a channel from the command line while the servers run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.deliveries import DeliveryStatus
from bot.domain.identity import ConversationNames
from bot.domain.people import ChannelId
from bot.running.keys import load_secret_key
from bot.settings import Settings
from bot.store.clock import read_time
from bot.store.database import Database
from bot.store.schema import check_schema
from bot.store.switches import SqlSwitches
from bot.store.upkeep import Retention, Upkeep

#: Channels that can be switched off; the web page is closed by stopping the server.
SWITCHABLE = tuple(one for one in ChannelId if one is not ChannelId.WEB)


@dataclass(frozen=True, slots=True)
class ChannelReport:
    """How a channel stands in the database."""

    is_off: bool
    #: How many messages stand where, of those that are still known.
    counts: Mapping[DeliveryStatus, int]
    last_update_at: datetime | None


async def report_channels(settings: Settings) -> Mapping[ChannelId, ChannelReport]:
    """How each channel stands.

    Raises:
        StoreError: the database cannot be read.
    """
    database = Database(settings.database)
    try:
        await check_schema(database)
        off = await SqlSwitches(database).look()
        names = ConversationNames(load_secret_key(settings))
        upkeep = Upkeep(database, names, Retention(settings.session_days, settings.message_days))
        backlog = await upkeep.look(await read_time(database))
        counts = await upkeep.count_deliveries()
    finally:
        await database.close()
    return {
        one: ChannelReport(one in off, counts.get(one, {}), backlog.last_update_at.get(one))
        for one in SWITCHABLE
    }


async def turn_channel(settings: Settings, channel: ChannelId, *, off: bool) -> None:
    """Switch a channel off or on, for all processes within some seconds.

    Raises:
        StoreError: it is as it was.
    """
    database = Database(settings.database)
    try:
        await check_schema(database)
        await SqlSwitches(database).turn(channel, await read_time(database), off=off)
    finally:
        await database.close()
