"""Messages on their way out: what is sent, and every state that a delivery can be in.

A delivery is one call to a channel, which arrives or does not. It is written in the transaction
that decided it, before anybody tries to send it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from bot.domain.people import Address, ConversationId
from bot.domain.pictures import PictureId


class Lane(IntEnum):
    """Which deliveries go first: those of a lower lane wait for none of a higher one."""

    REPLY = 0
    CAMPAIGN = 1


class DeliveryStatus(StrEnum):
    """Where a delivery stands."""

    #: Due now or later.
    PENDING = "pending"
    #: Some sender is about it, until its lease ends.
    SENDING = "sending"
    SENT = "sent"
    #: Nobody knows whether it arrived. Never sent again; staff see it.
    DOUBTFUL = "doubtful"
    #: The channel will never take it: our mistake, or not allowed.
    REJECTED = "rejected"
    #: Nobody is there: blocked, left, gone.
    UNREACHABLE = "unreachable"
    #: Too late to be of use, or the vendor's window had closed.
    EXPIRED = "expired"

    @property
    def is_open(self) -> bool:
        """Whether something is still to happen."""
        return self in {DeliveryStatus.PENDING, DeliveryStatus.SENDING}

    @property
    def label(self) -> str:
        """What staff see, in Vietnamese."""
        return _STATUS_LABELS[self]


_STATUS_LABELS = {
    DeliveryStatus.PENDING: "đang chờ gửi",
    DeliveryStatus.SENDING: "đang gửi",
    DeliveryStatus.SENT: "đã gửi",
    DeliveryStatus.DOUBTFUL: "không rõ đã đến chưa",
    DeliveryStatus.REJECTED: "kênh không nhận",
    DeliveryStatus.UNREACHABLE: "không gửi tới được",
    DeliveryStatus.EXPIRED: "quá hạn gửi",
}


@dataclass(frozen=True, slots=True)
class Message:
    """One call to a channel, made out but for the address and the bytes of a picture."""

    #: The vendor's name of the call, such as sendMessage.
    method: str
    #: JSON-ready parameters.
    params: Mapping[str, Any] = field(default_factory=dict)
    #: The picture that goes with it; the channel finds its file or what was uploaded of it.
    picture: PictureId | None = None
    #: Whether doing it twice is the same as doing it once, as with an edit.
    is_repeatable: bool = False

    def to_data(self) -> dict[str, Any]:
        """JSON-ready data; `from_data` gives an equal message back."""
        return {
            "method": self.method,
            "params": dict(self.params),
            "picture": self.picture or "",
            "is_repeatable": self.is_repeatable,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Message:
        """The message that gave this data."""
        picture = PictureId(data["picture"]) if data["picture"] else None
        return cls(data["method"], data["params"], picture, data["is_repeatable"])


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that a sender has claimed."""

    id: int
    conversation: ConversationId
    address: Address
    lane: Lane
    message: Message
    #: Which attempt this is, from 1.
    attempt: int
    created_at: datetime
    #: How often the vendor answered so far that it failed at it.
    failures: int = 0
    #: When the citizen last did something that opens the vendor's window; None for never.
    last_interaction_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a channel says of a message that it took."""

    #: The vendor's id of the message; empty where it gives none.
    message_id: str = ""
    #: Whether it cost money, on a channel where some messages do.
    is_billed: bool = False
    #: When the recipient last did something, where the vendor knew of something later.
    interacted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a delivery after an attempt, or instead of one."""

    status: DeliveryStatus
    #: When to try again; for pending deliveries only.
    due_at: datetime | None = None
    message_id: str = ""
    #: A stable code of what happened, for staff; no text of the vendor.
    code: str = ""
    #: Nothing is sent on the whole channel until then.
    channel_paused_until: datetime | None = None
    #: The conversation has a new address.
    moved_to: str = ""
    #: What is sent from now on in place of the message.
    instead: Message | None = None
    #: Whether the vendor answered that it failed.
    is_failure: bool = False
    #: As in the receipt.
    is_billed: bool = False
    interacted_at: datetime | None = None
