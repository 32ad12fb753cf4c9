"""What may be counted while the program runs; no names of conversations, no texts."""

from __future__ import annotations

from typing import Protocol

from bot.domain.deliveries import DeliveryStatus
from bot.domain.people import ChannelId
from bot.domain.session import Outcome


class Observer(Protocol):
    """Told of what happens; must neither fail nor take long."""

    def stored(self, channel: ChannelId, count: int) -> None:
        """So many new updates came in."""
        ...

    def dropped(self, channel: ChannelId, count: int) -> None:
        """So many updates came in while a person had switched the channel off."""
        ...

    def turned(self, channel: ChannelId, outcome: Outcome, seconds: float) -> None:
        """A turn was taken, and took so long to think about."""
        ...

    def failed(self, channel: ChannelId) -> None:
        """A turn could not be taken, by a fault of ours."""
        ...

    def sent(self, channel: ChannelId, status: DeliveryStatus, code: str, seconds: float) -> None:
        """An attempt to send ended like this, so long after the message was promised."""
        ...

    def troubled(self, channel: ChannelId, code: str) -> None:
        """Nothing can be sent until a person sees to this; an empty code when it can again."""
        ...


class NobodyWatching:
    """For commands and tests that count nothing."""

    def stored(self, channel: ChannelId, count: int) -> None:
        """Nothing is counted."""

    def dropped(self, channel: ChannelId, count: int) -> None:
        """Nothing is counted."""

    def turned(self, channel: ChannelId, outcome: Outcome, seconds: float) -> None:
        """Nothing is counted."""

    def failed(self, channel: ChannelId) -> None:
        """Nothing is counted."""

    def sent(self, channel: ChannelId, status: DeliveryStatus, code: str, seconds: float) -> None:
        """Nothing is counted."""

    def troubled(self, channel: ChannelId, code: str) -> None:
        """Nothing is counted."""
