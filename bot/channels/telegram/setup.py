"""Tells Telegram who we are and where updates go.

Safe to run at every start: what is as it should be is left alone, since Telegram limits how often
names and descriptions are set.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    MenuButtonCommands,
)

from bot.channels.telegram.bot_calls import BotCalls, attempt
from bot.channels.telegram.client import TelegramClient
from bot.channels.telegram.identity import BotIdentity
from bot.channels.telegram.limits import (
    MAX_COMMAND_CHARS,
    MAX_COMMAND_DESCRIPTION_CHARS,
    MAX_COMMANDS,
    MAX_DESCRIPTION_CHARS,
    MAX_SHORT_DESCRIPTION_CHARS,
)
from bot.channels.telegram.updates import ALLOWED_UPDATES
from bot.channels.telegram.webhook import SECRET
from bot.domain.catalog import Catalog
from bot.domain.errors import (
    ChannelError,
    ChannelMisconfigured,
    ConfigError,
    MessageRejected,
)
from bot.domain.system_texts import SystemText

T = TypeVar("T")

#: Names and what is said of them, in the order of the menu.
Commands: TypeAlias = Sequence[tuple[str, str]]

_COMMAND_NAME = re.compile(rf"[a-z0-9_]{{1,{MAX_COMMAND_CHARS}}}")
#: Updates brought at once. Those of one chat come one after the other anyway.
_MAX_CONNECTIONS = 40

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Presentation:
    """What people see of the bot before they write to it."""

    private_commands: Commands
    group_commands: Commands = ()
    #: Shown before somebody presses Start.
    description: str = ""
    #: Shown on the profile.
    short_description: str = ""

    def __post_init__(self) -> None:
        for commands in (self.private_commands, self.group_commands):
            if len(commands) > MAX_COMMANDS:
                raise ValueError(f"{len(commands)} commands, Telegram takes {MAX_COMMANDS}")
            for name, about in commands:
                if not _COMMAND_NAME.fullmatch(name):
                    raise ValueError(f"command {name!r}: only a-z, 0-9 and _, at most 32")
                _check_length(f"description of {name}", about, MAX_COMMAND_DESCRIPTION_CHARS)
        _check_length("description", self.description, MAX_DESCRIPTION_CHARS)
        _check_length("short description", self.short_description, MAX_SHORT_DESCRIPTION_CHARS)


@dataclass(frozen=True)
class WebhookAddress:
    """Where Telegram brings updates to, as it is seen from the Internet."""

    url: str
    secret_token: str = field(repr=False)


async def set_up_telegram(
    client: TelegramClient,
    catalog: Catalog,
    presentation: Presentation,
    webhook: WebhookAddress | None = None,
) -> BotIdentity:
    """Present the bot and choose where updates go: to the webhook, or to polling without one.
    Updates that wait are kept.

    Returns:
        Who the bot is.

    Raises:
        ConfigError: it could not be done; says in Vietnamese what to mend.
    """
    calls, say = client.calls, catalog.message
    if webhook is not None and not SECRET.fullmatch(webhook.secret_token):
        raise ConfigError(say(SystemText.TELEGRAM_WEBHOOK_UNFIT))
    try:
        identity = await _identify(calls)
        await _present(calls, presentation)
    except ChannelMisconfigured:
        raise ConfigError(say(SystemText.TELEGRAM_NOT_LET_IN)) from None
    except ChannelError as fault:
        raise ConfigError(say(SystemText.TELEGRAM_NO_ANSWER, code=fault.code)) from None
    try:
        await _direct_updates(client, webhook)
    except MessageRejected:
        raise ConfigError(say(SystemText.TELEGRAM_WEBHOOK_REFUSED)) from None
    except ChannelError as fault:
        raise ConfigError(say(SystemText.TELEGRAM_NO_ANSWER, code=fault.code)) from None
    if not identity.has_inline_mode:
        log.warning("inline mode is off: switch it on with /setinline at @BotFather")
    return identity


async def _identify(calls: BotCalls) -> BotIdentity:
    me = await _repeatable(calls.get_me())
    return BotIdentity(me.id, me.username or "", bool(me.supports_inline_queries))


async def _present(calls: BotCalls, presentation: Presentation) -> None:
    await _set_commands(calls, presentation.private_commands, BotCommandScopeAllPrivateChats())
    await _set_commands(calls, presentation.group_commands, BotCommandScopeAllGroupChats())
    if not isinstance(await _repeatable(calls.get_chat_menu_button()), MenuButtonCommands):
        await _repeatable(calls.set_chat_menu_button(menu_button=MenuButtonCommands()))
    description = await _repeatable(calls.get_my_description())
    if description.description != presentation.description:
        await _repeatable(calls.set_my_description(presentation.description))
    short = await _repeatable(calls.get_my_short_description())
    if short.short_description != presentation.short_description:
        await _repeatable(calls.set_my_short_description(presentation.short_description))


async def _set_commands(calls: BotCalls, commands: Commands, scope: BotCommandScope) -> None:
    wanted = tuple(BotCommand(name, about) for name, about in commands)
    if await _repeatable(calls.get_my_commands(scope=scope)) != wanted:
        await _repeatable(calls.set_my_commands(wanted, scope=scope))


async def _direct_updates(client: TelegramClient, webhook: WebhookAddress | None) -> None:
    if webhook is None:
        await client.leave_webhook()
        return
    # Set each time: Telegram does not tell which secret it has.
    await _repeatable(
        client.calls.set_webhook(
            webhook.url,
            secret_token=webhook.secret_token,
            max_connections=_MAX_CONNECTIONS,
            allowed_updates=ALLOWED_UPDATES,
            drop_pending_updates=False,
        )
    )


def _repeatable(call: Awaitable[T]) -> Awaitable[T]:
    return attempt(call, is_repeatable=True)


def _check_length(what: str, text: str, max_chars: int) -> None:
    if len(text) > max_chars:
        raise ValueError(f"{what} has {len(text)} characters, Telegram takes {max_chars}")
