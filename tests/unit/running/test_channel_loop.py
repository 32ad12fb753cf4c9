"""Who listens to a channel, and how listening ends."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from bot.domain.errors import StoreError
from bot.domain.people import ChannelId
from bot.metrics import Metrics
from bot.running import channel_loop
from bot.running.channel_loop import ChannelLoop
from bot.running.channel_parts import ReadyChannel
from bot.running.loops import Loops
from bot.store.database import Database
from bot.store.leases import SqlLeases
from tests.databases import fresh_database

LEASE_SECONDS = 0.03


class Clock:
    def __init__(self):
        self.moment = datetime(2026, 11, 21, tzinfo=UTC)

    def now(self):
        return self.moment


class FailingDatabase:
    """A database that can be away for a while; `failures` counts who missed it."""

    def __init__(self, database):
        self._database = database
        self.is_away, self.failures = False, asyncio.Semaphore(0)

    @asynccontextmanager
    async def writing(self):
        if self.is_away:
            self.failures.release()
            raise StoreError("the database is away")
        async with self._database.writing() as connection:
            yield connection


class Listener:
    """Listens until told to stop, and then still has something to do."""

    def __init__(self):
        self.began, self.told, self.may_end = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.ended = ""

    async def __call__(self, stopping):
        self.began.set()
        try:
            await stopping.wait()
            self.told.set()
            await self.may_end.wait()
            self.ended = "by itself"
        except asyncio.CancelledError:
            self.ended = "cut short"
            raise


class World:
    def __init__(self, database, troubles=()):
        self.database, self.clock, self.loops = FailingDatabase(database), Clock(), Loops()
        self.leases, self.listener = SqlLeases(database), Listener()
        parts = SimpleNamespace(database=self.database, clock=self.clock, metrics=Metrics())

        async def prepare():
            return ReadyChannel(lambda _: None, listen=self.listener)

        async def tend():
            return self.troubles

        #: What is found when the channel is looked after.
        self.troubles = troubles
        channel = SimpleNamespace(id=ChannelId.ZALO_BOT, prepare=prepare, tend=tend)
        self.one = ChannelLoop(channel, parts, self.loops, lambda _: None)

    async def begin(self):
        running = asyncio.create_task(self.one.run(listens=True))
        await self.listener.began.wait()
        return running

    async def miss_database(self, times):
        self.database.is_away = True
        for _ in range(times):
            await self.database.failures.acquire()

    async def end(self, running):
        self.listener.may_end.set()
        async with asyncio.timeout(5):
            await running


@pytest.fixture
def url(tmp_path):
    with fresh_database("sqlite", tmp_path) as made:
        yield made


@pytest.fixture
async def world(url, monkeypatch):
    monkeypatch.setattr(channel_loop, "LISTEN_SECONDS", LEASE_SECONDS)
    database = Database(url)
    yield World(database)
    await database.close()


async def test_a_database_that_is_away_ends_no_listener_while_its_lease_lasts(world):
    running = await world.begin()
    await world.miss_database(4)
    assert not world.listener.told.is_set()
    world.database.is_away = False
    world.loops.stopping.set()
    await world.end(running)
    assert world.listener.ended == "by itself"


async def test_a_lease_that_ran_out_ends_the_listener_without_cutting_it_short(world):
    running = await world.begin()
    await world.miss_database(1)
    world.clock.moment += timedelta(seconds=LEASE_SECONDS)
    await world.listener.told.wait()
    await world.end(running)
    assert world.listener.ended == "by itself"


async def test_a_lease_that_another_process_has_ends_the_listener(world, caplog):
    running = await world.begin()
    later = world.clock.moment + timedelta(minutes=1)
    assert await world.leases.take("listen:zalo_bot", "another", 3600, later)
    await world.listener.told.wait()
    await world.end(running)
    assert world.listener.ended == "by itself"
    assert "another process listens now" in caplog.text


async def test_a_process_that_stops_tells_its_listener_and_waits(world):
    running = await world.begin()
    world.loops.stopping.set()
    await world.listener.told.wait()
    assert not running.done()
    await world.end(running)
    assert world.listener.ended == "by itself"
    assert await world.leases.take("listen:zalo_bot", "another", 30, world.clock.moment)


async def test_a_listener_that_does_not_end_is_cut_short(world, monkeypatch):
    monkeypatch.setattr(channel_loop, "_SECONDS_TO_END", 0.01)
    running = await world.begin()
    world.loops.stopping.set()
    async with asyncio.timeout(5):
        await running
    assert world.listener.ended == "cut short"


async def test_a_fault_of_the_listener_is_not_hidden(world):
    async def broken(stopping):
        raise ZeroDivisionError

    world.listener = broken
    with pytest.raises(ZeroDivisionError):
        await world.one.run(listens=True)


async def test_what_a_person_must_see_to_is_known_until_it_is_mended(world):
    assert not world.one.needs_person
    world.troubles = ("zalo_oa_no_grant",)
    await world.one.tend()
    assert world.one.needs_person
    world.troubles = ()
    await world.one.tend()
    assert not world.one.needs_person
