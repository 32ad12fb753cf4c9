"""Makes a backup: all that is kept, as it was at one moment, from either database."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.backups import Origin
from bot.store.backup_file import BackupWriter, Header, writing_backup
from bot.store.backup_rows import columns_of, saved_columns, saved_tables, to_plain
from bot.store.database import Database
from bot.store.schema import hold_schema, newest_revision

#: Rows in memory at a time.
BATCH_ROWS = 500


async def save_backup(
    database: Database, target: Path, origin: Origin, now: datetime
) -> Mapping[str, int]:
    """Write all that is kept to a new file, while others go on reading and writing; gives the rows
    of each table. Tables cannot be migrated until it is done.

    Raises:
        BackupUnusable: the file exists, or cannot be written.
        SchemaMismatch: the database is not of this program's version.
        StoreError: the database failed. In any case there is no file then.
    """
    header = Header(
        revision=newest_revision(),
        program=origin.program,
        key_fingerprint=origin.key_fingerprint,
        made_at=now,
        tables=saved_columns(),
    )
    with writing_backup(target, header) as writer:
        # One transaction: what was moved from one table to another is in one of them.
        async with database.reading() as connection:
            await hold_schema(connection)
            for table in saved_tables():
                await _save_table(connection, table, writer)
    return writer.counts


async def _save_table(connection: AsyncConnection, table: Table, writer: BackupWriter) -> None:
    query = select(*columns_of(table)).order_by(*table.primary_key)
    async with connection.stream(query, execution_options={"yield_per": BATCH_ROWS}) as result:
        async for rows in result.partitions():
            plain = [to_plain(row) for row in rows]
            await asyncio.to_thread(writer.add, table.name, plain)
