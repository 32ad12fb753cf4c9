from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from bot.channels.telegram import photos
from bot.domain.deliveries import Delivery, Lane, Message, Receipt
from bot.domain.errors import (
    ChannelError,
    ChannelMisconfigured,
    MessageRejected,
    NotSent,
    RecipientMoved,
    RecipientUnreachable,
    RetryLater,
    SendInstead,
    SendUnknown,
    StoreError,
    VendorFailed,
)
from bot.domain.intake import Upload
from bot.domain.people import Address, ChannelId, ConversationId
from bot.domain.pictures import PictureId
from tests.unit.channels.telegram.wires import (
    HTML_PAGE,
    TOKEN,
    Wire,
    bad,
    client_over,
    ok,
    refused,
    sent,
    sent_photo,
)

CHAT = Address(ChannelId.TELEGRAM, "501")
KEYBOARD = {"inline_keyboard": [[{"text": "Danh mục", "callback_data": "menu"}]]}
TEXT = Message(
    "sendMessage",
    {
        "text": "Bấm <b>Lưu</b> &amp; chờ",
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
        "reply_markup": KEYBOARD,
    },
)
EDIT = Message("editMessageText", {**TEXT.params, "message_id": 40}, is_repeatable=True)
PHOTO = Message(
    "sendPhoto", {"caption": "Tắt máy", "parse_mode": "HTML"}, picture=PictureId("tat-may")
)
PNG = b"\x89PNG\r\n\x1a\nabc"


class Shelf:
    """Remembers uploads."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Upload] = {}
        self.is_broken = False
        self.hangs = False

    async def find_upload(self, channel, picture, content_hash):
        await self._check()
        return self.kept.get((picture, content_hash))

    async def save_upload(self, channel, picture, content_hash, upload):
        await self._check()
        self.kept[picture, content_hash] = upload

    async def forget_upload(self, channel, picture):
        await self._check()
        self.kept = {key: one for key, one in self.kept.items() if key[0] != picture}

    async def _check(self):
        if self.is_broken:
            raise StoreError("gone")
        if self.hangs:
            await asyncio.Event().wait()


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def send(tmp_path, shelf):
    """Sends one message over a wire with these answers."""
    (tmp_path / "tat-may.png").write_bytes(PNG)

    async def send_over(wire: Wire, message: Message = TEXT, address: Address = CHAT) -> Receipt:
        client = client_over(wire, tmp_path, shelf)
        await client.open()
        try:
            now = datetime(2026, 11, 21, tzinfo=UTC)
            return await client.send(
                Delivery(1, ConversationId("c"), address, Lane.REPLY, message, 1, now)
            )
        finally:
            await client.close()

    return send_over


async def test_a_text_goes_to_its_chat_as_it_was_made_out(send):
    wire = Wire(sent(77))
    assert await send(wire) == Receipt("77")
    assert wire.calls == [("sendMessage", {"chat_id": 501, **TEXT.params})]
    assert wire.urls[0] == f"https://api.telegram.org/bot{TOKEN}/sendMessage"


async def test_an_answer_in_a_group_names_what_it_answers(send):
    answered = {"message_id": 41, "allow_sending_without_reply": True}
    message = Message("sendMessage", {**TEXT.params, "reply_parameters": answered})
    wire = Wire(sent())
    await send(wire, message, Address(ChannelId.TELEGRAM, "-1001234567890", is_group=True))
    _, params = wire.calls[0]
    assert params == {"chat_id": -1001234567890, **message.params}


FAULTS = [
    (refused(429, "Too Many Requests: retry after 7", retry_after=7), RetryLater, "telegram_429"),
    (refused(429, "Too Many Requests"), RetryLater, "telegram_429"),
    (
        refused(403, "Forbidden: bot was blocked by the user"),
        RecipientUnreachable,
        "telegram_blocked",
    ),
    (
        refused(403, "Forbidden: user is deactivated"),
        RecipientUnreachable,
        "telegram_deactivated",
    ),
    (
        refused(403, "Forbidden: bot was kicked from the supergroup chat"),
        RecipientUnreachable,
        "telegram_kicked",
    ),
    (
        refused(403, "Forbidden: bot can't initiate conversation with a user"),
        RecipientUnreachable,
        "telegram_never_started",
    ),
    (refused(403, "Forbidden: something new"), RecipientUnreachable, "telegram_403"),
    (bad("chat not found"), RecipientUnreachable, "telegram_chat_not_found"),
    (bad("PEER_ID_INVALID"), RecipientUnreachable, "telegram_chat_not_found"),
    (
        bad("not enough rights to send text messages to the chat"),
        RecipientUnreachable,
        "telegram_no_rights",
    ),
    (bad("can't parse entities: unclosed"), MessageRejected, "telegram_bad_markup"),
    (bad("message is too long"), MessageRejected, "telegram_too_long"),
    (bad("BUTTON_DATA_INVALID"), MessageRejected, "telegram_bad_button"),
    (bad("something new"), MessageRejected, "telegram_400"),
    (refused(413, "Request Entity Too Large"), MessageRejected, "telegram_413"),
    (refused(401, "Unauthorized"), ChannelMisconfigured, "telegram_token_refused"),
    (refused(404, "Not Found"), ChannelMisconfigured, "telegram_token_refused"),
    (bad("Logged out"), ChannelMisconfigured, "telegram_token_refused"),
    (refused(409, "Conflict: terminated by other"), ChannelMisconfigured, "telegram_conflict"),
    (refused(500, "Internal Server Error"), SendUnknown, "telegram_500"),
    (refused(502, "Bad Gateway"), SendUnknown, "telegram_502"),
    (refused(500, "Internal Server Error: restart"), SendUnknown, "telegram_500"),
    (
        refused(
            500,
            "Internal Server Error: sent message was immediately deleted and can't be returned",
        ),
        SendUnknown,
        "telegram_500",
    ),
    (httpx.Response(502, content=HTML_PAGE), SendUnknown, "telegram_gateway_502"),
    (httpx.Response(504, content=b""), SendUnknown, "telegram_gateway_504"),
    (httpx.Response(403, content=HTML_PAGE), NotSent, "telegram_gateway_403"),
    (httpx.Response(302, content=HTML_PAGE), ChannelMisconfigured, "telegram_redirected"),
    (httpx.Response(200, content=HTML_PAGE), SendUnknown, "telegram_gateway_200"),
    (httpx.Response(200, json=[]), SendUnknown, "telegram_gateway_200"),
    (httpx.Response(200, json={"ok": True}), SendUnknown, "telegram_gateway_200"),
    (ok({"strange": 1}), SendUnknown, "telegram_unreadable_answer"),
    (httpx.ConnectError("no"), NotSent, "telegram_no_connection"),
    (httpx.ConnectTimeout("no"), NotSent, "telegram_no_connection"),
    (httpx.PoolTimeout("no"), NotSent, "telegram_no_connection"),
    (httpx.ProxyError("no"), NotSent, "telegram_no_connection"),
    (httpx.ReadTimeout("slow"), SendUnknown, "telegram_no_answer"),
    (httpx.ReadError("cut"), SendUnknown, "telegram_no_answer"),
    (httpx.WriteError("cut"), SendUnknown, "telegram_no_answer"),
    (httpx.RemoteProtocolError("cut"), SendUnknown, "telegram_no_answer"),
]


@pytest.mark.parametrize(("answer", "kind", "code"), FAULTS, ids=range(len(FAULTS)))
async def test_a_fault_says_what_to_do(send, answer, kind, code):
    with pytest.raises(kind) as caught:
        await send(Wire(answer))
    assert type(caught.value) is kind
    assert caught.value.code == code


async def test_being_told_to_wait_holds_the_whole_channel_for_so_long(send):
    with pytest.raises(RetryLater) as caught:
        await send(Wire(refused(429, "Too Many Requests: retry after 7", retry_after=7)))
    assert (caught.value.after_seconds, caught.value.whole_channel) == (7, True)


async def test_a_group_that_moved_tells_its_new_address(send):
    answer = refused(
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        migrate_to_chat_id=-1001234567890,
    )
    with pytest.raises(RecipientMoved) as caught:
        await send(Wire(answer))
    assert caught.value.moved_to == "-1001234567890"


@pytest.mark.parametrize("message", [TEXT, PHOTO, EDIT], ids=["text", "photo", "edit"])
@pytest.mark.parametrize(("answer", "_kind", "code"), FAULTS, ids=range(len(FAULTS)))
async def test_no_fault_and_no_log_line_holds_the_token_or_words_of_the_vendor(
    send, caplog, message, answer, _kind, code
):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ChannelError) as caught:
        await send(Wire(copied(answer)), message)
    assert caught.value.args == (caught.value.code,)
    assert re.fullmatch("telegram_[a-z0-9_]+", caught.value.code)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert TOKEN not in caplog.text
    assert [one for one in caplog.records if one.name.startswith("bot.")] == []


def copied(answer):
    """A response is read once."""
    if isinstance(answer, Exception):
        return answer
    return httpx.Response(answer.status_code, content=answer.content)


# --- edits


async def test_an_edit_changes_the_message(send):
    wire = Wire(sent(40))
    assert await send(wire, EDIT) == Receipt("40")
    assert wire.calls == [("editMessageText", {"chat_id": 501, **EDIT.params})]


async def test_an_edit_that_changes_nothing_is_done(send):
    wire = Wire(bad("message is not modified: specified new message content is the same"))
    assert await send(wire, EDIT) == Receipt("40")


@pytest.mark.parametrize(
    "why",
    [
        "message to edit not found",
        "message can't be edited",
        "there is no text in the message to edit",
        "MESSAGE_ID_INVALID",
    ],
)
async def test_what_can_no_longer_be_edited_is_due_as_a_new_message(send, why):
    wire = Wire(bad(why))
    with pytest.raises(SendInstead) as told:
        await send(wire, EDIT)
    assert len(wire.calls) == 1
    assert told.value.message == Message("sendMessage", TEXT.params)
    assert not told.value.message.is_repeatable


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ReadTimeout("slow"),
        httpx.Response(502, content=HTML_PAGE),
        refused(500, "Internal Server Error: restart"),
    ],
)
async def test_a_lost_edit_may_be_done_again(send, answer):
    with pytest.raises(NotSent):
        await send(Wire(answer), EDIT)


async def test_an_edit_at_which_telegram_fails_is_tried_a_few_times_only(send):
    with pytest.raises(VendorFailed):
        await send(Wire(refused(500, "Internal Server Error")), EDIT)


# --- pictures


async def test_a_picture_is_sent_by_its_bytes_once_and_by_its_id_from_then_on(send, shelf):
    wire = Wire(sent_photo(70, "AgAD-lon"), sent_photo(71))
    assert await send(wire, PHOTO) == Receipt("70")
    assert await send(wire, PHOTO) == Receipt("71")
    (_, first), (_, second) = wire.calls
    assert {"chat_id": 501, **PHOTO.params}.items() <= first.items()
    assert PNG in first.values()
    assert second == {"chat_id": 501, "photo": "AgAD-lon", **PHOTO.params}
    ((picture, content_hash),) = shelf.kept
    assert (picture, len(content_hash)) == ("tat-may", 64)


async def test_a_picture_that_was_drawn_anew_is_sent_by_its_bytes_again(send, shelf, tmp_path):
    wire = Wire(sent_photo(), sent_photo())
    await send(wire, PHOTO)
    (tmp_path / "tat-may.png").write_bytes(PNG + b"moi")
    await send(wire, PHOTO)
    assert PNG + b"moi" in wire.calls[1][1].values()


async def test_a_stored_picture_that_is_refused_is_sent_by_its_bytes_and_stored_anew(send, shelf):
    await send(Wire(sent_photo(file_id="cu")), PHOTO)
    wire = Wire(bad("wrong file identifier/HTTP URL specified"), sent_photo(72, "moi"))
    assert await send(wire, PHOTO) == Receipt("72")
    assert PNG in wire.calls[1][1].values()
    assert [one.media_id for one in shelf.kept.values()] == ["moi"]


async def test_a_stored_picture_to_nobody_is_not_sent_again(send, shelf):
    await send(Wire(sent_photo()), PHOTO)
    with pytest.raises(RecipientUnreachable):
        await send(Wire(refused(403, "Forbidden: bot was blocked by the user")), PHOTO)
    assert shelf.kept


async def test_a_refused_picture_is_not_tried_for_ever(send, shelf):
    await send(Wire(sent_photo()), PHOTO)
    with pytest.raises(MessageRejected):
        await send(Wire(bad("wrong file identifier"), bad("PHOTO_INVALID_DIMENSIONS")), PHOTO)
    assert shelf.kept == {}


async def test_a_broken_store_of_uploads_costs_only_the_bytes(send, shelf):
    shelf.is_broken = True
    wire = Wire(sent_photo(70))
    assert await send(wire, PHOTO) == Receipt("70")


async def test_a_store_of_uploads_that_does_not_answer_costs_only_the_bytes(
    send, shelf, monkeypatch
):
    monkeypatch.setattr(photos, "_STORE_SECONDS", 0.01)
    shelf.hangs = True
    assert await send(Wire(sent_photo(70)), PHOTO) == Receipt("70")


async def test_without_the_file_the_words_are_sent_alone(send, tmp_path):
    (tmp_path / "tat-may.png").unlink()
    wire = Wire(sent(70))
    assert await send(wire, PHOTO) == Receipt("70")
    assert wire.calls == [
        ("sendMessage", {"chat_id": 501, "text": "Tắt máy", "parse_mode": "HTML"})
    ]


async def test_where_no_pictures_may_be_sent_the_words_are_sent_alone(send):
    wire = Wire(bad("not enough rights to send photos to the chat"), sent(70))
    assert await send(wire, PHOTO) == Receipt("70")
    assert wire.calls[1][0] == "sendMessage"


async def test_a_picture_without_words_that_cannot_be_had_is_rejected(send, tmp_path):
    (tmp_path / "tat-may.png").unlink()
    with pytest.raises(MessageRejected, match="telegram_picture_missing"):
        await send(Wire(), replace(PHOTO, params={}))


async def test_a_call_that_we_do_not_make_is_rejected(send):
    with pytest.raises(MessageRejected):
        await send(Wire(), Message("deleteMyAccount"))


# --- courtesies


@pytest.fixture
def courtesy(tmp_path, shelf):
    return lambda wire: client_over(wire, tmp_path, shelf)


async def test_typing_is_shown_in_the_chat(courtesy):
    wire = Wire(ok())
    await courtesy(wire).show_typing(CHAT)
    assert wire.calls == [("sendChatAction", {"chat_id": 501, "action": "typing"})]


async def test_a_press_is_answered(courtesy):
    wire = Wire(ok())
    await courtesy(wire).acknowledge("4382bf")
    assert wire.calls == [("answerCallbackQuery", {"callback_query_id": "4382bf"})]


@pytest.mark.parametrize(
    "answer",
    [
        bad("query is too old and response timeout expired or query ID is invalid"),
        httpx.ReadTimeout("slow"),
        httpx.Response(502, content=HTML_PAGE),
        refused(401, "Unauthorized"),
    ],
)
async def test_a_courtesy_that_fails_is_a_log_line_with_its_code(courtesy, caplog, answer):
    caplog.set_level(logging.INFO)
    wire = Wire(answer, copied(answer))
    await courtesy(wire).acknowledge("4382bf")
    await courtesy(wire).show_typing(CHAT)
    ours = [one.getMessage() for one in caplog.records if one.name.startswith("bot.")]
    assert len(ours) == 2
    assert all(" failed: telegram_" in line for line in ours)
    assert "4382bf" not in "".join(ours)
    assert "501" not in "".join(ours)


async def test_closing_twice_is_safe(courtesy):
    client = courtesy(Wire())
    await client.open()
    await client.close()
    await client.close()


def test_the_settings_do_not_show_the_token(tmp_path, shelf):
    from bot.channels.telegram.client import TelegramSettings

    assert TOKEN not in repr(TelegramSettings(TOKEN, tmp_path))
    assert TOKEN not in repr(client_over(Wire(), tmp_path, shelf).calls)
