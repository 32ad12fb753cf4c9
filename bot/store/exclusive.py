"""Has the whole database for one transaction, when no process lives that uses it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Table, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import BackupUnusable
from bot.store.backup_rows import saved_tables
from bot.store.leases import PROCESS
from bot.store.tables import leases

# Codes of faults.
_IN_USE = "backup_target_in_use"
_IN_USE_SOMEWHERE = "backup_target_in_use_by"


async def have_for_oneself(connection: AsyncConnection, now: datetime) -> None:
    """Until this transaction ends, nobody writes, and no process begins to use the database.

    Raises:
        BackupUnusable: some process lives; says where, and what to do. None was made to wait.
    """
    await _lock(connection, [leases])
    await _refuse_users(connection, now)
    await _lock(connection, saved_tables())


async def _lock(connection: AsyncConnection, tables: Sequence[Table]) -> None:
    """Nobody writes until this transaction ends, who reads sees the state before. In SQLite it is
    the one transaction that writes anyway.
    """
    if connection.dialect.name == "postgresql":
        names = ", ".join(one.name for one in tables)
        await connection.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))


async def _refuse_users(connection: AsyncConnection, now: datetime) -> None:
    """A process holds a lease as long as it lives, and others for some of what it does."""
    held = select(leases).where(leases.c.until > now).order_by(leases.c.holder)
    found = (await connection.execute(held)).all()
    if not found:
        return
    processes = ", ".join(one.holder for one in found if one.name.startswith(PROCESS))
    if processes:
        raise BackupUnusable.of(_IN_USE_SOMEWHERE, processes=processes)
    raise BackupUnusable.of(_IN_USE)
