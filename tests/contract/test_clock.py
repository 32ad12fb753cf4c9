"""One time for all processes, whatever the clocks of their machines say."""

from __future__ import annotations

import asyncio
import datetime as real
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text

from bot.domain.errors import StoreError
from bot.running.parts import wire_parts
from bot.running.presence import PRESENCE_SECONDS
from bot.settings import Settings
from bot.store import clock as clocks
from bot.store.clock import DatabaseClock, read_time
from bot.store.database import Database
from bot.store.leases import PROCESS, SqlLeases
from bot.store.tables import leases
from tests.databases import fresh_database
from tests.promises import NOW

HOUR, SOON = timedelta(hours=1), timedelta(seconds=5)
LEASE_SECONDS = 30


class Stopwatch:
    """The seconds of one machine; they stand still until they are moved."""

    def __init__(self, seconds):
        self.seconds = seconds

    def __call__(self):
        return self.seconds


@asynccontextmanager
async def opened(url):
    database = Database(url)
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture(scope="module")
def postgres_ahead(tmp_path_factory):
    """The address of a PostgreSQL whose clock is an hour ahead of that of this machine: a function
    of ours is found before its own.
    """
    with fresh_database("postgresql", tmp_path_factory.mktemp("db")) as url:
        asyncio.run(_set_ahead(url))
        yield url


async def _set_ahead(url):
    async with opened(url) as database, database.writing() as connection:
        await connection.execute(
            text(
                "CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS "
                "$$ SELECT pg_catalog.clock_timestamp() + interval '1 hour' $$"
            )
        )
        name = url.rsplit("/", 1)[1]
        change = f"ALTER DATABASE {name} SET search_path = public, pg_catalog"
        await connection.execute(text(change))


def is_about(found, wanted):
    return abs(found - wanted) < SOON


async def test_a_clock_tells_the_time_of_its_database(database):
    clock = DatabaseClock(database)
    await clock.follow()
    assert is_about(await read_time(database), datetime.now(UTC))
    assert is_about(clock.now(), datetime.now(UTC))
    assert clock.now().tzinfo is UTC


async def test_sqlite_has_the_time_of_its_machine_even_when_that_is_set(tmp_path, monkeypatch):
    async with opened(f"sqlite:///{tmp_path / 'a.db'}") as database:
        clock = DatabaseClock(database)
        await clock.follow()
        set_machine(monkeypatch, HOUR)
        assert is_about(clock.now(), datetime.now(UTC) + HOUR)


def set_machine(monkeypatch, ahead):
    """Set the clock of the machine to so much beside what it is."""

    class Set(real.datetime):
        @classmethod
        def now(cls, zone=None):
            return real.datetime.now(zone) + ahead

    monkeypatch.setattr(clocks, "datetime", Set)


async def test_processes_on_machines_that_differ_have_the_time_of_their_postgresql(
    postgres_ahead, monkeypatch
):
    async with opened(postgres_ahead) as one, opened(postgres_ahead) as other:
        ours, theirs = DatabaseClock(one), DatabaseClock(other)
        await ours.follow()
        set_machine(monkeypatch, -HOUR)
        await theirs.follow()
        assert is_about(ours.now(), datetime.now(UTC) + HOUR)
        assert abs(ours.now() - theirs.now()) < timedelta(seconds=1)


async def test_no_lease_is_taken_early_by_a_machine_that_is_ahead(postgres_ahead, monkeypatch):
    async with opened(postgres_ahead) as one, opened(postgres_ahead) as other:
        seconds = Stopwatch(7.0)
        ours, theirs = DatabaseClock(one), DatabaseClock(other, seconds)
        await ours.follow()
        set_machine(monkeypatch, 3 * HOUR)
        await theirs.follow()
        assert await SqlLeases(one).take("poll", "we", LEASE_SECONDS, ours.now())
        taker = SqlLeases(other)
        assert not await taker.take("poll", "they", LEASE_SECONDS, theirs.now())
        seconds.seconds += LEASE_SECONDS - SOON.seconds
        assert not await taker.take("poll", "they", LEASE_SECONDS, theirs.now())
        seconds.seconds += 2 * SOON.seconds
        assert await taker.take("poll", "they", LEASE_SECONDS, theirs.now())


async def test_a_process_goes_by_the_time_of_postgresql_from_its_start(postgres_ahead, tmp_path):
    settings = Settings(
        _env_file=None, data_dir=tmp_path, secret_key="a key " * 9, database_url=postgres_ahead
    )
    parts = wire_parts(settings, SimpleNamespace())
    await parts.open()
    try:
        assert is_about(parts.clock.now(), datetime.now(UTC) + HOUR)
        async with parts.database.reading() as connection:
            shown = select(leases.c.until).where(leases.c.name.startswith(PROCESS))
            until = (await connection.execute(shown)).scalar_one()
        ends = datetime.now(UTC) + HOUR + timedelta(seconds=PRESENCE_SECONDS)
        assert is_about(until, ends)
    finally:
        await parts.close()


@pytest.fixture
def server(monkeypatch):
    """A server whose answers take `delay` seconds of the stopwatch, half of them each way."""
    one = SimpleNamespace(is_sqlite=False, time=NOW, delay=0.0, seconds=Stopwatch(100.0))

    async def answer(_):
        one.seconds.seconds += one.delay
        return one.time + timedelta(seconds=one.delay / 2)

    monkeypatch.setattr(clocks, "read_time", answer)
    return one


async def test_the_time_goes_on_between_two_looks(server):
    clock = DatabaseClock(server, server.seconds)
    await clock.follow()
    server.seconds.seconds += 90
    assert clock.now() == NOW + timedelta(seconds=90)


async def test_a_slow_answer_moves_nothing(server):
    clock = DatabaseClock(server, server.seconds)
    await clock.follow()
    server.time, server.delay = NOW + timedelta(seconds=0.9), 2.0
    await clock.follow()
    assert clock.now() == NOW + timedelta(seconds=2)


async def test_a_database_whose_clock_is_set_is_followed_and_the_log_tells(server, caplog):
    clock = DatabaseClock(server, server.seconds)
    await clock.follow()
    caplog.clear()
    server.time = NOW + timedelta(seconds=0.5)
    await clock.follow()
    assert clock.now() == server.time
    assert caplog.text == ""
    server.time = NOW - HOUR
    await clock.follow()
    assert clock.now() == server.time
    assert "moves by -3600.5 s" in caplog.text


async def test_time_goes_on_while_the_database_is_away(server, monkeypatch):
    clock = DatabaseClock(server, server.seconds)
    await clock.follow()

    async def fail(_):
        raise StoreError("away")

    monkeypatch.setattr(clocks, "read_time", fail)
    with pytest.raises(StoreError):
        await clock.follow()
    server.seconds.seconds += 10
    assert clock.now() == NOW + timedelta(seconds=10)
