"""The schema of a database is what its migrations make of it, on both kinds of database."""

from __future__ import annotations

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from bot.domain.errors import SchemaMismatch, StoreError
from bot.store.database import Database
from bot.store.schema import check_schema, migrate
from bot.store.tables import metadata
from tests.databases import KINDS, fresh_postgres

#: What a database says of its own tables and indexes, conditions of indexes included.
DESCRIPTIONS = {
    "sqlite": "SELECT type || name, sql FROM sqlite_master"
    " WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%' AND name NOT LIKE 'sqlite%'",
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes"
    " WHERE schemaname = 'public' AND tablename <> 'alembic_version'",
}


@pytest.fixture(params=KINDS)
def url(request, tmp_path):
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    with fresh_postgres() as one:
        yield one


@pytest.fixture
async def database(url):
    one = Database(url)
    yield one
    await one.close()


async def describe(database):
    kind = "sqlite" if database.is_sqlite else "postgresql"
    async with database.reading() as connection:
        rows = (await connection.execute(text(DESCRIPTIONS[kind]))).all()
    return {name: " ".join(statement.split()) for name, statement in rows}


async def execute(database, *statements):
    async with database.writing() as connection:
        for one in statements:
            await connection.execute(text(one))


async def test_the_schema_equals_all_migrations(database):
    await migrate(database)

    def differences(connection):
        return compare_metadata(MigrationContext.configure(connection), metadata)

    async with database.writing() as connection:
        assert await connection.run_sync(differences) == []


async def test_indexes_are_the_same_with_their_conditions(database):
    """Which Alembic does not compare."""
    await migrate(database)
    migrated = await describe(database)
    async with database.writing() as connection:
        await connection.run_sync(metadata.drop_all)
        await connection.run_sync(metadata.create_all)
    assert await describe(database) == migrated
    assert any("WHERE" in one for one in migrated.values())


async def test_migrating_twice_is_safe(database):
    await migrate(database)
    await execute(database, "INSERT INTO leases VALUES ('poll', 'a', '2026-11-21 08:00:00')")
    await migrate(database)
    async with database.reading() as connection:
        assert (await connection.execute(text("SELECT name FROM leases"))).scalars().all() == [
            "poll"
        ]


async def test_migrating_at_the_same_time_is_safe(url, database):
    others = [Database(url) for _ in range(3)]
    await asyncio.gather(*map(migrate, [database, *others]))
    for one in others:
        await check_schema(one)
        await one.close()


async def test_a_database_of_this_version_is_taken(database):
    await migrate(database)
    await check_schema(database)


async def test_an_empty_database_is_said_to_be_older(database):
    with pytest.raises(SchemaMismatch, match="older version: run `python -m bot migrate`"):
        await check_schema(database)
    async with database.reading() as connection:
        names = await connection.run_sync(lambda one: inspect(one).get_table_names())
    assert names == []


async def test_a_newer_database_is_refused_and_left_alone(database):
    await migrate(database)
    await execute(database, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaMismatch, match="newer version: update this program"):
        await check_schema(database)
    with pytest.raises(SchemaMismatch, match="newer version: update this program"):
        await migrate(database)
    async with database.reading() as connection:
        found = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
    assert found == "9999"


async def test_sessions_of_before_there_were_migrations_are_replaced(database):
    await execute(
        database,
        "CREATE TABLE sessions (id VARCHAR(64) PRIMARY KEY, data JSON NOT NULL,"
        " version INTEGER NOT NULL, updated_at FLOAT NOT NULL)",
        "CREATE INDEX sessions_by_age ON sessions (updated_at)",
        "INSERT INTO sessions VALUES ('old', '{}', 1, 0)",
    )
    with pytest.raises(SchemaMismatch, match="older"):
        await check_schema(database)
    await migrate(database)
    await check_schema(database)
    async with database.reading() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM sessions"))).scalar() == 0


async def test_a_migration_that_fails_changes_nothing(database):
    """The table in its way is nobody's that the migration knows."""
    await execute(database, "CREATE TABLE uploads (mine INTEGER)")
    before = await describe(database)
    with pytest.raises(StoreError):
        await migrate(database)
    assert await describe(database) == before
    async with database.reading() as connection:
        names = await connection.run_sync(lambda one: inspect(one).get_table_names())
    assert names == ["uploads"]
