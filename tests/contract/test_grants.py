from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.errors import Conflict, StoreError
from bot.domain.tokens import TokenPair
from bot.store.grants import REFRESH_SECONDS, SqlTokenVault
from bot.store.sealing import Seal
from bot.store.tables import grants
from tests.promises import NOW, Clock

KEY = b"the key of this installation"
PAIR = TokenPair(
    "open-sesame-access",
    "open-sesame-refresh",
    NOW + timedelta(hours=1),
    NOW + timedelta(days=90),
    1,
)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def vault(database, clock):
    return SqlTokenVault(database, Seal(KEY), clock)


async def test_a_pair_comes_back_equal_and_the_newest_one(vault):
    assert await vault.find("zalo") is None
    await vault.save("zalo", PAIR)
    assert await vault.find("zalo") == PAIR
    newer = replace(PAIR, access="other", version=2)
    await vault.save("zalo", newer)
    assert await vault.find("zalo") == newer
    assert await vault.find("another") is None


async def test_what_rests_in_the_database_shows_no_token(vault, database):
    await vault.save("zalo", PAIR)
    async with database.reading() as connection:
        row = (await connection.execute(select(grants))).one()
    assert "open-sesame" not in repr(tuple(row))
    assert bytes(row.sealed) not in {PAIR.access.encode(), PAIR.refresh.encode()}


async def test_a_pair_shows_no_token_when_it_is_logged():
    assert "open-sesame" not in f"{PAIR} {PAIR!r}"


async def test_another_key_opens_nothing_and_says_so(vault, database, clock):
    await vault.save("zalo", PAIR)
    stranger = SqlTokenVault(database, Seal(b"another key"), clock)
    with pytest.raises(StoreError, match="another TROLY06_SECRET_KEY") as fault:
        await stranger.find("zalo")
    assert "open-sesame" not in str(fault.value)


async def test_an_older_pair_does_not_take_the_place_of_a_newer_one(vault):
    await vault.save("zalo", PAIR)
    await vault.save("zalo", replace(PAIR, version=2))
    for version in (1, 2, 9):
        with pytest.raises(Conflict):
            await vault.save("zalo", replace(PAIR, version=version))
    assert (await vault.find("zalo")).version == 2


async def test_of_many_who_store_the_next_pair_one_does(database, other_databases, clock, vault):
    await vault.save("zalo", PAIR)
    vaults = [SqlTokenVault(one, Seal(KEY), clock) for one in [database, *other_databases]]
    pairs = [replace(PAIR, access=f"access {number}", version=2) for number in range(4)]
    results = await asyncio.gather(
        *(one.save("zalo", pair) for one, pair in zip(vaults, pairs, strict=True)),
        return_exceptions=True,
    )
    assert [type(one) for one in results if one is not None] == [Conflict] * 3
    winner = pairs[results.index(None)]
    assert await vault.find("zalo") == winner


async def test_one_refreshes_at_a_time(vault, other_databases, clock):
    other = SqlTokenVault(other_databases[0], Seal(KEY), clock)
    async with vault.refreshing("zalo") as mine:
        async with other.refreshing("zalo") as theirs:
            assert (mine, theirs) == (True, False)
        async with other.refreshing("another") as theirs:
            assert theirs
        async with other.refreshing("zalo") as theirs:
            assert not theirs
    async with other.refreshing("zalo") as theirs:
        assert theirs


async def test_refreshing_ends_some_time_after_its_process_died(vault, database, clock):
    dead = SqlTokenVault(database, Seal(KEY), clock).refreshing("zalo")
    assert await dead.__aenter__()
    clock.pass_by(REFRESH_SECONDS)
    async with vault.refreshing("zalo") as mine:
        assert not mine
    clock.pass_by(1)
    async with vault.refreshing("zalo") as mine:
        assert mine
        await dead.__aexit__(None, None, None)
        async with vault.refreshing("zalo") as again:
            assert not again


async def test_a_fault_while_refreshing_lets_the_next_one_in(vault):
    async def fail():
        async with vault.refreshing("zalo"):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with vault.refreshing("zalo") as mine:
        assert mine


async def test_trouble_is_remembered_until_it_is_over_or_a_new_pair_comes(vault):
    assert await vault.find_trouble("zalo") == ""
    await vault.save("zalo", PAIR)
    await vault.note_trouble("zalo", "revoked")
    assert await vault.find_trouble("zalo") == "revoked"
    await vault.note_trouble("zalo", "")
    assert await vault.find_trouble("zalo") == ""
    await vault.note_trouble("zalo", "revoked")
    await vault.save("zalo", replace(PAIR, version=2))
    assert await vault.find_trouble("zalo") == ""


async def test_who_lost_the_key_can_still_be_granted_anew(database, clock, vault):
    await vault.save("zalo", PAIR)
    anew = SqlTokenVault(database, Seal(b"another key altogether"), clock)
    assert await anew.find_version("zalo") == 1
    assert await anew.find_version("another") == 0
    await anew.save("zalo", replace(PAIR, version=2))
    assert await anew.find("zalo") == replace(PAIR, version=2)
