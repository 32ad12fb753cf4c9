"""One store on every database; each test begins with empty tables."""

from __future__ import annotations

import pytest

from bot.domain.identity import ConversationNames
from bot.store.database import Database
from bot.store.store import Limits, SqlStore

NAMES = ConversationNames(b"a key for tests only")


@pytest.fixture
async def other_databases(database, database_url):
    """The same database as other processes have it, each with connections of its own."""
    others = [Database(database_url) for _ in range(3)]
    yield others
    for one in others:
        await one.close()


@pytest.fixture
def store(database):
    return SqlStore(database, NAMES, Limits(max_sessions=3, max_waiting_updates=20))


@pytest.fixture
def roomy(database):
    """A store that is never full."""
    return SqlStore(database, NAMES, Limits(max_sessions=10_000, max_waiting_updates=10_000))
