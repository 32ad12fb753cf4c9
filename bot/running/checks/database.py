"""The database: whether it is there, of this version, writable, and at our time."""

from __future__ import annotations

from bot.domain.errors import SchemaMismatch, StoreError
from bot.domain.identity import MIN_KEY_BYTES, ConversationNames
from bot.running.checks.findings import Finding, Findings, failure, good, reminder
from bot.running.checks.scene import Scene
from bot.store.database import Database
from bot.store.examination import ServerFacts, read_server
from bot.store.schema import check_schema
from bot.store.store import Limits, SqlStore

#: The oldest that our own tests run on, as PostgreSQL counts.
_TESTED_VERSION = 150_000
#: The probe names nobody.
_NOBODY = ConversationNames(bytes(MIN_KEY_BYTES))

_TO_COME = good("database_to_come")
_SQLITE = good("database_good", "sqlite_good")
_POSTGRES = good("database_good", "postgresql_good")
_BAD_ADDRESS = failure("database_address_bad")
_SQLITE_AWAY = failure("database_unreachable", "sqlite_unreachable")
_POSTGRES_AWAY = failure("database_unreachable", "postgresql_unreachable")
_OTHER_SCHEMA = failure("database_other_version")
_READ_ONLY = failure("database_not_writable")
_OLD_SERVER = reminder("postgresql_old")
_CLOCK_DRIFTS = reminder("database_clock_drifts")
_CLOCK_WRONG = failure("database_clock_wrong")


async def check_database(scene: Scene) -> Findings:
    """All of it, from the connection up."""
    if not scene.has_database:
        yield _TO_COME(path=scene.sqlite_path)
        return
    try:
        database = scene.database()
    except StoreError:
        yield _BAD_ADDRESS()
        return
    if fault := await _find_fault(database):
        yield fault
        return
    server = await read_server(database)
    if server is None:
        yield _SQLITE(path=scene.sqlite_path)
        return
    yield _POSTGRES(version=_version(server.version))
    async for one in _look_at_server(scene, server):
        yield one


async def _find_fault(database: Database) -> Finding | None:
    try:
        await check_schema(database)
    except SchemaMismatch:
        return _OTHER_SCHEMA()
    except StoreError:
        return (_SQLITE_AWAY if database.is_sqlite else _POSTGRES_AWAY)()
    try:
        await SqlStore(database, _NOBODY, Limits(0, 0)).check()
    except StoreError:
        return _READ_ONLY()
    return None


async def _look_at_server(scene: Scene, server: ServerFacts) -> Findings:
    if server.version < _TESTED_VERSION:
        yield _OLD_SERVER(version=_version(server.version), tested=_TESTED_VERSION // 10_000)
    drift = abs(scene.clock.now() - server.now)
    if drift > scene.limits.clock_wrong:
        yield _CLOCK_WRONG(length=drift)
    elif drift > scene.limits.clock_drift:
        yield _CLOCK_DRIFTS(length=drift)


def _version(number: int) -> str:
    """https://www.postgresql.org/docs/current/libpq-status.html (PQserverVersion, read
    2026-11-21).
    """
    return f"{number // 10_000}.{number % 10_000}"
