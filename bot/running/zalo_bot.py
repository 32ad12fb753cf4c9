"""The channel of the Zalo Bot Platform, wired to the rest."""

from __future__ import annotations

from functools import partial

from bot.channels.zalo_bot.building import build_zalo_bot
from bot.channels.zalo_bot.composing import ZaloBotComposer
from bot.channels.zalo_bot.quota import Quota
from bot.channels.zalo_bot.set_up import set_up
from bot.channels.zalo_bot.settings import ZaloBotSettings
from bot.channels.zalo_bot.webhook import WEBHOOK_PATH, zalo_bot_webhook
from bot.domain.clock import vietnam_month
from bot.domain.identity import UpdateNames
from bot.domain.people import ChannelId
from bot.domain.store import Budget
from bot.outbox.rules import Patience
from bot.outbox.sender import SenderSettings
from bot.running.channel_parts import ChannelParts, ReadyChannel
from bot.running.keys import derive_secret
from bot.running.parts import Parts
from bot.settings import Settings

#: No rate is published; a pilot for fifty people needs no more.
_BUDGET = Budget(per_second=5.0, burst=5.0)
#: The part of a month's quota below which a person should know.
_FEW_LEFT = 0.1


def build_zalo_bot_parts(parts: Parts) -> ChannelParts | None:
    """The channel; None without a token."""
    settings = parts.settings
    if not settings.zalo_bot_token.get_secret_value():
        return None
    wanted = _settings(settings, parts.secret_key)
    channel = build_zalo_bot(parts.app.catalog, wanted)
    compose_with = partial(ZaloBotComposer, settings=wanted)
    names = UpdateNames(parts.secret_key)
    sign = parts.metrics.sign_of(ChannelId.ZALO_BOT)

    async def prepare() -> ReadyChannel:
        await set_up(channel.api, wanted)
        if wanted.webhook_url:
            route = zalo_bot_webhook(parts.receiver, wanted, names)
            return ReadyChannel(compose_with, routes=(route,))
        return ReadyChannel(
            compose_with, listen=channel.poller(parts.receiver, names, sign.show).run
        )

    async def tend() -> tuple[str, ...]:
        month = vietnam_month(parts.clock.now())
        used = await parts.upkeep.sum_usage(ChannelId.ZALO_BOT, month)
        left = Quota(wanted).left(used.sent, used.received)
        return ("quota_nearly_used_up",) if left < wanted.messages_per_month * _FEW_LEFT else ()

    sending = SenderSettings(_BUDGET, max_in_flight=5, patience=Patience(settings.reply_hours))
    return ChannelParts(channel.client, sending, prepare, tend)


def _settings(settings: Settings, secret_key: bytes) -> ZaloBotSettings:
    secret = settings.zalo_bot_webhook_secret.get_secret_value()
    return ZaloBotSettings(
        token=settings.zalo_bot_token.get_secret_value(),
        webhook_url=settings.public_url + WEBHOOK_PATH if settings.public_url else "",
        webhook_secret=secret or derive_secret(secret_key, "zalo bot webhook"),
        public_url=settings.public_url,
        api_url=settings.zalo_bot_api_url,
        messages_per_month=settings.zalo_bot_messages_per_month,
        counts_incoming=settings.zalo_bot_counts_incoming,
    )
