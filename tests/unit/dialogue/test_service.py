from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime

import pytest

from bot.dialogue.service import ConversationService
from bot.domain.errors import Conflict
from bot.domain.messages import Reply, Utterance
from bot.domain.session import Outcome, Session, Turn

#: Half past eleven at night in London is already tomorrow in Vietnam.
NOW = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)


class CountingEngine:
    def __init__(self):
        self.days = []

    def run_turn(self, session, utterance, today):
        self.days.append(today)
        after = Session(session.id, session.choices, session.unclear_count + 1)
        return Turn(after, (Reply("ok"),), Outcome.ANSWERED)


class Store:
    def __init__(self, conflicts=0):
        self.rows, self.conflicts = {}, conflicts

    async def find(self, session_id):
        return self.rows.get(session_id)

    async def save(self, session, version, now):
        if self.conflicts:
            self.conflicts -= 1
            raise Conflict("meanwhile")
        self.rows[session.id] = (session, version + 1)

    async def forget(self, session_id):
        self.rows.pop(session_id, None)


class Clock:
    def now(self):
        return NOW


async def test_turns_follow_each_other_on_the_saved_session():
    store, engine = Store(), CountingEngine()
    service = ConversationService(engine, store, Clock())
    for expected in (1, 2, 3):
        turn = await service.take_turn("a", Utterance("x"))
        assert turn.session.unclear_count == expected
    assert store.rows["a"][1] == 3


async def test_the_day_is_the_day_in_vietnam():
    engine = CountingEngine()
    await ConversationService(engine, Store(), Clock()).take_turn("a", Utterance("x"))
    assert engine.days[0].isoformat() == "2026-11-21"


async def test_a_crossing_turn_runs_again_and_gives_up_at_last():
    assert await ConversationService(CountingEngine(), Store(2), Clock()).take_turn(
        "a", Utterance("x")
    )
    with pytest.raises(Conflict):
        await ConversationService(CountingEngine(), Store(99), Clock()).take_turn(
            "a", Utterance("x")
        )


class HeldEngine:
    """Turns with the text "wait" last until they are released, or give up after ten seconds."""

    def __init__(self):
        self.began, self.released = threading.Event(), threading.Event()
        self.seen = []

    def run_turn(self, session, utterance, today):
        self.seen.append((session.id, utterance.text, session.unclear_count))
        self.began.set()
        if utterance.text == "wait":
            assert self.released.wait(10)
        after = Session(session.id, (), session.unclear_count + 1)
        return Turn(after, (Reply("ok"),), Outcome.ANSWERED)


async def test_a_long_turn_holds_up_nobody_else():
    engine = HeldEngine()
    service = ConversationService(engine, Store(), Clock())
    long = asyncio.create_task(service.take_turn("a", Utterance("wait")))
    await asyncio.to_thread(engine.began.wait, 10)
    assert await service.take_turn("b", Utterance("x"))
    assert not long.done()
    engine.released.set()
    await long
    assert [text for _, text, _ in engine.seen] == ["wait", "x"]


async def test_turns_of_one_session_keep_their_order_and_run_once():
    engine, store = HeldEngine(), Store()
    service = ConversationService(engine, store, Clock())
    turns = [
        asyncio.create_task(service.take_turn("a", Utterance(text)))
        for text in ("wait", "second", "third")
    ]
    await asyncio.to_thread(engine.began.wait, 10)
    await service.take_turn("b", Utterance("between"))
    engine.released.set()
    await asyncio.gather(*turns)
    assert [one for one in engine.seen if one[0] == "a"] == [
        ("a", "wait", 0),
        ("a", "second", 1),
        ("a", "third", 2),
    ]
    assert store.rows["a"][1] == 3


async def test_forgetting_waits_for_the_turn_under_way_and_leaves_nothing():
    engine, store = HeldEngine(), Store()
    service = ConversationService(engine, store, Clock())
    turn = asyncio.create_task(service.take_turn("a", Utterance("wait")))
    await asyncio.to_thread(engine.began.wait, 10)
    forgetting = asyncio.create_task(service.forget("a"))
    await service.take_turn("b", Utterance("between"))
    engine.released.set()
    await asyncio.gather(turn, forgetting)
    assert "a" not in store.rows


async def test_no_lock_outlives_its_turns():
    service = ConversationService(CountingEngine(), Store(), Clock())
    for number in range(20):
        await service.take_turn(str(number), Utterance("x"))
    assert len(service._locks) == 0
