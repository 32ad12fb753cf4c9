"""What channels and the rest of the program ask of each other while messages come in and go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.deliveries import Delivery, Message, Receipt
from bot.domain.people import Address, ChannelId, Conversation
from bot.domain.pictures import PictureId
from bot.domain.session import Session, Turn
from bot.domain.updates import Update


class Receiver(Protocol):
    """Takes what came in."""

    async def accept(self, updates: Sequence[Update]) -> None:
        """Store updates; when it returns they are safe, and the vendor may forget them. One that
        was stored before is passed over, so that accepting twice is safe. Personal data in their
        texts is masked before they are stored.

        Raises:
            StoreError: nothing is certain to be stored; the vendor must send them again.
        """
        ...


@dataclass(frozen=True, slots=True)
class Occasion:
    """What there is to know when the replies of a turn are made out for a channel."""

    update: Update
    #: Whether the button that was pressed stands under the last message of the conversation.
    is_under_last_message: bool = False
    #: Whether somebody was being led through a flow before the turn.
    was_led: bool = False

    @classmethod
    def of(cls, update: Update, person: Conversation, before: Session) -> Occasion:
        """The occasion of a turn; `person` and `before` as they were before it."""
        under = update.pressed_under
        return cls(update, bool(under) and under == person.last_message_id, bool(before.frames))


class Composer(Protocol):
    """The pure half of a channel: replies to messages, within the vendor's limits."""

    def compose(self, turn: Turn, occasion: Occasion) -> tuple[Message, ...]:
        """The messages that tell the replies of a turn, in order. Never raises for replies that our
        content can give.
        """
        ...


class ChannelClient(Protocol):
    """The half of a channel that calls the vendor."""

    @property
    def channel(self) -> ChannelId:
        """Which channel it is."""
        ...

    async def open(self) -> None:
        """Get ready; does not call the vendor."""
        ...

    async def close(self) -> None:
        """Give everything back."""
        ...

    async def send(self, delivery: Delivery) -> Receipt:
        """Make one call, once. Gives up after some seconds.

        Raises:
            ChannelError: it was not taken, or nobody knows; the class says what to do.
        """
        ...

    async def show_typing(self, address: Address) -> None:
        """Show for some seconds that an answer is on its way, where the vendor can. Never raises:
        whether it works is of no consequence.
        """
        ...


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture that a vendor keeps for us."""

    #: The vendor's id of it.
    media_id: str
    #: When the vendor forgets it; None for never.
    expires_at: datetime | None = None


class Uploads(Protocol):
    """Remembers what was uploaded, for all processes."""

    async def find_upload(
        self, channel: ChannelId, picture: PictureId, content_hash: str
    ) -> Upload | None:
        """What was uploaded of this picture with these bytes, if it is still there."""
        ...

    async def save_upload(
        self, channel: ChannelId, picture: PictureId, content_hash: str, upload: Upload
    ) -> None:
        """Remember it, in the place of an older one."""
        ...

    async def forget_upload(self, channel: ChannelId, picture: PictureId) -> None:
        """The vendor does not have it any more."""
        ...
