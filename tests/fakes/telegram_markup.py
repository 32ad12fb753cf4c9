"""Keyboards under messages: which are taken, and how they come back.

Source: `get_reply_markup` and `get_inline_keyboard_button_type` in Client.cpp, `ReplyMarkup.cpp` of
td, https://core.telegram.org/bots/api#inlinekeyboardbutton, read 2026-11-20. The limits of 100
buttons and of 8 in a row are kept behind the open server; the wording of their refusal is assumed.
"""

from __future__ import annotations

from typing import Any

from tests.fakes.telegram_errors import JsonObject, bad_request
from tests.fakes.telegram_links import check_button_url, fault_of_link
from tests.fakes.telegram_requests import Call

MAX_BUTTONS = 100
MAX_BUTTONS_IN_A_ROW = 8
MAX_CALLBACK_DATA_BYTES = 64
MAX_COPIED_CHARS = 256

_INLINE_ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
_OTHER_FIELDS = {"text", "style", "icon_custom_emoji_id"}


def reply_markup(call: Call, *, inline_only: bool = False) -> JsonObject | None:
    """The keyboard of a message; None when there is none.

    Raises:
        Refusal: it is malformed or over a limit.
    """
    value = call.json_value("reply_markup", "can't parse reply keyboard markup JSON object")
    if value is None:
        return None
    return check_markup(value, inline_only=inline_only)


def check_markup(value: Any, *, inline_only: bool = False) -> JsonObject | None:
    """A keyboard given as a value: as it will be shown, or None for an empty one."""
    if not isinstance(value, dict):
        raise bad_request("object expected as reply markup")
    if value.get("keyboard"):
        if inline_only:
            raise bad_request("inline keyboard expected")
        _check_counts(_rows(value["keyboard"], "keyboard"))
        return value
    rows = _rows(value.get("inline_keyboard") or [], "inline_keyboard")
    shown = [[_inline_button(button) for button in row] for row in rows]
    _check_counts(shown)
    shown = [row for row in shown if row]
    if shown:
        return {"inline_keyboard": shown}
    if inline_only:
        return None
    if value.get("remove_keyboard") or value.get("force_reply"):
        return value
    return None


def _rows(value: Any, name: str) -> list[list[Any]]:
    if not isinstance(value, list):
        raise bad_request(f'field "{name}" must be of type Array')
    if not all(isinstance(row, list) for row in value):
        whose = " of the InlineKeyboardMarkup" if name == "inline_keyboard" else ""
        raise bad_request(f'field "{name}"{whose} must be an Array of Arrays')
    return value


def _check_counts(rows: list[list[Any]]) -> None:
    if sum(map(len, rows)) > MAX_BUTTONS or any(len(row) > MAX_BUTTONS_IN_A_ROW for row in rows):
        raise bad_request("reply markup is too long")


def _inline_button(button: Any) -> JsonObject:
    if not isinstance(button, dict):
        raise _cannot_parse("InlineKeyboardButton must be an Object")
    if "text" not in button:
        raise _cannot_parse('Can\'t find field "text"')
    if not isinstance(button["text"], str):
        raise _cannot_parse('Field "text" must be of type String')
    action = next((one for one in _INLINE_ACTIONS if _is_given(button, one)), None)
    if action is None:
        raise _cannot_parse("Text buttons are unallowed in the inline keyboard")
    if not button["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")
    shown = {name: one for name, one in button.items() if name in _OTHER_FIELDS and one}
    return {**shown, action: _checked_action(action, button[action])}


def _is_given(button: JsonObject, action: str) -> bool:
    """An empty inline query is one; an empty address or payload is not."""
    empty = (None, "") if action in {"url", "callback_data"} else (None,)
    return action in button and button[action] not in empty


def _checked_action(action: str, value: Any) -> Any:
    if action in {"url", "callback_data"} and not isinstance(value, str):
        raise _cannot_parse(f'Field "{action}" must be of type String')
    if action == "url":
        return check_button_url(value)
    if action == "callback_data" and len(value.encode()) > MAX_CALLBACK_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    if action == "copy_text" and not 1 <= len(str(value.get("text", ""))) <= MAX_COPIED_CHARS:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")
    if action == "web_app" and (fault := fault_of_link(value.get("url", ""), https_only=True)):
        raise bad_request(
            f"inline keyboard button Web App URL '{value.get('url', '')}' is invalid: {fault}"
        )
    return value


def _cannot_parse(why: str) -> Exception:
    return bad_request(f"can't parse inline keyboard button: {why}")
