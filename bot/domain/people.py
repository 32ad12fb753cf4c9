"""Who a conversation is with, as far as we know it: an address on a channel, and how we stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

#: A keyed hash of channel and address: it names a conversation in every table and log line, and
#: says nothing of who it is.
ConversationId = NewType("ConversationId", str)


class ChannelId(StrEnum):
    """Ways in and out."""

    WEB = "web"
    TELEGRAM = "telegram"
    ZALO_OA = "zalo_oa"
    ZALO_BOT = "zalo_bot"

    @property
    def label(self) -> str:
        """What staff see, in Vietnamese."""
        return _CHANNEL_LABELS[self]


_CHANNEL_LABELS = {
    ChannelId.WEB: "trang web",
    ChannelId.TELEGRAM: "Telegram",
    ChannelId.ZALO_OA: "Zalo OA",
    ChannelId.ZALO_BOT: "Zalo Bot",
}


#: On trial, which whoever is new there is told: the Bot Platform of Zalo takes 50 people and 3,000
#: messages a month (plan table of bot.zapps.me, read 2026-09-26).
PILOT_CHANNELS = frozenset({ChannelId.ZALO_BOT})


#: Where a vendor counts messages against a quota, and so do we.
QUOTA_CHANNELS = frozenset({ChannelId.ZALO_OA, ChannelId.ZALO_BOT})


@dataclass(frozen=True, slots=True)
class Address:
    """Where messages to somebody go. The one place where a vendor's id of a person is kept."""

    channel: ChannelId
    #: The vendor's id of the chat or the person, as text.
    chat: str
    #: Whether several people read what is sent there.
    is_group: bool = False


class Standing(StrEnum):
    """Whether anything can be sent to a conversation."""

    ACTIVE = "active"
    #: Blocked, left, deleted or never there; a new message from them makes it active again.
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Conversation:
    """What is kept of somebody, apart from the session."""

    id: ConversationId
    address: Address
    standing: Standing = Standing.ACTIVE
    #: When they last did something that opens the vendor's window for answers.
    last_interaction_at: datetime | None = None
    #: The vendor's id of the last message we sent, as long as they have written nothing since.
    last_message_id: str = ""
    #: Which privacy notice they were shown, and when they went on; empty before.
    notice_version: str = ""
    consented_at: datetime | None = None
    #: When they first wrote.
    created_at: datetime | None = None
