"""The channel of the Zalo Bot Platform: token, how events come, what is left of the month."""

from __future__ import annotations

from bot.channels.zalo_bot.api import ZaloBotApi, make_http
from bot.channels.zalo_bot.quota import Quota
from bot.channels.zalo_bot.set_up import get_identity, get_webhook_url
from bot.channels.zalo_bot.settings import ZaloBotSettings
from bot.channels.zalo_bot.webhook import WEBHOOK_PATH
from bot.domain.clock import vietnam_month
from bot.domain.errors import ChannelError, ChannelMisconfigured, ConfigError
from bot.domain.people import ChannelId
from bot.running.checks.addresses import show_address
from bot.running.checks.channel_faults import judge
from bot.running.checks.findings import Finding, Findings, failure, good, reminder
from bot.running.checks.scene import Scene
from bot.store.usage import Usage, read_usage

#: Of the month's messages.
_LOW_PART = 0.1

_BOT = good("zalo_bot")
_TOKEN_BAD = failure("zalo_bot_token_bad")
_TOKEN_REFUSED = failure("zalo_bot_token_refused")
_WEBHOOK = good("zalo_bot_webhook")
_POLLING = good("zalo_bot_polling")
_NO_WEBHOOK = failure("zalo_bot_webhook_missing")
_OTHER_WEBHOOK = failure("zalo_bot_webhook_elsewhere")
_LEFT = good("zalo_bot_quota")
_FEW_LEFT = reminder("zalo_bot_quota_low")
_NONE_LEFT = failure("zalo_bot_quota_over")


async def check_zalo_bot(scene: Scene) -> Findings:
    """What Zalo says of the bot, and what we counted."""
    settings = scene.settings
    token = settings.zalo_bot_token.get_secret_value()
    if not token:
        return
    try:
        wanted = ZaloBotSettings(
            token=token,
            api_url=settings.zalo_bot_api_url,
            messages_per_month=settings.zalo_bot_messages_per_month,
            counts_incoming=settings.zalo_bot_counts_incoming,
        )
    except ConfigError:
        yield _TOKEN_BAD()
        return
    if not scene.is_offline:
        async for found in _ask_zalo(scene, wanted):
            yield found
    database = await scene.find_ready_database()
    if database is not None:
        month = vietnam_month(scene.clock.now())
        yield _month(wanted, await read_usage(database, ChannelId.ZALO_BOT, month))


async def _ask_zalo(scene: Scene, wanted: ZaloBotSettings) -> Findings:
    api = ZaloBotApi(make_http(), wanted)
    try:
        me = await get_identity(api)
        yield _BOT(name=me.name, plan=me.plan)
        yield _webhook(await get_webhook_url(api), scene.settings.public_url)
    except ChannelMisconfigured:
        yield _TOKEN_REFUSED()
    except ChannelError as fault:
        yield judge(ChannelId.ZALO_BOT, wanted.api_url, fault)
    finally:
        await api.close()


def _webhook(found: str, public_url: str) -> Finding:
    wanted = public_url + WEBHOOK_PATH if public_url else ""
    if found == wanted:
        return _WEBHOOK(address=show_address(found)) if found else _POLLING()
    return _OTHER_WEBHOOK(address=show_address(found)) if found else _NO_WEBHOOK()


def _month(wanted: ZaloBotSettings, used: Usage) -> Finding:
    left = Quota(wanted).left(used.sent, used.received)
    if not left:
        return _NONE_LEFT(sent=used.sent)
    is_low = left < wanted.messages_per_month * _LOW_PART
    return (_FEW_LEFT if is_low else _LEFT)(sent=used.sent, left=left)
