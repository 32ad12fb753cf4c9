"""What is kept in memory until the store has it. No time passes but what a test lets pass."""

from __future__ import annotations

import asyncio

import pytest

from bot.channels.zalo_oa.keeping import LAST_TRIES, MAX_PAUSE_SECONDS, TOGETHER, Keeper
from bot.domain.errors import InboxFull, StoreError
from bot.domain.people import Address, ChannelId
from bot.domain.updates import Update


class Receiver:
    def __init__(self):
        self.batches, self.faults, self.wait = [], [], None
        self.took = asyncio.Event()

    async def accept(self, updates):
        if self.wait:
            await self.wait.wait()
        if self.faults:
            raise self.faults.pop(0)
        self.batches.append([one.id for one in updates])
        self.took.set()

    @property
    def stored(self):
        return [one for batch in self.batches for one in batch]


class Sleep:
    """Each pause lasts until a test ends it."""

    def __init__(self):
        self.seconds, self.end = [], asyncio.Event()

    async def __call__(self, seconds):
        self.seconds.append(seconds)
        await self.end.wait()


@pytest.fixture
def receiver():
    return Receiver()


@pytest.fixture
def sleep():
    return Sleep()


@pytest.fixture
def keeper(receiver, sleep):
    return Keeper(receiver, sleep)


def update(number):
    return Update(str(number), Address(ChannelId.ZALO_OA, "1"))


async def test_what_can_be_stored_is_stored_at_once(keeper, receiver):
    assert await keeper.keep(update(1)) is True
    assert receiver.stored == ["1"]


@pytest.mark.parametrize("fault", [StoreError("away"), InboxFull("full")])
async def test_what_cannot_be_stored_is_stored_later_in_the_order_in_which_it_came(
    keeper, receiver, sleep, fault
):
    receiver.faults = [fault]
    assert await keeper.keep(update(1)) is False
    # Though the store is back, what comes now does not overtake.
    assert [await keeper.keep(update(number)) for number in (2, 3)] == [False, False]
    assert receiver.stored == []
    sleep.end.set()
    await keeper.close()
    assert receiver.stored == ["1", "2", "3"]
    # Well again: the next is stored at once.
    assert await keeper.keep(update(4)) is True


async def test_pauses_grow_up_to_a_limit(keeper, receiver, sleep):
    sleep.end.set()
    receiver.faults = [StoreError("away")] * 7
    await keeper.keep(update(1))
    await receiver.took.wait()
    assert sleep.seconds == [1, 2, 4, 8, *[MAX_PAUSE_SECONDS] * 3]


async def test_many_are_stored_together(keeper, receiver):
    tried = [keeper.keep(update(number)) for number in range(TOGETHER + 1)]
    assert await asyncio.gather(*tried) == [True] * len(tried)
    assert [len(batch) for batch in receiver.batches] == [TOGETHER, 1]


async def test_what_cannot_be_stored_before_the_end_is_told_to_be_lost(
    keeper, receiver, sleep, caplog
):
    sleep.end.set()
    receiver.faults = [StoreError("away")] * 99
    await keeper.keep(update(1))
    await keeper.close()
    assert "1 events of Zalo OA are lost" in caplog.text
    assert 99 - len(receiver.faults) >= LAST_TRIES


async def test_a_pause_ends_when_it_is_time_to_stop(keeper, receiver, sleep):
    receiver.faults = [StoreError("away")]
    await keeper.keep(update(1))
    # The pause itself would never end.
    await keeper.close()
    assert receiver.stored == ["1"]


async def test_a_store_that_hangs_holds_up_no_end(keeper, receiver, monkeypatch, caplog):
    monkeypatch.setattr("bot.channels.zalo_oa.keeping.LAST_SECONDS", 0.01)
    receiver.wait = asyncio.Event()
    keeper.keep(update(1))
    await keeper.close()
    assert "1 events of Zalo OA are lost" in caplog.text


async def test_a_bug_of_ours_is_raised_and_holds_up_nothing(keeper, receiver):
    receiver.faults = [ZeroDivisionError()]
    with pytest.raises(ZeroDivisionError):
        await keeper.keep(update(1))
    assert await keeper.keep(update(2)) is True
