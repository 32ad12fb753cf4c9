"""Channels that a person switches off and on, on every database."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.domain.deliveries import DeliveryStatus, Verdict
from bot.domain.people import ChannelId
from bot.store.deliveries import SqlDeliveries
from bot.store.switches import SqlSwitches
from bot.store.tables import channel_states, deliveries, inbox
from tests.promises import (
    NOW,
    TELEGRAM,
    claim,
    claim_texts,
    fill_bucket,
    person,
    promise,
    record,
    sent,
    statuses,
)
from tests.turn_factories import said

LAN, MINH = person(1), person(2)
LATER = NOW + timedelta(minutes=5)


async def test_what_waits_on_a_channel_that_goes_off_is_never_sent(database, roomy):
    await fill_bucket(database)
    await promise(roomy, LAN, "một", "hai")
    await SqlSwitches(database).turn(TELEGRAM, NOW, off=True)
    async with database.reading() as connection:
        ends = (await connection.execute(select(deliveries.c.code, deliveries.c.ended_at))).all()
    assert await statuses(database) == {"một": "expired", "hai": "expired"}
    assert [tuple(one) for one in ends] == [("switched_off", NOW)] * 2
    await SqlSwitches(database).turn(TELEGRAM, LATER, off=False)
    assert await claim_texts(database, now=LATER) == []


async def test_what_was_promised_while_a_channel_was_off_is_never_sent(database, roomy):
    """Some process may notice late, and take turns of what it had stored."""
    await fill_bucket(database)
    await SqlSwitches(database).turn(TELEGRAM, NOW, off=True)
    await promise(roomy, LAN, "cũ")
    await SqlSwitches(database).turn(TELEGRAM, LATER, off=False)
    await promise(roomy, MINH, "mới", at=LATER)
    assert await claim_texts(database, now=LATER) == ["mới"]
    assert (await statuses(database))["cũ"] == "expired"


async def test_what_waits_to_be_answered_goes_unanswered(database, roomy):
    """What was taken in before the processes noticed, at the one end and at the other."""
    zalo = person(3, ChannelId.ZALO_BOT)
    await fill_bucket(database)
    for number, off in enumerate((True, False)):
        async with roomy.transaction() as unit:
            people = await unit.people.meet([LAN, zalo], NOW)
            news = [(one.id, said(number, "chào", who)) for who, one in people.items()]
            await unit.inbox.add(news, NOW)
        await SqlSwitches(database).turn(TELEGRAM, NOW, off=off)
    async with database.reading() as connection:
        rows = (await connection.execute(select(inbox).order_by(inbox.c.id))).all()
    assert {(one.channel, one.state, one.data is None) for one in rows} == {
        ("telegram", "done", True),
        ("zalo_bot", "waiting", False),
    }


async def test_switching_on_what_is_on_drops_nothing(database, roomy):
    await fill_bucket(database)
    await promise(roomy, LAN, "một")
    await SqlSwitches(database).turn(TELEGRAM, NOW, off=False)
    assert await claim_texts(database) == ["một"]


async def test_other_channels_and_what_is_being_sent_are_left_alone(database, roomy):
    zalo = person(3, ChannelId.ZALO_BOT)
    await fill_bucket(database)
    await promise(roomy, LAN, "đang gửi")
    [underway] = await claim(database)
    await promise(roomy, zalo, "kênh khác")
    await SqlSwitches(database).turn(TELEGRAM, NOW, off=True)
    await record(database, underway, sent("m1"))
    assert await statuses(database) == {"đang gửi": "sent", "kênh khác": "pending"}


async def test_a_pause_ends_when_the_channel_is_switched_on(database, roomy):
    await fill_bucket(database)
    pause = {"paused_until": NOW + timedelta(hours=1), "pause_code": "unauthorized"}
    async with database.writing() as connection:
        await connection.execute(update(channel_states).values(pause))
    await SqlSwitches(database).turn(TELEGRAM, NOW, off=True)
    await SqlSwitches(database).turn(TELEGRAM, LATER, off=False)
    async with database.reading() as connection:
        [state] = (await connection.execute(select(channel_states))).all()
    assert (state.is_off, state.paused_until, state.pause_code) == (False, None, "")
    await promise(roomy, LAN, "một", at=LATER)
    assert await claim_texts(database, now=LATER) == ["một"]


async def test_switching_and_a_sender_that_records_do_not_wait_in_a_circle(
    database, other_databases, roomy
):
    """Whoever records that somebody is gone drops what is pending for them, and then pauses the
    channel for what else it was told; whoever switches has the channel first.
    """
    if database.is_sqlite:
        pytest.skip("SQLite has one writer")
    await fill_bucket(database)
    gone, late = (
        Verdict(DeliveryStatus.UNREACHABLE, code="gone"),
        Verdict(DeliveryStatus.PENDING, LATER, code="429", channel_paused_until=LATER),
    )
    for round_ in range(15):
        people = [person(100 * round_ + number) for number in range(10)]
        for one in people:
            await promise(roomy, one, "một", "hai")
        claimed = await claim(database)
        results = [(one, gone if at % 2 else late) for at, one in enumerate(claimed)]
        async with asyncio.timeout(20):
            await asyncio.gather(
                SqlDeliveries(database).record(results, NOW),
                SqlSwitches(other_databases[0]).turn(TELEGRAM, NOW, off=True),
            )
        await SqlSwitches(database).turn(TELEGRAM, NOW, off=False)
