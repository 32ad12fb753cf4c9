"""Tells Zalo how events are to come, and finds out whose token it is. Safe to repeat."""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.zalo_bot.api import ZaloBotApi
from bot.channels.zalo_bot.settings import ZaloBotSettings
from bot.domain.errors import ChannelMisconfigured


@dataclass(frozen=True, slots=True)
class BotIdentity:
    """What Zalo says of the bot."""

    id: str
    name: str
    #: BASIC, or another plan.
    plan: str


async def set_up(api: ZaloBotApi, settings: ZaloBotSettings) -> BotIdentity:
    """Set the webhook if there is an address for it, else take it away so that one can ask.

    Raises:
        ChannelError: the token is wrong, Zalo does not take the address, or cannot be reached.
    """
    identity = await get_identity(api)
    if settings.webhook_url:
        params = {"url": settings.webhook_url, "secret_token": settings.webhook_secret}
        await api.call("setWebhook", params)
    else:
        await api.call("deleteWebhook", {})
    if await get_webhook_url(api) != settings.webhook_url:
        raise ChannelMisconfigured("webhook_not_as_set")
    return identity


async def get_identity(api: ZaloBotApi) -> BotIdentity:
    """Who the bot is. Costs no message: the check whether the token works."""
    me = await api.call("getMe", {})
    if not isinstance(me, dict):
        raise ChannelMisconfigured("unreadable_identity")
    name = str(me.get("account_name") or "")
    return BotIdentity(str(me.get("id") or ""), name, str(me.get("account_type") or ""))


async def get_webhook_url(api: ZaloBotApi) -> str:
    """Where Zalo posts events; empty when they are asked for. Raises ChannelError."""
    info = await api.call("getWebhookInfo", {})
    return str(info.get("url") or "") if isinstance(info, dict) else ""
