"""On a real outbox in a file of SQLite; the channel does as it is told."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.domain.bell import Bell
from bot.domain.deliveries import DeliveryStatus, Receipt
from bot.domain.errors import (
    ChannelMisconfigured,
    MessageRejected,
    NotSent,
    RecipientMoved,
    RecipientUnreachable,
    RetryLater,
    SendUnknown,
    StoreError,
    WindowClosed,
)
from bot.domain.store import Budget
from bot.outbox.rules import Patience
from bot.outbox.sender import Sender, SenderSettings, Settler
from bot.store.database import Database
from bot.store.deliveries import SqlDeliveries
from bot.store.schema import migrate
from bot.store.store import Limits, SqlStore
from bot.store.tables import deliveries
from tests.promises import (
    NAMES,
    NOW,
    TELEGRAM,
    Clock,
    fill_bucket,
    person,
    promise,
    statuses,
    text_of,
)
from tests.turn_factories import CountingObserver

SENT, PENDING, DOUBTFUL = DeliveryStatus.SENT, DeliveryStatus.PENDING, DeliveryStatus.DOUBTFUL
LAN, MINH = person(1), person(2)


class ObedientClient:
    """Sends, fails or waits as it is told, by text."""

    channel = TELEGRAM

    def __init__(self):
        self.sent = []
        self.faults = {}
        #: Set when a call is under way; calls with the text "lâu" last until `release` is set.
        self.began, self.release = asyncio.Event(), asyncio.Event()

    async def open(self):
        """Nothing to get ready."""

    async def close(self):
        """Nothing to give back."""

    async def send(self, delivery):
        self.began.set()
        text = text_of(delivery)
        if text == "lâu":
            await self.release.wait()
        if text in self.faults:
            raise self.faults[text]
        self.sent.append(text)
        return Receipt(f"m{delivery.id}")


class MoodyDeliveries:
    """Real deliveries behind a database that is away for so many calls."""

    def __init__(self, real):
        self.real = real
        self.away = {"claim": 0, "record": 0, "settle": 0}

    def __getattr__(self, name):
        call = getattr(self.real, name)

        async def perhaps(*args):
            if self.away[name] > 0:
                self.away[name] -= 1
                raise StoreError("away")
            return await call(*args)

        return perhaps


class World:
    """All that a sender meets."""

    def __init__(self, database):
        self.database = database
        self.store = SqlStore(database, NAMES, Limits(1000, 1000))
        self.outbox = MoodyDeliveries(SqlDeliveries(database))
        self.clock = Clock()
        self.client = ObedientClient()
        self.observer = CountingObserver()

    def new_sender(self, **settings):
        settings = {"budget": Budget(1000, 1000), "poll_seconds": 0.01} | settings
        made = SenderSettings(**settings)
        return Sender(self.client, self.outbox, self.clock, self.observer, made)


@pytest.fixture
async def world(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'test.db'}")
    await migrate(database)
    await fill_bucket(database)
    yield World(database)
    await database.close()


@pytest.fixture
def quick(monkeypatch):
    """Faults are recovered from without a wait."""
    monkeypatch.setattr("bot.outbox.sender._SECONDS_AFTER_FAULT", 0)


async def rows(database):
    async with database.reading() as connection:
        return (await connection.execute(select(deliveries).order_by(deliveries.c.id))).all()


class Running:
    """A sender that runs, until it is stopped and has finished."""

    def __init__(self, sender):
        self.promised, self.stopping = Bell(), asyncio.Event()
        self.task = asyncio.create_task(sender.run(self.promised, self.stopping))

    async def stop(self):
        self.stopping.set()
        async with asyncio.timeout(5):
            await self.task


async def until(condition):
    """Wait for what another task brings about."""
    async with asyncio.timeout(5):
        while not await condition():  # noqa: ASYNC110 - it is a row of a table, no event
            await asyncio.sleep(0.01)


# What becomes of a delivery


async def test_what_is_due_is_sent_and_recorded(world):
    await promise(world.store, LAN, "một", "hai")
    await promise(world.store, MINH, "ba")
    sender = world.new_sender()
    assert [await sender.send_due() for _ in range(3)] == [2, 1, 0]
    assert world.client.sent == ["một", "ba", "hai"]
    assert await statuses(world.database) == {"một": SENT, "hai": SENT, "ba": SENT}
    assert [row.message_id for row in await rows(world.database)] == ["m1", "m2", "m3"]
    assert world.observer.told == [("sent", SENT, "")] * 3


@pytest.mark.parametrize(
    ("fault", "status", "due_after"),
    [
        (RetryLater("429", 30), PENDING, 30),
        (RetryLater("slow_chat", 3, whole_channel=False), PENDING, 3),
        (NotSent("no_connection"), PENDING, 1),
        (ChannelMisconfigured("token"), PENDING, 60),
        (RecipientMoved("moved", "-1001"), PENDING, 0),
        (SendUnknown("timeout"), DOUBTFUL, None),
        (RecipientUnreachable("blocked"), DeliveryStatus.UNREACHABLE, None),
        (WindowClosed("7_days"), DeliveryStatus.EXPIRED, None),
        (MessageRejected("too_long"), DeliveryStatus.REJECTED, None),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, Exception) else None,
)
async def test_every_fault_of_a_channel_has_its_end(world, fault, status, due_after):
    await promise(world.store, LAN, "một")
    world.client.faults["một"] = fault
    assert await world.new_sender().send_due() == 1
    [row] = await rows(world.database)
    assert (row.status, row.code) == (status, fault.code)
    if due_after is not None:
        assert row.due_at - NOW == timedelta(seconds=due_after)
    assert world.observer.told == [("sent", status, fault.code)]


async def test_a_fault_of_ours_is_doubtful_and_others_go_on(world):
    """It may have happened after the vendor took the message."""
    await promise(world.store, LAN, "một")
    await promise(world.store, MINH, "hai")
    world.client.faults["một"] = KeyError("ours")
    await world.new_sender().send_due()
    assert await statuses(world.database) == {"một": DOUBTFUL, "hai": SENT}
    assert (await rows(world.database))[0].code == "fault"


async def test_a_call_that_takes_too_long_is_doubtful(world):
    await promise(world.store, LAN, "lâu")
    await world.new_sender(call_seconds=0.01).send_due()
    [row] = await rows(world.database)
    assert (row.status, row.code) == (DOUBTFUL, "timeout")


async def test_a_call_that_was_cancelled_within_is_settled_and_stops_nobody(world):
    await promise(world.store, LAN, "một")
    await promise(world.store, MINH, "hai")
    world.client.faults["một"] = asyncio.CancelledError()
    await world.new_sender().send_due()
    assert await statuses(world.database) == {"một": "sending", "hai": SENT}
    world.clock.pass_by(41)
    await Settler(world.outbox, world.clock).settle()
    assert await statuses(world.database) == {"một": DOUBTFUL, "hai": SENT}


async def test_what_is_too_old_is_not_sent(world):
    await promise(world.store, LAN, "cũ")
    world.clock.pass_by(2 * 3600 + 1)
    await world.new_sender(patience=Patience(reply_hours=2)).send_due()
    assert world.client.sent == []
    assert await statuses(world.database) == {"cũ": DeliveryStatus.EXPIRED}
    assert world.observer.told == [("sent", DeliveryStatus.EXPIRED, "too_old")]


async def test_what_was_not_sent_is_sent_later_before_what_comes_after_it(world):
    await promise(world.store, LAN, "một", "hai")
    sender = world.new_sender()
    world.client.faults["một"] = NotSent("no_connection")
    assert [await sender.send_due() for _ in range(2)] == [1, 0]
    del world.client.faults["một"]
    world.clock.pass_by(1)
    assert [await sender.send_due() for _ in range(3)] == [1, 1, 0]
    assert world.client.sent == ["một", "hai"]


async def test_a_channel_told_to_wait_sends_nothing_meanwhile(world):
    await promise(world.store, LAN, "một")
    world.client.faults["một"] = RetryLater("429", 30)
    sender = world.new_sender()
    await sender.send_due()
    world.client.faults.clear()
    await promise(world.store, MINH, "hai")
    world.clock.pass_by(29)
    assert await sender.send_due() == 0
    world.clock.pass_by(1)
    assert await sender.send_due() == 2


# The loop


async def test_a_ring_wakes_it(world):
    running = Running(world.new_sender(poll_seconds=60))
    await asyncio.sleep(0)
    await promise(world.store, LAN, "một", "hai")
    running.promised.ring()

    async def is_sent():
        return world.client.sent == ["một", "hai"]

    await until(is_sent)
    running.promised.ring()
    await running.stop()
    assert await statuses(world.database) == {"một": SENT, "hai": SENT}


async def test_no_more_calls_at_the_same_time_than_allowed(world):
    for number in range(5):
        await promise(world.store, person(number), "lâu")
    running = Running(world.new_sender(max_in_flight=2))
    await world.client.began.wait()

    async def are_two_under_way():
        return [row.status for row in await rows(world.database)].count("sending") == 2

    await until(are_two_under_way)
    world.client.release.set()

    async def are_all_sent():
        return world.client.sent == ["lâu"] * 5

    await until(are_all_sent)
    await running.stop()


async def test_a_slow_call_holds_up_no_other(world):
    await promise(world.store, LAN, "lâu", "sau")
    running = Running(world.new_sender())
    await world.client.began.wait()
    await promise(world.store, MINH, "một", "hai")

    async def are_others_recorded():
        found = await statuses(world.database)
        return found["hai"] == SENT

    await until(are_others_recorded)
    assert (await statuses(world.database))["lâu"] == "sending"
    world.client.release.set()
    await running.stop()


async def test_stopping_waits_for_the_calls_under_way_and_records_them(world):
    await promise(world.store, LAN, "lâu", "sau")
    running = Running(world.new_sender())
    await world.client.began.wait()
    running.stopping.set()
    running.promised.ring()
    done, _ = await asyncio.wait({running.task}, timeout=0.05)
    assert not done
    world.client.release.set()
    await running.stop()
    assert await statuses(world.database) == {"lâu": SENT, "sau": PENDING}


async def test_what_was_sent_while_the_database_was_away_is_recorded_later(world, quick):
    await promise(world.store, LAN, "một")
    world.outbox.away["record"] = 3
    running = Running(world.new_sender())

    async def is_recorded():
        return await statuses(world.database) == {"một": SENT}

    await until(is_recorded)
    await running.stop()
    assert world.client.sent == ["một"]


async def test_stopping_records_even_when_the_database_is_away_for_a_moment(world, quick):
    await promise(world.store, LAN, "lâu")
    running = Running(world.new_sender())
    await world.client.began.wait()
    world.outbox.away["record"] = 3
    world.client.release.set()
    await running.stop()
    assert await statuses(world.database) == {"lâu": SENT}


async def test_a_database_that_is_away_is_asked_again(world, quick):
    await promise(world.store, LAN, "một")
    world.outbox.away["claim"] = 3
    running = Running(world.new_sender())

    async def is_sent():
        return world.client.sent == ["một"]

    await until(is_sent)
    await running.stop()


async def test_a_sender_that_is_cancelled_ends_at_once(world):
    running = Running(world.new_sender(poll_seconds=60))
    for _ in range(50):
        await asyncio.sleep(0)
    running.task.cancel()
    done, _ = await asyncio.wait({running.task}, timeout=5)
    assert done
    assert running.task.cancelled()


# Those whose sender died


async def test_one_who_died_leaves_a_doubtful_message_that_is_not_sent_again(world):
    await promise(world.store, LAN, "lâu", "hai")
    dead = Running(world.new_sender())
    await world.client.began.wait()
    dead.task.cancel()
    await asyncio.wait({dead.task})
    world.clock.pass_by(41)
    await Settler(world.outbox, world.clock).settle()
    next_one = world.new_sender()
    while await next_one.send_due():
        pass
    assert world.client.sent == ["hai"]
    assert await statuses(world.database) == {"lâu": DOUBTFUL, "hai": SENT}


async def test_settling_goes_on_the_next_time_when_the_database_is_away(world):
    world.outbox.away["settle"] = 1
    settler = Settler(world.outbox, world.clock)
    await settler.settle()
    await settler.settle()
    assert world.outbox.away["settle"] == 0


def test_a_lease_lasts_longer_than_a_call():
    """A call that ends in time is never settled by somebody else first."""
    settings = SenderSettings(Budget(1, 1))
    assert settings.lease_seconds > settings.call_seconds


async def test_a_sender_tells_each_time_it_comes_round_also_without_its_database(world):
    world.outbox.away["claim"] = 1
    stopping, beats = asyncio.Event(), []

    def beat():
        beats.append(1)
        if len(beats) == 3:
            stopping.set()

    await asyncio.wait_for(world.new_sender().run(Bell(), stopping, beat), 10)
    assert len(beats) == 3
