"""The grant of Zalo OA, given once by an administrator of the account."""

from __future__ import annotations

from collections.abc import Callable

from bot.channels.zalo_oa.building import build_zalo_oa
from bot.channels.zalo_oa.grants import NO_CODE, OTHER_ACCOUNT, parse_pasted
from bot.channels.zalo_oa.wire import NO_CONNECTION
from bot.domain.errors import BotError, ConfigError
from bot.running.keys import load_secret_key
from bot.running.zalo_oa import zalo_oa_settings
from bot.settings import Settings
from bot.store.clock import DatabaseClock
from bot.store.database import Database
from bot.store.grants import SqlTokenVault
from bot.store.schema import check_schema, migrate
from bot.store.sealing import Seal
from bot.store.uploads import SqlUploads


async def grant_zalo_oa(
    settings: Settings, ask: Callable[[str], str], settled: Callable[[], None]
) -> None:
    """Show the link with `ask`, take what was pasted, and store the tokens; then call `settled`.

    Raises:
        ConfigError: settings are missing, or Zalo did not grant; its code says which.
        StoreError: the database cannot be used.
    """
    wanted = zalo_oa_settings(settings)
    if not (wanted.app_id and wanted.oa_id and wanted.app_secret and settings.public_url):
        raise ConfigError.of("zalo_grant_settings_missing")
    database = Database(settings.database)
    try:
        if settings.is_embedded:
            settings.data_dir.mkdir(parents=True, exist_ok=True)
            await migrate(database)
        await check_schema(database)
        clock = DatabaseClock(database)
        await clock.follow()
        vault = SqlTokenVault(database, Seal(load_secret_key(settings)), clock)
        channel = build_zalo_oa(wanted, vault, SqlUploads(database, clock), clock)
        link = channel.grants.make_link()
        try:
            await channel.grants.complete(parse_pasted(ask(link.url)), link.state)
        except BotError as fault:
            raise _told(str(fault)) from fault
        finally:
            await channel.client.close()
    finally:
        await database.close()
    settled()


def _told(code: str) -> ConfigError:
    """What became of the grant, for who must begin again."""
    if code == NO_CODE:
        return ConfigError.of("zalo_grant_nothing_pasted")
    if code == OTHER_ACCOUNT:
        return ConfigError.of("zalo_grant_other_account")
    if code == NO_CONNECTION:
        return ConfigError.of("zalo_grant_no_connection")
    return ConfigError.of("zalo_grant_failed", code=code)
