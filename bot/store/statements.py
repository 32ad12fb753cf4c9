"""The few statements that SQLite and PostgreSQL spell alike and SQLAlchemy spells apart."""

from __future__ import annotations

from sqlalchemy import Column, ColumnElement, Delete, Table, delete, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

#: Rows deleted in one transaction.
BATCH = 1000


def delete_batch(table: Table, where: ColumnElement[bool]) -> Delete:
    """A DELETE of up to `BATCH` rows: nobody else can write to SQLite while it lasts."""
    some = select(table.c.id).where(where).limit(BATCH)
    return delete(table).where(table.c.id.in_(some))


def insert_or(connection: AsyncConnection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say what to do when the row is there: `on_conflict_do_…`."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def insert_new(connection: AsyncConnection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that passes over rows that are there already, by any unique key."""
    return insert_or(connection, table).on_conflict_do_nothing()


def is_plainly(column: Column[str], value: str) -> ColumnElement[bool]:
    """`column = 'value'` with the value in the text of the statement, not beside it. Otherwise no
    planner could know that the rows looked for are those of a partial index: SQLite then reads the
    whole table, PostgreSQL does so once it plans for all values.
    """
    return column == literal(value, literal_execute=True)
