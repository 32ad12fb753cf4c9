"""What Zalo says of the window of somebody, where our own record says that it is closed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest

from bot.channels.zalo_oa.reconciling import MAX_A_MINUTE
from bot.domain.deliveries import Receipt
from bot.domain.errors import WindowClosed
from tests.unit.channels.zalo_oa.zalo_world import CITIZEN, CS, NOW, QUOTA, bad, good

LONG_AGO = timedelta(days=8)


def told(**ago):
    """Zalo's answer: they did something so long ago."""
    moment = NOW - timedelta(**ago)
    return good({"last_interaction": str(int(moment.timestamp() * 1000))})


async def send_late(world, conversation="c", ago=LONG_AGO):
    return await world.send(last_interaction=ago, conversation=conversation)


@pytest.mark.parametrize("ago", [None, timedelta(days=8), timedelta(hours=49)])
async def test_who_did_something_that_we_missed_is_written_to(world, ago):
    world.wire.answer(QUOTA, told(hours=2))
    receipt = await send_late(world, ago=ago)
    assert receipt == Receipt("message-1", interacted_at=NOW - timedelta(hours=2))
    assert world.wire.bodies(QUOTA) == [{"user_id": CITIZEN}]
    assert world.counted == ["window:opened_by_zalo", "sent:reply"]


async def test_within_the_window_nothing_is_asked(world):
    assert await world.send() == Receipt("message-1")
    assert world.wire.to(QUOTA) == []


async def test_a_window_that_costs_money_stays_closed_unless_it_is_allowed(world, make_world):
    world.wire.answer(QUOTA, told(hours=50))
    with pytest.raises(WindowClosed, match="7_days_over"):
        await send_late(world)
    paying = make_world(allows_paid_window=True)
    paying.wire.answer(QUOTA, told(hours=50))
    assert (await send_late(paying)).interacted_at == NOW - timedelta(hours=50)


@pytest.mark.parametrize(
    "answer",
    [
        told(days=9),
        good({}),
        good({"last_interaction": "soon"}),
        bad(-32),
        bad(-201),
        bad(-224),
        httpx.Response(502),
        httpx.ConnectError("no"),
        httpx.ReadTimeout("late"),
    ],
)
async def test_a_question_that_brings_nothing_changes_nothing(world, answer):
    world.wire.answer(QUOTA, answer)
    with pytest.raises(WindowClosed, match="7_days_over"):
        await send_late(world)
    assert world.wire.to(CS) == []


async def test_a_slow_answer_is_not_waited_for(make_world):
    world = make_world(reconciling_seconds=0.01)

    async def hang(request):
        if request.url.path == QUOTA:
            await asyncio.Event().wait()

    world.wire.before = hang
    with pytest.raises(WindowClosed, match="7_days_over"):
        await send_late(world)


async def test_a_clock_of_zalo_that_is_ahead_makes_no_window_longer(world):
    world.wire.answer(QUOTA, told(days=-30))
    assert (await send_late(world)).interacted_at == NOW


async def test_nobody_is_asked_about_twice_within_the_hour(world):
    world.wire.answer(QUOTA, told(hours=2), told(hours=3))
    for _ in range(2):
        assert (await send_late(world)).interacted_at == NOW - timedelta(hours=2)
    assert len(world.wire.to(QUOTA)) == 1
    world.clock.advance(hours=1)
    assert (await send_late(world)).interacted_at == NOW - timedelta(hours=3)


async def test_questions_are_few_however_many_windows_are_closed(world):
    for number in range(MAX_A_MINUTE + 5):
        with pytest.raises(WindowClosed):
            await send_late(world, f"c{number}")
    assert len(world.wire.to(QUOTA)) == MAX_A_MINUTE
    world.clock.advance(minutes=1)
    world.wire.answer(QUOTA, told(hours=2))
    # Whose turn did not come is asked about once there is room again.
    assert (await send_late(world, f"c{MAX_A_MINUTE + 1}")).message_id
