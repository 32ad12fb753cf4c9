"""What comes in from a channel, in the words of no channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.domain.messages import Media, Utterance
from bot.domain.people import Address


class UpdateKind(StrEnum):
    """What an update asks of us."""

    #: A turn: something was said or pressed.
    UTTERANCE = "utterance"
    #: Somebody began to follow or unblocked us: they can be reached; a follower is greeted.
    JOINED = "joined"
    #: Somebody blocked us, left or stopped following: nothing can be sent.
    LEFT = "left"
    #: A group has a new address.
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Update:
    """One thing that came in. Stored before anything is done about it."""

    #: The vendor's id of the update, or one made of its parts: the same when it is sent again.
    id: str
    address: Address
    kind: UpdateKind = UpdateKind.UTTERANCE
    utterance: Utterance = field(default_factory=Utterance)
    #: Updates of one conversation are taken in this order: the vendor's counter, or milliseconds.
    position: int = 0
    #: The vendor's id of our message under which a button was pressed; empty for typed text, and
    #: where the message is a picture, over which no words can be written.
    pressed_under: str = ""
    #: The vendor's id of the message to answer to, where several people talk; else empty.
    reply_to: str = ""
    #: The new address of a group that moved.
    moved_to: str = ""

    def to_data(self) -> dict[str, Any]:
        """JSON-ready data of all that is not in columns of their own: no address, no id."""
        return {
            "kind": self.kind.value,
            "text": self.utterance.text,
            "payload": self.utterance.payload,
            "media": self.utterance.media.value if self.utterance.media else "",
            "pressed_under": self.pressed_under,
            "reply_to": self.reply_to,
            "moved_to": self.moved_to,
        }

    @classmethod
    def from_data(
        cls, id_: str, address: Address, position: int, data: Mapping[str, Any]
    ) -> Update:
        """The update that gave this data."""
        media = Media(data["media"]) if data["media"] else None
        return cls(
            id=id_,
            address=address,
            kind=UpdateKind(data["kind"]),
            utterance=Utterance(data["text"], data["payload"], media),
            position=position,
            pressed_under=data["pressed_under"],
            reply_to=data["reply_to"],
            moved_to=data["moved_to"],
        )
