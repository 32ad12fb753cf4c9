from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.errors import Conflict, StoreError
from bot.domain.session import Choice, Session
from bot.store.sessions import SqlSessionStore

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SESSION = Session("s" * 20, (Choice("Đăng ký tạm trú", "t:304"),), 1)


@pytest.fixture
async def store(tmp_path):
    one = SqlSessionStore(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}", max_sessions=3)
    await one.open()
    yield one
    await one.close()


async def test_what_is_saved_comes_back_equal(store):
    await store.save(SESSION, 0, NOW)
    assert await store.find(SESSION.id) == (SESSION, 1)
    assert await store.find("unknown") is None


async def test_a_save_on_an_old_version_is_refused(store):
    await store.save(SESSION, 0, NOW)
    await store.save(Session(SESSION.id), 1, NOW)
    with pytest.raises(Conflict):
        await store.save(SESSION, 1, NOW)
    with pytest.raises(Conflict):
        await store.save(SESSION, 0, NOW)
    assert await store.find(SESSION.id) == (Session(SESSION.id), 2)


async def test_unused_sessions_are_forgotten_and_used_ones_stay(store):
    await store.save(Session("old" * 6), 0, NOW - timedelta(days=31))
    await store.save(Session("new" * 6), 0, NOW - timedelta(days=29))
    assert await store.forget_before(NOW - timedelta(days=30)) == 1
    assert await store.find("old" * 6) is None
    assert await store.find("new" * 6) is not None


async def test_a_new_session_takes_the_place_of_the_one_longest_unused(store):
    names = [letter * 20 for letter in "abcd"]
    for minutes, name in enumerate(names[:3]):
        await store.save(Session(name), 0, NOW + timedelta(minutes=minutes))
    await store.save(Session(names[0], unclear_count=1), 1, NOW + timedelta(minutes=5))
    await store.save(Session(names[3]), 0, NOW + timedelta(minutes=6))
    kept = [name for name in names if await store.find(name)]
    assert kept == [names[0], names[2], names[3]]


async def test_a_lowered_limit_on_sessions_takes_hold_at_the_next_new_one(store, tmp_path):
    for minutes, name in enumerate("abc"):
        await store.save(Session(name * 20), 0, NOW + timedelta(minutes=minutes))
    smaller = SqlSessionStore(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}", max_sessions=1)
    await smaller.save(Session("d" * 20), 0, NOW)
    kept = [name for name in "abcd" if await smaller.find(name * 20)]
    await smaller.close()
    assert kept == ["d"]


async def test_a_session_is_forgotten_on_demand(store):
    await store.save(SESSION, 0, NOW)
    await store.forget(SESSION.id)
    await store.forget("never seen")
    assert await store.find(SESSION.id) is None


async def test_opening_twice_is_safe_and_a_broken_database_is_a_store_error(store, tmp_path):
    await store.open()
    broken = SqlSessionStore(f"sqlite+aiosqlite:///{tmp_path / 'nowhere' / 'test.db'}", 3)
    with pytest.raises(StoreError, match="the database failed"):
        await broken.check()
    await broken.close()
