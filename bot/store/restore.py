"""Brings a backup back, into either database, all of it or nothing.

After a backup was made, the installation may have gone on. So a message that was promised then, and
not known as sent, may have been sent since: it comes back as doubtful (code `restored`) and is
never sent. An update that waited then may have been answered since: it comes back as failed, its
words erased, and is never answered. Who knows that the old installation was stopped before the
backup was made says so (`send_pending`): nothing can have happened since, and both go on where they
stood. What was just being sent stays doubtful even then: its sender was killed.

Access to a vendor renewed after the backup stays: a refresh token works once, and the one of the
backup is used up.

A channel that is off here stays off, and one that was off in the backup is off: a restoring never
switches one on. Budgets stay as they are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import (
    RowMapping,
    Table,
    cast,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import REGCLASS
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.backups import Contents, Restored, Wishes
from bot.domain.deliveries import DeliveryStatus
from bot.domain.errors import BackupUnusable
from bot.store.backup_file import BackupFile, Header
from bot.store.backup_rows import from_plain, saved_columns, saved_tables
from bot.store.database import Database
from bot.store.exclusive import have_for_oneself
from bot.store.schema import hold_schema, knows_revision, newest_revision
from bot.store.statements import insert_or
from bot.store.tables import channel_states, deliveries, grants, inbox, metadata

#: Rows in memory at a time, and in one call to the database.
BATCH_ROWS = 500
#: Why a message that may have been sent after the backup is doubtful.
RESTORED = "restored"

# Codes of faults.
_NEWER = "backup_newer"
_OLDER = "backup_older"
_OTHER_KEY = "backup_other_key"
_FOREIGN = "backup_foreign"
_NOT_EMPTY = "backup_target_not_empty"


def check_backup(path: Path, key_fingerprint: str) -> Contents:
    """Read the whole file; gives what is in it. No database is needed.

    Raises:
        BackupUnusable: it cannot be restored here; its code says why.
    """
    file = BackupFile(path)
    header = file.read_header()
    fault = _find_fault(header, key_fingerprint)
    if fault:
        raise BackupUnusable.of(fault, path=path, program=header.program)
    counts = dict.fromkeys(header.tables, 0)
    for table, rows in _read_batches(path):
        counts[table.name] += len(rows)
    return Contents(header.made_at, header.program, counts)


def _find_fault(header: Header, key_fingerprint: str) -> str:
    """The code of why a backup that is whole is of no use here, or nothing."""
    if header.revision != newest_revision():
        return _OLDER if knows_revision(header.revision) else _NEWER
    if header.key_fingerprint != key_fingerprint:
        return _OTHER_KEY
    # Backups once left the switches of channels out.
    switches = {channel_states.name: saved_columns()[channel_states.name]}
    return _FOREIGN if {**switches, **header.tables} != saved_columns() else ""


def _read_batches(path: Path) -> Generator[tuple[Table, list[Mapping[str, Any]]]]:
    """Rows of one table at a time, a few together, ready for the database."""
    try:
        for name, group in groupby(BackupFile(path).read_rows(), key=itemgetter(0)):
            table, rows = metadata.tables[name], []
            for _, values in group:
                rows.append(from_plain(table, values))
                if len(rows) == BATCH_ROWS:
                    yield table, rows
                    rows = []
            if rows:
                yield table, rows
    except (KeyError, ValueError, TypeError) as error:
        raise BackupUnusable.of(_FOREIGN, path=path) from error


async def restore_backup(
    database: Database, path: Path, key_fingerprint: str, wishes: Wishes, now: datetime
) -> Restored:
    """Check the whole file, then bring it back in one transaction. Nobody else may use the database
    meanwhile; those of PostgreSQL are made to wait.

    Raises:
        BackupUnusable: the file cannot be restored, or the database is not free for it.
        SchemaMismatch: the database is not of this program's version.
        StoreError: the database failed. In any case the database is as it was before.
    """
    contents = await asyncio.to_thread(check_backup, path, key_fingerprint)
    async with database.writing() as connection:
        await hold_schema(connection)
        await have_for_oneself(connection, now)
        newest_grants = await _make_room(connection, wishes)
        await _fill(connection, path, contents, now)
        await _keep_newer(connection, newest_grants)
        doubtful = await _doubt(connection, wishes, now)
        unanswered = 0 if wishes.send_pending else await _give_up_waiting(connection, now)
    return Restored(contents, doubtful, unanswered)


async def _make_room(connection: AsyncConnection, wishes: Wishes) -> Sequence[RowMapping]:
    """Empty tables, and the grants that were there."""
    kept = (await connection.execute(select(grants))).mappings().all()
    for table in reversed(saved_tables()):
        if table is channel_states:
            continue
        if wishes.replace:
            await connection.execute(delete(table))
        elif (await connection.execute(select(table).limit(1))).first() is not None:
            raise BackupUnusable.of(_NOT_EMPTY)
    return kept


async def _fill(connection: AsyncConnection, path: Path, contents: Contents, now: datetime) -> None:
    counts = dict.fromkeys(contents.counts, 0)
    # Read once more, and checked once more: the file may have changed since.
    with closing(_read_batches(path)) as batches:
        while (batch := await asyncio.to_thread(next, batches, None)) is not None:
            table, rows = batch
            if table is channel_states:
                await _switch(connection, rows, now)
            else:
                await connection.execute(insert(table), rows)
            counts[table.name] += len(rows)
    if counts != contents.counts:
        raise BackupUnusable.of(_FOREIGN, path=path)
    for table in saved_tables():
        await _count_on(connection, table)


async def _switch(
    connection: AsyncConnection, rows: Sequence[Mapping[str, Any]], now: datetime
) -> None:
    """Switch off what was off; no budget and no pause comes back with it."""
    switching = insert_or(connection, channel_states)
    is_off = or_(channel_states.c.is_off, switching.excluded.is_off)
    switching = switching.on_conflict_do_update(index_elements=["channel"], set_={"is_off": is_off})
    fresh = {"tokens": 0.0, "refilled_at": now, "pause_code": ""}
    await connection.execute(switching, [{**row, **fresh} for row in rows])


async def _count_on(connection: AsyncConnection, table: Table) -> None:
    """New rows get ids above all that there are and were. SQLite sees to it by itself."""
    counter = table.autoincrement_column
    if counter is None or connection.dialect.name == "sqlite":
        return
    sequence = cast(func.pg_get_serial_sequence(table.name, counter.name), REGCLASS)
    highest = func.coalesce(select(func.max(counter)).scalar_subquery(), 0)
    moved = func.setval(sequence, func.greatest(func.nextval(sequence), highest))
    await connection.execute(select(moved))


async def _keep_newer(connection: AsyncConnection, found: Sequence[RowMapping]) -> None:
    """Put grants back that are newer than those of the backup, or not in it."""
    if not found:
        return
    keeping = insert_or(connection, grants)
    newer = {one.name: keeping.excluded[one.name] for one in grants.columns}
    keeping = keeping.on_conflict_do_update(
        index_elements=["name"], set_=newer, where=grants.c.version < keeping.excluded.version
    )
    await connection.execute(keeping, [dict(row) for row in found])


async def _doubt(connection: AsyncConnection, wishes: Wishes, now: datetime) -> int:
    statuses = {DeliveryStatus.SENDING}
    if not wishes.send_pending:
        statuses.add(DeliveryStatus.PENDING)
    change = update(deliveries).where(deliveries.c.status.in_([one.value for one in statuses]))
    values = {
        "status": DeliveryStatus.DOUBTFUL.value,
        "code": RESTORED,
        "leased_until": None,
        "ended_at": now,
    }
    return int((await connection.execute(change.values(values))).rowcount)


async def _give_up_waiting(connection: AsyncConnection, now: datetime) -> int:
    change = update(inbox).where(inbox.c.state == "waiting")
    values = {"state": "failed", "data": None, "done_at": now}
    return int((await connection.execute(change.values(values))).rowcount)
