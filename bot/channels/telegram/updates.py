"""What Telegram tells us, as an Update.

https://core.telegram.org/bots/api#update (read 2026-11-20). Reads plain JSON, not the library's
types: updates come alike from polling and from the webhook, and a field of the wrong shape is one
that is not there, so that nothing sent to us can raise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.channels.storable import storable
from bot.channels.telegram.deep_links import from_start_parameter
from bot.channels.vendor_ids import is_storable
from bot.domain.commands import COMMANDS_BY_NAME
from bot.domain.messages import Media, Utterance
from bot.domain.payloads import START
from bot.domain.people import Address, ChannelId
from bot.domain.updates import Update, UpdateKind

#: What we ask Telegram for; nothing else is sent to us.
ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member", "inline_query")

#: Fields of a message that hold something we cannot read; the first one counts, since an animation
#: is told as a document too, and a venue as a location.
_MEDIA = {
    "photo": Media.IMAGE,
    "voice": Media.VOICE,
    "audio": Media.VOICE,
    "video": Media.VIDEO,
    "video_note": Media.VIDEO,
    "animation": Media.VIDEO,
    "document": Media.FILE,
    "sticker": Media.STICKER,
    "venue": Media.LOCATION,
    "location": Media.LOCATION,
    "contact": Media.CONTACT,
    # Nothing to us but something sent: who sends it is told that we read words alone.
    **dict.fromkeys(
        ("poll", "dice", "game", "story", "paid_media", "checklist", "live_photo"), Media.HIDDEN
    ),
}
#: Tuples, since what came from outside may be of a kind that sets cannot look for.
_GROUPS = ("group", "supergroup")
_OUTSIDE = ("kicked", "left")
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@(\w+))?(?=\s|$)")


def parse_update(raw: Mapping[str, Any], bot_username: str, bot_id: int) -> Update | None:
    """The update as we know updates; None for all that asks nothing of us. Never raises.

    In groups only what is addressed to us is an update: a command of ours or with our name, a
    mention, an answer to one of our messages. A bare command that we do not have is another bot's,
    whoever it mentions or answers.
    """
    number = _number(raw, "update_id")
    if number is None:
        return None
    if message := _object(raw, "message"):
        update = _of_message(message, bot_username, bot_id)
    elif query := _object(raw, "callback_query"):
        update = _of_press(query)
    elif change := _object(raw, "my_chat_member"):
        update = _of_membership(change)
    else:
        update = None
    return replace(update, id=str(number), position=number) if update else None


def _of_message(message: Mapping[str, Any], bot_username: str, bot_id: int) -> Update | None:
    address = _address(_object(message, "chat"))
    if address is None:
        return None
    if moved_to := _number(message, "migrate_to_chat_id"):
        # The same is told in the new group as migrate_from_chat_id: one of the two is enough.
        return Update("", address, UpdateKind.MOVED, moved_to=str(moved_to))
    return _of_words(message, address, bot_username, bot_id)


def _of_words(
    message: Mapping[str, Any], address: Address, bot_username: str, bot_id: int
) -> Update | None:
    """What a person says to us; in groups as an answer to that message."""
    sticker = _object(message, "sticker")
    text = _clean(message.get("text") or message.get("caption") or sticker.get("emoji"))
    media = next((kind for field, kind in _MEDIA.items() if message.get(field)), None)
    if not _is_of_a_person(message, bot_id) or not (text or media):
        return None
    reply_to = ""
    if address.is_group:
        if not _is_addressed(message, text, bot_username, bot_id):
            return None
        reply_to = str(_number(message, "message_id") or "")
    if _mention(bot_username).search(text):  # in private too: who knows us from groups types it
        text = _mention(bot_username).sub(" ", text).strip()
    utterance = _utterance(text, bot_username, media)
    return Update("", address, utterance=utterance, reply_to=reply_to)


def _is_of_a_person(message: Mapping[str, Any], bot_id: int) -> bool:
    """Not by a bot, and no card of our own that somebody sent from inline mode. An administrator
    who writes as the group does so through a bot of Telegram's, but is a person.
    """
    if _number(_object(message, "via_bot"), "id") == bot_id:
        return False
    as_chat = _number(_object(message, "sender_chat"), "id")
    if as_chat is not None:
        return as_chat == _number(_object(message, "chat"), "id")
    return _object(message, "from").get("is_bot") is not True


def _is_addressed(message: Mapping[str, Any], text: str, bot_username: str, bot_id: int) -> bool:
    if command := _COMMAND.match(text):
        is_named_or_known = command[2] is not None or command[1].lower() in COMMANDS_BY_NAME
        return is_named_or_known and _is_ours(command, bot_username)
    answered = _object(_object(message, "reply_to_message"), "from")
    return _number(answered, "id") == bot_id or bool(_mention(bot_username).search(text))


def _is_ours(command: re.Match[str], bot_username: str) -> bool:
    return command[2] is None or command[2].lower() == bot_username.lower()


def _mention(bot_username: str) -> re.Pattern[str]:
    """Our name with the blanks around it, and the comma or colon after it."""
    return re.compile(rf"\s*(?<![\w@/])@{re.escape(bot_username)}(?!\w)\s*[,:]?\s*", re.IGNORECASE)


def _utterance(text: str, bot_username: str, media: Media | None) -> Utterance:
    command = _COMMAND.match(text)
    if command is None or not _is_ours(command, bot_username):
        return Utterance(text, media=media)
    rest = text[command.end() :]
    if command[1].lower() == START:
        return Utterance(payload=from_start_parameter(rest.strip()) if rest.strip() else START)
    return Utterance(f"/{command[1]}{rest}", media=media)


def _of_press(query: Mapping[str, Any]) -> Update | None:
    """A pressed button. One under a card of inline mode has no message, and no payload of ours."""
    message = _object(query, "message")
    address = _address(_object(message, "chat"))
    payload = _clean(query.get("data"))
    number = _number(message, "message_id")
    if address is None or number is None or not payload:
        return None
    return Update(
        "",
        address,
        utterance=Utterance(payload=payload),
        # Words cannot be written over a picture: the answer to a button under one comes below it.
        pressed_under="" if message.get("photo") else str(number),
        reply_to=str(number) if address.is_group else "",
    )


def _of_membership(change: Mapping[str, Any]) -> Update | None:
    """Somebody blocked or unblocked us, or a group took us in or threw us out."""
    address = _address(_object(change, "chat"))
    was_inside = _is_inside(_object(change, "old_chat_member"))
    is_inside = _is_inside(_object(change, "new_chat_member"))
    if address is None or was_inside is is_inside:
        return None
    return Update("", address, UpdateKind.JOINED if is_inside else UpdateKind.LEFT)


def _is_inside(member: Mapping[str, Any]) -> bool:
    status = member.get("status")
    if status == "restricted":
        return member.get("is_member") is True
    return isinstance(status, str) and status not in _OUTSIDE


def _address(chat: Mapping[str, Any]) -> Address | None:
    """Where to answer; None for channels, where nobody talks to us."""
    number, kind = _number(chat, "id"), chat.get("type")
    if number is None or (kind != "private" and kind not in _GROUPS):
        return None
    return Address(ChannelId.TELEGRAM, str(number), is_group=kind in _GROUPS)


def _object(raw: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    value = raw.get(field)
    return value if isinstance(value, Mapping) else {}


def _number(raw: Mapping[str, Any], field: str) -> int | None:
    value = raw.get(field)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if is_storable(value) else None


def _clean(value: object) -> str:
    return storable(value) if isinstance(value, str) else ""
