"""Sends deliveries by the Zalo Bot Platform, and says that an answer is being made.

The platform has no key that makes sending twice the same as sending once: what may have arrived is
not sent again.
"""

from __future__ import annotations

import logging

from bot.channels.zalo_bot.api import ZaloBotApi
from bot.channels.zalo_bot.composing import SEND_MESSAGE, SEND_PHOTO
from bot.domain.deliveries import Delivery, Receipt
from bot.domain.errors import ChannelError, MessageRejected
from bot.domain.people import Address, ChannelId

_METHODS = frozenset({SEND_MESSAGE, SEND_PHOTO})

log = logging.getLogger(__name__)


class ZaloBotClient:
    """The half of the channel that calls Zalo."""

    channel = ChannelId.ZALO_BOT

    def __init__(self, api: ZaloBotApi) -> None:
        self._api = api

    async def open(self) -> None:
        """Nothing to do: connections are made when they are needed."""

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    async def send(self, delivery: Delivery) -> Receipt:
        """Make one call, once; see `ChannelClient.send`."""
        message = delivery.message
        if message.method not in _METHODS:
            raise MessageRejected("unknown_method")
        result = await self._api.call(
            message.method, {"chat_id": delivery.address.chat, **message.params}
        )
        message_id = result.get("message_id") if isinstance(result, dict) else None
        return Receipt(message_id if isinstance(message_id, str) else "")

    async def show_typing(self, address: Address) -> None:
        """Show that an answer is being made, for some seconds. Whether it works is of no
        consequence.
        """
        try:
            await self._api.call("sendChatAction", {"chat_id": address.chat, "action": "typing"})
        except ChannelError as fault:
            log.debug("typing is not shown: %s", fault)
