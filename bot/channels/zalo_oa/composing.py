"""Replies as consultation messages.

https://docs.zaloplatforms.com/docs/OA/tin-nhan/tin-tu-van/gui-tin-tu-van-dang-van-ban and
…/phu-luc/cau-truc-cua-tham-so-buttons (notes, 2026-10): text of at most 2,000 characters, at most
5 buttons with a title of at most 100 and a payload of at most 1,000 characters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.channels.numbering import BULLET, number_choices, without_told
from bot.channels.plain_text import plain_text, utf16_units
from bot.channels.splitting import split_text
from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.channels.zalo_oa.updates import PRESS_PREFIX
from bot.domain.catalog import Catalog
from bot.domain.deliveries import Message
from bot.domain.intake import Occasion
from bot.domain.messages import Button, Reply
from bot.domain.pictures import Picture
from bot.domain.session import Turn
from bot.domain.system_texts import SystemText

MAX_BUTTONS = 5
MAX_TITLE_CHARS = 100
#: Zalo's name of the call for consultation messages; the client knows its address.
METHOD = "message/cs"


class ZaloOaComposer:
    """Makes messages whose parameters lack the recipient and, with a picture, its id."""

    def __init__(self, catalog: Catalog, settings: ZaloOaSettings) -> None:
        self._catalog = catalog
        self._settings = settings

    def compose(self, turn: Turn, occasion: Occasion) -> tuple[Message, ...]:  # noqa: ARG002 - part of the port; nothing shown here can be changed later
        """The messages of a turn, in order."""
        lines = number_choices([button for reply in turn.replies for button in reply.buttons])
        messages: list[Message] = []
        at = 0
        for reply in turn.replies:
            messages += self._compose_reply(reply, lines[at : at + len(reply.buttons)])
            at += len(reply.buttons)
        return tuple(messages)

    def _compose_reply(self, reply: Reply, lines: Sequence[str]) -> list[Message]:
        text, messages = plain_text(reply.text), []
        if reply.picture is not None:
            # A message of its own: were the picture refused, the text would still arrive.
            if self._settings.sends_pictures:
                messages.append(_picture_message(reply.picture, self._settings.text_chars))
            else:
                label = self._say(SystemText.LABEL_PICTURE, alt=reply.picture.alt)
                text = f"{label}\n\n{text}"
        is_listed = len(reply.buttons) > (MAX_BUTTONS if self._settings.sends_buttons else 0)
        if is_listed:
            text = f"{text}\n\n{self._list(without_told(lines, text))}"
        elif reply.buttons and not text.strip():
            text = self._say(SystemText.CHOOSE_BY_BUTTON)
        pieces = split_text(text, self._settings.text_chars, utf16_units)
        if not pieces:
            return messages
        messages += [_text_message(piece) for piece in pieces[:-1]]
        # Buttons beside a list are numbered, so that they are seen to be the first of it.
        titles = lines if is_listed else [_one_line(one.label) for one in reply.buttons]
        return [*messages, self._last_message(pieces[-1], reply.buttons, titles)]

    def _list(self, lines: Sequence[str]) -> str:
        """All choices of a reply that has more than can be buttons: a list that begins in the
        middle would be read as if it was whole.
        """
        key = SystemText.CHOOSE_BY_NUMBER
        if self._settings.sends_buttons:
            key = SystemText.CHOOSE_BY_BUTTON_OR_NUMBER
        return "\n\n".join(part for part in ("\n".join(lines), self._say(key)) if part)

    def _last_message(self, text: str, buttons: Sequence[Button], titles: Sequence[str]) -> Message:
        if not buttons or not self._settings.sends_buttons:
            return _text_message(text)
        made = [
            _button(title.removeprefix(BULLET), one)
            for title, one in zip(titles[:MAX_BUTTONS], buttons, strict=False)
        ]
        payload: dict[str, Any] = {"buttons": made}
        if self._settings.names_button_template:
            payload = {"template_type": "button", **payload}
        attachment = {"type": "template", "payload": payload}
        return Message(METHOD, {"message": {"text": text, "attachment": attachment}})

    def _say(self, key: SystemText, **values: object) -> str:
        return plain_text(self._catalog.message(key, **values))


def _text_message(text: str) -> Message:
    return Message(METHOD, {"message": {"text": text}})


def _picture_message(picture: Picture, max_chars: int) -> Message:
    """The picture with its description, which is what those hear who cannot see it."""
    caption = split_text(plain_text(picture.alt), max_chars, utf16_units)[:1]
    payload = {"template_type": "media", "elements": [{"media_type": "image"}]}
    message: dict[str, Any] = {"attachment": {"type": "template", "payload": payload}}
    if caption:
        message = {"text": caption[0], **message}
    return Message(METHOD, {"message": message}, picture.id)


def _button(title: str, button: Button) -> dict[str, str]:
    return {
        "title": cut_title(title),
        "type": "oa.query.hide",
        "payload": PRESS_PREFIX + button.payload,
    }


def cut_title(title: str) -> str:
    """A title that fits, cut behind a word."""
    if utf16_units(title) <= MAX_TITLE_CHARS:
        return title
    first = split_text(title, MAX_TITLE_CHARS - 1, utf16_units)[0]
    return first.rstrip(" ,;:.-–(") + "…"


def _one_line(label: str) -> str:
    return " ".join(plain_text(label).split())
