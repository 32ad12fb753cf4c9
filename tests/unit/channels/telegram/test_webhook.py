from __future__ import annotations

import asyncio
import json

import httpx
import pytest
from fastapi import FastAPI

from bot.channels.telegram.identity import BotIdentity
from bot.channels.telegram.incoming import TelegramInbox
from bot.channels.telegram.webhook import WebhookSettings, telegram_webhook
from bot.domain.errors import StoreError
from tests.unit.channels.telegram.checker import check_call
from tests.unit.channels.telegram.samples import BOT_ID, BOT_USERNAME, inline, pressed, said

SECRET = "bi-mat_" + "a" * 20
HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Store:
    def __init__(self) -> None:
        self.ids: list[str] = []
        self.is_broken = False

    async def accept(self, updates):
        if self.is_broken:
            raise StoreError("gone")
        self.ids += [one.id for one in updates]


class Lookups:
    async def answer(self, query):
        return {"inline_query_id": query.id, "results": [], "cache_time": 300}


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def post(store):
    """Posts a body to the webhook."""
    app = FastAPI()
    inbox = TelegramInbox(store, BotIdentity(BOT_ID, BOT_USERNAME))
    settings = WebhookSettings(SECRET, max_body_bytes=4096, read_seconds=0.2)
    app.include_router(telegram_webhook(inbox, settings, Lookups()))

    async def send(body, secret: str | bytes | None = SECRET):
        headers = {} if secret is None else {HEADER: secret}
        content = json.dumps(body) if isinstance(body, dict) else body
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.post("/webhook/telegram", content=content, headers=headers)

    return send


async def test_an_update_is_stored_before_it_is_answered(post, store):
    answer = await post(said("a", number=7))
    assert (answer.status_code, answer.content) == (200, b"")
    assert store.ids == ["7"]


@pytest.mark.parametrize(
    "secret", [None, "", "x", SECRET[:-1], SECRET + "a", SECRET.upper(), "ế".encode()]
)
async def test_nobody_else_can_bring_updates(post, store, secret):
    assert (await post(said("a"), secret)).status_code == 403
    assert store.ids == []


@pytest.mark.parametrize("secret", ["", "có dấu", "a b", "a" * 257])
def test_a_secret_that_telegram_would_not_take_is_refused(store, secret):
    inbox = TelegramInbox(store, BotIdentity(BOT_ID, BOT_USERNAME))
    with pytest.raises(ValueError, match="secret"):
        telegram_webhook(inbox, WebhookSettings(secret))


async def test_a_body_over_the_limit_is_refused(post, store):
    assert (await post(said("a" * 4096))).status_code == 413
    assert store.ids == []


async def test_a_body_over_the_limit_is_not_read_to_its_end(post, store):
    read = []

    async def endless():
        while True:
            read.append(1)
            assert len(read) < 10
            yield b"a" * 1024

    assert (await post(endless())).status_code == 413


async def test_a_body_that_does_not_come_is_given_up_and_asked_for_again(post, store):
    async def stuck():
        yield b"{"
        await asyncio.Event().wait()

    assert (await post(stuck())).status_code == 503
    assert store.ids == []


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 4000, b"[1]", b"null", b'"a"'])
async def test_what_can_never_be_read_does_not_come_again(post, store, body):
    """Until it is answered with 200, Telegram brings nothing more of that chat."""
    assert (await post(body)).status_code == 200
    assert store.ids == []


async def test_what_was_not_stored_comes_again(post, store):
    store.is_broken = True
    answer = await post(said("a"))
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


async def test_a_press_is_answered_in_the_same_breath(post, store):
    call = (await post(pressed("menu", number=7))).json()
    assert store.ids == ["7"]
    assert call.pop("method") == "answerCallbackQuery"
    check_call("answerCallbackQuery", call)
    assert call["callback_query_id"] == "4382bfdwdsb323b2d9"


async def test_a_press_that_was_not_stored_is_not_answered(post, store):
    store.is_broken = True
    assert (await post(pressed("menu"))).content == b""


async def test_a_query_in_another_chat_is_answered_in_the_same_breath(post, store):
    call = (await post(inline())).json()
    assert store.ids == []
    assert call.pop("method") == "answerInlineQuery"
    check_call("answerInlineQuery", call)
    assert call["inline_query_id"] == "99"


async def test_the_same_update_twice_is_given_twice_to_the_store_that_knows_it(post, store):
    for _ in range(2):
        assert (await post(said("a", number=7))).status_code == 200
    assert store.ids == ["7", "7"]


async def test_other_methods_and_the_secret_are_not_shown(post, store):
    assert SECRET not in repr(WebhookSettings(SECRET))
