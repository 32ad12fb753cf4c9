"""The methods that the fake cloud has, each with the parameters that the Bot API documents.

Parameters: https://core.telegram.org/bots/api (Bot API 10.x), read 2026-11-20; a test holds them
against aiogram. Old names that the server still takes are among them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fakes import (
    telegram_delivery,
    telegram_messages,
    telegram_profile,
    telegram_queries,
)
from tests.fakes.telegram_requests import Call

if TYPE_CHECKING:
    from tests.fakes.telegram_core import CloudCore

Handler = Callable[["CloudCore", Call], "Any | Awaitable[Any]"]


@dataclass(frozen=True)
class Method:
    """A method: its name as documented, what it does, and its parameters."""

    name: str
    handler: Handler
    parameters: frozenset[str]


_SENDING = (
    "chat_id business_connection_id message_thread_id direct_messages_topic_id parse_mode"
    " disable_notification protect_content allow_paid_broadcast message_effect_id"
    " suggested_post_parameters reply_parameters reply_markup ephemeral_message_parameters"
    " receiver_user_id callback_query_id allow_sending_without_reply reply_to_message_id "
)
_EDITING = "business_connection_id chat_id message_id inline_message_id reply_markup "

_METHODS: tuple[tuple[str, Handler, str], ...] = (
    ("getMe", telegram_profile.get_me, ""),
    (
        "getUpdates",
        telegram_delivery.get_updates,
        "offset limit timeout allowed_updates",
    ),
    (
        "setWebhook",
        telegram_delivery.set_webhook,
        "url certificate ip_address max_connections allowed_updates drop_pending_updates"
        " secret_token",
    ),
    ("deleteWebhook", telegram_delivery.delete_webhook, "drop_pending_updates"),
    ("getWebhookInfo", telegram_delivery.get_webhook_info, ""),
    (
        "sendMessage",
        telegram_messages.send_message,
        _SENDING + "text entities link_preview_options disable_web_page_preview",
    ),
    (
        "sendPhoto",
        telegram_messages.send_photo,
        _SENDING + "photo caption caption_entities show_caption_above_media has_spoiler",
    ),
    (
        "editMessageText",
        telegram_messages.edit_message_text,
        _EDITING + "text parse_mode entities link_preview_options rich_message"
        " disable_web_page_preview",
    ),
    ("editMessageReplyMarkup", telegram_messages.edit_message_reply_markup, _EDITING),
    ("deleteMessage", telegram_messages.delete_message, "chat_id message_id"),
    (
        "sendChatAction",
        telegram_messages.send_chat_action,
        "chat_id action business_connection_id message_thread_id",
    ),
    (
        "answerCallbackQuery",
        telegram_queries.answer_callback_query,
        "callback_query_id text show_alert url cache_time",
    ),
    (
        "answerInlineQuery",
        telegram_queries.answer_inline_query,
        "inline_query_id results cache_time is_personal next_offset button switch_pm_parameter"
        " switch_pm_text",
    ),
    ("setMyCommands", telegram_profile.set_my_commands, "commands scope language_code"),
    ("getMyCommands", telegram_profile.get_my_commands, "scope language_code"),
    ("deleteMyCommands", telegram_profile.delete_my_commands, "scope language_code"),
    ("setChatMenuButton", telegram_profile.set_chat_menu_button, "chat_id menu_button"),
    ("getChatMenuButton", telegram_profile.get_chat_menu_button, "chat_id"),
    ("setMyDescription", telegram_profile.set_my_description, "description language_code"),
    ("getMyDescription", telegram_profile.get_my_description, "language_code"),
    (
        "setMyShortDescription",
        telegram_profile.set_my_short_description,
        "short_description language_code",
    ),
    ("getMyShortDescription", telegram_profile.get_my_short_description, "language_code"),
)

#: By name in small letters, as the server looks them up.
METHODS = {
    name.lower(): Method(name, handler, frozenset(parameters.split()))
    for name, handler, parameters in _METHODS
}
