"""How the bot stands with Telegram, for the command `doctor`. Changes nothing there, and does not
ask for updates: that would take them from who listens.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from telegram import BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats, User

from bot.channels.telegram.bot_calls import BotCalls, attempt
from bot.channels.telegram.client import TelegramClient
from bot.channels.telegram.identity import BotIdentity

Commands = tuple[tuple[str, str], ...]

#: What `last_error_message` says, and our word for it. It is not documented; the wordings are those
#: that people report (https://core.telegram.org/bots/webhooks and forums, read 2026-11-21).
_WEBHOOK_FAULTS = (
    ("ssl error", "certificate"),
    ("certificate", "certificate"),
    ("failed to resolve", "no_host"),
    ("timed out", "slow"),
    ("timeout", "slow"),
    ("refused", "no_connection"),
    ("unreachable", "no_connection"),
    ("no route", "no_connection"),
    ("reset", "no_connection"),
)
_STATUS = re.compile(r"wrong response from the webhook: (\d{3})\b")


@dataclass(frozen=True, slots=True)
class WebhookFault:
    """What went wrong when Telegram last brought an update in vain."""

    at: datetime
    #: certificate, no_host, slow, no_connection, status or other; no text of Telegram's.
    kind: str
    #: The HTTP status that our side answered with; 0 for other kinds.
    status: int = 0


@dataclass(frozen=True, slots=True)
class TelegramState:
    """The bot as Telegram knows it."""

    identity: BotIdentity
    #: Whether privacy mode is off: it then gets every message of its groups.
    reads_whole_groups: bool
    #: Empty when updates are asked for.
    webhook_url: str
    #: How many updates wait to be brought or fetched.
    waiting_count: int
    #: Empty for Telegram's own choice.
    allowed_updates: frozenset[str]
    last_fault: WebhookFault | None
    private_commands: Commands
    group_commands: Commands


async def look_at_telegram(client: TelegramClient) -> TelegramState:
    """All of it, in four calls.

    Raises:
        ChannelError: Telegram refuses or does not answer.
    """
    calls = client.calls
    me = await attempt(calls.get_me(), is_repeatable=True)
    info = await attempt(calls.get_webhook_info(), is_repeatable=True)
    return TelegramState(
        identity=_identity(me),
        reads_whole_groups=bool(me.can_read_all_group_messages),
        webhook_url=info.url,
        waiting_count=info.pending_update_count,
        allowed_updates=frozenset(info.allowed_updates or ()),
        last_fault=_fault(info.last_error_date, info.last_error_message or ""),
        private_commands=await _commands(calls, BotCommandScopeAllPrivateChats()),
        group_commands=await _commands(calls, BotCommandScopeAllGroupChats()),
    )


def _identity(me: User) -> BotIdentity:
    return BotIdentity(me.id, me.username or "", bool(me.supports_inline_queries))


async def _commands(
    calls: BotCalls, scope: BotCommandScopeAllPrivateChats | BotCommandScopeAllGroupChats
) -> Commands:
    found = await attempt(calls.get_my_commands(scope=scope), is_repeatable=True)
    return tuple((one.command, one.description) for one in found)


def _fault(at: datetime | None, said: str) -> WebhookFault | None:
    if at is None or not said:
        return None
    at, said = at.astimezone(UTC), said.lower()
    if match := _STATUS.search(said):
        return WebhookFault(at, "status", int(match[1]))
    kind = next((kind for sign, kind in _WEBHOOK_FAULTS if sign in said), "other")
    return WebhookFault(at, kind)
