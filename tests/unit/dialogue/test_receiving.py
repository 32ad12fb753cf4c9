"""On a real store in a file of SQLite."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select

from bot.domain.errors import InboxFull, StoreError
from bot.domain.frames import Frame
from bot.domain.messages import Media, Utterance
from bot.domain.people import Address, ChannelId
from bot.domain.session import Session
from bot.domain.updates import Update
from bot.store.database import Database
from bot.store.schema import migrate
from bot.store.store import Limits, SqlStore
from bot.store.tables import inbox
from tests.promises import NAMES, NOW, TELEGRAM, person
from tests.turn_factories import Assistant, said

LAN, MINH = person(1), person(2)
CODE = "482" + "913"
FRAME = Frame("kich-hoat", "buoc-1")


class CountingStore:
    """A store that counts transactions, and fails when told to."""

    def __init__(self, store):
        self.store, self.count, self.fault = store, 0, None
        self.began = asyncio.Event()

    @asynccontextmanager
    async def transaction(self):
        self.count += 1
        self.began.set()
        if self.fault is not None:
            raise self.fault
        async with self.store.transaction() as unit:
            yield unit


@pytest.fixture
async def database(tmp_path):
    one = Database(f"sqlite:///{tmp_path / 'test.db'}")
    await migrate(one)
    yield one
    await one.close()


@pytest.fixture
def store(database):
    return CountingStore(SqlStore(database, NAMES, Limits(1000, 1000)))


@pytest.fixture
def assistant(store):
    return Assistant(store)


async def stored(database):
    """The ids and texts of what was stored and waits."""
    query = select(inbox.c.update_id, inbox.c.data).where(inbox.c.state == "waiting")
    async with database.reading() as connection:
        return {
            row.update_id: row.data["text"]
            for row in await connection.execute(query.order_by(inbox.c.id))
        }


async def lead(store, who):
    """Somebody is being led through a flow."""
    name = NAMES.of(who)
    async with store.store.transaction() as unit:
        await unit.sessions.save(Session(name, frames=(FRAME,)), 0, NOW)


async def test_what_is_accepted_is_stored_and_the_bell_is_rung(assistant, database):
    await assistant.accept(said(1, "chào", LAN), said(2, "phí", MINH))
    assert await stored(database) == {"1": "chào", "2": "phí"}
    async with asyncio.timeout(1):
        await assistant.work.wait(5)
    assert assistant.observer.told == [("stored", TELEGRAM, 2)]


async def test_nothing_is_stored_of_nothing(assistant, store):
    await assistant.accept()
    assert store.count == 0


async def test_only_what_is_new_is_counted_and_by_channel(assistant):
    zalo = person(1, ChannelId.ZALO_OA)
    await assistant.accept(said(1, "chào", LAN), said(1, "chào", zalo))
    await assistant.accept(said(1, "chào", LAN))
    assert sorted(assistant.observer.told) == [
        ("stored", TELEGRAM, 1),
        ("stored", ChannelId.ZALO_OA, 1),
    ]


async def test_a_hundred_at_once_share_a_few_transactions(assistant, store, database):
    updates = [said(number, "chào", person(number % 7)) for number in range(100)]
    await asyncio.gather(*(assistant.accept(one) for one in updates))
    assert len(await stored(database)) == 100
    assert store.count <= 2


async def test_a_transaction_is_not_too_large(assistant, store, database):
    people = [Address(ChannelId.TELEGRAM, str(number)) for number in range(6)]
    updates = [said(number, "chào", people[number % 6]) for number in range(600)]
    await asyncio.gather(*(assistant.accept(one) for one in updates))
    assert len(await stored(database)) == 600
    assert store.count == 3


async def test_what_comes_while_storing_is_stored_next(assistant, store, database):
    first = asyncio.create_task(assistant.accept(said(1, "một", LAN)))
    await store.began.wait()
    await asyncio.gather(first, assistant.accept(said(2, "hai", LAN)))
    assert store.count == 2
    assert list(await stored(database)) == ["1", "2"]


async def test_who_is_cancelled_harms_nobody_else(assistant, database):
    tasks = [
        asyncio.create_task(assistant.accept(said(number, "chào", LAN))) for number in range(10)
    ]
    await asyncio.sleep(0)
    for one in tasks[::2]:
        one.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [one for one in results[1::2] if one is not None] == []
    assert all(isinstance(one, asyncio.CancelledError) for one in results[::2])
    assert {str(number) for number in range(1, 10, 2)} <= set(await stored(database))
    await assistant.accept(said(99, "tiếp", LAN))
    assert "99" in await stored(database)


# Faults


async def test_a_full_inbox_is_told_to_the_vendor_who_sends_again(database):
    assistant = Assistant(SqlStore(database, NAMES, Limits(10, 3)))
    await assistant.accept(said(1, "chào", LAN), said(2, "chào", LAN))
    with pytest.raises(InboxFull):
        await assistant.accept(said(3, "chào", LAN), said(4, "chào", LAN))
    assert issubclass(InboxFull, StoreError)
    assert list(await stored(database)) == ["1", "2"]
    await assistant.work_off()
    await assistant.accept(said(3, "chào", LAN), said(4, "chào", LAN))


async def test_a_fault_of_the_database_is_told_to_all_who_wait_and_the_next_go_on(
    assistant, store, database
):
    store.fault = StoreError("away")
    tasks = [assistant.accept(said(number, "chào", LAN)) for number in range(3)]
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert results == [store.fault] * 3
    assert not assistant.observer.told
    store.fault = None
    await assistant.accept(said(1, "chào", LAN))
    assert list(await stored(database)) == ["1"]


async def test_an_update_that_no_database_keeps_is_dropped_alone(assistant, database):
    """The vendor would send it for ever, and whatever shares its transaction as well."""
    broken = Update("\ud800", LAN, utterance=Utterance("hỏng"))
    async with asyncio.timeout(5):
        await asyncio.gather(
            assistant.accept(said(1, "chào", LAN)),
            assistant.accept(said(2, "chào", MINH), broken, said(3, "phí", MINH)),
        )
    assert sorted(await stored(database)) == ["1", "2", "3"]
    assert ("failed", TELEGRAM) in assistant.observer.told


# Personal data


async def test_personal_data_is_masked_before_anything_is_stored(assistant, database):
    number = "0" + "12345678901"
    await assistant.accept(said(1, f"số cccd {number} của em", LAN))
    text = (await stored(database))["1"]
    assert text == f"số cccd {'0' * 12} của em"


async def test_a_bare_number_stays_as_it_is_when_nobody_is_led(assistant, database):
    await assistant.accept(said(1, CODE, LAN))
    assert await stored(database) == {"1": CODE}


async def test_a_bare_number_is_a_code_while_somebody_is_led(assistant, store, database):
    await lead(store, LAN)
    await assistant.accept(said(1, CODE, LAN), said(2, CODE, MINH))
    texts = await stored(database)
    assert CODE not in texts["1"]
    assert texts["2"] == CODE


async def test_a_bare_number_is_a_code_while_something_waits(assistant, database):
    """What waits may begin a flow."""
    await assistant.accept(said(1, "kích hoạt", LAN))
    await assistant.accept(said(2, CODE, LAN))
    assert CODE not in (await stored(database))["2"]


async def test_a_bare_number_is_a_code_when_it_comes_together_with_something_else(
    assistant, database
):
    """Vendors hand over many updates at once."""
    await assistant.accept(said(1, "kích hoạt", LAN), said(2, CODE, LAN))
    assert CODE not in (await stored(database))["2"]
    await assistant.work_off()
    await asyncio.gather(
        assistant.accept(said(3, "kích hoạt", MINH)), assistant.accept(said(4, CODE, MINH))
    )
    assert CODE not in (await stored(database))["4"]


async def test_buttons_and_media_are_stored_as_they_are(assistant, database):
    updates = [
        Update("1", LAN, utterance=Utterance(payload="t:304"), position=1),
        Update("2", LAN, utterance=Utterance(media=Media.VOICE), position=2),
    ]
    await assistant.accept(*updates)
    async with assistant.store.transaction() as unit:
        assert [one.update for one in await unit.inbox.claim(9, 9, ChannelId)] == updates


async def test_a_text_too_long_is_still_heard_as_too_long(assistant, database):
    await assistant.accept(said(1, "a" * 5000, LAN))
    assert 500 < len((await stored(database))["1"]) < 600


async def test_what_a_group_that_moved_says_under_its_old_address_is_stored(assistant, store):
    group = Address(TELEGRAM, "-1", is_group=True)
    async with store.transaction() as unit:
        await unit.people.meet([group], NOW)
        await unit.people.move(NAMES.of(group), "-1001")
    async with asyncio.timeout(5):
        await assistant.accept(said(1, "chào", group))
    async with store.transaction() as unit:
        [one] = await unit.inbox.claim(9, 9, ChannelId)
    assert (one.conversation, one.update.address.chat) == (NAMES.of(group), "-1001")


# Channels that are off


async def test_updates_of_a_channel_that_is_off_are_dropped_and_counted(assistant, database, store):
    assistant.off.add(TELEGRAM)
    other = Address(ChannelId.ZALO_BOT, "z1")
    await assistant.accept(said(1, "một", LAN), said(2, "hai", other), said(3, "ba", MINH))
    assert await stored(database) == {"2": "hai"}
    assert ("dropped", TELEGRAM, 2) in assistant.observer.told
    await assistant.accept(said(4, "bốn", LAN))
    assert store.count == 1


async def test_updates_are_stored_again_once_the_channel_is_on(assistant, database):
    assistant.off.add(TELEGRAM)
    await assistant.accept(said(1, "một", LAN))
    assistant.off.clear()
    await assistant.accept(said(2, "hai", LAN))
    assert await stored(database) == {"2": "hai"}
