"""How the bot shows itself: commands, the menu button, descriptions.

Source: `get_bot_commands`, `get_bot_command_scope`, `get_bot_menu_button` in Client.cpp,
`BotCommand.cpp` of td, https://core.telegram.org/bots/api#setmycommands, read 2026-11-20. The
wording for descriptions over their limit and for too many commands lies behind the open server; it
is assumed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.fakes.telegram_errors import JsonObject, bad_request
from tests.fakes.telegram_links import fault_of_link
from tests.fakes.telegram_requests import Call

if TYPE_CHECKING:
    from tests.fakes.telegram_core import CloudCore

MAX_COMMANDS = 100
MAX_COMMAND_CHARS = 32
MAX_COMMAND_DESCRIPTION_CHARS = 256
MAX_DESCRIPTION_CHARS = 512
MAX_SHORT_DESCRIPTION_CHARS = 120

_COMMAND = re.compile(r"[a-z0-9_]+")
_LANGUAGE = re.compile(r"[a-z]{2}")
_SCOPES = frozenset(
    {
        "default",
        "all_private_chats",
        "all_group_chats",
        "all_chat_administrators",
        "chat",
        "chat_administrators",
        "chat_member",
    }
)


def get_me(core: CloudCore, _call: Call) -> JsonObject:
    """The bot itself."""
    return {
        "can_join_groups": True,
        "can_read_all_group_messages": core.state.reads_all_group_messages,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        **core.state.bot,
    }


def set_my_commands(core: CloudCore, call: Call) -> bool:
    """Set the list that `/` shows, for a scope and a language."""
    commands = call.json_value("commands", "can't parse commands JSON object") or []
    if not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    checked = [_checked_command(one) for one in commands]
    if len(checked) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    core.state.settings[_commands_key(core, call)] = checked
    return True


def get_my_commands(core: CloudCore, call: Call) -> list[JsonObject]:
    """That list."""
    return core.state.settings.get(_commands_key(core, call), [])


def delete_my_commands(core: CloudCore, call: Call) -> bool:
    """Forget that list."""
    core.state.settings.pop(_commands_key(core, call), None)
    return True


def set_chat_menu_button(core: CloudCore, call: Call) -> bool:
    """Set the button beside the input field, in one private chat or in all."""
    button = call.json_value("menu_button", "can't parse menu button JSON object")
    core.state.settings[_menu_key(core, call)] = _checked_menu_button(button or {"type": "default"})
    return True


def get_chat_menu_button(core: CloudCore, call: Call) -> JsonObject:
    """That button."""
    settings = core.state.settings
    own = settings.get(_menu_key(core, call), {"type": "default"})
    if own != {"type": "default"}:
        return own
    return settings.get("menu_button:", {"type": "commands"})


def set_my_description(core: CloudCore, call: Call) -> bool:
    """Set the text that an empty chat shows."""
    return _set_text(core, call, "description", MAX_DESCRIPTION_CHARS)


def get_my_description(core: CloudCore, call: Call) -> JsonObject:
    """That text."""
    return _get_text(core, call, "description")


def set_my_short_description(core: CloudCore, call: Call) -> bool:
    """Set the text of the profile page and of shared links."""
    return _set_text(core, call, "short_description", MAX_SHORT_DESCRIPTION_CHARS)


def get_my_short_description(core: CloudCore, call: Call) -> JsonObject:
    """That text."""
    return _get_text(core, call, "short_description")


def _set_text(core: CloudCore, call: Call, name: str, max_chars: int) -> bool:
    text = call.text(name)
    if len(text) > max_chars:
        raise bad_request("BOT_INFO_TOO_LONG")
    core.state.settings[f"{name}:{_language(call)}"] = text
    return True


def _get_text(core: CloudCore, call: Call, name: str) -> JsonObject:
    settings = core.state.settings
    return {name: settings.get(f"{name}:{_language(call)}") or settings.get(f"{name}:", "")}


def _language(call: Call) -> str:
    code = call.text("language_code")
    if code and not _LANGUAGE.fullmatch(code):
        raise bad_request("invalid language code specified")
    return code


def _commands_key(core: CloudCore, call: Call) -> str:
    scope = call.json_value("scope", "can't parse BotCommandScope JSON object") or {
        "type": "default"
    }
    if not isinstance(scope, dict) or scope.get("type") not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    whom = ""
    if scope["type"].startswith("chat"):
        whom = str(core.state.find_chat(str(scope.get("chat_id", ""))).id)
    return f"commands:{scope['type']}:{whom}:{scope.get('user_id', '')}:{_language(call)}"


def _checked_command(command: Any) -> JsonObject:
    if not isinstance(command, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    for name in ("command", "description"):
        if not isinstance(command.get(name), str):
            raise bad_request(f"can't parse BotCommand: Can't find field \"{name}\"")
    name = command["command"].strip().removeprefix("/")
    description = command["description"].strip()
    if not name:
        raise bad_request("command must be non-empty")
    if len(name) > MAX_COMMAND_CHARS:
        raise bad_request(f"command length must not exceed {MAX_COMMAND_CHARS}")
    if not description:
        raise bad_request("command description must be non-empty")
    if len(description) > MAX_COMMAND_DESCRIPTION_CHARS:
        raise bad_request(
            f"command description length must not exceed {MAX_COMMAND_DESCRIPTION_CHARS}"
        )
    if not _COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    return {"command": name, "description": description}


def _menu_key(core: CloudCore, call: Call) -> str:
    chat_id = call.text("chat_id")
    if not chat_id:
        return "menu_button:"
    chat = core.state.find_chat(chat_id)
    if chat.person is None:
        raise bad_request("invalid chat_id specified")
    return f"menu_button:{chat.id}"


def _checked_menu_button(button: Any) -> JsonObject:
    if not isinstance(button, dict):
        raise bad_request("can't parse menu button: MenuButton must be an Object")
    if button.get("type") in {"default", "commands"}:
        return {"type": button["type"]}
    if button.get("type") != "web_app":
        raise bad_request("can't parse menu button: MenuButton has unsupported type")
    if not button.get("text"):
        raise bad_request("menu button text must be non-empty")
    url = (button.get("web_app") or {}).get("url", "")
    if fault := fault_of_link(url, https_only=True):
        raise bad_request(f"menu button Web App URL '{url}' is invalid: {fault}")
    return button
