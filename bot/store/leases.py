"""Work that one process at a time may do, such as asking Telegram for updates, and who is alive."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, or_

from bot.store.database import Database
from bot.store.statements import insert_or
from bot.store.tables import leases

#: How the names of the leases begin that processes hold as long as they live.
PROCESS = "process:"


class SqlLeases:
    """Leases end by themselves when who holds them dies."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, name: str, holder: str, seconds: float, now: datetime) -> bool:
        """Take a lease that nobody else holds, or keep one's own for `seconds` from `now`; whether
        it is one's own then.

        Raises:
            StoreError: the database failed; who holds the lease is not known.
        """
        values = {"holder": holder, "until": now + timedelta(seconds=seconds)}
        async with self._database.writing() as connection:
            taking = (
                insert_or(connection, leases)
                .values(name=name, **values)
                .on_conflict_do_update(
                    index_elements=["name"],
                    set_=values,
                    where=or_(leases.c.holder == holder, leases.c.until < now),
                )
                .returning(leases.c.name)
            )
            return (await connection.execute(taking)).first() is not None

    async def give_back(self, name: str, holder: str) -> None:
        """Let another have it at once."""
        async with self._database.writing() as connection:
            mine = (leases.c.name == name, leases.c.holder == holder)
            await connection.execute(delete(leases).where(*mine))

    async def forget_ended(self, now: datetime) -> int:
        """Delete the leases of those who died, which nobody may ever take again; gives the number.

        Raises:
            StoreError: none was deleted.
        """
        async with self._database.writing() as connection:
            ended = await connection.execute(delete(leases).where(leases.c.until < now))
            return int(ended.rowcount)
