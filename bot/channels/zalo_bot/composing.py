"""Replies as messages of the Zalo Bot Platform, which has no buttons: choices are numbered lines.

https://docs.zaloplatforms.com/docs/BOT/apis/sendMessage and …/sendPhoto (notes, 2026-10): a text
of 1 to 2,000 characters, a picture by its address. Each message counts against a small quota, so
replies of a turn share one message as long as they fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.channels.numbering import number_choices, without_told
from bot.channels.plain_text import plain_text, utf16_units
from bot.channels.splitting import split_text
from bot.channels.web_json import PICTURES_URL
from bot.channels.zalo_bot.settings import ZaloBotSettings
from bot.domain.catalog import Catalog
from bot.domain.deliveries import Message
from bot.domain.intake import Occasion
from bot.domain.messages import Reply
from bot.domain.pictures import Picture
from bot.domain.session import Turn
from bot.domain.system_texts import SystemText

MAX_TEXT_CHARS = 2000
SEND_MESSAGE, SEND_PHOTO = "sendMessage", "sendPhoto"


class ZaloBotComposer:
    """Makes messages whose parameters lack the chat."""

    def __init__(self, catalog: Catalog, settings: ZaloBotSettings) -> None:
        self._catalog = catalog
        self._public_url = settings.public_url.rstrip("/")

    def compose(self, turn: Turn, occasion: Occasion) -> tuple[Message, ...]:  # noqa: ARG002 - part of the port; nothing shown here can be changed later
        """The messages of a turn, in order."""
        lines = number_choices([button for reply in turn.replies for button in reply.buttons])
        messages: list[Message] = []
        texts: list[str] = []
        at = 0
        last = max((at for at, one in enumerate(turn.replies) if one.buttons), default=-1)
        for number, reply in enumerate(turn.replies):
            if reply.picture is not None and self._public_url:
                messages += _text_messages(texts)
                messages.append(self._picture_message(reply.picture))
                texts = []
            own = lines[at : at + len(reply.buttons)]
            texts += self._blocks(reply, own, tells_how=number == last)
            at += len(reply.buttons)
        return (*messages, *_text_messages(texts))

    def _blocks(self, reply: Reply, lines: Sequence[str], *, tells_how: bool) -> Iterator[str]:
        """A reply, and its choices with how to choose, which belong together. That is told once in
        a turn, under the last of them.
        """
        text = plain_text(reply.text).strip()
        yield text
        if reply.picture is not None and not self._public_url:
            yield self._say(SystemText.LABEL_PICTURE, alt=reply.picture.alt)
        listed = "\n".join(without_told(lines, text))
        how = self._say(SystemText.CHOOSE_BY_NUMBER) if tells_how else ""
        yield "\n\n".join(filter(None, (listed, how)))

    def _say(self, key: SystemText, **values: object) -> str:
        return plain_text(self._catalog.message(key, **values))

    def _picture_message(self, picture: Picture) -> Message:
        params = {"photo": f"{self._public_url}{PICTURES_URL}/{picture.id}.png"}
        # What it shows, for those who cannot see it.
        if caption := split_text(plain_text(picture.alt), MAX_TEXT_CHARS, utf16_units)[:1]:
            params["caption"] = caption[0]
        return Message(SEND_PHOTO, params)


def _text_messages(texts: Sequence[str]) -> Iterator[Message]:
    """As few messages as hold the texts; one that does not fit beside others is not cut for it."""
    together = ""
    for text in filter(None, texts):
        joined = f"{together}\n\n{text}" if together else text
        if utf16_units(joined) <= MAX_TEXT_CHARS:
            together = joined
            continue
        # The last piece of a text that was cut has room for the next.
        *full, last = ["", *split_text(text, MAX_TEXT_CHARS, utf16_units)]
        for piece in filter(None, (together, *full)):
            yield Message(SEND_MESSAGE, {"text": piece})
        together = last
    if together.strip():
        yield Message(SEND_MESSAGE, {"text": together})
