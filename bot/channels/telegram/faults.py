"""What a fault of a call means for the message: Telegram's errors as ours.

There is no list of errors in the documentation. The wordings are those of Telegram's own server
(tdlib/telegram-bot-api, Client.cpp, commit 01a3679, and of TDLib within it; read 2026-11-21).
Codes are ours: they hold no text of the vendor's, no id and nothing of a person.
"""

from __future__ import annotations

from telegram.error import TelegramError

from bot.channels.telegram.wire import NothingWritten, NotTelegram, Refused
from bot.channels.vendor_codes import status_code_of
from bot.domain.errors import (
    ChannelError,
    ChannelMisconfigured,
    MessageRejected,
    NotSent,
    RecipientMoved,
    RecipientUnreachable,
    RetryLater,
    SendUnknown,
    VendorFailed,
)

#: Rejections that the client knows a way round.
NOT_MODIFIED = "telegram_not_modified"
EDIT_GONE = "telegram_edit_gone"
NO_PICTURES = "telegram_no_pictures"
#: Two programs ask for the updates of one bot.
CONFLICT = "telegram_conflict"

#: Nobody is there, or we may not write there: part of the description, and our code.
_UNREACHABLE = (
    ("blocked by the user", "telegram_blocked"),
    ("user is deactivated", "telegram_deactivated"),
    ("can't initiate conversation", "telegram_never_started"),
    ("kicked from", "telegram_kicked"),
    ("not a member", "telegram_not_member"),
    ("chat not found", "telegram_chat_not_found"),
    ("peer_id_invalid", "telegram_chat_not_found"),
    ("group chat was deactivated", "telegram_deactivated"),
    ("chat_write_forbidden", "telegram_no_rights"),
    ("chat_restricted", "telegram_no_rights"),
    ("no write access", "telegram_no_rights"),
    ("have no rights", "telegram_no_rights"),
    ("not enough rights", "telegram_no_rights"),
    ("need administrator rights", "telegram_no_rights"),
)
#: The call as it is will never be done.
_REJECTED = (
    ("message is not modified", NOT_MODIFIED),
    ("message to edit not found", EDIT_GONE),
    ("message can't be edited", EDIT_GONE),
    ("message_id_invalid", EDIT_GONE),
    ("message_edit_time_expired", EDIT_GONE),
    ("no text in the message to edit", EDIT_GONE),
    # Before "not enough rights": words may still be sent there.
    ("not enough rights to send photos", NO_PICTURES),
    ("chat_send_photos_forbidden", NO_PICTURES),
    ("can't parse entities", "telegram_bad_markup"),
    ("too long", "telegram_too_long"),
    ("button_data_invalid", "telegram_bad_button"),
    ("text is empty", "telegram_empty"),
    ("query is too old", "telegram_query_too_old"),
)
#: When a 429 does not say how long.
_USUAL_WAIT_SECONDS = 5.0


def to_channel_error(error: TelegramError, *, is_repeatable: bool) -> ChannelError:
    """What to do about a failed call; `is_repeatable` when doing it twice is as good as once."""
    if isinstance(error, Refused):
        return _of_refusal(error, is_repeatable=is_repeatable)
    if isinstance(error, NotTelegram):
        return _of_gateway(error.status, is_repeatable=is_repeatable)
    if isinstance(error, NothingWritten):
        return NotSent("telegram_no_connection")
    return in_doubt("telegram_no_answer", is_repeatable=is_repeatable)


def in_doubt(code: str, *, is_repeatable: bool) -> ChannelError:
    """What may have been done: not to be tried again, unless that does no harm."""
    return NotSent(code) if is_repeatable else SendUnknown(code)


def _of_refusal(error: Refused, *, is_repeatable: bool) -> ChannelError:  # noqa: PLR0911 - a list
    status, said = error.status, error.message.lower()
    if error.moved_to:
        return RecipientMoved("telegram_moved", error.moved_to)
    if status == 429 or error.retry_after_seconds:
        return RetryLater("telegram_429", error.retry_after_seconds or _USUAL_WAIT_SECONDS)
    if status >= 500:
        # Nothing says that the message is not there. Client.cpp gives 500 to sends begun before a
        # shutdown ("restart"), to a message that "was immediately deleted and can't be returned"
        # (delete_message), and passes on that of the servers behind it (on_message_send_failed),
        # which failed "while a request was being processed": https://core.telegram.org/api/errors.
        code = status_code_of("telegram", status)
        # Not for ever: what comes after waits for it.
        return VendorFailed(code) if is_repeatable else SendUnknown(code)
    if status == 409:
        return ChannelMisconfigured(CONFLICT)
    if status in {401, 404} or "logged out" in said:
        return ChannelMisconfigured("telegram_token_refused")
    if code := _find(said, _REJECTED):
        return MessageRejected(code)
    if code := _find(said, _UNREACHABLE):
        return RecipientUnreachable(code)
    code = status_code_of("telegram", status)
    return RecipientUnreachable(code) if status == 403 else MessageRejected(code)


def _of_gateway(status: int, *, is_repeatable: bool) -> ChannelError:
    """A gateway that passed nothing on, or one that lost Telegram's answer."""
    if 300 <= status < 400:
        return ChannelMisconfigured("telegram_redirected")
    code = status_code_of("telegram_gateway", status)
    return NotSent(code) if 400 <= status < 500 else in_doubt(code, is_repeatable=is_repeatable)


def _find(said: str, signs: tuple[tuple[str, str], ...]) -> str:
    return next((code for sign, code in signs if sign in said), "")
