"""How Telegram's Bot API refuses: codes and wording, taken from the server's own source.

Source: `Client.cpp` and `Query.h` of github.com/tdlib/telegram-bot-api (commit 01a3679) and
`MessageEntity.cpp`, `LinkManager.cpp`, `MessageContent.cpp` of github.com/tdlib/td, read
2026-11-20. Words in capitals (`BUTTON_DATA_INVALID`) come from behind that server; they are as bots
report them.
"""

from __future__ import annotations

from typing import Any

JsonObject = dict[str, Any]

_PREFIXES = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden"}


class Refusal(Exception):
    """A call that Telegram answers with `"ok": false`.

    `is_fault` says that no careful bot would ever have made the call; those are violations. A
    person who blocked the bot, or a group that moved, is nobody's fault.
    """

    def __init__(
        self,
        code: int,
        description: str,
        *,
        is_fault: bool = True,
        parameters: JsonObject | None = None,
    ) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.is_fault = is_fault
        self.parameters = parameters

    def to_json(self) -> JsonObject:
        """The body of the answer."""
        body: JsonObject = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(message: str, *, is_fault: bool = True) -> Refusal:
    """400 in the server's wording: it puts `Bad Request: ` first and a small letter after it,
    unless the second letter shows that the first word is written in capitals.
    """
    return Refusal(400, prefixed(400, message), is_fault=is_fault)


def prefixed(code: int, message: str) -> str:
    """`message` as `fail_query_with_error` of Client.cpp writes it."""
    second = message[1:2]
    if second == "_" or "A" <= second <= "Z":
        return f"{_PREFIXES[code]}: {message}"
    return f"{_PREFIXES[code]}: {message[:1].lower()}{message[1:]}"


def too_many_requests(retry_after_seconds: int) -> Refusal:
    """429; not a fault in itself, calling again before the time is."""
    return Refusal(
        429,
        f"Too Many Requests: retry after {retry_after_seconds}",
        is_fault=False,
        parameters={"retry_after": retry_after_seconds},
    )


def not_modified() -> Refusal:
    """400 for an edit that would change nothing."""
    return bad_request(
        "message is not modified: specified new message content and reply markup are exactly the "
        "same as a current content and reply markup of the message",
        is_fault=False,
    )


def query_too_old() -> Refusal:
    """400 for a callback or inline query that is unknown, expired or answered already."""
    return bad_request("query is too old and response timeout expired or query ID is invalid")


def chat_not_found() -> Refusal:
    """400 for a chat that never spoke to the bot."""
    return bad_request("chat not found", is_fault=False)


def blocked_by_the_user() -> Refusal:
    """403 for a person who stopped the bot."""
    return Refusal(403, "Forbidden: bot was blocked by the user", is_fault=False)


def user_is_deactivated() -> Refusal:
    """403 for an account that is no more."""
    return Refusal(403, "Forbidden: user is deactivated", is_fault=False)


def group_was_upgraded(new_chat_id: int) -> Refusal:
    """400 for a group that became a supergroup, with its new id."""
    return Refusal(
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        is_fault=False,
        parameters={"migrate_to_chat_id": new_chat_id},
    )
