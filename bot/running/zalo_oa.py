"""The channel of the Zalo Official Account, wired to the rest."""

from __future__ import annotations

from functools import partial

from bot.channels.zalo_oa.building import ZaloOa, build_zalo_oa
from bot.channels.zalo_oa.callback import CALLBACK_PATH, zalo_oa_callback
from bot.channels.zalo_oa.composing import ZaloOaComposer
from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.channels.zalo_oa.signs_of_life import SignsOfLife
from bot.channels.zalo_oa.silence import SilenceWatch
from bot.channels.zalo_oa.webhook import ZaloOaWebhook, zalo_oa_webhook
from bot.domain.errors import ChannelError, ConfigError
from bot.domain.identity import UpdateNames
from bot.domain.people import ChannelId
from bot.domain.pictures import PICTURES_FOLDER
from bot.domain.store import Budget
from bot.outbox.rules import Patience
from bot.outbox.sender import SenderSettings
from bot.running.channel_parts import ChannelParts, ReadyChannel
from bot.running.parts import Parts
from bot.settings import Settings
from bot.store.hearing import SqlHearing
from bot.store.uploads import SqlUploads


def build_zalo_oa_parts(parts: Parts) -> ChannelParts | None:
    """The channel; None without an account.

    Raises:
        ConfigError: the account is named and something else is missing.
    """
    settings = parts.settings
    if not settings.zalo_oa_id:
        return None
    if missing := missing_settings(settings):
        raise ConfigError.of("zalo_oa_settings_missing", names=", ".join(missing))
    wanted = zalo_oa_settings(settings)
    count = partial(parts.metrics.count, ChannelId.ZALO_OA)
    is_switched_off = partial(parts.switches.is_off, ChannelId.ZALO_OA)
    channel = build_zalo_oa(
        wanted,
        parts.vault,
        SqlUploads(parts.database, parts.clock),
        parts.clock,
        is_switched_off=is_switched_off,
        count=count,
    )
    hearing = SqlHearing(parts.database)
    webhook = ZaloOaWebhook(
        parts.receiver,
        wanted,
        parts.clock,
        names=UpdateNames(parts.secret_key),
        is_switched_off=is_switched_off,
        count=count,
        life=SignsOfLife(partial(hearing.note, ChannelId.ZALO_OA), parts.clock),
    )

    async def prepare() -> ReadyChannel:
        routes = (zalo_oa_webhook(webhook), zalo_oa_callback(channel.grants, parts.app.catalog))
        return ReadyChannel(partial(ZaloOaComposer, settings=wanted), routes=routes)

    async def tend() -> tuple[str, ...]:
        return await _tend(parts, channel, wanted, hearing)

    rate = settings.zalo_oa_sends_per_second
    sending = SenderSettings(
        Budget(rate, burst=max(rate, 1.0)),
        max_in_flight=max(5, int(rate / 2)),
        patience=Patience(settings.reply_hours),
    )
    return ChannelParts(channel.client, sending, prepare, tend, webhook.close)


async def _tend(
    parts: Parts, channel: ZaloOa, wanted: ZaloOaSettings, hearing: SqlHearing
) -> tuple[str, ...]:
    """Renew the tokens of a quiet account in time, and notice a webhook that Zalo switched off."""
    found = []
    try:
        await channel.tokens.access_token()
    except ChannelError as fault:
        found.append(fault.code)
    if trouble := await parts.vault.find_trouble(wanted.grant):
        found.append(trouble)
    if await _is_silent(parts, wanted, hearing):
        found.append("webhook_silent")
    return tuple(dict.fromkeys(found))


async def _is_silent(parts: Parts, wanted: ZaloOaSettings, hearing: SqlHearing) -> bool:
    """Whether events should have come. None are to be expected before the first grant, and those of
    a channel that a person switched off are not looked at.
    """
    if parts.switches.is_off(ChannelId.ZALO_OA):
        return False
    if not await parts.vault.find_version(wanted.grant):
        return False
    now = parts.clock.now()
    since = await hearing.find_quiet_since(ChannelId.ZALO_OA, now)
    return SilenceWatch(parts.settings.zalo_oa_silence_hours).is_silent(since, now)


def missing_settings(settings: Settings) -> list[str]:
    """The names of the settings that the channel needs and that are not there."""
    needed = {
        "ZALO_APP_ID": settings.zalo_app_id,
        "ZALO_APP_SECRET": settings.zalo_app_secret.get_secret_value(),
        "ZALO_OA_SECRET_KEY": settings.zalo_oa_secret_key.get_secret_value(),
        "TROLY06_PUBLIC_URL": settings.public_url,
    }
    return [name for name, value in needed.items() if not value]


def zalo_oa_settings(settings: Settings) -> ZaloOaSettings:
    """What the channel needs to know."""
    named = (one.strip() for one in settings.zalo_oa_signature_candidates.split(","))
    return ZaloOaSettings(
        app_id=settings.zalo_app_id,
        oa_id=settings.zalo_oa_id,
        app_secret=settings.zalo_app_secret.get_secret_value(),
        oa_secret_key=settings.zalo_oa_secret_key.get_secret_value(),
        callback_url=settings.public_url + CALLBACK_PATH,
        pictures_dir=settings.content_root / PICTURES_FOLDER,
        api_url=settings.zalo_oa_api_url,
        oauth_url=settings.zalo_oa_oauth_url,
        signature_candidates=frozenset(filter(None, named)),
        max_event_age_seconds=settings.zalo_oa_max_event_age_seconds,
        bad_signature_status=settings.zalo_oa_bad_signature_status,
        answers_before_stored=settings.zalo_oa_answers_before_stored,
        sends_by_v2=settings.zalo_oa_sends_by_v2,
        sends_buttons=settings.zalo_oa_sends_buttons,
        names_button_template=settings.zalo_oa_names_button_template,
        sends_pictures=settings.zalo_oa_sends_pictures,
        text_chars=settings.zalo_oa_text_chars,
        upload_days=settings.zalo_oa_upload_days,
        orders_by_timestamp=settings.zalo_oa_orders_by_timestamp,
        allows_paid_window=settings.zalo_oa_allows_paid_window,
        sends_secret_proof=settings.zalo_oa_sends_secret_proof,
        pkce_verifier=settings.zalo_oa_pkce_verifier.get_secret_value(),
    )
