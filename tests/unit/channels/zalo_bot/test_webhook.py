from __future__ import annotations

import json

import httpx
import pytest
from fastapi import FastAPI

from bot.channels.bodies import MAX_BODY_BYTES
from bot.channels.zalo_bot.settings import ZaloBotSettings
from bot.channels.zalo_bot.webhook import WEBHOOK_PATH, zalo_bot_webhook
from bot.domain.errors import ConfigError
from tests.fakes.zalo.bot_updates import event_of
from tests.unit.channels.zalo_bot.conftest import CHAT, NAMES, SECRET

EVENT = event_of(CHAT, "text", {"text": "Xin chào"}, "m1", 1750316131602, group=False)


@pytest.fixture
def moment():
    """Seconds; a test puts them forward."""
    return [0.0]


@pytest.fixture
async def post(receiver, moment):
    app = FastAPI()
    settings = ZaloBotSettings(token="1:a", webhook_secret=SECRET)
    app.include_router(zalo_bot_webhook(receiver, settings, NAMES, lambda: moment[0]))
    transport = httpx.ASGITransport(app=app)

    async def do(body: bytes, secret: str | None = SECRET) -> int:
        headers = {} if secret is None else {"X-Bot-Api-Secret-Token": secret}
        response = await client.post(WEBHOOK_PATH, content=body, headers=headers)
        return response.status_code

    async with httpx.AsyncClient(transport=transport, base_url="http://bot.example") as client:
        yield do


def body(event: object = EVENT) -> bytes:
    return json.dumps({"ok": True, "result": event}).encode()


async def test_an_event_is_stored_before_it_is_answered(post, receiver):
    assert await post(body()) == 200
    assert receiver.texts == ["Xin chào"]


async def test_an_event_that_comes_again_is_taken_once(post, receiver):
    assert [await post(body()), await post(json.dumps(EVENT).encode())] == [200, 200]
    assert receiver.texts == ["Xin chào"]


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET[:-1], "ế" * 8])
async def test_without_the_secret_nothing_is_read(post, receiver, secret):
    shown = secret if secret is None else secret.encode()
    assert await post(body(), shown) == 401
    assert receiver.taken == []


async def test_who_does_not_know_the_secret_cannot_fill_the_log(post, moment, caplog):
    for seconds in (0.0, 1.0, 59.0, 60.0):
        moment[0] = seconds
        await post(body(), "wrong")
    assert [one.message.partition(": ")[2] for one in caplog.records] == [
        "wrong secret",
        "wrong secret (and 2 times before, untold)",
    ]


async def test_what_cannot_be_stored_is_to_be_sent_again(post, receiver):
    receiver.failures = 1
    assert [await post(body()), await post(body())] == [503, 200]
    assert receiver.texts == ["Xin chào"]


async def test_a_body_over_the_limit_is_refused(post, receiver):
    assert await post(b" " * (MAX_BODY_BYTES + 1)) == 413
    assert receiver.taken == []


@pytest.mark.parametrize("sent", [b"", b"{", b"{}", b"[]", b"[" * 5000, b"\xff", body(None)])
async def test_what_is_no_event_is_done_with(post, receiver, sent):
    assert await post(sent) == 200
    assert receiver.taken == []


def test_without_a_secret_there_is_no_webhook(receiver):
    with pytest.raises(ConfigError, match="secret"):
        zalo_bot_webhook(receiver, ZaloBotSettings(token="1:a"), NAMES)
