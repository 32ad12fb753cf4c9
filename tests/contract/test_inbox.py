from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.errors import InboxFull
from bot.domain.messages import Media, Utterance
from bot.domain.people import Address, ChannelId
from bot.domain.updates import Update, UpdateKind
from bot.store.inbox import MAX_WAITING_EACH, SqlInbox
from bot.store.store import Limits, SqlStore
from tests.contract.conftest import NAMES

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
LAN, MINH = (Address(ChannelId.TELEGRAM, chat) for chat in ("1001", "1002"))


def said(number, text="xin chào", who=LAN, **changes):
    return replace(Update(str(number), who, utterance=Utterance(text), position=number), **changes)


async def add(store, *updates):
    async with store.transaction() as unit:
        people = await unit.people.meet({one.address for one in updates}, NOW)
        pairs = [(people[one.address].id, one) for one in updates]
        return await unit.inbox.add(pairs, NOW)


async def claim(store, limit=10, each=10):
    async with store.transaction() as unit:
        return [one.update for one in await unit.inbox.claim(limit, each, ChannelId)]


async def test_an_update_comes_back_equal(store):
    one = Update(
        "7",
        LAN,
        UpdateKind.MOVED,
        Utterance("à", "t:304", Media.VOICE),
        position=7,
        pressed_under="55",
        reply_to="56",
        moved_to="-100",
    )
    await add(store, one)
    assert await claim(store) == [one]


async def test_an_update_is_stored_once_however_often_it_comes(store):
    assert await add(store, said(1), said(2), said(1)) == [said(1), said(2)]
    assert await add(store, said(2), said(3)) == [said(3)]
    assert await add(store, said(1, who=Address(ChannelId.ZALO_OA, "1001"))) != []


async def test_an_update_that_was_dealt_with_is_known_and_its_words_are_gone(store, database):
    await add(store, said(1, "bí mật"))
    async with store.transaction() as unit:
        claimed = await unit.inbox.claim(10, 10, ChannelId)
        await unit.inbox.finish([one.id for one in claimed], NOW)
    assert await claim(store) == []
    assert await add(store, said(1, "bí mật")) == []
    async with database.reading() as connection:
        rows = (await connection.exec_driver_sql("SELECT data, state FROM inbox")).all()
    assert rows == [(None, "done")]


async def test_updates_of_a_conversation_are_taken_in_their_order_not_as_they_came(store):
    await add(store, said(3), said(1), said(2))
    assert [one.position for one in await claim(store)] == [1, 2, 3]


async def test_no_more_is_claimed_than_asked_for(store):
    await add(store, *(said(number) for number in range(5)), said(9, who=MINH))
    assert [one.position for one in await claim(store, limit=1, each=2)] == [0, 1]
    assert {one.address for one in await claim(store, limit=2, each=1)} == {LAN, MINH}


async def test_a_conversation_is_claimed_by_one_at_a_time(store, database):
    """Another worker gets other conversations, or on SQLite waits for its turn."""
    await add(store, said(1), said(2), said(3, who=MINH))
    async with store.transaction() as unit:
        mine = await unit.inbox.claim(1, 10, ChannelId)
        if database.is_sqlite:
            other = asyncio.create_task(claim(store))
            await asyncio.sleep(0)
            assert not other.done()
            await unit.inbox.finish([one.id for one in mine], NOW)
        else:
            other = asyncio.create_task(claim(store))
            assert {one.address for one in await other} == {LAN, MINH} - {mine[0].update.address}
    assert {one.address for one in await other} == {LAN, MINH} - {mine[0].update.address}


async def test_new_updates_are_stored_while_a_turn_of_theirs_is_under_way(store, database):
    if database.is_sqlite:
        pytest.skip("SQLite has one writer: storing waits for the turn")
    await add(store, said(1))
    async with store.transaction() as unit:
        claimed = await unit.inbox.claim(1, 10, ChannelId)
        await unit.people.hear_from(claimed[0].conversation, NOW)
        async with asyncio.timeout(5):
            assert await add(store, said(2)) == [said(2)]


async def test_too_many_waiting_updates_are_refused_and_none_of_them_is_stored(store):
    await add(store, *(said(number) for number in range(18)))
    with pytest.raises(InboxFull):
        await add(store, said(18), said(19), said(20))
    assert len(await claim(store, each=100)) == 18


async def test_one_who_floods_does_not_hide_the_others(store):
    await add(store, *(said(number) for number in range(19)), said(19, who=MINH))
    assert {one.address for one in await claim(store, limit=2, each=1)} == {LAN, MINH}


async def test_what_waits_is_known_by_conversation_and_age(store, database):
    await add(store, said(1))
    async with store.transaction() as unit:
        people = await unit.people.meet({LAN, MINH}, NOW)
        ids = [one.id for one in people.values()]
        assert await unit.inbox.have_waiting(ids) == {people[LAN].id}
        assert await unit.inbox.oldest_wait(NOW + timedelta(minutes=2)) == timedelta(minutes=2)


async def test_updates_are_forgotten_in_time_done_or_not(store, database):
    await add(store, said(1), said(2))
    async with store.transaction() as unit:
        claimed = await unit.inbox.claim(1, 1, ChannelId)
        await unit.inbox.finish([claimed[0].id], NOW)
    async with database.writing() as connection:
        box = SqlInbox(connection, 20)
        assert await box.forget_before(NOW - timedelta(seconds=1)) == 0
        assert await box.forget_before(NOW + timedelta(seconds=1)) == 2
    assert not await claim(store)


async def test_who_sends_faster_than_anybody_reads_takes_the_room_of_no_other(database):
    roomy = SqlStore(database, NAMES, Limits(max_sessions=10, max_waiting_updates=1000))
    flood = [said(number) for number in range(MAX_WAITING_EACH + 5)]
    assert len(await add(roomy, *flood)) == MAX_WAITING_EACH
    assert list(await add(roomy, said(900))) == []
    assert await add(roomy, said(901, who=MINH)) == [said(901, who=MINH)]
