"""The life of the access token, seen from the calls that need it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from bot.domain.errors import ChannelMisconfigured, NotSent, RetryLater
from tests.unit.channels.zalo_oa.zalo_world import CS, TOKEN, bad, pair_made, tokens

DUE, DEAD = timedelta(hours=21), timedelta(hours=26)


def tokens_used(world):
    return [one.headers["access_token"] for one in world.wire.to(CS)]


async def test_a_young_token_is_used_as_it_is(world):
    await world.send()
    assert tokens_used(world) == ["access-old"]
    assert world.wire.to(TOKEN) == []


async def test_a_token_is_renewed_after_20_of_its_25_hours(world):
    world.vault.pair = pair_made(timedelta(hours=19, minutes=59))
    await world.send()
    world.clock.advance(minutes=2)
    await world.send()
    assert tokens_used(world) == ["access-old", "access-1"]


async def test_a_token_of_a_shorter_life_is_not_renewed_at_each_call(world):
    world.vault.pair = pair_made(DUE)
    world.wire.answer(TOKEN, tokens("short", "r", "3600"))
    await world.send()
    world.clock.advance(minutes=30)
    await world.send()
    assert tokens_used(world) == ["short", "short"]


async def test_a_refresh_spends_the_stored_token_and_stores_the_next(world):
    world.vault.pair = pair_made(DUE, version=4)
    world.vault.trouble = "needs_grant"
    await world.send()
    request = world.wire.to(TOKEN)[0]
    assert request.content == (
        b"app_id=1234567890123456789&grant_type=refresh_token&refresh_token=refresh-old"
    )
    assert request.headers["secret_key"] == "APP-SECRET-EXAMPLE"
    assert (world.vault.pair.refresh, world.vault.pair.version) == ("refresh-1", 5)
    assert world.vault.trouble == ""


async def test_the_new_pair_is_stored_before_it_is_used(world):
    world.vault.pair = pair_made(DUE)
    stored = []

    async def look(request):
        stored.append((request.url.path, world.vault.pair.access))

    world.wire.before = look
    await world.send()
    assert stored == [(TOKEN, "access-old"), (CS, "access-1")]


@pytest.mark.parametrize("code", [-216, -220])
async def test_a_refused_token_is_renewed_once_and_the_call_made_once_more(world, code):
    world.wire.answer(CS, bad(code))
    assert (await world.send()).message_id == "message-2"
    assert tokens_used(world) == ["access-old", "access-1"]


async def test_a_token_refused_twice_is_for_a_person(world):
    world.wire.answer(CS, bad(-216), bad(-220))
    with pytest.raises(ChannelMisconfigured, match="token_expired"):
        await world.send()
    assert len(world.wire.to(TOKEN)) == 1


async def test_a_refused_token_is_looked_up_before_it_is_renewed(world):
    """The old access token dies when another process gets the new one."""

    async def renewed_elsewhere(request):
        world.vault.pair = replace(pair_made(version=2), access="access-elsewhere")
        world.wire.before = None

    world.wire.before = renewed_elsewhere
    world.wire.answer(CS, bad(-216))
    await world.send()
    assert tokens_used(world) == ["access-old", "access-elsewhere"]
    assert world.wire.to(TOKEN) == []


async def test_of_many_that_need_a_new_token_one_gets_it(world):
    world.vault.pair = pair_made(DEAD)
    keepers = [one.tokens for one in (world.oa, world.build(), world.build())]
    got = await asyncio.gather(*(one.access_token() for one in keepers * 3))
    assert got == ["access-1"] * 9
    assert len(world.wire.to(TOKEN)) == 1


async def test_while_another_renews_a_living_token_goes_on(world):
    world.vault.pair, world.vault.is_taken = pair_made(DUE), True
    await world.send()
    assert tokens_used(world) == ["access-old"]


async def test_while_another_renews_a_dead_token_is_waited_for_and_not_for_ever(world):
    world.vault.pair, world.vault.is_taken = pair_made(DEAD), True
    with pytest.raises(RetryLater, match="token_awaited"):
        await world.send()
    assert world.wire.requests == []


async def test_a_refresh_that_reached_nobody_leaves_the_living_token(world):
    world.vault.pair = pair_made(DUE)
    world.wire.answer(TOKEN, httpx.ConnectError("no"))
    await world.send()
    assert tokens_used(world) == ["access-old"]
    assert world.vault.trouble == ""


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (httpx.ConnectError("no"), NotSent),
        (httpx.ReadTimeout("late"), NotSent),
        (httpx.Response(500, json=bad(-14014)), NotSent),
        (httpx.Response(502, text="<html>"), NotSent),
        (httpx.Response(404, text="<html>"), ChannelMisconfigured),
        (bad(-32), RetryLater),
    ],
)
async def test_without_a_living_token_nothing_is_sent_and_no_person_is_called_yet(
    world, answer, fault
):
    world.vault.pair = pair_made(DEAD)
    world.wire.answer(TOKEN, answer)
    with pytest.raises(fault):
        await world.send()
    assert world.wire.to(CS) == []
    assert world.vault.trouble == ""


async def test_a_failed_refresh_rests_for_a_minute(world):
    world.vault.pair = pair_made(DUE)
    world.wire.answer(TOKEN, httpx.ConnectError("no"))
    await world.send()
    await world.send()
    assert len(world.wire.to(TOKEN)) == 1
    world.clock.advance(seconds=61)
    await world.send()
    assert tokens_used(world) == ["access-old", "access-old", "access-2"]


async def test_a_spent_refresh_token_calls_for_a_person(world):
    world.vault.pair = pair_made(DEAD)
    world.wire.answer(TOKEN, bad(-14014))
    for _ in range(2):
        with pytest.raises(ChannelMisconfigured, match="needs_grant"):
            await world.send()
    assert world.vault.trouble == "needs_grant"
    assert len(world.wire.to(TOKEN)) == 1


async def test_a_spent_refresh_token_calls_for_a_person_while_the_old_token_still_serves(world):
    world.vault.pair = pair_made(DUE)
    world.wire.answer(TOKEN, bad(-14014))
    await world.send()
    assert tokens_used(world) == ["access-old"]
    assert world.vault.trouble == "needs_grant"


async def test_a_refresh_that_another_process_won_is_no_trouble(world):
    world.vault.pair = pair_made(DEAD)

    async def won_elsewhere(request):
        world.vault.pair = replace(pair_made(version=2), access="access-elsewhere")
        world.wire.before = None

    world.wire.before = won_elsewhere
    world.wire.answer(TOKEN, bad(-14014))
    await world.send()
    assert tokens_used(world) == ["access-elsewhere"]
    assert world.vault.trouble == ""


async def test_without_a_grant_a_person_is_told(world):
    world.vault.pair = None
    with pytest.raises(ChannelMisconfigured, match="no_grant"):
        await world.send()


@pytest.mark.parametrize("what", ["find", "refreshing"])
async def test_a_vault_that_is_away_sends_nothing(world, what):
    world.vault.pair = pair_made(DEAD)
    world.vault.fails = {what}
    with pytest.raises(NotSent, match="no_vault"):
        await world.send()
    assert world.wire.requests == []


async def test_a_pair_that_the_vault_did_not_take_is_stored_later_and_not_used_before(world):
    world.vault.pair = pair_made(DEAD)
    world.vault.fails = {"save"}
    for _ in range(2):
        with pytest.raises(NotSent, match="token_not_stored"):
            await world.send()
    assert world.wire.to(CS) == []
    world.vault.fails = set()
    await world.send()
    assert tokens_used(world) == ["access-1"]
    assert world.vault.pair.refresh == "refresh-1"
    assert len(world.wire.to(TOKEN)) == 1


async def test_a_grant_given_while_a_pair_waited_for_the_vault_wins(world):
    world.vault.pair = pair_made(DEAD)
    world.vault.fails = {"save"}
    with pytest.raises(NotSent):
        await world.send()
    world.vault.fails = set()
    world.vault.pair = replace(pair_made(version=2), access="access-granted")
    await world.send()
    assert tokens_used(world) == ["access-granted"]


async def test_a_process_that_dies_before_it_stored_the_pair_costs_the_grant(world):
    """The documented outcome: the next process finds the refresh token spent."""
    world.vault.pair = pair_made(DEAD)
    world.vault.fails = {"save"}
    with pytest.raises(NotSent):
        await world.send()
    world.vault.fails = set()
    world.oa = world.build()
    world.wire.answer(TOKEN, bad(-14014))
    with pytest.raises(ChannelMisconfigured, match="needs_grant"):
        await world.send()
    assert world.vault.trouble == "needs_grant"


async def test_who_gives_up_on_a_renewal_does_not_stop_it(world):
    world.vault.pair = pair_made(DEAD)
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def hold(request):
        asked.set()
        await may_answer.wait()

    world.wire.before = hold
    sending = asyncio.create_task(world.send())
    await asked.wait()
    sending.cancel()
    may_answer.set()
    await world.oa.client.close()
    assert sending.cancelled() or sending.cancelling()
    assert world.vault.pair.access == "access-1"


@pytest.mark.parametrize(("tries_missed", "is_stored"), [(4, True), (5, False)])
async def test_a_pair_that_waits_for_the_vault_is_offered_five_times_before_the_end(
    world, caplog, tries_missed, is_stored
):
    world.vault.pair = pair_made(DEAD)
    world.vault.fails = {"save"}
    with pytest.raises(NotSent, match="token_not_stored"):
        await world.send()
    save, tries = world.vault.save, []

    async def save_in_the_end(grant, pair):
        tries.append(pair.version)
        world.vault.fails = {"save"} if len(tries) <= tries_missed else set()
        await save(grant, pair)

    world.vault.save = save_in_the_end
    await world.oa.client.close()
    assert len(tries) == 5
    assert (world.vault.pair.access == "access-1") is is_stored
    assert ("tokens of Zalo OA are lost" in caplog.text) is not is_stored
