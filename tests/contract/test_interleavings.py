"""Senders that claim, crash, wait and record in any order: nothing is lost, nothing that cannot be
repeated is sent twice, and each conversation is told things in the order they were promised.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from bot.domain.deliveries import DeliveryStatus, Lane, Receipt, Verdict
from bot.domain.errors import NotSent, RetryLater, SendUnknown
from bot.outbox.rules import judge_fault, judge_receipt
from bot.store.database import Database
from bot.store.deliveries import SqlDeliveries
from bot.store.store import Limits, SqlStore
from bot.store.tables import metadata
from tests.promises import (
    LEASE_SECONDS,
    NAMES,
    NOW,
    TELEGRAM,
    claim,
    fill_bucket,
    person,
    promise,
    statuses,
    text_of,
)

PEOPLE = 3
END = timedelta(days=1)

#: What happens next, with the number of whom it happens to.
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["promise", "campaign", "edit", "claim", "arrive", "refuse", "lose", "die", "later",
             "settle", "repeat news"]
        ),
        st.integers(0, PEOPLE - 1),
    ),
    max_size=40,
)  # fmt: skip


class World:
    """A vendor that knows what arrived, and senders with what they have claimed."""

    def __init__(self, database: Database, others: list[Database]) -> None:
        self.database, self.others = database, others
        self.store = SqlStore(database, NAMES, Limits(1000, 1000))
        self.now = NOW
        self.promised: list[tuple[str, int, bool]] = []
        self.arrived: list[str] = []
        #: Claimed, and perhaps arrived, by senders that are alive.
        self.held: list = []
        #: Recorded already; the news may come again.
        self.old: list = []

    async def promise(self, who: int, lane: Lane, *, is_repeatable: bool = False) -> None:
        text = f"{who}.{int(lane)}.{len(self.promised)}"
        self.promised.append((text, who, is_repeatable))
        await promise(
            self.store, person(who), text, lane=lane, at=self.now, is_repeatable=is_repeatable
        )

    async def claim(self) -> None:
        databases = [self.database, *self.others]
        found = await asyncio.gather(*(claim(one, 2, self.now) for one in databases))
        self.held += [one for some in found for one in some]

    async def record(self, delivery, verdict: Verdict) -> None:
        self.old.append((delivery, verdict))
        await asyncio.gather(
            *(
                SqlDeliveries(one).record([(delivery, verdict)], self.now)
                for one in (self.database, self.others[0])
            )
        )

    async def step(self, name: str, who: int) -> None:
        if name == "promise":
            await self.promise(who, Lane.REPLY)
        elif name == "campaign":
            await self.promise(who, Lane.CAMPAIGN)
        elif name == "edit":
            await self.promise(who, Lane.REPLY, is_repeatable=True)
        elif name == "claim":
            await self.claim()
        elif name == "later":
            self.now += timedelta(seconds=LEASE_SECONDS / 2)
        elif name == "settle":
            await SqlDeliveries(self.database).settle(self.now)
        elif name == "repeat news" and self.old:
            delivery, verdict = self.old[who % len(self.old)]
            await SqlDeliveries(self.database).record([(delivery, verdict)], self.now)
        elif name in {"arrive", "refuse", "lose", "die"} and self.held:
            await self.end(name, self.held.pop(who % len(self.held)))

    async def end(self, how: str, delivery) -> None:
        """A call ends: it arrived, was refused for now, nobody knows, or its sender is dead."""
        if how in {"arrive", "lose"}:
            self.arrived.append(text_of(delivery))
        if how == "arrive":
            await self.record(delivery, judge_receipt(Receipt("1")))
        elif how == "refuse":
            fault = RetryLater("slow", 1, whole_channel=False) if delivery.id % 2 else NotSent("no")
            await self.record(delivery, judge_fault(fault, delivery, self.now))
        elif how == "lose":
            fault = SendUnknown("timeout")
            await self.record(delivery, judge_fault(fault, delivery, self.now))

    async def finish(self) -> None:
        """All who are alive end their calls, the dead are dealt with, the rest is sent."""
        for one in self.held:
            await self.end("arrive", one)
        self.now += END
        await SqlDeliveries(self.database).settle(self.now)
        while found := await claim(self.database, now=self.now):
            for one in found:
                await self.end("arrive", one)

    def check(self, found: dict[str, str]) -> None:
        texts = [text for text, _, _ in self.promised]
        assert list(found) == texts
        assert all(not DeliveryStatus(one).is_open for one in found.values())
        times = Counter(self.arrived)
        for text, _, is_repeatable in self.promised:
            if is_repeatable:
                assert times[text] >= 1
            else:
                assert times[text] <= 1
                assert times[text] == 1 or found[text] == DeliveryStatus.DOUBTFUL
        assert all(times[one] for one, status in found.items() if status == DeliveryStatus.SENT)
        for lane in (0, 1):
            for who in range(PEOPLE):
                told = [
                    one for one in dict.fromkeys(self.arrived) if one.startswith(f"{who}.{lane}.")
                ]
                assert told == [one for one in texts if one in told]


async def play(url: str, steps) -> None:
    database, others = Database(url), [Database(url), Database(url)]
    try:
        async with database.writing() as connection:
            for table in metadata.sorted_tables:
                await connection.execute(delete(table))
        await fill_bucket(database, TELEGRAM)
        world = World(database, others)
        for name, who in steps:
            await world.step(name, who)
        await world.finish()
        world.check(await statuses(database))
    finally:
        for one in (database, *others):
            await one.close()


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(steps=STEPS)
def test_nothing_is_lost_or_sent_twice_whatever_happens_in_whatever_order(database_url, steps):
    asyncio.run(play(database_url, steps))
