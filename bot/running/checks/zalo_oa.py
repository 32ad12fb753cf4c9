"""The Zalo OA channel: settings, grant, account, quotas, and whether its webhook went silent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.channels.zalo_oa.api import ZaloOaApi
from bot.channels.zalo_oa.examination import TOKEN_REFUSED, Examiner
from bot.channels.zalo_oa.quota import (
    AccountHealth,
    read_account_quotas,
    read_health,
)
from bot.channels.zalo_oa.silence import SilenceWatch
from bot.domain.clock import VIETNAM, vietnam_month
from bot.domain.errors import ChannelError, StoreError
from bot.domain.identity import ConversationNames
from bot.domain.people import ChannelId
from bot.domain.tokens import TokenPair
from bot.running.checks.channel_faults import judge
from bot.running.checks.findings import Finding, Findings, failure, good, reminder
from bot.running.checks.scene import Scene
from bot.running.zalo_oa import missing_settings, zalo_oa_settings
from bot.store.database import Database
from bot.store.grants import SqlTokenVault
from bot.store.hearing import SqlHearing
from bot.store.sealing import Seal
from bot.store.switches import SqlSwitches
from bot.store.upkeep import Retention, Upkeep
from bot.store.usage import Usage, read_usage

#: Of the quota that is left.
_LOW_PART = 0.1

_MISSING = failure("zalo_oa_settings_missing")
_NO_GRANT = failure("zalo_oa_no_grant")
_OTHER_KEY = failure("zalo_oa_other_key")
_NEEDS_GRANT = failure("zalo_oa_needs_grant")
_GRANT_OVER = failure("zalo_oa_grant_over")
_GRANT_ENDS = reminder("zalo_oa_grant_ends")
_GRANTED = good("zalo_oa_granted")
_TOKEN_OLD = reminder("zalo_oa_token_old")
_TOKEN_REFUSED = failure("zalo_oa_token_refused")
_ACCOUNT = good("zalo_oa_account")
_VERIFIED_ACCOUNT = good("zalo_oa_account", "zalo_oa_account_verified")
_OTHER_ACCOUNT = failure("zalo_oa_other_account")
_NOT_VERIFIED = failure("zalo_oa_not_verified")
_NO_PACKAGE = reminder("zalo_oa_no_package")
_PACKAGE_OVER = failure("zalo_oa_package_over")
_PACKAGE_ENDS = reminder("zalo_oa_package_ends")
_QUOTA = good("zalo_oa_quota")
_QUOTA_LOW = reminder("zalo_oa_quota_low")
_QUOTA_NOT_TOLD = good("zalo_oa_quota_not_told")
_QUOTA_UNKNOWN = reminder("zalo_oa_quota_unknown")
_SILENT = reminder("zalo_oa_silent")
_NEVER_HEARD = reminder("zalo_oa_never_heard")
_HEARD = good("zalo_oa_heard")
_MONTH = good("zalo_oa_month")
_BILLED = reminder("zalo_oa_billed")


async def check_zalo_oa(scene: Scene) -> Findings:
    """From the settings up to what Zalo says of the account."""
    settings = scene.settings
    if not settings.zalo_oa_id:
        return
    if missing := missing_settings(settings):
        yield _MISSING(names=", ".join(missing))
        return
    database, key = await scene.find_ready_database(), scene.find_secret_key()
    if database is None or key is None:
        # Nothing can have been granted yet; or another check says what is broken.
        if not scene.has_database:
            yield _NO_GRANT()
        return
    vault, grant = SqlTokenVault(database, Seal(key), scene.clock), zalo_oa_settings(settings).grant
    try:
        pair = await vault.find(grant)
    except StoreError:
        yield _OTHER_KEY()
        return
    if pair is None:
        yield _NO_GRANT()
        return
    yield _judge_grant(scene, pair, await vault.find_trouble(grant))
    async for found in _heard(scene, database, key):
        yield found
    if not scene.is_offline:
        async for found in _account(scene, pair):
            yield found


def _judge_grant(scene: Scene, pair: TokenPair, trouble: str) -> Finding:
    now, ends_at = scene.clock.now(), pair.refresh_expires_at
    if trouble:
        return _NEEDS_GRANT(code=trouble)
    if ends_at <= now:
        return _GRANT_OVER(at=ends_at)
    is_soon = ends_at - now < scene.limits.soon
    return (_GRANT_ENDS if is_soon else _GRANTED)(at=ends_at)


async def _heard(scene: Scene, database: Database, key: bytes) -> Findings:
    settings, now = scene.settings, scene.clock.now()
    retention = Retention(settings.session_days, settings.message_days)
    backlog = await Upkeep(database, ConversationNames(key), retention).look(now)
    last = backlog.last_update_at.get(ChannelId.ZALO_OA)
    watch = SilenceWatch(settings.zalo_oa_silence_hours)
    is_off = ChannelId.ZALO_OA in await SqlSwitches(database).look()
    since = await SqlHearing(database).read_quiet_since(ChannelId.ZALO_OA) or last
    if since is not None and watch.is_silent(since, now) and not is_off:
        yield _SILENT(length=watch.find_silence(since, now))
    elif last is None:
        yield _NEVER_HEARD()
    else:
        yield _HEARD(at=last)
    yield _month(scene, await read_usage(database, ChannelId.ZALO_OA, vietnam_month(now)))


def _month(scene: Scene, used: Usage) -> Finding:
    if used.billed and not scene.settings.zalo_oa_allows_paid_window:
        return _BILLED(billed=used.billed, sent=used.sent)
    return _MONTH(received=used.received, sent=used.sent, billed=used.billed)


async def _account(scene: Scene, pair: TokenPair) -> Findings:
    settings = scene.settings
    if pair.access_expires_at <= scene.clock.now():
        yield _TOKEN_OLD(at=pair.access_expires_at)
        return
    examiner = Examiner(zalo_oa_settings(settings), pair.access, scene.clock)
    try:
        for one in _standing(scene, await read_health(examiner.api)):
            yield one
        yield await _quota(examiner.api)
    except ChannelError as fault:
        if fault.code == TOKEN_REFUSED:
            yield _TOKEN_REFUSED()
        else:
            yield judge(ChannelId.ZALO_OA, settings.zalo_oa_api_url, fault)
    finally:
        await examiner.close()


def _standing(scene: Scene, health: AccountHealth) -> Iterator[Finding]:
    if health.oa_id and health.oa_id != scene.settings.zalo_oa_id:
        yield _OTHER_ACCOUNT()
        return
    until = health.package_valid_through
    account = _VERIFIED_ACCOUNT if health.is_verified else _ACCOUNT
    yield account(name=health.name, package=health.package, until=until)
    if health.is_verified is False:
        yield _NOT_VERIFIED()
    if not health.package:
        yield _NO_PACKAGE()
    ends_at = _end_of_day(until)
    if ends_at is not None and ends_at < scene.clock.now():
        yield _PACKAGE_OVER(until=until)
    elif ends_at is not None and ends_at - scene.clock.now() < scene.limits.soon:
        yield _PACKAGE_ENDS(until=until)


def _end_of_day(written: str) -> datetime | None:
    """The end of a day as Zalo writes it, `31/12/2027`; None for any other way of writing."""
    try:
        day = datetime.strptime(written, "%d/%m/%Y").replace(tzinfo=VIETNAM)
    except ValueError:
        return None
    return day.replace(hour=23, minute=59, second=59)


async def _quota(api: ZaloOaApi) -> Finding:
    """Of the package. Readings of how it is told differ: that it cannot be read is no failure."""
    try:
        quotas = await read_account_quotas(api)
    except ChannelError as fault:
        return _QUOTA_UNKNOWN(code=fault.code)
    told = ((one.left, one.in_all) for one in quotas)
    for left, in_all in told:
        if left is not None and in_all:
            is_low = left < in_all * _LOW_PART
            return (_QUOTA_LOW if is_low else _QUOTA)(left=left, all=in_all)
    return _QUOTA_NOT_TOLD()
