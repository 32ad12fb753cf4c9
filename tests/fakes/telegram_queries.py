"""Answers to presses and to inline queries.

Source: `process_answer_callback_query_query`, `get_inline_query_result` in Client.cpp,
https://core.telegram.org/bots/api#answercallbackquery and #answerinlinequery, read 2026-11-20.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.telegram_errors import JsonObject, bad_request, query_too_old
from tests.fakes.telegram_links import is_link
from tests.fakes.telegram_markup import check_markup
from tests.fakes.telegram_requests import Call
from tests.fakes.telegram_state import OpenQuery
from tests.fakes.telegram_text import message_text

if TYPE_CHECKING:
    from tests.fakes.telegram_core import CloudCore

MAX_ANSWER_CHARS = 200
MAX_RESULTS = 50
MAX_RESULT_ID_BYTES = 64
MAX_NEXT_OFFSET_BYTES = 64
MAX_START_PARAMETER_CHARS = 64

_RESULT_KINDS = frozenset(
    {
        "article",
        "audio",
        "contact",
        "document",
        "game",
        "gif",
        "location",
        "mpeg4_gif",
        "photo",
        "sticker",
        "venue",
        "video",
        "voice",
    }
)
_BASE64URL = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


def answer_callback_query(core: CloudCore, call: Call) -> bool:
    """Stop the button's spinning, with a notice perhaps."""
    query = _open_query(core, core.state.callback_queries, call.text("callback_query_id"))
    text = call.text("text")
    if len(text) > MAX_ANSWER_CHARS:
        raise bad_request("MESSAGE_TOO_LONG")
    url = call.text("url")
    if url and not is_link(url):
        raise bad_request("URL_INVALID")
    query.answer = {"text": text, "show_alert": call.flag("show_alert"), "url": url}
    return True


def answer_inline_query(core: CloudCore, call: Call) -> bool:
    """Show results of an inline query."""
    results = call.json_value("results", "can't parse JSON encoded inline query results") or []
    if not isinstance(results, list):
        raise bad_request("expected an Array of inline query results")
    if len(results) > MAX_RESULTS:
        raise bad_request("too many inline query results specified")
    for result in results:
        _check_result(result)
    ids = [result["id"] for result in results]
    if any(not 1 <= len(one.encode()) <= MAX_RESULT_ID_BYTES for one in ids):
        raise bad_request("RESULT_ID_INVALID")
    if len(set(ids)) < len(ids):
        raise bad_request("RESULT_ID_DUPLICATE")
    if len(call.text("next_offset").encode()) > MAX_NEXT_OFFSET_BYTES:
        raise bad_request("NEXT_OFFSET_INVALID")
    _check_button(call.json_value("button", "can't parse inline query results button JSON object"))
    query = _open_query(core, core.state.inline_queries, call.text("inline_query_id"))
    query.answer = {"results": results, "next_offset": call.text("next_offset")}
    return True


def _open_query(core: CloudCore, queries: dict[str, OpenQuery], query_id: str) -> OpenQuery:
    query = queries.get(query_id)
    if query is None or query.answer is not None:
        raise query_too_old()
    if core.state.clock.monotonic() > query.expires_at:
        raise query_too_old()
    return query


def _check_result(result: Any) -> None:
    if not isinstance(result, dict):
        raise _cannot_parse("Inline query result must be an object")
    for name in ("type", "id"):
        if not isinstance(result.get(name), str):
            raise _cannot_parse(f'Can\'t find field "{name}"')
    if result["type"] not in _RESULT_KINDS:
        raise _cannot_parse(f'type "{result["type"]}" is unsupported for the inline query result')
    if result["type"] == "article":
        _check_article(result)
    if result.get("reply_markup") is not None:
        check_markup(result["reply_markup"], inline_only=True)


def _check_article(result: JsonObject) -> None:
    if not isinstance(result.get("title"), str):
        raise _cannot_parse('Can\'t find field "title"')
    if not result["title"].strip():
        raise bad_request("ARTICLE_TITLE_EMPTY")
    content = result.get("input_message_content")
    if not isinstance(content, dict) or not content.get("message_text"):
        raise _cannot_parse('Can\'t find field "message_text"')
    renamed = {"text" if name == "message_text" else name: one for name, one in content.items()}
    message_text(Call("sendmessage", renamed))


def _check_button(button: Any) -> None:
    if button is None:
        return
    if not isinstance(button, dict) or not isinstance(button.get("text"), str):
        raise bad_request("can't parse inline query results button: Can't find field \"text\"")
    parameter = button.get("start_parameter")
    if parameter is None:
        return
    if not parameter:
        raise bad_request("can't use empty start_parameter")
    if len(parameter) > MAX_START_PARAMETER_CHARS:
        raise bad_request("too long start_parameter specified")
    if not _BASE64URL.issuperset(parameter):
        raise bad_request("unallowed characters in start_parameter are used")


def _cannot_parse(why: str) -> Exception:
    return bad_request(f"can't parse inline query result: {why}")
