"""Processes that live are noticed by who must have the database for themselves."""

from __future__ import annotations

import asyncio
import os
import socket
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.cli.wording import tell_fault
from bot.domain.errors import BackupUnusable
from bot.running.presence import PRESENCE_SECONDS, Presence
from bot.store.exclusive import have_for_oneself
from bot.store.leases import SqlLeases
from bot.store.tables import leases
from bot.store.upkeep import Retention, Upkeep
from tests.promises import NAMES, NOW, Clock

MOMENT = timedelta(seconds=1)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def process(database, clock):
    return Presence(SqlLeases(database), clock)


async def need_it(database, now):
    async with database.writing() as connection:
        await have_for_oneself(connection, now)


async def holders(database):
    async with database.reading() as connection:
        return (await connection.execute(select(leases.c.holder))).scalars().all()


async def test_a_process_that_lives_is_told_with_its_machine_and_what_to_do(database, process):
    await process.show()
    with pytest.raises(BackupUnusable) as refusal:
        await need_it(database, NOW)
    assert f"{socket.gethostname()[:50]}:{os.getpid()}" in tell_fault(refusal.value)
    assert "Hãy dừng hết" in tell_fault(refusal.value)


async def test_a_process_that_ended_is_in_the_way_no_longer(database, process):
    await process.show()
    await process.end()
    await need_it(database, NOW)


async def test_each_process_counts_by_itself(database, process, clock):
    other = Presence(SqlLeases(database), clock)
    await process.show()
    await other.show()
    await process.end()
    with pytest.raises(BackupUnusable):
        await need_it(database, NOW)
    await other.end()
    await need_it(database, NOW)


async def test_a_process_that_was_killed_is_in_the_way_for_a_minute(database, process):
    await process.show()
    end = NOW + timedelta(seconds=PRESENCE_SECONDS)
    with pytest.raises(BackupUnusable) as refusal:
        await need_it(database, end - MOMENT)
    assert "chờ một phút" in tell_fault(refusal.value)
    await need_it(database, end + MOMENT)
    assert PRESENCE_SECONDS == 60


async def test_a_process_that_shows_itself_again_stays_in_the_way(database, process, clock):
    await process.show()
    clock.pass_by(PRESENCE_SECONDS - 1)
    await process.show()
    with pytest.raises(BackupUnusable):
        await need_it(database, NOW + timedelta(seconds=PRESENCE_SECONDS) + MOMENT)


async def test_other_leases_are_in_the_way_as_well(database):
    """Of a process of an earlier version, which did not show itself."""
    await SqlLeases(database).take("listen:telegram", "somebody", 30, NOW)
    with pytest.raises(BackupUnusable) as refusal:
        await need_it(database, NOW)
    assert "serve hoặc worker dùng. " in tell_fault(refusal.value)


async def test_no_process_begins_while_somebody_has_the_database(
    database, other_databases, process
):
    starting = Presence(SqlLeases(other_databases[0]), Clock())
    async with database.writing() as connection:
        await have_for_oneself(connection, NOW)
        begun = asyncio.create_task(starting.show())
        done, _ = await asyncio.wait({begun}, timeout=0.3)
        assert not done
    await asyncio.wait_for(begun, 10)
    assert len(await holders(database)) == 1


async def test_the_dead_are_forgotten_and_the_living_are_not(database, process, clock):
    for _ in range(3):
        await Presence(SqlLeases(database), clock).show()
    clock.pass_by(PRESENCE_SECONDS + 1)
    await process.show()
    upkeep = Upkeep(database, NAMES, Retention(session_days=30, message_days=7))
    assert await upkeep.forget_old(clock.now()) == 3
    assert len(await holders(database)) == 1
