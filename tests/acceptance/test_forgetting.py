"""Sessions are forgotten in time: on a real database, with days that pass at once."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.session import Session
from bot.server import build_server, forget_daily
from bot.store.sessions import SqlSessionStore

START = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SESSION_DAYS = 3


class Days:
    """A clock, and a way to wait that moves it a day on, until the last day."""

    def __init__(self, path, last):
        self.path = path
        self.last = last
        #: The sessions that were left at the end of each day.
        self.left = []
        #: SQL to run at the end of a day, counted from 0.
        self.events = {}

    def now(self):
        return START + timedelta(days=len(self.left))

    async def wait(self, seconds):
        assert seconds == timedelta(days=1).total_seconds()
        with closing(sqlite3.connect(self.path)) as database:
            database.execute(self.events.get(len(self.left), "SELECT 1"))
            tables = [name for (name,) in database.execute("SELECT name FROM sqlite_schema")]
            table = "sessions" if "sessions" in tables else "away"
            self.left.append({name for (name,) in database.execute(f"SELECT id FROM {table}")})
        if len(self.left) == self.last:
            raise asyncio.CancelledError


@pytest.fixture
async def store(tmp_path):
    one = SqlSessionStore(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}", max_sessions=100)
    await one.open()
    for days, name in [(4, "older"), (2, "old"), (0, "new")]:
        await one.save(Session(name), 0, START - timedelta(days=days, hours=1))
    yield one
    await one.close()


async def test_sessions_unused_for_too_long_go_at_once_and_then_day_by_day(store, tmp_path):
    days = Days(tmp_path / "test.db", last=4)
    with pytest.raises(asyncio.CancelledError):
        await forget_daily(store, days, SESSION_DAYS, days.wait)
    assert days.left == [{"old", "new"}, {"new"}, {"new"}, set()]


async def test_a_day_on_which_the_database_fails_is_made_up_for_on_the_next(
    store, tmp_path, caplog
):
    days = Days(tmp_path / "test.db", last=3)
    days.events = {
        0: "ALTER TABLE sessions RENAME TO away",
        1: "ALTER TABLE away RENAME TO sessions",
    }
    with pytest.raises(asyncio.CancelledError):
        await forget_daily(store, days, SESSION_DAYS, days.wait)
    assert days.left == [{"old", "new"}, {"old", "new"}, {"new"}]
    assert "could not forget old sessions" in caplog.text


async def test_a_server_forgets_from_its_start(app, settings):
    store = SqlSessionStore(settings.database_url, settings.max_sessions)
    await store.open()
    await store.save(Session("long-ago"), 0, datetime(2020, 1, 1, tzinfo=UTC))
    server = build_server(settings)
    async with server.router.lifespan_context(server):
        looks = 0
        while await store.find("long-ago") is not None and looks < 1000:
            looks += 1
    assert await store.find("long-ago") is None
    await store.close()
