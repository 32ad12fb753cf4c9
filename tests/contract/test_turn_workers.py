"""Workers, senders and upkeep of several processes on one database, all at the same time."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from contextlib import suppress

import pytest
from sqlalchemy import select

from bot.domain.deliveries import DeliveryStatus, Verdict
from bot.domain.errors import StoreError
from bot.domain.people import Address
from bot.store.deliveries import SqlDeliveries
from bot.store.store import Limits, SqlStore
from bot.store.tables import deliveries, inbox, sessions
from bot.store.upkeep import Retention, Upkeep
from tests.promises import NAMES, NOW, TELEGRAM, claim, fill_bucket, person, sent
from tests.turn_factories import NOTICE, Assistant, RememberingEngine, said

PEOPLE = 20
LIMITS = Limits(max_sessions=10_000, max_waiting_updates=10_000)


@pytest.fixture
def databases(database, other_databases):
    return [database, *other_databases]


@pytest.fixture
def assistants(databases):
    """One of each process, with one engine, so that the turns it took can be counted."""
    engine = RememberingEngine()
    return [Assistant(SqlStore(one, NAMES, LIMITS), engine=engine) for one in databases]


async def promised(database):
    """The texts promised to each, notices left out."""
    query = select(deliveries.c.conversation, deliveries.c.data).order_by(deliveries.c.id)
    found = defaultdict(list)
    async with database.reading() as connection:
        for row in await connection.execute(query):
            if row.data["params"]["text"] != NOTICE:
                found[row.conversation].append(row.data["params"]["text"])
    return dict(found)


async def versions(database):
    async with database.reading() as connection:
        rows = (await connection.execute(select(sessions))).all()
    return {row.id: (row.version, [label for label, _ in row.data["choices"]]) for row in rows}


def make_updates(each):
    """So many updates of each person, numbered in the order in which they were sent."""
    return [
        said(number, f"câu {number // PEOPLE}", person(number % PEOPLE))
        for number in range(PEOPLE * each)
    ]


def answers(each):
    texts = [f"câu {number}" for number in range(each)]
    return {NAMES.of(person(number)): texts for number in range(PEOPLE)}


async def check_all_answered(database, each):
    expected = answers(each)
    assert await promised(database) == {
        name: [f"trả lời {text}" for text in texts] for name, texts in expected.items()
    }
    assert await versions(database) == {name: (each, texts) for name, texts in expected.items()}


async def test_each_update_is_answered_once_and_in_order_however_many_take_turns(
    assistants, database
):
    await assistants[0].accept(*make_updates(15))
    workers = [one.new_worker(one.store) for one in assistants for _ in range(2)]
    counts: list[int] = []

    async def work(worker):
        while count := await worker.work_once():
            counts.append(count)

    await asyncio.gather(*map(work, workers))
    while count := await workers[0].work_once():
        counts.append(count)
    assert sum(counts) == PEOPLE * 15
    await check_all_answered(database, 15)
    assert len(assistants[0].engine.heard) == PEOPLE * 15


async def test_turns_are_taken_while_more_comes_in_twice(assistants, database):
    """Vendors send again what they think was lost."""
    updates, done = make_updates(4), asyncio.Event()

    async def work(assistant):
        while not done.is_set() or await assistant.worker.work_once():
            await assistant.worker.work_once()

    async def come_in():
        for start in range(0, len(updates), PEOPLE):
            some = updates[start : start + PEOPLE]
            await asyncio.gather(
                *(assistants[0].accept(one) for one in some), assistants[1].accept(*some[::-1])
            )
            await assistants[2].accept(*some)
        done.set()

    await asyncio.gather(come_in(), *map(work, assistants))
    await assistants[0].work_off()
    await check_all_answered(database, 4)


async def test_who_is_stopped_within_a_statement_keeps_no_lock(databases):
    """Not even while somebody remembers the task, as those do who wait for it."""

    async def store_for_ever(database):
        store = SqlStore(database, NAMES, LIMITS)
        while True:
            async with store.transaction() as unit:
                await unit.people.meet([person(1)], NOW)
                await unit.outbox.list_data(NAMES.of(person(1)))

    async with asyncio.timeout(15):
        for _ in range(20):
            tasks = [asyncio.create_task(store_for_ever(one)) for one in databases[1:]]
            await asyncio.wait(tasks, timeout=0.01)
            for one in tasks:
                one.cancel()
            await asyncio.wait(tasks)
            async with databases[0].writing() as connection:
                await connection.execute(deliveries.delete())


async def test_workers_that_are_stopped_at_any_moment_lose_and_repeat_nothing(assistants, database):
    await assistants[0].accept(*make_updates(6))
    rng = random.Random(6)
    for _ in range(30):
        tasks = [asyncio.create_task(one.worker.work_once()) for one in assistants]
        await asyncio.wait(tasks, timeout=rng.random() / 30)
        for one in tasks:
            one.cancel()
        for one in tasks:
            with suppress(asyncio.CancelledError):
                await one
    await assistants[0].work_off()
    await check_all_answered(database, 6)


class Storm:
    """Storing, turns that delete or fail, senders with news of who moved or is gone, and upkeep,
    each in several processes. Faults of the database are kept: there should be none.
    """

    def __init__(self):
        self.rng, self.over, self.faults = random.Random(60606), asyncio.Event(), []
        self.groups = [Address(TELEGRAM, f"-{number}", is_group=True) for number in range(1, 6)]

    async def watch(self, call, *args):
        try:
            return await call(*args)
        except StoreError as fault:
            self.faults.append(fault.__cause__ or fault)

    async def come_in(self, assistant, start):
        for number in range(start, start + 25):
            who = self.rng.choice(self.groups) if number % 5 == 0 else person(number % PEOPLE)
            text = self.rng.choice(["xóa", "chào", "phí", "hỏng", "khó"])
            some = [said(number, text, who), said(number + 10_000, "tiếp", person(number % 7))]
            await self.watch(assistant.accept, *some)

    async def work(self, assistant):
        while not self.over.is_set():
            await self.watch(assistant.worker.work_once)

    async def send(self, database):
        while not self.over.is_set():
            found = await self.watch(claim, database, 5) or ()
            news = [(one, self.news_of(one)) for one in found]
            await self.watch(SqlDeliveries(database).record, news, NOW)

    def news_of(self, delivery):
        kind = self.rng.randrange(5)
        if kind == 0:
            return Verdict(DeliveryStatus.UNREACHABLE, code="blocked")
        if kind == 1 and delivery.address.is_group:
            return Verdict(DeliveryStatus.PENDING, NOW, moved_to=f"{delivery.address.chat}0")
        if kind == 2:
            return Verdict(DeliveryStatus.PENDING, NOW, channel_paused_until=NOW)
        return sent(str(delivery.id))

    async def look_after(self, database):
        upkeep = Upkeep(database, NAMES, Retention(0, 0))
        while not self.over.is_set():
            await self.watch(upkeep.forget_those_who_asked)
            await self.watch(upkeep.forget_old, NOW)
            await self.watch(SqlDeliveries(database).settle, NOW)


async def test_everything_at_the_same_time_waits_in_no_circle(assistants, databases, database):
    await fill_bucket(database)
    storm = Storm()
    busy = [asyncio.create_task(storm.work(one)) for one in assistants[:3]]
    busy += [asyncio.create_task(storm.send(one)) for one in databases[1:]]
    busy += [asyncio.create_task(storm.look_after(one)) for one in databases[:2]]
    async with asyncio.timeout(60):
        coming = (storm.come_in(one, 1000 * number) for number, one in enumerate(assistants))
        await asyncio.gather(*coming)
        storm.over.set()
        await asyncio.gather(*busy)
    assert storm.faults == []
    await assistants[0].work_off()
    async with database.reading() as connection:
        found = (await connection.execute(select(inbox.c.state))).scalars().all()
    assert "waiting" not in found
