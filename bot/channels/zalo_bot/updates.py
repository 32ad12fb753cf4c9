"""Events of the Zalo Bot Platform as updates.

https://docs.zaloplatforms.com/docs/BOT/webhook (notes, 2026-10): the event stands under `result`;
running code also meets it without. Only private chats are served: groups are another product.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.channels.storable import storable
from bot.channels.vendor_ids import id_of, is_storable
from bot.channels.zalo_emoticons import with_emoji
from bot.domain.identity import UpdateNames
from bot.domain.messages import Media, Utterance
from bot.domain.people import Address, ChannelId
from bot.domain.updates import Update

_MEDIA = {
    "message.image.received": Media.IMAGE,
    "message.sticker.received": Media.STICKER,
    "message.voice.received": Media.VOICE,
    # Zalo keeps back on purpose what some people send, and what bots are not shown.
    "message.unsupported.received": Media.HIDDEN,
}
#: The second is in no document; running code meets it when a link is sent.
_TEXTS = frozenset({"message.text.received", "message.link.received"})


def parse_update(body: object, names: UpdateNames) -> Update | None:
    """What is asked of us, or None: a group, another bot, an event that needs no answer, or
    something that is no event at all.
    """
    event = _event(body)
    message = _object(event.get("message"))
    chat = _object(message.get("chat"))
    name, chat_id = event.get("event_name"), id_of(chat.get("id"))
    if not isinstance(name, str) or not chat_id or chat.get("chat_type") != "PRIVATE":
        return None
    utterance = _utterance(name, message)
    if utterance is None or _object(message.get("from")).get("is_bot") is True:
        return None
    address = Address(ChannelId.ZALO_BOT, chat_id)
    position = _milliseconds(message.get("date"))
    return Update(
        id=id_of(message.get("message_id")) or names.of(address, name, position),
        address=address,
        utterance=utterance,
        position=position,
    )


def is_event(body: object) -> bool:
    """Whether it is an event at all, even if it asks nothing of us."""
    event = _event(body)
    return isinstance(event.get("event_name"), str) and bool(_object(event.get("message")))


def _event(body: object) -> Mapping[str, Any]:
    event = _object(body)
    return _object(event["result"]) if "result" in event else event


def _utterance(name: str, message: Mapping[str, Any]) -> Utterance | None:
    if name in _TEXTS:
        text = _words(message.get("text"))
        return Utterance(with_emoji(text)) if text.strip() else None
    return Utterance(_words(message.get("caption")), media=_MEDIA[name]) if name in _MEDIA else None


def _words(value: object) -> str:
    return storable(value) if isinstance(value, str) else ""


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _milliseconds(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return value if is_storable(value) else 0
