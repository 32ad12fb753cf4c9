"""The check of our calls by aiogram's models, which conftest.py makes of all calls, can fail."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.unit.channels.telegram.checker import check_call

BUTTON = {"text": "Danh mục", "callback_data": "menu"}


def test_a_call_is_read_from_a_form_as_from_json():
    check_call("getUpdates", {"timeout": "30", "allowed_updates": ["message"]})
    check_call("getUpdates", {"timeout": 30, "allowed_updates": ["message"]})
    check_call("deleteWebhook", {"drop_pending_updates": "false"})


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("sendMessage", {"chat_id": 1, "text": "a", "colour": "red"}),
        (
            "sendMessage",
            {
                "chat_id": 1,
                "text": "a",
                "reply_markup": {"inline_keyboard": [[{**BUTTON, "colour": "red"}]]},
            },
        ),
        ("setMyCommands", {"commands": [{"command": "tra", "description": "a", "colour": "red"}]}),
    ],
)
def test_what_aiogram_does_not_know_is_found_however_deep(name, params):
    with pytest.raises(AssertionError, match="colour"):
        check_call(name, params)


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("setMyCommands", {"commands": [{"command": "tra"}]}),
        ("setMyCommands", {}),
        ("setWebhook", {"url": "https://a.vn", "max_connections": "many"}),
        ("setChatMenuButton", {"menu_button": {"type": "strange"}}),
    ],
)
def test_what_is_missing_or_of_the_wrong_kind_is_found(name, params):
    with pytest.raises(ValidationError):
        check_call(name, params)


def test_a_method_that_aiogram_does_not_have_is_found():
    with pytest.raises(KeyError):
        check_call("deleteMyAccount", {})
