"""The tokens of OAuth grants, encrypted, with one refresher at a time."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from secrets import token_hex

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.domain.errors import Conflict, StoreError
from bot.domain.ports import Clock
from bot.domain.tokens import TokenPair
from bot.store.database import Database
from bot.store.leases import SqlLeases
from bot.store.sealing import Seal
from bot.store.tables import grants

#: Longer than a call to the vendor takes; a refresher that died lets the next one in after it.
REFRESH_SECONDS = 60.0


class SqlTokenVault:
    """Keeps the newest pair of each grant."""

    def __init__(self, database: Database, seal: Seal, clock: Clock) -> None:
        self._database = database
        self._leases = SqlLeases(database)
        self._seal = seal
        self._clock = clock

    async def find(self, grant: str) -> TokenPair | None:
        """The newest pair, or None before the first grant.

        Raises:
            StoreError: the database failed, or the pair was stored with another key.
        """
        query = select(grants.c.sealed, grants.c.version).where(grants.c.name == grant)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
        return _parse(self._seal.open(row.sealed), row.version) if row else None

    async def find_version(self, grant: str) -> int:
        """The version of the newest pair, even where it cannot be opened; 0 before the first."""
        query = select(grants.c.version).where(grants.c.name == grant)
        async with self._database.reading() as connection:
            return (await connection.execute(query)).scalar_one_or_none() or 0

    async def save(self, grant: str, pair: TokenPair) -> None:
        """Store a new pair for good before anybody uses it. `pair.version` is one above the one it
        takes the place of, 1 for the first.

        Raises:
            Conflict: somebody else stored a newer one.
        """
        values = {
            "sealed": self._seal.close(_dump(pair)),
            "version": pair.version,
            "access_expires_at": pair.access_expires_at,
            "trouble": "",
            "updated_at": self._clock.now(),
        }
        async with self._database.writing() as connection:
            older = (grants.c.name == grant, grants.c.version == pair.version - 1)
            changed = await connection.execute(update(grants).where(*older).values(values))
            if changed.rowcount == 1:
                return
            try:
                await connection.execute(insert(grants).values(name=grant, **values))
            except IntegrityError as error:
                raise Conflict("a newer pair of tokens was stored meanwhile") from error

    @asynccontextmanager
    async def refreshing(self, grant: str) -> AsyncIterator[bool]:
        """Within it, one caller of all processes may refresh: True for that one, False for others.
        Ends by itself some time after a process died within it.
        """
        name, holder = f"refresh:{grant}", token_hex(8)
        is_mine = await self._leases.take(name, holder, REFRESH_SECONDS, self._clock.now())
        try:
            yield is_mine
        finally:
            if is_mine:
                with suppress(StoreError):  # it ends by itself
                    await self._leases.give_back(name, holder)

    async def note_trouble(self, grant: str, code: str) -> None:
        """Remember that a person is needed; an empty code: all is well again."""
        mine = grants.c.name == grant
        async with self._database.writing() as connection:
            await connection.execute(update(grants).where(mine).values(trouble=code))

    async def find_trouble(self, grant: str) -> str:
        """The code of the trouble, or nothing."""
        query = select(grants.c.trouble).where(grants.c.name == grant)
        async with self._database.reading() as connection:
            return (await connection.execute(query)).scalar_one_or_none() or ""


def _dump(pair: TokenPair) -> str:
    return json.dumps(
        [
            pair.access,
            pair.refresh,
            pair.access_expires_at.isoformat(),
            pair.refresh_expires_at.isoformat(),
        ]
    )


def _parse(text: str, version: int) -> TokenPair:
    access, refresh, access_ends, refresh_ends = json.loads(text)
    ends = datetime.fromisoformat(access_ends), datetime.fromisoformat(refresh_ends)
    return TokenPair(access, refresh, *ends, version)
