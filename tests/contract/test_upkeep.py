from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.domain.deliveries import DeliveryStatus, Verdict
from bot.domain.messages import Utterance
from bot.domain.people import ChannelId
from bot.domain.session import Session
from bot.domain.updates import Update
from bot.store.deliveries import SqlDeliveries
from bot.store.tables import conversations, deliveries, inbox, sessions
from bot.store.upkeep import Backlog, Retention, Upkeep
from tests.promises import (
    LEASE_SECONDS,
    NAMES,
    NOW,
    TELEGRAM,
    claim,
    fill_bucket,
    person,
    promise,
    record,
    send_all,
)

LAN, MINH = person(1), person(2)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
RETENTION = Retention(session_days=30, message_days=7)


@pytest.fixture
def upkeep(database):
    return Upkeep(database, NAMES, RETENTION)


async def count(database, table):
    async with database.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(table))).scalar_one()


async def counts(database):
    return {
        table.name: await count(database, table)
        for table in (sessions, inbox, deliveries, conversations)
    }


async def say(store, address, number, at=NOW):
    one = Update(str(number), address, utterance=Utterance("chào"), position=number)
    async with store.transaction() as unit:
        conversation = (await unit.people.meet([address], at))[address]
        await unit.inbox.add([(conversation.id, one)], at)


async def take_turns(store, at=NOW):
    """As a turn worker does, in brief."""
    async with store.transaction() as unit:
        for one in await unit.inbox.claim(100, 100, ChannelId):
            await unit.people.hear_from(one.conversation, one.received_at)
            await unit.sessions.save(Session(one.conversation), 0, at)
            await unit.inbox.finish([one.id], at)


async def test_each_thing_is_kept_for_its_days_and_no_longer(roomy, database, upkeep):
    await fill_bucket(database)
    await say(roomy, LAN, 1)
    await take_turns(roomy)
    await promise(roomy, LAN, "trả lời")
    await send_all(database)
    everything = {"sessions": 1, "inbox": 1, "deliveries": 1, "conversations": 1}

    assert await upkeep.forget_old(NOW + 7 * DAY) == 0
    assert await counts(database) == everything
    assert await upkeep.forget_old(NOW + 7 * DAY + MINUTE) == 2
    assert await counts(database) == everything | {"inbox": 0, "deliveries": 0}
    assert await upkeep.forget_old(NOW + 30 * DAY) == 0
    assert await upkeep.forget_old(NOW + 30 * DAY + MINUTE) == 2
    assert set((await counts(database)).values()) == {0}


async def test_sessions_may_be_kept_for_less_than_messages(roomy, database):
    upkeep = Upkeep(database, NAMES, Retention(session_days=1, message_days=7))
    await say(roomy, LAN, 1)
    await take_turns(roomy)
    assert await upkeep.forget_old(NOW + 2 * DAY) == 1
    assert await counts(database) == {
        "sessions": 0,
        "inbox": 1,
        "deliveries": 0,
        "conversations": 1,
    }
    assert await upkeep.forget_old(NOW + 8 * DAY) == 2


async def test_what_is_still_to_be_done_is_kept_as_long_as_anything_else(roomy, database, upkeep):
    """A channel may have been given up with words of citizens waiting for it."""
    await say(roomy, LAN, 1)
    await promise(roomy, MINH, "trả lời")
    assert await upkeep.forget_old(NOW + 7 * DAY) == 0
    assert await upkeep.forget_old(NOW + 7 * DAY + MINUTE) == 2
    assert (await counts(database))["conversations"] == 2


async def test_forgetting_at_the_same_time_in_many_processes_is_safe(
    roomy, database, other_databases
):
    await fill_bucket(database)
    for number in range(20):
        await say(roomy, person(number), number)
        await promise(roomy, person(number), str(number))
    await take_turns(roomy)
    await send_all(database)
    many = [Upkeep(one, NAMES, RETENTION) for one in [database, *other_databases]]
    later = NOW + 99 * DAY
    assert sum(await asyncio.gather(*(one.forget_old(later) for one in many))) == 80
    assert set((await counts(database)).values()) == {0}


async def test_who_asked_is_forgotten_apart(roomy, database, upkeep):
    conversation = await promise(roomy, LAN)
    async with roomy.transaction() as unit:
        await unit.people.forget(conversation.id, NOW)
    assert await upkeep.forget_those_who_asked() == 1
    assert await upkeep.forget_those_who_asked() == 0


async def test_nothing_to_do_is_seen_as_nothing(upkeep):
    assert await upkeep.look(NOW) == Backlog(0, timedelta(), {}, {}, {}, {})


async def test_what_waits_is_seen_with_its_age(roomy, database, upkeep):
    await fill_bucket(database)
    await say(roomy, LAN, 1, NOW - 3 * MINUTE)
    await say(roomy, LAN, 2, NOW - MINUTE)
    for number, at in ((1, NOW - 2 * MINUTE), (2, NOW), (3, NOW + DAY)):
        await promise(roomy, person(number), str(number), at=at)
    zalo = person(1, ChannelId.ZALO_OA)
    await promise(roomy, zalo, "zalo", at=NOW + MINUTE)
    await claim(database, limit=1)
    found = await upkeep.look(NOW)
    assert found == Backlog(
        waiting_updates=2,
        oldest_update=3 * MINUTE,
        open_deliveries={TELEGRAM: 3, ChannelId.ZALO_OA: 1},
        oldest_delivery={TELEGRAM: 2 * MINUTE, ChannelId.ZALO_OA: timedelta()},
        doubtful={},
        last_update_at={TELEGRAM: NOW - MINUTE},
    )


async def test_a_message_that_is_tried_again_and_again_waits_since_it_was_promised(
    roomy, database, upkeep
):
    await fill_bucket(database)
    await promise(roomy, LAN, "trả lời")
    now = NOW
    for _ in range(3):
        (claimed,) = await claim(database, now=now)
        now += 10 * MINUTE
        await record(database, claimed, Verdict(DeliveryStatus.PENDING, now), now)
    assert (await upkeep.look(now)).oldest_delivery == {TELEGRAM: 30 * MINUTE}


async def test_doubtful_deliveries_are_seen_and_what_ended_is_not_waited_for(
    roomy, database, upkeep
):
    await fill_bucket(database)
    for number in range(3):
        await promise(roomy, person(number), str(number))
    first, second, _ = await claim(database)
    await record(database, first, Verdict(DeliveryStatus.SENT))
    await record(database, second, Verdict(DeliveryStatus.DOUBTFUL, code="timeout"))
    await SqlDeliveries(database).settle(NOW + timedelta(seconds=LEASE_SECONDS + 1))
    found = await upkeep.look(NOW)
    assert (found.open_deliveries, found.doubtful) == ({}, {TELEGRAM: 2})
