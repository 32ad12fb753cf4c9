"""The calls to Telegram that a running channel makes, with faults as ours.

python-telegram-bot's `Bot` makes them; everything that its Application does is done by our engine
and outbox. Nothing of the library is seen outside this module, the wire with its faults, and the
set-up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, TypeVar

from telegram import (
    Bot,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram import Message as SentMessage
from telegram.error import TelegramError

from bot.channels.telegram.faults import in_doubt, to_channel_error
from bot.channels.telegram.wire import TOKEN_STAND_IN, Wire

T = TypeVar("T")

#: How parameters that are objects become those of the library.
_TYPED = {
    "reply_markup": InlineKeyboardMarkup.de_json,
    "link_preview_options": LinkPreviewOptions.de_json,
    "reply_parameters": ReplyParameters.de_json,
}
_FILE_NAME = "hinh.png"
#: More than any call needs, with a picture to upload too.
_LIMIT_SECONDS = 30.0
#: How much longer than it should last an empty long poll is waited for.
_POLL_SLACK_SECONDS = 10.0


class BotCalls(Bot):
    """The library's client, which also hands out answers as they came."""

    def __init__(self, api_url: str, wire: Wire, polling_wire: Wire) -> None:
        """`api_url` is what stands before the token, such as `https://api.telegram.org/bot`."""
        super().__init__(
            TOKEN_STAND_IN, base_url=api_url, request=wire, get_updates_request=polling_wire
        )

    async def fetch_updates(
        self, offset: int | None, timeout_seconds: int, allowed: Sequence[str]
    ) -> Sequence[object]:
        """The updates from `offset` on, as Telegram wrote them; waits for the first for so long.

        The library's own get_updates would make objects of them, and logs all of them with their
        texts when it cannot.
        """
        data = {"offset": offset, "timeout": timeout_seconds, "allowed_updates": [*allowed]}
        patience = timeout_seconds + _POLL_SLACK_SECONDS
        updates = await attempt(
            self._post("getUpdates", data, read_timeout=patience),
            is_repeatable=True,
            limit_seconds=patience + _LIMIT_SECONDS,
        )
        return updates if isinstance(updates, list) else ()

    async def answer_inline(self, answer: Mapping[str, Any]) -> None:
        """Show what was looked up. The same parameters answer in the body of a webhook's response.

        Raises:
            telegram.error.TelegramError: it was not shown.
        """
        await self._post("answerInlineQuery", dict(answer))

    async def send_text(self, chat: int | str, params: Mapping[str, Any]) -> str:
        """Send words; the id of the message."""
        return _id_of(await attempt(self.send_message(chat, **_typed(params))))

    async def send_picture(
        self, chat: int | str, picture: bytes | str, params: Mapping[str, Any]
    ) -> tuple[str, str]:
        """Send a picture, by its bytes or the id of an earlier one: the id of the message, and that
        under which Telegram keeps the picture, for ever.
        """
        photo = InputFile(picture, _FILE_NAME) if isinstance(picture, bytes) else picture
        sent = await attempt(self.send_photo(chat, photo, **_typed(params)))
        sizes = sent.photo if isinstance(sent, SentMessage) else ()
        return _id_of(sent), sizes[-1].file_id if sizes else ""

    async def edit_text(self, chat: int | str, params: Mapping[str, Any]) -> str:
        """Write other words into a message of ours; its id."""
        edited = self.edit_message_text(chat_id=chat, **_typed(params))
        return _id_of(await attempt(edited, is_repeatable=True))


async def attempt(
    call: Awaitable[T], *, is_repeatable: bool = False, limit_seconds: float = _LIMIT_SECONDS
) -> T:
    """Make one call of the library, and give it up after so long: its own time limits are those of
    single reads and writes.

    Raises:
        ChannelError: it failed. The library's error is not kept as the cause: its text is the
            vendor's, and may hold an id.
    """
    try:
        async with asyncio.timeout(limit_seconds):
            return await call
    except TelegramError as error:
        raise to_channel_error(error, is_repeatable=is_repeatable) from None
    except TimeoutError:
        raise in_doubt("telegram_slow", is_repeatable=is_repeatable) from None
    except (KeyError, TypeError, ValueError, AttributeError):
        # It was done, but what came back is not what the library expects of it.
        raise in_doubt("telegram_unreadable_answer", is_repeatable=is_repeatable) from None


def _id_of(sent: SentMessage | bool) -> str:
    return str(sent.message_id) if isinstance(sent, SentMessage) else ""


def _typed(params: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _TYPED[name](value) if name in _TYPED else value for name, value in params.items()
    }
