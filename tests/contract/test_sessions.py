from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.answered import Answered
from bot.domain.errors import Conflict, StoreError
from bot.domain.messages import Button, Reply
from bot.domain.pictures import Picture, PictureId
from bot.domain.session import Choice, Outcome, ScoredTopic, Session, Turn
from bot.store.database import Database
from bot.store.store import Limits, SqlStore
from tests.contract.conftest import NAMES

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SESSION = Session("s" * 20, (Choice("Đăng ký tạm trú", "t:304"),), 1)


async def save(store, session, version, now=NOW):
    async with store.transaction() as unit:
        await unit.sessions.save(session, version, now)


async def find(store, name):
    async with store.transaction() as unit:
        return await unit.sessions.find(name)


async def kept(store, names):
    return [name for name in names if await find(store, name)]


async def test_what_is_saved_comes_back_equal(store):
    await save(store, SESSION, 0)
    assert await find(store, SESSION.id) == (SESSION, 1)
    assert await find(store, "unknown") is None


async def test_a_save_on_an_old_version_is_refused(store):
    await save(store, SESSION, 0)
    await save(store, Session(SESSION.id), 1)
    with pytest.raises(Conflict):
        await save(store, SESSION, 1)
    with pytest.raises(Conflict):
        await save(store, SESSION, 0)
    assert await find(store, SESSION.id) == (Session(SESSION.id), 2)


async def test_nothing_of_a_transaction_that_fails_is_kept(store):
    async def save_and_fail():
        async with store.transaction() as unit:
            await unit.sessions.save(SESSION, 0, NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await save_and_fail()
    assert await find(store, SESSION.id) is None


async def test_unused_sessions_are_forgotten_and_used_ones_stay(store):
    await save(store, Session("old" * 6), 0, NOW - timedelta(days=31))
    await save(store, Session("new" * 6), 0, NOW - timedelta(days=29))
    async with store.transaction() as unit:
        assert await unit.sessions.forget_before(NOW - timedelta(days=30)) == 1
    assert await kept(store, ["old" * 6, "new" * 6]) == ["new" * 6]


async def test_a_new_session_takes_the_place_of_the_one_longest_unused(store):
    names = [letter * 20 for letter in "abcd"]
    for minutes, name in enumerate(names[:3]):
        await save(store, Session(name), 0, NOW + timedelta(minutes=minutes))
    await save(store, Session(names[0], unclear_count=1), 1, NOW + timedelta(minutes=5))
    await save(store, Session(names[3]), 0, NOW + timedelta(minutes=6))
    assert await kept(store, names) == [names[0], names[2], names[3]]


async def test_a_lowered_limit_on_sessions_takes_hold_at_the_next_new_one(store, database):
    for minutes, name in enumerate("abc"):
        await save(store, Session(name * 20), 0, NOW + timedelta(minutes=minutes))
    smaller = SqlStore(database, NAMES, Limits(max_sessions=1, max_waiting_updates=1))
    await save(smaller, Session("d" * 20), 0)
    assert await kept(store, [name * 20 for name in "abcd"]) == ["d" * 20]


async def test_a_session_is_forgotten_on_demand(store):
    await save(store, SESSION, 0)
    async with store.transaction() as unit:
        await unit.sessions.forget(SESSION.id)
        await unit.sessions.forget("never seen")
    assert await find(store, SESSION.id) is None


async def test_a_sign_of_life_leaves_nothing_behind(store):
    await store.check()
    await store.check()
    assert await find(store, "") is None


async def test_a_broken_database_is_a_store_error(tmp_path):
    broken = Database(f"sqlite:///{tmp_path / 'nowhere' / 'test.db'}")
    with pytest.raises(StoreError, match="the database failed"):
        await SqlStore(broken, NAMES, Limits(1, 1)).check()
    await broken.close()
    # The driver's thread says goodbye to the event loop, which must still be there.
    for thread in threading.enumerate():
        if "connection_worker" in thread.name:
            await asyncio.to_thread(thread.join)


async def test_what_was_answered_last_is_told_again_without_what_was_typed(store, database):
    picture = Picture(PictureId("tat-may"), "Điện thoại đang tắt.")
    reply = Reply("**Tắt máy**", (Button("Đã xong", "a:x:y:xong"),), picture)
    turn = Turn(
        SESSION, (reply,), Outcome.ANSWERED, (ScoredTopic("service/x", 0.5),), heard="bí mật"
    )
    async with store.transaction() as unit:
        await unit.sessions.save(SESSION, 0, NOW, Answered("m1", turn))
    async with store.transaction() as unit:
        again = await unit.sessions.find_answered(SESSION.id, "m1")
        assert await unit.sessions.find_answered(SESSION.id, "m2") is None
    assert again == replace(turn, heard="", rule="told_again")
    await save(store, SESSION, 1)
    async with store.transaction() as unit:
        assert await unit.sessions.find_answered(SESSION.id, "m1") is None
        assert await unit.sessions.find_answered(SESSION.id, "") is None
