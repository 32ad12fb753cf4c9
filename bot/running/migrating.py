"""Brings the database that the settings name to this version, and says what keeps it from being
used.
"""

from __future__ import annotations

from pathlib import Path

from bot.domain.errors import ConfigError, SchemaMismatch, StoreError
from bot.settings import Settings
from bot.store.database import Database
from bot.store.schema import check_schema, migrate


async def migrate_database(settings: Settings) -> None:
    """Bring the database to this version; calling it twice is safe.

    Raises:
        ConfigError: the database is newer than this program, or cannot be reached; it is as it was
            before.
    """
    await _use(settings, does_migrate=True)


async def prepare_database(settings: Settings) -> None:
    """Make sure of the database before anything is served. The embedded one is brought up to date
    by itself.

    Raises:
        ConfigError: it is of another version, or cannot be reached.
    """
    await _use(settings, does_migrate=settings.is_embedded)


def find_missing(settings: Settings) -> Path | None:
    """The file of the embedded database where there is none yet: to connect would make it."""
    if not settings.is_embedded:
        return None
    path = Path(settings.database.removeprefix("sqlite:///").partition("?")[0])
    return None if path.exists() else path


async def _use(settings: Settings, *, does_migrate: bool) -> None:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database, is_patient=True)
    try:
        if does_migrate:
            await migrate(database)
        await check_schema(database)
    except SchemaMismatch as fault:
        raise ConfigError.of(fault.code) from fault
    except StoreError as fault:
        raise ConfigError.of(fault.code, fault=str(fault)) from fault
    finally:
        await database.close()
