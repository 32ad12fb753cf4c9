"""Events of the webhook as updates. https://docs.zaloplatforms.com/docs/OA/webhook/tong-quan
(notes, 2026-10).

Of what citizens send only their text is read: never the address of a file, never coordinates, never
a shared contact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.storable import storable
from bot.channels.vendor_ids import id_of
from bot.channels.zalo_emoticons import with_emoji
from bot.domain.identity import UpdateNames
from bot.domain.messages import Media, Utterance
from bot.domain.payloads import START
from bot.domain.people import Address, ChannelId
from bot.domain.updates import Update, UpdateKind

#: A press comes back as an ordinary text that is the payload: this is how it is known. Nobody types
#: it by chance, and who does presses a button that we would show anyway.
PRESS_PREFIX = "#t06:"

_MEDIA = {
    "user_send_image": Media.IMAGE,
    "user_send_gif": Media.IMAGE,
    "user_send_audio": Media.VOICE,
    "user_send_video": Media.VIDEO,
    "user_send_file": Media.FILE,
    "user_send_sticker": Media.STICKER,
    "user_send_location": Media.LOCATION,
    "user_send_business_card": Media.CONTACT,
}
_WRITTEN = frozenset({"user_send_text", "user_send_link"})
_FOLLOWING = {"follow": UpdateKind.JOINED, "unfollow": UpdateKind.LEFT}
#: What asks nothing of us, with the name under which it is counted.
_PASSED_OVER = {
    "user_received_message": "receipt",
    "user_seen_message": "receipt",
    # Holds name, phone number and address: never stored, and we never ask for it.
    "user_submit_info": "contact_given",
}
_MAX_TIMESTAMP_DIGITS = 16


@dataclass(frozen=True, slots=True)
class ParsedEvent:
    """What an event comes to, and a stable name of its kind to count it by."""

    name: str
    update: Update | None = None


class _NotOfTheShape(Exception):
    """The event lacks something that it must have."""


def parse_event(
    event: Mapping[str, Any], app_id: str, oa_id: str, names: UpdateNames
) -> ParsedEvent:
    """What an event asks of us; no update for what asks nothing, is of another app or account, or
    is of no shape that we know. Never raises.

    Not answered on purpose: people who did not follow and write through the widget of a web page
    (`anonymous_*`; they take another call to answer), and staff who write in Zalo's own chat tool
    (`oa_send_*` with an `admin_id`), who are counted.
    """
    name = str(event.get("event_name", ""))
    if str(event.get("app_id", "")) != app_id:
        return ParsedEvent("other_app")
    try:
        if name in _FOLLOWING:
            return _parse_following(event, name, oa_id, names)
        if name in _MEDIA or name in _WRITTEN:
            return _parse_message(event, name, oa_id, names)
        return ParsedEvent(_name_passed_over(event, name))
    except _NotOfTheShape:
        return ParsedEvent("malformed")


def _name_passed_over(event: Mapping[str, Any], name: str) -> str:
    if name.startswith("oa_send_"):
        has_admin = bool(_mapping(event, "sender").get("admin_id"))
        return "staff_wrote" if has_admin else "own_message"
    if name.startswith("anonymous_"):
        return "anonymous"
    return _PASSED_OVER.get(name, "unknown")


def _parse_following(
    event: Mapping[str, Any], name: str, oa_id: str, names: UpdateNames
) -> ParsedEvent:
    if _text(event, "oa_id") != oa_id:
        return ParsedEvent("other_account")
    address = Address(ChannelId.ZALO_OA, _id(_mapping(event, "follower")))
    moment = _timestamp(event)
    kind = _FOLLOWING[name]
    # Following opens the window for answers, and is how most people first meet us.
    greeted = Utterance(payload=START) if kind is UpdateKind.JOINED else Utterance()
    update = Update(
        id=names.of(address, name, moment),
        address=address,
        kind=kind,
        utterance=greeted,
        position=moment,
    )
    return ParsedEvent(name, update)


def _parse_message(
    event: Mapping[str, Any], name: str, oa_id: str, names: UpdateNames
) -> ParsedEvent:
    if _text(_mapping(event, "recipient"), "id") != oa_id:
        return ParsedEvent("other_account")
    address = Address(ChannelId.ZALO_OA, _id(_mapping(event, "sender")))
    message = _mapping(event, "message")
    moment = _timestamp(event)
    utterance = _utterance(name, message)
    update = Update(
        id=id_of(message.get("msg_id")) or names.of(address, name, moment),
        address=address,
        utterance=utterance,
        position=moment,
    )
    return ParsedEvent("press" if utterance.payload else "message", update)


def _utterance(name: str, message: Mapping[str, Any]) -> Utterance:
    text = message.get("text")
    written = storable(text) if isinstance(text, str) else ""
    if name == "user_send_text":
        if written.startswith(PRESS_PREFIX):
            return Utterance(payload=written.removeprefix(PRESS_PREFIX).strip())
        return Utterance(text=with_emoji(written))
    if name == "user_send_link":
        # A link that somebody got is what a scam looks like: it is read as if it was typed.
        shared = written or " ".join(_link_parts(message))
        return Utterance(text=shared, media=Media.LINK)
    return Utterance(text=written, media=_MEDIA[name])


def _link_parts(message: Mapping[str, Any]) -> list[str]:
    attachments = message.get("attachments")
    first = attachments[0] if isinstance(attachments, list) and attachments else None
    payload = first.get("payload") if isinstance(first, Mapping) else None
    if not isinstance(payload, Mapping):
        return []
    parts = (payload.get(key) for key in ("title", "description", "url"))
    return [storable(part) for part in parts if isinstance(part, str) and part]


def _mapping(of: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = of.get(key)
    if not isinstance(found, Mapping):
        raise _NotOfTheShape
    return found


def _id(of: Mapping[str, Any]) -> str:
    """Whose it is."""
    found = id_of(of.get("id"))
    if not found:
        raise _NotOfTheShape
    return found


def _text(of: Mapping[str, Any], key: str) -> str:
    """An id: a string in all documents; a number is read too."""
    found = of.get(key)
    if isinstance(found, bool) or not isinstance(found, str | int) or not str(found):
        raise _NotOfTheShape
    return storable(str(found))


def _timestamp(event: Mapping[str, Any]) -> int:
    """Milliseconds since 1970."""
    written = _text(event, "timestamp")
    if not (written.isascii() and written.isdigit() and len(written) <= _MAX_TIMESTAMP_DIGITS):
        raise _NotOfTheShape
    return int(written)
