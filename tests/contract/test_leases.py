from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.store.leases import SqlLeases
from tests.promises import NOW

LATER = timedelta(seconds=10)


@pytest.fixture
def leases(database):
    return SqlLeases(database)


async def test_one_holder_at_a_time(leases):
    assert await leases.take("poll", "a", 10, NOW)
    assert not await leases.take("poll", "b", 10, NOW)
    assert await leases.take("other", "b", 10, NOW)


async def test_who_holds_a_lease_keeps_it_by_taking_it_again(leases):
    assert await leases.take("poll", "a", 10, NOW)
    assert await leases.take("poll", "a", 10, NOW + LATER)
    assert not await leases.take("poll", "b", 10, NOW + LATER * 1.5)


async def test_the_lease_of_one_who_died_ends_by_itself(leases):
    await leases.take("poll", "a", 10, NOW)
    assert not await leases.take("poll", "b", 10, NOW + LATER)
    assert await leases.take("poll", "b", 10, NOW + LATER * 1.1)
    assert not await leases.take("poll", "a", 10, NOW + LATER * 1.1)


async def test_a_lease_given_back_is_free_at_once_and_only_its_holder_can(leases):
    await leases.take("poll", "a", 10, NOW)
    await leases.give_back("poll", "b")
    assert not await leases.take("poll", "b", 10, NOW)
    await leases.give_back("poll", "a")
    assert await leases.take("poll", "b", 10, NOW)


async def test_of_many_who_ask_at_once_one_gets_it(database, other_databases):
    takers = [SqlLeases(one) for one in [database, *other_databases]]
    asked = (
        one.take("poll", f"{number}.{turn}", 10, NOW)
        for number, one in enumerate(takers)
        for turn in range(5)
    )
    assert sum(await asyncio.gather(*asked)) == 1
