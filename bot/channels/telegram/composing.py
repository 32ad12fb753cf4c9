"""Replies as Telegram's messages: the pure half of the channel.

What cannot be pressed is written out: a button whose payload Telegram would refuse becomes a line
with its number, since a typed number picks a button on every channel. Our content gives no such
payload; refusing to answer, or leaving the choice out without a word, would be worse.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from bot.channels.numbering import number_choices
from bot.channels.telegram.deep_links import chat_link, deep_link
from bot.channels.telegram.edits import is_better_edited
from bot.channels.telegram.keyboards import fits, linking, one_link, pressable
from bot.channels.telegram.limits import MAX_CAPTION_UNITS
from bot.channels.telegram.rich_text import RichText, parse_rich_text, split
from bot.domain.catalog import Catalog
from bot.domain.deliveries import Message
from bot.domain.intake import Occasion
from bot.domain.messages import Button, Reply
from bot.domain.payloads import (
    ANSWER,
    ASK_TO_DELETE,
    DATA,
    EXPORT,
    MOVE,
    data_payload,
    flow_payload,
    parse_payload,
)
from bot.domain.pictures import Picture
from bot.domain.session import Turn
from bot.domain.system_texts import SystemText

SEND_TEXT, SEND_PHOTO, EDIT_TEXT = "sendMessage", "sendPhoto", "editMessageText"
#: Addresses of sources would put a large preview of a strange page under every answer.
_NO_PREVIEW = {"is_disabled": True}
#: Verbs of buttons that only who is being led can press, or whose data it is.
_PERSONAL = frozenset({ANSWER, MOVE, DATA})
#: By the rule of a turn, what a link to the private chat asks about one's data.
_DATA_RULES = {"data_export": EXPORT, "data_ask": ASK_TO_DELETE}


class TelegramComposer:
    """Makes messages from replies. In groups nobody is led: flows go on in the private chat."""

    def __init__(self, catalog: Catalog, bot_username: str) -> None:
        """`bot_username` as getMe tells it, without the @."""
        self._catalog = catalog
        self._bot_username = bot_username

    def compose(self, turn: Turn, occasion: Occasion) -> tuple[Message, ...]:
        """The messages that tell the replies of a turn, in order; the chat is not in them."""
        if occasion.update.address.is_group:
            return self._in_group(turn, occasion)
        messages = tuple(_in_private(turn.replies))
        if is_better_edited(turn, occasion) and [one.method for one in messages] == [SEND_TEXT]:
            number = int(occasion.update.pressed_under)
            edited = {**messages[0].params, "message_id": number}
            return (Message(EDIT_TEXT, edited, is_repeatable=True),)
        return messages

    def _in_group(self, turn: Turn, occasion: Occasion) -> tuple[Message, ...]:
        told = [reply for reply in turn.replies if not _is_personal(reply)]
        messages = [
            message
            for reply in told
            for message in _tell(reply, linking(reply.buttons, self._bot_username))
        ]
        has_begun = bool(turn.session.frames) and not occasion.was_led
        if not told or has_begun:
            messages.append(self._in_private_instead(turn))
        if messages and occasion.update.reply_to.isdecimal():
            messages[0] = _answering(messages[0], int(occasion.update.reply_to))
        return tuple(messages)

    def _in_private_instead(self, turn: Turn) -> Message:
        """Says that this is done in private, with the way there: to what was asked about one's
        data, to the step, else to the flow, else to the chat.
        """
        say = self._catalog.message
        payloads = [
            f"{flow_payload(one.flow_id)}:{one.step_id}" for one in turn.session.frames[-1:]
        ]
        payloads += [data_payload(_DATA_RULES[turn.rule])] if turn.rule in _DATA_RULES else []
        links = (deep_link(self._bot_username, one) for one in payloads)
        link = next(filter(None, links), chat_link(self._bot_username))
        keyboard = one_link(say(SystemText.BUTTON_OPEN_PRIVATE), link)
        return _text_message(parse_rich_text(say(SystemText.TELEGRAM_IN_PRIVATE)), keyboard)


def _in_private(replies: Sequence[Reply]) -> Iterable[Message]:
    numbered = number_choices([button for reply in replies for button in reply.buttons])
    at = 0
    for reply in replies:
        lines = numbered[at : at + len(reply.buttons)]
        at += len(reply.buttons)
        lines = [line for line, one in zip(lines, reply.buttons, strict=True) if not fits(one)]
        text = "\n\n".join(part for part in (reply.text, "\n".join(lines)) if part)
        keyboard = pressable(filter(fits, reply.buttons))
        yield from _tell(replace(reply, text=text), keyboard)


def _is_personal(reply: Reply) -> bool:
    """Whether it is a step of a flow, or about what is kept of somebody."""
    return any(_verb(button) in _PERSONAL for button in reply.buttons)


def _verb(button: Button) -> str:
    return parse_payload(button.payload)[0]


def _tell(reply: Reply, keyboard: dict[str, Any] | None) -> Iterable[Message]:
    """One reply: its picture above its words where they fit beneath it, its buttons at the end."""
    text = parse_rich_text(reply.text)
    if reply.picture is None:
        yield from _tell_text(text, keyboard)
    elif text.units <= MAX_CAPTION_UNITS:
        yield _photo_message(reply.picture, text, keyboard)
    else:
        # What it shows, in words: Telegram has no other place for those who cannot see it.
        alt = parse_rich_text(reply.picture.alt)
        is_short = alt.units <= MAX_CAPTION_UNITS
        yield _photo_message(reply.picture, alt if is_short else RichText(""), None)
        yield from _tell_text(text, keyboard)


def _tell_text(text: RichText, keyboard: dict[str, Any] | None) -> Iterable[Message]:
    """The pieces of a text, with the buttons under the last one; nothing for an empty text."""
    pieces = split(text)
    yield from (_text_message(piece, None) for piece in pieces[:-1])
    yield from (_text_message(piece, keyboard) for piece in pieces[-1:])


def _text_message(text: RichText, keyboard: dict[str, Any] | None) -> Message:
    params: dict[str, Any] = {
        "text": text.to_html(),
        "parse_mode": "HTML",
        "link_preview_options": _NO_PREVIEW,
    }
    return Message(SEND_TEXT, params | _markup(keyboard))


def _photo_message(picture: Picture, caption: RichText, keyboard: dict[str, Any] | None) -> Message:
    params: dict[str, Any] = {}
    if caption.plain:
        params = {"caption": caption.to_html(), "parse_mode": "HTML"}
    return Message(SEND_PHOTO, params | _markup(keyboard), picture.id)


def _markup(keyboard: dict[str, Any] | None) -> dict[str, Any]:
    return {"reply_markup": keyboard} if keyboard else {}


def _answering(message: Message, number: int) -> Message:
    """The message as an answer to another, or by itself when that one was deleted."""
    answered = {"message_id": number, "allow_sending_without_reply": True}
    return replace(message, params={**message.params, "reply_parameters": answered})
