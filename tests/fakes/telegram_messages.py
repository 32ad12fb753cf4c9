"""The methods that send, edit and delete messages.

Source: `process_send_message_query` and its neighbours in Client.cpp, `MessageContent.cpp` of td,
https://core.telegram.org/bots/api#sendmessage, read 2026-11-20.
"""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING

from tests.fakes.telegram_errors import (
    JsonObject,
    Refusal,
    bad_request,
    blocked_by_the_user,
    group_was_upgraded,
    not_modified,
    user_is_deactivated,
)
from tests.fakes.telegram_markup import reply_markup
from tests.fakes.telegram_requests import Call, UploadedFile
from tests.fakes.telegram_state import Chat, Message, StoredFile
from tests.fakes.telegram_text import FormattedText, caption, message_text

if TYPE_CHECKING:
    from tests.fakes.telegram_core import CloudCore

MAX_PHOTO_BYTES = 10 * 1024 * 1024
#: A bot may delete its messages for two days.
DELETABLE_SECONDS = 48 * 3600

_ACTIONS = frozenset(
    {
        "cancel",
        "typing",
        "record_video",
        "upload_video",
        "record_audio",
        "record_voice",
        "upload_audio",
        "upload_voice",
        "upload_photo",
        "upload_document",
        "choose_sticker",
        "pick_up_location",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)
_FIRST_BYTES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")


def send_message(core: CloudCore, call: Call) -> JsonObject:
    """Send text."""
    text = message_text(call)
    markup = reply_markup(call)
    chat = _chat_to_write_in(core, call)
    return _post(core, call, chat, markup, _text_fields("text", text))


def send_photo(core: CloudCore, call: Call) -> JsonObject:
    """Send a picture: an uploaded one, or one that the cloud has."""
    photo = _photo(core, call)
    text = caption(call)
    markup = reply_markup(call)
    chat = _chat_to_write_in(core, call)
    return _post(core, call, chat, markup, {"photo": photo, **_text_fields("caption", text)})


def edit_message_text(core: CloudCore, call: Call) -> JsonObject:
    """Put other text and another keyboard (or none) into a message."""
    text = message_text(call)
    markup = reply_markup(call, inline_only=True)
    message = _message_to_edit(core, call)
    if "text" not in message.body:
        raise bad_request("there is no text in the message to edit")
    fields = _text_fields("text", text)
    same = all(message.body.get(one) == fields.get(one) for one in ("text", "entities"))
    if same and message.markup == markup:
        raise not_modified()
    kept = {name: one for name, one in message.body.items() if name not in {"text", "entities"}}
    return _edit(core, message, {**kept, **fields}, markup)


def edit_message_reply_markup(core: CloudCore, call: Call) -> JsonObject:
    """Put another keyboard (or none) under a message."""
    markup = reply_markup(call, inline_only=True)
    message = _message_to_edit(core, call)
    if message.markup == markup:
        raise not_modified()
    return _edit(core, message, dict(message.body), markup)


def delete_message(core: CloudCore, call: Call) -> bool:
    """Take a message away."""
    message_id = call.whole_number("message_id")
    if not call.text("chat_id"):
        raise bad_request("chat identifier is not specified")
    if message_id == 0:
        raise bad_request("message identifier is not specified")
    chat = _chat_to_write_in(core, call)
    message = chat.messages.get(message_id)
    if message is None:
        raise bad_request("message to delete not found", is_fault=False)
    too_old = core.state.clock.unix() - message.body["date"] > DELETABLE_SECONDS
    if too_old or (chat.kind != "private" and not message.is_from_bot):
        raise bad_request("message can't be deleted", is_fault=False)
    del chat.messages[message_id]
    return True


def send_chat_action(core: CloudCore, call: Call) -> bool:
    """Show that something is being typed; nothing is kept."""
    if call.text("action").lower() not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    _chat_to_write_in(core, call)
    return True


def check_writable(chat: Chat) -> None:
    """Whether the bot may write in a chat.

    Raises:
        Refusal: 403 or 400 with the new id of a migrated group; none of them the bot's fault.
    """
    if chat.migrated_to is not None:
        raise group_was_upgraded(chat.migrated_to)
    if chat.has_removed_bot:
        raise Refusal(403, f"Forbidden: bot was kicked from the {chat.kind} chat", is_fault=False)
    if chat.person is not None and chat.person.is_deactivated:
        raise user_is_deactivated()
    if chat.person is not None and chat.person.has_blocked:
        raise blocked_by_the_user()


def _chat_to_write_in(core: CloudCore, call: Call) -> Chat:
    chat_id = call.text("chat_id")
    if not chat_id:
        raise bad_request("chat_id is empty")
    chat = core.state.find_chat(chat_id)
    check_writable(chat)
    return chat


def _text_fields(name: str, text: FormattedText) -> JsonObject:
    if not text.text:
        return {}
    if not text.entities:
        return {name: text.text}
    entities = "entities" if name == "text" else "caption_entities"
    return {name: text.text, entities: list(text.entities)}


def _post(
    core: CloudCore, call: Call, chat: Chat, markup: JsonObject | None, fields: JsonObject
) -> JsonObject:
    replied = _replied_message(core, call, chat)
    core.admit(call, chat)
    state = core.state
    message_id = state.next_message_id(chat)
    body: JsonObject = {
        "message_id": message_id,
        "from": state.bot,
        "chat": chat.to_json(),
        "date": state.clock.unix(),
        **fields,
    }
    if replied is not None:
        body["reply_to_message"] = {
            name: one for name, one in replied.body.items() if name != "reply_to_message"
        }
    message = Message(message_id, body, markup, is_from_bot=True)
    chat.messages[message_id] = message
    return message.to_json()


def _replied_message(core: CloudCore, call: Call, chat: Chat) -> Message | None:
    given = call.json_value("reply_parameters", "can't parse reply parameters JSON object")
    if given is None:
        message_id = call.whole_number("reply_to_message_id")
        may_be_missing = call.flag("allow_sending_without_reply")
    elif not isinstance(given, dict):
        raise bad_request("object expected as reply parameters")
    elif not given:
        return None
    elif not isinstance(given.get("message_id"), int):
        raise bad_request('can\'t find field "message_id"')
    else:
        message_id = given["message_id"]
        may_be_missing = bool(given.get("allow_sending_without_reply"))
        if given.get("chat_id") not in {None, "", chat.id, str(chat.id)}:
            chat = core.state.find_chat(str(given["chat_id"]))
    if message_id <= 0:
        return None
    message = chat.messages.get(message_id)
    if message is None and not may_be_missing:
        raise bad_request("message to be replied not found", is_fault=False)
    return message


def _message_to_edit(core: CloudCore, call: Call) -> Message:
    chat_id, message_id = call.text("chat_id"), call.whole_number("message_id")
    if not chat_id and message_id == 0:
        if not call.text("inline_message_id"):
            raise bad_request("message identifier is not specified")
        raise bad_request("MESSAGE_ID_INVALID")  # no message was ever sent by way of inline mode
    if not chat_id:
        raise bad_request("chat_id is empty")
    chat = core.state.find_chat(chat_id)
    if chat.person is not None and chat.person.is_deactivated:
        raise user_is_deactivated()
    message = chat.messages.get(message_id)
    if message is None:
        raise bad_request("message to edit not found", is_fault=False)
    if not message.is_from_bot:
        raise bad_request("message can't be edited")
    return message


def _edit(
    core: CloudCore, message: Message, body: JsonObject, markup: JsonObject | None
) -> JsonObject:
    message.body = {**body, "edit_date": core.state.clock.unix()}
    message.markup = markup
    message.versions += 1
    return message.to_json()


def _photo(core: CloudCore, call: Call) -> list[JsonObject]:
    given = call.text("photo")
    name = given.removeprefix("attach://") if given.startswith("attach://") else "photo"
    if given and not given.startswith("attach://"):
        stored = core.state.files.get(given)
        if stored is None or stored.kind != "photo":
            raise bad_request("wrong file identifier/HTTP URL specified")
        return stored.shown
    uploaded = call.files.get(name)
    if uploaded is None:
        raise bad_request("there is no photo in the request")
    return _store_photo(core, uploaded)


def _store_photo(core: CloudCore, uploaded: UploadedFile) -> list[JsonObject]:
    content = uploaded.content
    if not content:
        raise bad_request("file must be non-empty")
    if len(content) > MAX_PHOTO_BYTES:
        raise bad_request(f"file of size {len(content)} bytes is too big for a photo")
    if not content.startswith(_FIRST_BYTES):
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = _size(content)
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    digest = hashlib.sha256(content).hexdigest()
    shown: JsonObject = {
        "file_id": f"AgACAgUAAxkB{digest[:40]}",
        "file_unique_id": f"AQAD{digest[:12]}",
        "width": width,
        "height": height,
        "file_size": len(content),
    }
    core.state.files[shown["file_id"]] = StoredFile(shown["file_id"], "photo", [shown])
    return [shown]


def _size(content: bytes) -> tuple[int, int]:
    """Width and height of a PNG; of other pictures an invented one."""
    if content.startswith(_FIRST_BYTES[0]) and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return max(width, 1), max(height, 1)
    return 1280, 720
