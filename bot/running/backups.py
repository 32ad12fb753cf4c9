"""Backups of the database that the settings name, and back into it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from bot import __version__
from bot.domain.backups import Contents, Origin, Restored, Wishes
from bot.domain.errors import BackupUnusable, SchemaMismatch
from bot.running.keys import derive_secret, load_secret_key
from bot.running.migrating import find_missing
from bot.settings import Settings
from bot.store.backup import save_backup
from bot.store.clock import read_time
from bot.store.database import Database
from bot.store.restore import check_backup, restore_backup
from bot.store.schema import migrate


async def back_up(settings: Settings, target: Path) -> Mapping[str, int]:
    """Write a backup while everything goes on; gives the rows of each table.

    Raises:
        BackupUnusable: it cannot be made; its code says why.
        ConfigError: the secret key cannot be used.
        StoreError: the database failed. In any case there is no file then.
    """
    if missing := find_missing(settings):
        raise BackupUnusable.of("backup_nothing_yet", path=missing)
    origin = Origin(__version__, key_fingerprint(load_secret_key(settings)))
    async with _opened(settings) as database:
        return await save_backup(database, target, origin, await read_time(database))


async def restore(settings: Settings, path: Path, wishes: Wishes) -> Restored:
    """Bring a backup back. The embedded database is made where it is not there yet.

    Raises:
        BackupUnusable: the file or the database is not fit for it; its code says why.
        ConfigError: the secret key cannot be used.
        StoreError: the database failed. In any case nothing was changed.
    """
    fingerprint = key_fingerprint(load_secret_key(settings))
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    async with _opened(settings) as database:
        if settings.is_embedded:
            await migrate(database)
        now = await read_time(database)
        return await restore_backup(database, path, fingerprint, wishes, now)


def check(settings: Settings, path: Path) -> Contents:
    """Find out whether a backup can be restored here, without restoring it.

    Raises:
        BackupUnusable: it cannot; its code says why.
        ConfigError: the secret key cannot be used.
    """
    return check_backup(path, key_fingerprint(load_secret_key(settings)))


def key_fingerprint(key: bytes) -> str:
    """The same for the same key, and of no use to find it."""
    return derive_secret(key, "backup fingerprint")


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database, is_patient=True)
    try:
        yield database
    except SchemaMismatch as error:
        raise BackupUnusable.of("backup_other_schema") from error
    finally:
        await database.close()
