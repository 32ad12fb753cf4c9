"""The parts that every long-running process has: the assistant, the store, and what takes turns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.dialogue.additions import Additions
from bot.dialogue.receiving import StoringReceiver
from bot.dialogue.service import ConversationService
from bot.dialogue.turn_taker import TurnTaker
from bot.domain.bell import Bell
from bot.domain.identity import ConversationNames
from bot.domain.ports import Clock
from bot.metrics import Metrics
from bot.running.keys import load_secret_key
from bot.running.live import LiveApp
from bot.running.presence import Presence
from bot.settings import Settings
from bot.store.clock import DatabaseClock
from bot.store.database import Database
from bot.store.grants import SqlTokenVault
from bot.store.leases import SqlLeases
from bot.store.schema import check_schema, migrate
from bot.store.sealing import Seal
from bot.store.store import Limits, SqlStore
from bot.store.switches import SqlSwitches
from bot.store.upkeep import Retention, Upkeep


@dataclass(frozen=True)
class Parts:
    """Built once in a process, and shared by all that runs in it."""

    settings: Settings
    app: LiveApp
    clock: Clock
    metrics: Metrics
    secret_key: bytes
    database: Database
    database_clock: DatabaseClock
    presence: Presence
    store: SqlStore
    upkeep: Upkeep
    switches: SqlSwitches
    vault: SqlTokenVault
    #: Rung when updates were stored.
    work: Bell
    taker: TurnTaker
    additions: Additions
    receiver: StoringReceiver
    conversations: ConversationService

    async def open(self) -> None:
        """Make sure of the database, and count as one of its users from here on. The embedded one
        is brought up to date by itself.

        Raises:
            SchemaMismatch: the database is not that of this program.
            StoreError: it cannot be reached.
        """
        if self.settings.is_embedded:
            await migrate(self.database)
        await check_schema(self.database)
        await self.stay()
        await self.switches.look()

    async def stay(self) -> None:
        """Keep to the time that all processes share, and show that this one lives. To be done again
        and again.

        Raises:
            StoreError: the database cannot be reached.
        """
        await self.database_clock.follow()
        await self.presence.show()

    async def close(self) -> None:
        """Give everything back."""
        await self.presence.end()
        await self.database.close()


def build_parts(settings: Settings, before_indexing: Callable[[], None] = lambda: None) -> Parts:
    """Wire everything but the channels together.

    Raises:
        ConfigError: the settings or the content cannot be used.
    """
    return wire_parts(settings, LiveApp(settings, before_indexing))


def wire_parts(settings: Settings, app: LiveApp, clock: Clock | None = None) -> Parts:
    """The same around an assistant that is there already. The clock is that of the database, unless
    a test brings its own.

    Raises:
        ConfigError: the settings cannot be used.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    key = load_secret_key(settings)
    metrics, work = Metrics(), Bell()
    names = ConversationNames(key)
    database = Database(settings.database)
    database_clock = DatabaseClock(database)
    clock = clock or database_clock
    switches = SqlSwitches(database)
    store = SqlStore(database, names, Limits(settings.max_sessions, settings.max_waiting_updates))
    taker = TurnTaker(app, clock, metrics)
    additions = Additions(app)
    return Parts(
        settings=settings,
        app=app,
        clock=clock,
        metrics=metrics,
        secret_key=key,
        database=database,
        database_clock=database_clock,
        presence=Presence(SqlLeases(database), clock),
        store=store,
        switches=switches,
        vault=SqlTokenVault(database, Seal(key), clock),
        upkeep=Upkeep(database, names, Retention(settings.session_days, settings.message_days)),
        work=work,
        taker=taker,
        additions=additions,
        receiver=StoringReceiver(
            store, clock, work, metrics, settings.max_utterance_chars, is_off=switches.is_off
        ),
        conversations=ConversationService(taker, additions, store, names),
    )
