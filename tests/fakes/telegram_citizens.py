"""What citizens do in their Telegram app, turned into the updates that the bot gets.

Forms: https://core.telegram.org/bots/api#update, read 2026-11-20. A mistake of the test itself (a
button that is not shown, a text that no app would send) is a ValueError.
"""

from __future__ import annotations

import re
from typing import Any

from tests.fakes.telegram_core import CloudCore
from tests.fakes.telegram_errors import JsonObject
from tests.fakes.telegram_state import Chat, Message, OpenQuery, StoredFile
from tests.fakes.telegram_text import MAX_TEXT_CHARS, utf16_length
from tests.fakes.telegram_updates import Update
from tests.fakes.telegram_webhook import life_of

_COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,64}(?:@\w+)?")
_LINK = re.compile(r"https?://\S+")
_START_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")
MAX_INLINE_QUERY_CHARS = 256


def says(
    core: CloudCore, person_id: int, text: str, chat_id: int | None = None, reply_to: int = 0
) -> Message:
    """A person writes, in their private chat or in a group."""
    if not text.strip() or len(text) > MAX_TEXT_CHARS:
        raise ValueError(f"no app sends a text of {len(text)} characters")
    fields: JsonObject = {"text": text}
    if entities := _found_entities(text):
        fields["entities"] = entities
    return _writes(core, person_id, chat_id, fields, reply_to)


def starts(core: CloudCore, person_id: int, payload: str = "") -> Message:
    """A person presses Start, perhaps by a link with a payload; an earlier block ends."""
    if not _START_PAYLOAD.fullmatch(payload):
        raise ValueError(f"no link carries the payload {payload!r}")
    person = core.state.people[person_id]
    if person.has_blocked:
        unblocks(core, person_id)
    return says(core, person_id, f"/start {payload}".strip())


def sends(
    core: CloudCore, person_id: int, kind: str, chat_id: int | None = None, **fields: Any
) -> Message:
    """A person sends something that is not text: photo, voice, sticker, document, location."""
    return _writes(core, person_id, chat_id, _attachment(core, kind, fields))


def edits(
    core: CloudCore, person_id: int, message_id: int, text: str, chat_id: int | None = None
) -> Message:
    """A person changes what they wrote."""
    chat = core.state.chats[chat_id or person_id]
    message = chat.messages[message_id]
    message.body = {**message.body, "text": text, "edit_date": core.clock.unix()}
    core.push("edited_message", message.to_json(), chat.id)
    return message


def presses(
    core: CloudCore,
    person_id: int,
    label: str,
    chat_id: int | None = None,
    message_id: int | None = None,
) -> JsonObject:
    """A person presses a button: of the message named, or of the newest one that shows it.

    A callback button gives `{"callback_query_id": …}`, an address `{"url": …}`; a button of the
    keyboard below the input field writes its label and gives `{"message_id": …}`.
    """
    chat = core.state.chats[chat_id or person_id]
    message, button = _find_button(chat, label, message_id)
    if "url" in button:
        return {"url": button["url"]}
    if "callback_data" not in button:
        return {"message_id": says(core, person_id, label, chat.id).message_id}
    query_id = open_press(core, person_id)
    body = {
        "id": query_id,
        "from": core.state.people[person_id].to_json(),
        "message": message.to_json(),
        "chat_instance": str(4_000_000_000_000_000 + abs(chat.id)),
        "data": button["callback_data"],
    }
    core.push("callback_query", body, person_id)
    return {"callback_query_id": query_id}


def open_press(core: CloudCore, person_id: int) -> str:
    """The id of a press that the bot may answer."""
    return _ask(core, core.state.callback_queries, person_id, "callback_query").id


def asks_inline(core: CloudCore, person_id: int, query: str, offset: str = "") -> str:
    """A person types `@bot query` in some chat; the id of the inline query."""
    if len(query) > MAX_INLINE_QUERY_CHARS:
        raise ValueError("no app sends an inline query of more than 256 characters")
    asked = _ask(core, core.state.inline_queries, person_id, "inline_query")
    person = core.state.people[person_id].to_json()
    body = {"id": asked.id, "from": person, "query": query, "offset": offset}
    core.push("inline_query", {**body, "chat_type": "sender"}, person_id)
    return asked.id


def blocks(core: CloudCore, person_id: int) -> Update | None:
    """A person stops the bot."""
    core.state.people[person_id].has_blocked = True
    return _membership(core, person_id, "member", "kicked")


def unblocks(core: CloudCore, person_id: int) -> Update | None:
    """A person lets the bot write again."""
    core.state.people[person_id].has_blocked = False
    return _membership(core, person_id, "kicked", "member")


def deactivates(core: CloudCore, person_id: int) -> None:
    """An account ends; the bot is not told."""
    core.state.people[person_id].is_deactivated = True


def removes_bot(core: CloudCore, person_id: int, chat_id: int) -> Update | None:
    """A member takes the bot out of a group."""
    core.state.chats[chat_id].has_removed_bot = True
    return _membership(core, person_id, "member", "kicked", chat_id)


def migrates(core: CloudCore, person_id: int, chat_id: int) -> Chat:
    """A group becomes a supergroup: a new id, and a message of service in each."""
    state = core.state
    old = state.chats[chat_id]
    new = state.add_group(old.title, sorted(old.members), is_supergroup=True)
    _writes(core, person_id, old.id, {"migrate_to_chat_id": new.id})
    old.migrated_to = new.id
    _writes(core, person_id, new.id, {"migrate_from_chat_id": old.id})
    return new


def _writes(
    core: CloudCore, person_id: int, chat_id: int | None, fields: JsonObject, reply_to: int = 0
) -> Message:
    state = core.state
    person, chat = state.people[person_id], state.chats[chat_id or person_id]
    if chat.person is None and person_id not in chat.members:
        raise ValueError(f"{person_id} is no member of {chat.id}")
    chat.is_known_to_bot = True
    message_id = state.next_message_id(chat)
    body: JsonObject = {
        "message_id": message_id,
        "from": person.to_json(),
        "chat": chat.to_json(),
        "date": state.clock.unix(),
        **fields,
    }
    if reply_to:
        body["reply_to_message"] = chat.messages[reply_to].to_json()
    message = chat.messages[message_id] = Message(message_id, body)
    if chat.person is not None or _is_for_bot(core, body):
        core.push("message", body, chat.id)
    return message


def _is_for_bot(core: CloudCore, body: JsonObject) -> bool:
    """Whether the bot's privacy mode lets it have a message of a group.

    Source: https://core.telegram.org/bots/features#privacy-mode, read 2026-11-20.
    """
    text, name = body.get("text", ""), f"@{core.state.bot['username']}"
    commands = [one.group() for one in _COMMAND.finditer(text)]
    return (
        core.state.reads_all_group_messages
        or not ({"text", "photo", "voice", "sticker", "document", "location"} & body.keys())
        or name in body.get("caption", "")
        or name in text
        or any("@" not in one for one in commands)
        or body.get("reply_to_message", {}).get("from") == core.state.bot
    )


def _ask(core: CloudCore, queries: dict[str, OpenQuery], person_id: int, kind: str) -> OpenQuery:
    query_id = core.state.next_query_id()
    query = OpenQuery(query_id, person_id, core.clock.monotonic() + life_of(kind))
    queries[query_id] = query
    return query


def _membership(
    core: CloudCore, person_id: int, old: str, new: str, chat_id: int | None = None
) -> Update | None:
    state = core.state
    chat = state.chats[chat_id or person_id]
    body = {
        "chat": chat.to_json(),
        "from": state.people[person_id].to_json(),
        "date": state.clock.unix(),
        "old_chat_member": _member(state.bot, old),
        "new_chat_member": _member(state.bot, new),
    }
    return core.push("my_chat_member", body, chat.id)


def _member(user: JsonObject, status: str) -> JsonObject:
    extra = {"until_date": 0} if status == "kicked" else {}
    return {"user": user, "status": status, **extra}


def _find_button(chat: Chat, label: str, message_id: int | None) -> tuple[Message, JsonObject]:
    messages = [chat.messages[message_id]] if message_id else reversed(chat.messages.values())
    for message in messages:
        markup = message.markup or {}
        for row in [*markup.get("inline_keyboard", []), *markup.get("keyboard", [])]:
            for button in row:
                shown = button if isinstance(button, dict) else {"text": button}
                if shown["text"] == label:
                    return message, shown
    raise ValueError(f"no message shows a button {label!r}")


def _found_entities(text: str) -> list[JsonObject]:
    found = [("bot_command", one) for one in _COMMAND.finditer(text)]
    found += [("url", one) for one in _LINK.finditer(text)]
    return [
        {
            "type": kind,
            "offset": utf16_length(text[: one.start()]),
            "length": utf16_length(one.group()),
        }
        for kind, one in found
    ]


def _attachment(core: CloudCore, kind: str, fields: JsonObject) -> JsonObject:
    number = len(core.state.files) + 1
    file = {"file_id": f"Ci{kind}{number:020d}", "file_unique_id": f"Qu{number:014d}"}
    size = {"width": 1280, "height": 960}
    known: dict[str, Any] = {
        "photo": [{**file, **size, "file_size": 120_000}],
        "voice": {**file, "duration": 4, "mime_type": "audio/ogg", "file_size": 9_000},
        "sticker": {**file, "type": "regular", "width": 512, "height": 512}
        | {"is_animated": False, "is_video": False, "emoji": fields.pop("emoji", "👍")},
        "document": {**file, "file_name": "giay-to.pdf", "mime_type": "application/pdf"},
        "location": {"latitude": 21.03, "longitude": 105.85},
    }
    if kind not in known:
        raise ValueError(f"the fake citizen cannot send {kind}")
    if kind != "location":
        core.state.files[file["file_id"]] = StoredFile(file["file_id"], kind, known[kind])
    return {kind: known[kind], **{name: one for name, one in fields.items() if one}}
