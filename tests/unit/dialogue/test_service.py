from __future__ import annotations

import asyncio
import threading
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from bot.dialogue.additions import Additions
from bot.dialogue.service import ConversationService
from bot.dialogue.turn_taker import TurnTaker
from bot.domain.errors import Conflict
from bot.domain.identity import ConversationNames
from bot.domain.messages import Reply, Utterance
from bot.domain.observer import NobodyWatching
from bot.domain.session import Outcome, Session, Turn
from tests.factories import make_catalog

#: Half past eleven at night in London is already tomorrow in Vietnam.
NAMES = ConversationNames(b"a key for tests only")
NOW = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)


class CountingEngine:
    def __init__(self):
        self.days = []

    def run_turn(self, session, utterance, today):
        self.days.append(today)
        after = Session(session.id, session.choices, session.unclear_count + 1)
        return Turn(after, (Reply("ok"),), Outcome.ANSWERED)


class Sessions:
    def __init__(self, conflicts):
        self.rows, self.conflicts, self.answered = {}, conflicts, {}

    async def find(self, session_id):
        return self.rows.get(session_id)

    async def find_answered(self, session_id, message):
        return self.answered.get((session_id, message))

    async def save(self, session, version, now, answered=None):
        if self.conflicts:
            self.conflicts -= 1
            raise Conflict("meanwhile")
        self.rows[session.id] = (session, version + 1)
        self.answered = {(session.id, answered.message): answered.turn} if answered else {}

    async def forget(self, session_id):
        self.rows.pop(session_id, None)


class Store:
    """One transaction is as good as another here."""

    def __init__(self, conflicts=0):
        self.sessions = Sessions(conflicts)

    @property
    def rows(self):
        return self.sessions.rows

    @asynccontextmanager
    async def transaction(self):
        yield self


class Clock:
    def now(self):
        return NOW


def named(key):
    """The name under which a session of the web page is kept."""
    return NAMES.of_web(key)


def serve(engine, store):
    engine.catalog = make_catalog()
    taker = TurnTaker(engine, Clock(), NobodyWatching())
    return ConversationService(taker, Additions(engine), store, NAMES)


async def test_turns_follow_each_other_on_the_saved_session():
    store, engine = Store(), CountingEngine()
    service = serve(engine, store)
    for expected in (1, 2, 3):
        turn = await service.take_turn("a", Utterance("x"))
        assert turn.session.unclear_count == expected
    assert store.rows[named("a")][1] == 3


async def test_the_day_is_the_day_in_vietnam():
    engine = CountingEngine()
    await serve(engine, Store()).take_turn("a", Utterance("x"))
    assert engine.days[0].isoformat() == "2026-11-21"


async def test_a_crossing_turn_runs_again_and_gives_up_at_last():
    assert await serve(CountingEngine(), Store(2)).take_turn("a", Utterance("x"))
    with pytest.raises(Conflict):
        await serve(CountingEngine(), Store(99)).take_turn("a", Utterance("x"))


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
    service = serve(engine, Store())
    long = asyncio.create_task(service.take_turn("a", Utterance("wait")))
    await asyncio.to_thread(engine.began.wait, 10)
    assert await service.take_turn("b", Utterance("x"))
    assert not long.done()
    engine.released.set()
    await long
    assert [text for _, text, _ in engine.seen] == ["wait", "x"]


async def test_turns_of_one_session_keep_their_order_and_run_once():
    engine, store = HeldEngine(), Store()
    service = serve(engine, store)
    turns = [
        asyncio.create_task(service.take_turn("a", Utterance(text)))
        for text in ("wait", "second", "third")
    ]
    await asyncio.to_thread(engine.began.wait, 10)
    await service.take_turn("b", Utterance("between"))
    engine.released.set()
    await asyncio.gather(*turns)
    assert [one for one in engine.seen if one[0] == named("a")] == [
        (named("a"), "wait", 0),
        (named("a"), "second", 1),
        (named("a"), "third", 2),
    ]
    assert store.rows[named("a")][1] == 3


async def test_forgetting_waits_for_the_turn_under_way_and_leaves_nothing():
    engine, store = HeldEngine(), Store()
    service = serve(engine, store)
    turn = asyncio.create_task(service.take_turn("a", Utterance("wait")))
    await asyncio.to_thread(engine.began.wait, 10)
    forgetting = asyncio.create_task(service.forget("a"))
    await service.take_turn("b", Utterance("between"))
    engine.released.set()
    await asyncio.gather(turn, forgetting)
    assert named("a") not in store.rows


async def test_no_lock_outlives_its_turns():
    service = serve(CountingEngine(), Store())
    for number in range(20):
        await service.take_turn(str(number), Utterance("x"))
    assert len(service._locks) == 0


async def test_a_message_that_comes_again_is_answered_as_it_was_and_taken_once():
    engine = CountingEngine()
    service = serve(engine, Store())
    first = await service.take_turn("a", Utterance("x"), "m1")
    assert await service.take_turn("a", Utterance("x"), "m1") == first
    assert len(engine.days) == 1
    await service.take_turn("a", Utterance("x"), "m2")
    await service.take_turn("a", Utterance("x"))
    await service.take_turn("a", Utterance("x"))
    assert len(engine.days) == 4
