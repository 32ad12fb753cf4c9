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
    one = SqlSessionStore(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
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


async def test_a_session_is_forgotten_on_demand(store):
    await store.save(SESSION, 0, NOW)
    await store.forget(SESSION.id)
    await store.forget("never seen")
    assert await store.find(SESSION.id) is None


async def test_opening_twice_is_safe_and_a_broken_database_is_a_store_error(store, tmp_path):
    await store.open()
    broken = SqlSessionStore(f"sqlite+aiosqlite:///{tmp_path / 'nowhere' / 'test.db'}")
    with pytest.raises(StoreError, match="the database failed"):
        await broken.check()
    await broken.close()
