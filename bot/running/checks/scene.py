"""What all checks share: the settings, the time, and things that are costly to get twice."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bot.app import App, build_app
from bot.domain.errors import BotError, StoreError
from bot.domain.identity import MIN_KEY_BYTES
from bot.domain.ports import Clock
from bot.running.keys import key_path
from bot.settings import Settings
from bot.store.database import Database
from bot.store.examination import open_database
from bot.store.schema import check_schema

GIB, MIB = 1024**3, 1024**2


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on something is worth a word, or is broken."""

    low_disk_bytes: int = GIB
    full_disk_bytes: int = 100 * MIB
    #: The signature of Zalo holds a time, and old ones are refused.
    clock_drift: timedelta = timedelta(seconds=30)
    clock_wrong: timedelta = timedelta(minutes=5)
    #: The same as in deploy/prometheus-alerts.yml.
    slow_update: timedelta = timedelta(minutes=1)
    slow_delivery: timedelta = timedelta(minutes=5)
    #: A few doubtful messages a day are usual.
    doubtful_a_day: int = 10
    #: Updates that wait at a vendor.
    waiting_at_vendor: int = 50
    #: Before a certificate, a package or a grant ends.
    soon: timedelta = timedelta(days=14)
    #: A vendor's fault that is older is over.
    recent: timedelta = timedelta(hours=24)
    #: Old things are deleted once a day.
    overdue: timedelta = timedelta(days=2)
    #: One call to somebody else.
    call_seconds: float = 8.0


@dataclass
class Scene:
    """One examination. `close` gives back what was opened."""

    settings: Settings
    clock: Clock
    #: How many errors the content under a folder has; takes some seconds.
    count_content_errors: Callable[[Path], int]
    #: Whether vendors and our own public address are left alone.
    is_offline: bool = False
    env_file: Path = Path(".env")
    limits: Limits = field(default_factory=Limits)
    #: Which certificates are good; True for those that browsers trust.
    trust: ssl.SSLContext | bool = True

    def __post_init__(self) -> None:
        self._app: asyncio.Task[App] | None = None
        self._ready: asyncio.Task[Database] | None = None
        self._opened: Database | None = None

    async def app(self) -> App:
        """The assistant on the index as it is, never on a new one.

        Raises:
            BotError: there is no fresh index, or the content or the encoder cannot be used.
        """
        if self._app is None:
            strict = self.settings.model_copy(update={"build_index_when_stale": False})
            self._app = asyncio.create_task(asyncio.to_thread(build_app, strict))
        return await asyncio.shield(self._app)

    async def find_app(self) -> App | None:
        """The same, or None: why it cannot be had is for one check to say."""
        try:
            return await self.app()
        except BotError:
            return None

    @property
    def sqlite_path(self) -> Path | None:
        """The file of the embedded database; None for a server."""
        if not self.settings.is_embedded:
            return None
        return Path(self.settings.database.removeprefix("sqlite:///"))

    @property
    def has_database(self) -> bool:
        """Whether there is one to connect to: connecting to SQLite would make the file."""
        return self.sqlite_path is None or self.sqlite_path.exists()

    def database(self) -> Database:
        """The database, whatever is in it.

        Raises:
            StoreError: its address cannot be read.
        """
        if self._opened is None:
            self._opened = open_database(self.settings.database)
        return self._opened

    async def find_ready_database(self) -> Database | None:
        """The database with the tables of this program; None when it cannot be had, which is for
        one check to say.
        """
        if not self.has_database:
            return None
        if self._ready is None:
            self._ready = asyncio.create_task(self._reach())
        try:
            return await asyncio.shield(self._ready)
        except BotError:
            return None

    async def _reach(self) -> Database:
        database = self.database()
        try:
            async with asyncio.timeout(self.limits.call_seconds):
                await check_schema(database)
        except TimeoutError as error:
            raise StoreError("the database does not answer") from error
        return database

    def find_secret_key(self) -> bytes | None:
        """The key that is in use; None where there is none yet, or none that can be used. Never
        makes one.
        """
        key = self.settings.secret_key.get_secret_value().encode()
        if not key and self.settings.is_embedded:
            try:
                key = key_path(self.settings).read_bytes().strip()
            except OSError:
                return None
        return key if len(key) >= MIN_KEY_BYTES else None

    async def close(self) -> None:
        """Give everything back."""
        tasks = [one for one in (self._app, self._ready) if one is not None]
        if self._ready is not None:
            self._ready.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._opened is not None:
            await self._opened.close()
