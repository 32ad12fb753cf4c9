"""What a channel is made of, as those see it who run it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter

from bot.domain.catalog import Catalog
from bot.domain.intake import ChannelClient, Composer
from bot.domain.people import ChannelId
from bot.outbox.sender import SenderSettings

#: Asks the vendor for updates until the event is set or it is cancelled.
Listen = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class ReadyChannel:
    """What a channel is once the vendor knows how we want it."""

    #: Makes out messages with the words of a catalog; called again when the content has changed.
    compose_with: Callable[[Catalog], Composer]
    #: Where the vendor sends updates to.
    routes: tuple[APIRouter, ...] = ()
    #: None where the vendor sends them to us. One process at a time listens.
    listen: Listen | None = None


@dataclass(frozen=True)
class ChannelParts:
    """One channel, before the vendor was called for the first time."""

    client: ChannelClient
    sending: SenderSettings
    #: Tells the vendor how we want it; doing it again changes nothing. Raises a BotError while that
    #: cannot be done.
    prepare: Callable[[], Coroutine[Any, Any, ReadyChannel]]
    #: Looks after the channel now and then while nothing is sent: gives the codes of what a person
    #: must see to. Raises a BotError where it cannot tell.
    tend: Callable[[], Coroutine[Any, Any, tuple[str, ...]]] | None = field(default=None)
    #: What must be waited for in the end, before the client is closed.
    close: Callable[[], Coroutine[Any, Any, None]] | None = field(default=None)

    @property
    def id(self) -> ChannelId:
        """Which channel it is."""
        return self.client.channel
