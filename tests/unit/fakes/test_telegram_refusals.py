"""What the fake of Telegram's cloud refuses, in the words of the real one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest
import telegram

Call = Callable[..., Awaitable[httpx.Response]]

MARKUP_TOO_LONG = "Bad Request: reply markup is too long"
CANNOT_PARSE = "Bad Request: can't parse entities: "


def keyboard(*rows: int, **button: object) -> dict:
    """Rows of so many buttons."""
    shown = {"text": "A", "callback_data": "a", **button}
    return {"inline_keyboard": [[shown] * one for one in rows]}


async def refusal_of(call: Call, method: str, **parameters: object) -> str:
    answer = await call(method, **parameters)
    body = answer.json()
    assert (answer.status_code, body["ok"], body["error_code"]) == (400, False, 400), body
    return body["description"]


# Text


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("", "Bad Request: message text is empty"),
        (" \n ", "Bad Request: text must be non-empty"),
        ("<b> </b>", "Bad Request: text must be non-empty"),
        ("a" * 4097, "Bad Request: message is too long"),
        ("ă" * 4097, "Bad Request: message is too long"),
        ("a" * 33_000, "Bad Request: text is too long"),
        ("<p>a</p>", CANNOT_PARSE + 'Unsupported start tag "p" at byte offset 0'),
        ("ă<br>", CANNOT_PARSE + 'Unsupported start tag "br" at byte offset 2'),
        ("1 < 2", CANNOT_PARSE + 'Unsupported start tag "" at byte offset 2'),
        ("a<", CANNOT_PARSE + "Unclosed start tag at byte offset 1"),
        ("<b", CANNOT_PARSE + "Unclosed start tag at byte offset 0"),
        ('<a href="x"', CANNOT_PARSE + 'Unclosed start tag "a" at byte offset 0'),
        ("<b>a", CANNOT_PARSE + 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", CANNOT_PARSE + "Unexpected end tag at byte offset 1"),
        (
            "<b><i>a</b></i>",
            CANNOT_PARSE + 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"',
        ),
        (
            "<span>a</span>",
            CANNOT_PARSE + 'Tag "span" must have class "tg-spoiler" at byte offset 0',
        ),
    ],
)
async def test_text_is_refused(call, lan, text, description):
    given = {"chat_id": lan.id, "text": text, "parse_mode": "HTML"}
    assert await refusal_of(call, "sendMessage", **given) == description


async def test_4096_characters_are_counted_after_entities_are_read(call, lan):
    text = "<b>" + "&lt;ă" * 2048 + "</b>"
    answer = await call("sendMessage", chat_id=lan.id, text=text, parse_mode="html")
    assert answer.json()["result"]["text"] == "<ă" * 2048


async def test_html_is_plain_text_without_parse_mode(call, lan):
    answer = await call("sendMessage", chat_id=lan.id, text="<b>a")
    assert answer.json()["result"]["text"] == "<b>a"


async def test_an_unknown_reference_is_shown_as_it_is_written(call, lan):
    given = {"chat_id": lan.id, "text": "a&nbsp;b&#33;&#x2013;&copy", "parse_mode": "HTML"}
    answer = await call("sendMessage", **given)
    assert answer.json()["result"]["text"] == "a&nbsp;b!–&copy"


async def test_a_link_that_telegram_does_not_take_is_plain_text(call, lan):
    given = {"chat_id": lan.id, "text": '<a href="http://localhost">a</a>', "parse_mode": "HTML"}
    assert "entities" not in (await call("sendMessage", **given)).json()["result"]


@pytest.mark.parametrize("mode", ["MarkdownV2", "Markdown", "xml"])
async def test_the_fake_reads_html_only(call, lan, mode):
    given = {"chat_id": lan.id, "text": "a", "parse_mode": mode}
    assert await refusal_of(call, "sendMessage", **given) == "Bad Request: unsupported parse_mode"


# Chats and messages


async def test_a_chat_must_be_named_and_known(call):
    assert await refusal_of(call, "sendMessage", text="a") == "Bad Request: chat_id is empty"
    missing = "Bad Request: chat not found"
    assert await refusal_of(call, "sendMessage", chat_id=1, text="a") == missing
    assert await refusal_of(call, "sendMessage", chat_id="@nobody", text="a") == missing


async def test_a_reply_to_nothing_is_refused_unless_it_may_be(call, lan):
    given = {"chat_id": lan.id, "text": "a"}
    missing = "Bad Request: message to be replied not found"
    assert await refusal_of(call, "sendMessage", **given, reply_to_message_id=77) == missing
    reply = {"message_id": 77}
    assert await refusal_of(call, "sendMessage", **given, reply_parameters=reply) == missing
    reply["allow_sending_without_reply"] = True
    answer = await call("sendMessage", **given, reply_parameters=reply)
    assert "reply_to_message" not in answer.json()["result"]


async def test_edits_of_nothing_of_others_and_without_change_are_refused(call, lan):
    edit = {"chat_id": lan.id, "text": "a"}
    missing = "Bad Request: message to edit not found"
    assert await refusal_of(call, "editMessageText", **edit, message_id=77) == missing
    theirs = await lan.says("a")
    refused = await refusal_of(call, "editMessageText", **edit, message_id=theirs)
    assert refused == "Bad Request: message can't be edited"
    assert (await refusal_of(call, "editMessageText", text="a")) == (
        "Bad Request: message identifier is not specified"
    )


async def test_an_edit_that_changes_nothing_says_so(call, lan):
    given = {"text": "<b>a</b>", "parse_mode": "HTML", "reply_markup": keyboard(1)}
    sent = (await call("sendMessage", chat_id=lan.id, **given)).json()["result"]
    which = {"chat_id": lan.id, "message_id": sent["message_id"]}
    same = (
        "Bad Request: message is not modified: specified new message content and reply markup are "
        "exactly the same as a current content and reply markup of the message"
    )
    assert await refusal_of(call, "editMessageText", **which, **given) == same
    markup = {"reply_markup": keyboard(1)}
    assert await refusal_of(call, "editMessageReplyMarkup", **which, **markup) == same
    assert (await call("editMessageText", **which, text="a")).status_code == 200
    assert await refusal_of(call, "editMessageReplyMarkup", **which) == same


async def test_a_picture_has_no_text_to_edit(call, bot, lan):
    sent = await bot.send_photo(lan.id, b"\x89PNG\r\n\x1a\n", caption="a")
    given = {"chat_id": lan.id, "message_id": sent.message_id, "text": "b"}
    assert await refusal_of(call, "editMessageText", **given) == (
        "Bad Request: there is no text in the message to edit"
    )


async def test_only_own_and_young_messages_can_be_deleted(call, lan, world):
    which = {"chat_id": lan.id, "message_id": 77}
    missing = "Bad Request: message to delete not found"
    assert await refusal_of(call, "deleteMessage", **which) == missing
    sent = (await call("sendMessage", chat_id=lan.id, text="a")).json()["result"]
    await world.control("advance", seconds=49 * 3600)
    which["message_id"] = sent["message_id"]
    assert await refusal_of(call, "deleteMessage", **which) == (
        "Bad Request: message can't be deleted"
    )


# Keyboards


@pytest.mark.parametrize(
    ("markup", "description"),
    [
        (keyboard(1, callback_data="a" * 65), "Bad Request: BUTTON_DATA_INVALID"),
        (keyboard(1, callback_data="ă" * 33), "Bad Request: BUTTON_DATA_INVALID"),
        (
            keyboard(1, callback_data=""),
            "Bad Request: can't parse inline keyboard button: "
            "Text buttons are unallowed in the inline keyboard",
        ),
        (keyboard(9), MARKUP_TOO_LONG),
        (keyboard(*[8] * 12, 5), MARKUP_TOO_LONG),
        (keyboard(1, text=" "), "Bad Request: inline keyboard button text must be non-empty"),
        (
            {"inline_keyboard": [[{"callback_data": "a"}]]},
            "Bad Request: can't parse inline keyboard button: Can't find field \"text\"",
        ),
        (
            keyboard(1, url="http://localhost:8080"),
            "Bad Request: inline keyboard button URL 'http://localhost:8080' is invalid: "
            "Wrong HTTP URL",
        ),
        (
            keyboard(1, url="ftp://vneid.gov.vn"),
            "Bad Request: inline keyboard button URL 'ftp://vneid.gov.vn' is invalid: "
            "Unsupported URL protocol",
        ),
        ("[1", "Bad Request: can't parse reply keyboard markup JSON object"),
        ([], "Bad Request: object expected as reply markup"),
        (
            {"inline_keyboard": [{"text": "A"}]},
            'Bad Request: field "inline_keyboard" of the InlineKeyboardMarkup must be an Array '
            "of Arrays",
        ),
    ],
)
async def test_a_keyboard_is_refused(call, lan, markup, description):
    given = {"chat_id": lan.id, "text": "a", "reply_markup": markup}
    assert await refusal_of(call, "sendMessage", **given) == description


async def test_the_largest_keyboard_is_taken(call, lan):
    markup = keyboard(*[8] * 12, 4, callback_data="ă" * 32)
    answer = await call("sendMessage", chat_id=lan.id, text="a", reply_markup=markup)
    assert answer.status_code == 200


async def test_an_edit_takes_inline_keyboards_only(call, lan):
    sent = (await call("sendMessage", chat_id=lan.id, text="a")).json()["result"]
    which = {"chat_id": lan.id, "message_id": sent["message_id"], "text": "b"}
    markup = {"keyboard": [["A"]]}
    refused = await refusal_of(call, "editMessageText", **which, reply_markup=markup)
    assert refused == "Bad Request: inline keyboard expected"


# Pictures


async def test_a_caption_ends_at_1024(bot, lan):
    with pytest.raises(telegram.error.BadRequest, match="Message caption is too long"):
        await bot.send_photo(lan.id, b"\xff\xd8\xff", caption="a" * 1025)


async def test_pictures_are_looked_at(bot, call, lan):
    with pytest.raises(telegram.error.BadRequest, match="Image_process_failed"):
        await bot.send_photo(lan.id, b"no picture")
    with pytest.raises(telegram.error.BadRequest, match="too big for a photo"):
        await bot.send_photo(lan.id, b"\xff\xd8\xff" + bytes(10 * 1024 * 1024))
    unknown = "Bad Request: wrong file identifier/HTTP URL specified"
    assert await refusal_of(call, "sendPhoto", chat_id=lan.id, photo="AgAC") == unknown
    missing = "Bad Request: there is no photo in the request"
    assert await refusal_of(call, "sendPhoto", chat_id=lan.id) == missing


# Presses and inline queries


async def pressed(call: Call, lan) -> str:
    await call("sendMessage", chat_id=lan.id, text="a", reply_markup=keyboard(1))
    return (await lan.presses("A"))["callback_query_id"]


TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


async def test_a_press_is_answered_once(call, lan):
    query = await pressed(call, lan)
    assert (await call("answerCallbackQuery", callback_query_id=query)).json()["result"] is True
    assert await refusal_of(call, "answerCallbackQuery", callback_query_id=query) == TOO_OLD


async def test_a_press_lives_150_seconds(call, lan, world):
    query = await pressed(call, lan)
    await world.control("advance", seconds=149)
    assert len((await call("getUpdates")).json()["result"]) == 1
    await world.control("advance", seconds=2)
    assert await refusal_of(call, "answerCallbackQuery", callback_query_id=query) == TOO_OLD
    assert (await call("getUpdates")).json()["result"] == []


async def test_an_answer_to_a_press_ends_at_200(call, lan):
    query = await pressed(call, lan)
    given = {"callback_query_id": query, "text": "ă" * 201}
    refused = await refusal_of(call, "answerCallbackQuery", **given)
    assert refused == "Bad Request: MESSAGE_TOO_LONG"
    given["text"] = "ă" * 200
    assert (await call("answerCallbackQuery", **given)).status_code == 200


def article(**fields: object) -> dict:
    content = {"message_text": "a"}
    return {"type": "article", "id": "1", "title": "A", "input_message_content": content, **fields}


@pytest.mark.parametrize(
    ("results", "description"),
    [
        ([article(id=str(one)) for one in range(51)], "too many inline query results specified"),
        ([article(id="")], "RESULT_ID_INVALID"),
        ([article(id="ă" * 33)], "RESULT_ID_INVALID"),
        ([article(), article()], "RESULT_ID_DUPLICATE"),
        ([article(title="")], "ARTICLE_TITLE_EMPTY"),
        (
            [article(input_message_content=None)],
            "can't parse inline query result: Can't find field \"message_text\"",
        ),
        (
            [article(input_message_content={"message_text": "a" * 4097})],
            "message is too long",
        ),
        (
            [article(type="poll")],
            'can\'t parse inline query result: type "poll" is unsupported for the inline query '
            "result",
        ),
        ([article(reply_markup=keyboard(1, callback_data="a" * 65))], "BUTTON_DATA_INVALID"),
    ],
)
async def test_inline_results_are_refused(call, lan, results, description):
    given = {"inline_query_id": await lan.asks_inline("a"), "results": results}
    refused = await refusal_of(call, "answerInlineQuery", **given)
    assert refused == f"Bad Request: {description}"


# Commands, descriptions


@pytest.mark.parametrize(
    ("method", "parameters", "description"),
    [
        (
            "setMyCommands",
            {"commands": [{"command": "Bat", "description": "a"}]},
            "BOT_COMMAND_INVALID",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "b" * 33, "description": "a"}]},
            "command length must not exceed 32",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "b", "description": "a" * 257}]},
            "command description length must not exceed 256",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "b", "description": ""}]},
            "command description must be non-empty",
        ),
        (
            "setMyCommands",
            {"commands": [{"command": "b", "description": "a"}] * 101},
            "BOT_COMMANDS_TOO_MUCH",
        ),
        (
            "setMyCommands",
            {"commands": [], "scope": {"type": "all"}},
            "can't parse BotCommandScope: Unsupported type specified",
        ),
        ("setMyDescription", {"description": "a" * 513}, "BOT_INFO_TOO_LONG"),
        ("setMyShortDescription", {"short_description": "a" * 121}, "BOT_INFO_TOO_LONG"),
        (
            "setMyDescription",
            {"description": "a", "language_code": "vie"},
            "invalid language code specified",
        ),
        (
            "setChatMenuButton",
            {"menu_button": {"type": "web"}},
            "can't parse menu button: MenuButton has unsupported type",
        ),
        (
            "sendChatAction",
            {"chat_id": 1, "action": "thinking"},
            "wrong parameter action in request",
        ),
        (
            "setWebhook",
            {"url": "http://a.vn"},
            "bad webhook: An HTTPS URL must be provided for webhook",
        ),
        (
            "setWebhook",
            {"url": "https://a.vn:8080"},
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        (
            "setWebhook",
            {"url": "https://a.vn", "secret_token": "a b"},
            "secret token contains unallowed characters",
        ),
        (
            "setWebhook",
            {"url": "https://a.vn", "secret_token": "a" * 257},
            "secret token is too long",
        ),
        ("setWebhook", {"url": "https://"}, "invalid webhook URL specified"),
    ],
)
async def test_settings_are_refused(call, method, parameters, description):
    refused = await refusal_of(call, method, **parameters)
    assert refused == f"Bad Request: {description}"


# Calls themselves


async def test_a_wrong_token_is_401_and_an_unknown_method_404(call, world, bot):
    async with telegram.request.HTTPXRequest() as request:
        url = f"{world.address}/bot123:wrong/getMe"
        status, body = await request.do_request(url, "POST")
    assert status == 401
    assert body == b'{"ok": false, "error_code": 401, "description": "Unauthorized"}'
    answer = await call("sendTelepathy")
    assert answer.status_code == 404
    assert answer.json()["description"] == "Not Found: method not found"
    kinds = [one["kind"] for one in await world.violations()]
    assert kinds == ["wrong_token", "unknown_method"]


async def test_method_names_are_read_in_any_letters(call, world, bot):
    assert (await call("GETME")).json()["result"]["is_bot"] is True


async def test_what_no_careful_bot_sends_is_a_violation_and_bad_luck_is_none(call, lan, world):
    await lan.blocks()
    await call("sendMessage", chat_id=lan.id, text="a")
    await call("sendMessage", chat_id=1, text="a")
    assert await world.violations() == []
    await call("sendMessage", chat_id=lan.id, text="a" * 4097)
    assert await world.violations() == [
        {
            "kind": "refused",
            "method": "sendMessage",
            "detail": "Bad Request: message is too long",
        }
    ]
