from __future__ import annotations

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
