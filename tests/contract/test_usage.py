"""Messages are counted a day, where a vendor has a quota."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.deliveries import DeliveryStatus, Message, Verdict
from bot.domain.messages import Utterance
from bot.domain.people import Address, ChannelId
from bot.domain.store import Budget
from bot.domain.updates import Update
from bot.store.deliveries import SqlDeliveries
from bot.store.upkeep import Retention, Upkeep
from bot.store.usage import Usage
from tests.contract.conftest import NAMES

#: Already the next day in Vietnam.
NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)


@pytest.fixture
def upkeep(database):
    return Upkeep(database, NAMES, Retention(30, 30))


async def receive(store, channel, *numbers):
    address = Address(channel, "1")
    async with store.transaction() as unit:
        people = await unit.people.meet({address}, NOW)
        updates = [Update(str(one), address, utterance=Utterance("x")) for one in numbers]
        await unit.inbox.add([(people[address].id, one) for one in updates], NOW)


async def send(store, database, channel, status, **verdict):
    address = Address(channel, "1")
    async with store.transaction() as unit:
        people = await unit.people.meet({address}, NOW)
        await unit.outbox.add(people[address], [Message("send")], NOW)
    deliveries = SqlDeliveries(database)
    later = NOW + timedelta(seconds=1)
    [one] = await deliveries.claim(channel, 1, 30, Budget(100, 100), later)
    for _ in range(2):  # doing it twice counts once
        await deliveries.record([(one, Verdict(status, **verdict))], later)


async def test_news_that_a_doubtful_message_arrived_counts_it_no_second_time(
    store, database, upkeep
):
    await send(store, database, ChannelId.ZALO_OA, DeliveryStatus.PENDING, due_at=NOW)
    deliveries = SqlDeliveries(database)
    later = NOW + timedelta(minutes=1)
    [one] = await deliveries.claim(ChannelId.ZALO_OA, 1, 30, Budget(100, 100), later)
    assert await deliveries.settle(later + timedelta(minutes=1)) == 1
    await deliveries.record([(one, Verdict(DeliveryStatus.SENT))], later + timedelta(minutes=2))
    assert await upkeep.sum_usage(ChannelId.ZALO_OA, TODAY) == Usage(sent=1)


async def test_what_came_in_is_counted_once_on_its_day_in_vietnam(store, upkeep):
    await receive(store, ChannelId.ZALO_BOT, 1, 2, 2)
    await receive(store, ChannelId.ZALO_BOT, 2, 3)
    assert await upkeep.sum_usage(ChannelId.ZALO_BOT, TODAY) == Usage(received=3)
    assert await upkeep.sum_usage(ChannelId.ZALO_BOT, TODAY + timedelta(days=1)) == Usage()
    assert await upkeep.sum_usage(ChannelId.ZALO_OA, TODAY) == Usage()


@pytest.mark.parametrize(
    ("status", "count"),
    [(DeliveryStatus.SENT, 1), (DeliveryStatus.DOUBTFUL, 1), (DeliveryStatus.REJECTED, 0)],
)
async def test_what_arrived_or_may_have_is_counted(store, database, upkeep, status, count):
    await send(store, database, ChannelId.ZALO_OA, status)
    assert await upkeep.sum_usage(ChannelId.ZALO_OA, TODAY) == Usage(sent=count)


async def test_where_there_is_no_quota_nothing_is_counted(store, database, upkeep):
    await receive(store, ChannelId.TELEGRAM, 1)
    await send(store, database, ChannelId.TELEGRAM, DeliveryStatus.SENT)
    assert await upkeep.sum_usage(ChannelId.TELEGRAM, TODAY) == Usage()


async def test_what_may_have_arrived_when_its_sender_died_is_counted(store, database, upkeep):
    address = Address(ChannelId.ZALO_BOT, "1")
    async with store.transaction() as unit:
        people = await unit.people.meet({address}, NOW)
        await unit.outbox.add(people[address], [Message("send")], NOW)
    deliveries = SqlDeliveries(database)
    later = NOW + timedelta(seconds=1)
    await deliveries.claim(ChannelId.ZALO_BOT, 1, 30, Budget(100, 100), later)
    for minutes in (1, 2):  # settled once
        await deliveries.settle(later + timedelta(minutes=minutes))
    assert await upkeep.sum_usage(ChannelId.ZALO_BOT, TODAY) == Usage(sent=1)


async def test_what_cost_money_is_counted_apart(store, database, upkeep):
    for is_billed in (True, False):
        await send(store, database, ChannelId.ZALO_OA, DeliveryStatus.SENT, is_billed=is_billed)
    assert await upkeep.sum_usage(ChannelId.ZALO_OA, TODAY) == Usage(sent=2, billed=1)
