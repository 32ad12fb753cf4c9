"""Raw updates as Telegram writes them, with invented people."""

from __future__ import annotations

from typing import Any

BOT_ID = 7000000001
BOT_USERNAME = "troly06_bot"
BOT = {"id": BOT_ID, "is_bot": True, "first_name": "Trợ lý 06", "username": BOT_USERNAME}
OTHER_BOT = {"id": 7000000002, "is_bot": True, "first_name": "Máy", "username": "khac_bot"}
PERSON = {"id": 501, "is_bot": False, "first_name": "Cô Tư", "language_code": "vi"}
PRIVATE = {"id": 501, "type": "private", "first_name": "Cô Tư"}
GROUP = {
    "id": -900,
    "type": "group",
    "title": "Tổ công nghệ số",
    "all_members_are_administrators": True,
}
SUPERGROUP = {"id": -1001234567890, "type": "supergroup", "title": "Tổ công nghệ số"}
CHANNEL = {"id": -1009999999999, "type": "channel", "title": "Tin xã"}
DATE = 1795305600


def message(
    text: str | None = None, *, chat: dict[str, Any] = PRIVATE, **fields: Any
) -> dict[str, Any]:
    """A message; `by` names another sender."""
    sender = fields.pop("by", PERSON)
    raw = {"message_id": 41, "from": sender, "chat": chat, "date": DATE, **fields}
    return raw if text is None else {**raw, "text": text}


def update(number: int = 1000, **fields: Any) -> dict[str, Any]:
    return {"update_id": number, **fields}


def said(text: str | None = None, *, number: int = 1000, **fields: Any) -> dict[str, Any]:
    return update(number, message=message(text, **fields))


def ours(text: str = "Bạn cần giúp việc gì?", **fields: Any) -> dict[str, Any]:
    """A message of our own, such as one that is answered or has buttons."""
    return message(text, by=BOT, **{"message_id": 40, **fields})


def pressed(data: str | None = "t:310", *, number: int = 1000, **fields: Any) -> dict[str, Any]:
    query = {"id": "4382bfdwdsb323b2d9", "from": PERSON, "chat_instance": "1", **fields}
    query.setdefault("message", ours())
    if data is not None:
        query["data"] = data
    return update(number, callback_query={k: v for k, v in query.items() if v is not None})


def membership(
    old: str, new: str, *, chat: dict[str, Any] = PRIVATE, **more: Any
) -> dict[str, Any]:
    return update(
        my_chat_member={
            "chat": chat,
            "from": PERSON,
            "date": DATE,
            "old_chat_member": member(old),
            "new_chat_member": member(new, **more),
        }
    )


def member(status: str, **more: Any) -> dict[str, Any]:
    needed: dict[str, Any] = {"user": BOT, "status": status}
    if status == "kicked":
        needed["until_date"] = 0
    if status == "administrator":
        rights = (
            "can_be_edited is_anonymous can_manage_chat can_delete_messages "
            "can_manage_video_chats can_restrict_members can_promote_members can_change_info "
            "can_invite_users can_post_stories can_edit_stories can_delete_stories "
            "can_send_welcome_messages"
        )
        needed |= dict.fromkeys(rights.split(), False)
    if status == "restricted":
        rights = (
            "can_send_messages can_send_audios can_send_documents can_send_photos can_send_videos "
            "can_send_video_notes can_send_voice_notes can_send_polls can_send_other_messages "
            "can_add_web_page_previews can_change_info can_invite_users can_pin_messages "
            "can_manage_topics can_react_to_messages can_edit_tag"
        )
        needed |= {**dict.fromkeys(rights.split(), True), "is_member": True, "until_date": 0}
    return needed | more


def inline(text: str = "muc do 2", *, number: int = 1000, offset: str = "") -> dict[str, Any]:
    query = {"id": "99", "from": PERSON, "query": text, "offset": offset, "chat_type": "sender"}
    return update(number, inline_query=query)


PHOTO = [{"file_id": "AgAD-nho", "file_unique_id": "u1", "width": 90, "height": 90}]
FILE = {"file_id": "BQAC", "file_unique_id": "u2"}
