"""The Telegram channel's client: sends deliveries, answers presses, shows that we are typing."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.channels.telegram.bot_calls import BotCalls, attempt
from bot.channels.telegram.composing import EDIT_TEXT, SEND_PHOTO, SEND_TEXT
from bot.channels.telegram.faults import EDIT_GONE, NO_PICTURES, NOT_MODIFIED
from bot.channels.telegram.photos import PICTURE_MISSING, PhotoSender
from bot.channels.telegram.updates import ALLOWED_UPDATES
from bot.channels.telegram.wire import Transport, open_wire
from bot.domain.deliveries import Delivery, Message, Receipt
from bot.domain.errors import ChannelError, MessageRejected, SendInstead
from bot.domain.intake import Uploads
from bot.domain.people import Address, ChannelId

_READ_TIMEOUT_SECONDS = 10
#: Of a call that nobody waits for.
_COURTESY_SECONDS = 5

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TelegramSettings:
    """What the client needs to know of the settings. Its repr does not show the token."""

    token: str = field(repr=False)
    #: Where the pictures of the content lie, as PNG files.
    pictures_dir: Path
    #: What stands before the token: of Telegram, or of a server of one's own.
    api_url: str = "https://api.telegram.org/bot"
    #: Empty for a direct connection.
    proxy_url: str = field(default="", repr=False)


class TelegramClient:
    """Makes the calls. One for each process."""

    def __init__(
        self,
        settings: TelegramSettings,
        uploads: Uploads,
        beneath: Transport | None = None,
    ) -> None:
        """`beneath` carries the requests, for tests."""
        wire, polling_wire = (
            open_wire(
                settings.token,
                read_timeout_seconds=_READ_TIMEOUT_SECONDS,
                proxy_url=settings.proxy_url,
                beneath=beneath,
            )
            for _ in range(2)
        )
        self._wires = (wire, polling_wire)
        self.calls = BotCalls(settings.api_url, wire, polling_wire)
        self._photos = PhotoSender(self.calls, settings.pictures_dir, uploads)

    @property
    def channel(self) -> ChannelId:
        """Which channel it is."""
        return ChannelId.TELEGRAM

    async def open(self) -> None:
        """Get ready; does not call Telegram."""
        for wire in self._wires:
            await wire.initialize()

    async def close(self) -> None:
        """Give the connections back. Calling twice is safe."""
        for wire in self._wires:
            await wire.shutdown()

    async def send(self, delivery: Delivery) -> Receipt:
        """Make one call, once; another one instead where the first was refused for its form.

        Raises:
            ChannelError: it was not taken, or nobody knows; the class says what to do.
        """
        return Receipt(await self._perform(_chat_id(delivery.address), delivery.message))

    async def _perform(self, chat: int | str, message: Message) -> str:
        if message.method == SEND_TEXT:
            return await self.calls.send_text(chat, message.params)
        if message.method == SEND_PHOTO and message.picture:
            return await self._send_photo(chat, message)
        if message.method == EDIT_TEXT:
            return await self._edit(chat, message.params)
        raise MessageRejected("telegram_unknown_method")

    async def _send_photo(self, chat: int | str, message: Message) -> str:
        """The picture; its words alone where no picture can be had or sent."""
        assert message.picture is not None
        try:
            return await self._photos.send(chat, message.picture, message.params)
        except MessageRejected as refusal:
            if refusal.code not in {NO_PICTURES, PICTURE_MISSING} or not message.params.get(
                "caption"
            ):
                raise
        params = dict(message.params)
        return await self.calls.send_text(chat, {"text": params.pop("caption"), **params})

    async def _edit(self, chat: int | str, params: Mapping[str, Any]) -> str:
        """Other words in a message.

        Raises:
            SendInstead: it can no longer be changed; a new message is due. Not sent at once: the
                delivery is still known as one that may be repeated.
            ChannelError: as `send`.
        """
        number = str(params["message_id"])
        try:
            return await self.calls.edit_text(chat, params) or number
        except MessageRejected as refusal:
            if refusal.code == NOT_MODIFIED:
                return number
            if refusal.code != EDIT_GONE:
                raise
            new = {name: value for name, value in params.items() if name != "message_id"}
            raise SendInstead(EDIT_GONE, Message(SEND_TEXT, new)) from refusal

    async def acknowledge(self, callback_query_id: str) -> None:
        """Stop the spinning of a pressed button. Never raises: at worst it spins on for a while."""
        await self._as_courtesy(
            "answerCallbackQuery", self.calls.answer_callback_query(callback_query_id)
        )

    async def show_typing(self, address: Address) -> None:
        """Show "typing…" for up to five seconds, or until a message comes. Never raises."""
        await self._as_courtesy(
            "sendChatAction", self.calls.send_chat_action(_chat_id(address), "typing")
        )

    async def answer_inline(self, answer: Mapping[str, Any]) -> None:
        """Show what was looked up. Never raises: who asks goes on typing and asks again."""
        await self._as_courtesy("answerInlineQuery", self.calls.answer_inline(answer))

    async def fetch_updates(self, offset: int | None, timeout_seconds: int) -> Sequence[object]:
        """What came in, from `offset` on; all before it is forgotten by Telegram. Waits so long for
        the first.

        Raises:
            ChannelError: nothing was fetched and nothing more is forgotten than before `offset`.
        """
        return await self.calls.fetch_updates(offset, timeout_seconds, ALLOWED_UPDATES)

    async def leave_webhook(self) -> None:
        """Have updates kept for polling instead of sent to a webhook; those that wait are kept.

        Raises:
            ChannelError: Telegram may still send them to the webhook.
        """
        await attempt(self.calls.delete_webhook(drop_pending_updates=False), is_repeatable=True)

    async def _as_courtesy(self, name: str, call: Awaitable[object]) -> None:
        try:
            await attempt(call, is_repeatable=True, limit_seconds=_COURTESY_SECONDS)
        except ChannelError as fault:
            log.info("%s failed: %s", name, fault.code)


def _chat_id(address: Address) -> int | str:
    """As Telegram writes it; a text that is no number names nobody, and Telegram says so."""
    return int(address.chat) if address.chat.lstrip("-").isdecimal() else address.chat
