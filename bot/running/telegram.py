"""The Telegram channel, wired to the rest."""

from __future__ import annotations

import asyncio

from bot.channels.telegram.client import TelegramClient, TelegramSettings
from bot.channels.telegram.composing import TelegramComposer
from bot.channels.telegram.incoming import TelegramInbox
from bot.channels.telegram.inline import InlineLookup
from bot.channels.telegram.polling import TelegramPoller
from bot.channels.telegram.setup import Presentation, WebhookAddress, set_up_telegram
from bot.channels.telegram.webhook import PATH, WebhookSettings, telegram_webhook
from bot.domain.catalog import Catalog
from bot.domain.commands import COMMANDS, HELP, LOOK_UP
from bot.domain.intake import Uploads
from bot.domain.people import ChannelId
from bot.domain.pictures import PICTURES_FOLDER
from bot.domain.store import Budget
from bot.domain.system_texts import SystemText
from bot.outbox.rules import Patience
from bot.outbox.sender import SenderSettings
from bot.running.channel_parts import ChannelParts, ReadyChannel
from bot.running.keys import derive_secret
from bot.running.parts import Parts
from bot.settings import Settings
from bot.store.uploads import SqlUploads

#: As many connections as the client has: more calls would only wait for one, and count as late.
_MAX_IN_FLIGHT = 32
#: In groups nobody is led, and nobody's data is talked about.
_IN_GROUPS = (LOOK_UP, HELP)


def build_telegram(parts: Parts) -> ChannelParts | None:
    """The channel; None without a token."""
    settings = parts.settings
    if not settings.telegram_bot_token.get_secret_value():
        return None
    client = make_telegram_client(settings, SqlUploads(parts.database, parts.clock))

    async def prepare() -> ReadyChannel:
        return await _prepare(parts, client)

    rate = settings.telegram_sends_per_second
    sending = SenderSettings(
        Budget(rate, burst=max(rate, 1.0)),
        max_in_flight=min(max(5, int(rate / 2)), _MAX_IN_FLIGHT),
        patience=Patience(settings.reply_hours),
    )
    return ChannelParts(client, sending, prepare)


def make_telegram_client(settings: Settings, uploads: Uploads) -> TelegramClient:
    """What calls Telegram; does not connect yet."""
    wanted = TelegramSettings(
        token=settings.telegram_bot_token.get_secret_value(),
        pictures_dir=settings.content_root / PICTURES_FOLDER,
        api_url=f"{settings.telegram_api_url.rstrip('/')}/bot",
        proxy_url=settings.telegram_proxy_url.get_secret_value(),
    )
    return TelegramClient(wanted, uploads)


async def _prepare(parts: Parts, client: TelegramClient) -> ReadyChannel:
    catalog, webhook = parts.app.catalog, _webhook(parts)
    identity = await set_up_telegram(client, catalog, presentation_of(catalog), webhook)
    inbox = TelegramInbox(parts.receiver, identity)
    inline = InlineLookup(parts.app, parts.app, parts.clock, identity.username)

    def compose_with(current: Catalog) -> TelegramComposer:
        return TelegramComposer(current, identity.username)

    if webhook is not None:
        route = telegram_webhook(inbox, WebhookSettings(webhook.secret_token), inline)
        return ReadyChannel(compose_with, routes=(route,))
    poller = TelegramPoller(
        client, inbox, inline, show_trouble=parts.metrics.sign_of(ChannelId.TELEGRAM).show
    )

    async def listen(stopping: asyncio.Event) -> None:
        polling = asyncio.create_task(poller.run())
        ending = asyncio.create_task(stopping.wait())
        try:
            await asyncio.wait({polling, ending}, return_when=asyncio.FIRST_COMPLETED)
            if polling.done():
                polling.result()
        finally:
            # Cutting it short loses nothing: what is not confirmed is fetched again.
            for task in (polling, ending):
                task.cancel()
            await asyncio.gather(polling, ending, return_exceptions=True)

    return ReadyChannel(compose_with, listen=listen)


def _webhook(parts: Parts) -> WebhookAddress | None:
    settings = parts.settings
    if not settings.public_url:
        return None
    secret = settings.telegram_webhook_secret.get_secret_value()
    return WebhookAddress(
        settings.public_url + PATH, secret or derive_secret(parts.secret_key, "telegram webhook")
    )


def presentation_of(catalog: Catalog) -> Presentation:
    """What people see of the bot before they write to it."""
    said = {one: catalog.message(one.description) for one in COMMANDS}
    return Presentation(
        private_commands=[(one.name, said[one]) for one in COMMANDS],
        group_commands=[(one.name, said[one]) for one in _IN_GROUPS],
        description=catalog.message(SystemText.BOT_DESCRIPTION),
        short_description=catalog.message(SystemText.BOT_SHORT_DESCRIPTION),
    )
