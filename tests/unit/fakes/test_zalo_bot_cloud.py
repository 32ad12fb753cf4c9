"""The fake Bot Platform refuses what Zalo refuses, and calls as Zalo calls."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.fakes.zalo.bot_rules import BotRules
from tests.fakes.zalo.citizens import BotCitizen, RemoteControl
from tests.fakes.zalo.wire import Request, Response, WireServer
from tests.fakes.zalo_cloud import ZaloCloud

CHAT = "6ede9afa66b88fe6d6a9"
PUBLIC = "https://bot.example"


@pytest.fixture
async def cloud() -> AsyncIterator[ZaloCloud]:
    async with ZaloCloud() as running:
        yield running


class Caller:
    """Calls methods of the bot."""

    def __init__(self, cloud: ZaloCloud, client: httpx.AsyncClient) -> None:
        self.base = f"{cloud.address}/bot{BotRules().token}"
        self.client = client

    async def __call__(self, method: str, **body: Any) -> dict[str, Any]:
        response = await self.client.post(f"{self.base}/{method}", json=body)
        assert response.status_code == 200
        return response.json()

    async def error(self, method: str, **body: Any) -> int:
        answer = await self(method, **body)
        return 0 if answer["ok"] else answer["error_code"]


@pytest.fixture
async def call(cloud: ZaloCloud) -> AsyncIterator[Caller]:
    async with httpx.AsyncClient(trust_env=False) as client:
        await cloud.bot_citizen(CHAT).say("Xin chào")
        yield Caller(cloud, client)


@pytest.fixture
async def posts(cloud: ZaloCloud) -> AsyncIterator[list[Request]]:
    kept: list[Request] = []

    async def take(request: Request) -> Response:
        kept.append(request)
        return Response(200, b"")

    server = WireServer(take)
    cloud.bot.poster.webhook.hosts[PUBLIC] = f"http://127.0.0.1:{await server.start()}"
    yield kept
    await server.stop()


async def test_a_strange_token_is_unauthorized(cloud: ZaloCloud, call: Caller) -> None:
    call.base = f"{cloud.address}/botstrange"
    answer = await call("getMe")
    assert answer == {"ok": False, "error_code": 401, "description": "Unauthorized"}


async def test_the_bot_is_told_who_it_is(call: Caller) -> None:
    result = (await call("getMe"))["result"]
    assert (result["account_type"], result["can_join_groups"]) == ("BASIC", False)


async def test_an_update_is_one_object_and_gone_once_handed_over(call: Caller) -> None:
    result = (await call("getUpdates", timeout=0))["result"]
    assert result["event_name"] == "message.text.received"
    assert result["message"]["text"] == "Xin chào"
    assert result["message"]["chat"] == {"id": CHAT, "chat_type": "PRIVATE"}
    assert await call.error("getUpdates", timeout=0) == 408


async def test_an_update_waits_until_its_taker_asks_for_the_next(
    cloud: ZaloCloud, call: Caller
) -> None:
    async def waiting() -> int:
        return (await cloud.control.do("state"))["bot"]["events_waiting"]

    assert await waiting() == 1
    await call("getUpdates", timeout=0)
    assert await waiting() == 1
    await call.error("getUpdates", timeout=0)
    assert await waiting() == 0


async def test_waiting_ends_when_something_comes(cloud: ZaloCloud, call: Caller) -> None:
    await call("getUpdates", timeout=0)
    waiting = asyncio.create_task(call("getUpdates", timeout=30))
    await cloud.bot.updates.wait_for_listener(2)
    await cloud.bot_citizen(CHAT).say("nữa")
    assert (await waiting)["result"]["message"]["text"] == "nữa"


async def test_who_hung_up_takes_no_update_along(cloud: ZaloCloud, call: Caller) -> None:
    await call("getUpdates", timeout=0)
    with pytest.raises(httpx.ReadTimeout):
        await call.client.post(f"{call.base}/getUpdates", json={"timeout": 30}, timeout=0.05)
    await cloud.bot_citizen(CHAT).say("nữa")
    assert (await call("getUpdates", timeout=1))["result"]["message"]["text"] == "nữa"


async def test_what_nobody_hears_can_be_lost(cloud: ZaloCloud, call: Caller) -> None:
    await call("getUpdates", timeout=0)
    cloud.bot.rules.loses_unheard = True
    await cloud.bot_citizen(CHAT).say("nữa")
    assert cloud.bot.updates.lost_count == 1
    assert await call.error("getUpdates", timeout=0) == 408


@pytest.mark.parametrize(
    ("method", "body", "error"),
    [
        ("sendMessage", {"chat_id": CHAT, "text": "a" * 2000}, 0),
        ("sendMessage", {"chat_id": CHAT, "text": "a" * 2001}, 400),
        ("sendMessage", {"chat_id": CHAT, "text": ""}, 400),
        ("sendMessage", {"chat_id": CHAT}, 400),
        ("sendMessage", {"chat_id": CHAT, "text": "a", "reply_markup": {}}, 400),
        ("sendMessage", {"chat_id": CHAT, "text": "a", "parse_mode": "MarkdownV2"}, 400),
        ("sendMessage", {"chat_id": 5, "text": "a"}, 400),
        ("sendMessage", {"chat_id": "stranger", "text": "a"}, 404),
        ("sendPhoto", {"chat_id": CHAT, "photo": f"{PUBLIC}/a.png", "caption": "a" * 2000}, 0),
        ("sendPhoto", {"chat_id": CHAT, "photo": f"{PUBLIC}/a.png", "caption": "a" * 2001}, 400),
        ("sendPhoto", {"chat_id": CHAT, "photo": "a.png"}, 400),
        ("sendChatAction", {"chat_id": CHAT, "action": "typing"}, 0),
        ("sendChatAction", {"chat_id": CHAT, "action": "upload_photo"}, 400),
        ("sendTemplate", {"chat_id": CHAT}, 404),
        ("editMessageText", {"chat_id": CHAT}, 404),
    ],
)
async def test_calls_have_limits(
    cloud: ZaloCloud, call: Caller, method: str, body: dict[str, Any], error: int
) -> None:
    assert await call.error(method, **body) == error
    assert len(cloud.ledger.violations) == (error != 0)


async def test_the_quota_of_a_month_is_used_up(cloud: ZaloCloud, call: Caller) -> None:
    cloud.bot.rules.messages_per_month = 1
    message = {"chat_id": CHAT, "text": "a"}
    assert [await call.error("sendMessage", **message) for _ in range(2)] == [0, 429]
    cloud.clock.advance(32 * 24 * 3600)
    assert await call.error("sendMessage", **message) == 0


async def test_the_bot_never_hears_of_the_fifty_first(cloud: ZaloCloud, call: Caller) -> None:
    said = [await cloud.bot_citizen(f"chat{number}").say("a") for number in range(50)]
    assert [bool(one) for one in said] == [True] * 49 + [False]


async def test_who_blocked_the_bot_cannot_be_written_to(cloud: ZaloCloud, call: Caller) -> None:
    await cloud.bot_citizen(CHAT).block()
    assert await call.error("sendMessage", chat_id=CHAT, text="a") == 404
    assert cloud.ledger.violations == []


@pytest.mark.parametrize(
    ("url", "secret"),
    [("http://bot.example/x", "s" * 8), (f"{PUBLIC}/x", "s" * 7), (f"{PUBLIC}/x", "s" * 257)],
)
async def test_a_webhook_must_be_https_with_a_secret(call: Caller, url: str, secret: str) -> None:
    assert await call.error("setWebhook", url=url, secret_token=secret) == 400


@pytest.mark.parametrize("wraps", [True, False])
async def test_events_are_posted_with_the_secret(
    cloud: ZaloCloud, call: Caller, posts: list[Request], wraps: bool
) -> None:
    await call("getUpdates", timeout=0)
    cloud.bot.rules.wraps_events = wraps
    hook = await call("setWebhook", url=f"{PUBLIC}/hook", secret_token="s" * 8)
    assert hook["result"]["url"] == f"{PUBLIC}/hook"
    citizen = cloud.bot_citizen(CHAT)
    await citizen.say("một")
    for kind in ("image", "sticker", "voice", "unsupported"):
        await citizen.send(kind)
    await cloud.settle()
    events = [one.json()["result"] if wraps else one.json() for one in posts]
    assert sorted(one["event_name"].split(".")[1] for one in events) == sorted(
        ["text", "image", "sticker", "voice", "unsupported"]
    )
    assert {one.headers["x-bot-api-secret-token"] for one in posts} == {"s" * 8}
    assert {one.path for one in posts} == {"/hook"}


async def test_polling_and_webhook_exclude_each_other(call: Caller) -> None:
    await call("setWebhook", url=f"{PUBLIC}/hook", secret_token="s" * 8)
    assert await call.error("getUpdates", timeout=0) == 400
    await call("deleteWebhook")
    assert (await call("getWebhookInfo"))["result"]["url"] == ""
    assert await call.error("getUpdates", timeout=0) == 408


async def test_a_lost_answer_takes_the_update_along(cloud: ZaloCloud, call: Caller) -> None:
    await cloud.control.do("faults.add", product="bot", kind="close_after", method="getUpdates")
    with pytest.raises(httpx.RemoteProtocolError):
        await call("getUpdates", timeout=0)
    assert await call.error("getUpdates", timeout=0) == 408


async def test_it_runs_as_a_process_of_its_own_and_is_steered_over_http() -> None:
    command = [sys.executable, "-m", "tests.fakes.zalo_cloud", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: ASYNC220
        try:
            assert process.stdout is not None
            address = json.loads(process.stdout.readline())["address"]
            control = RemoteControl(address)
            citizen = BotCitizen(control, CHAT)
            await citizen.say("chào")
            async with httpx.AsyncClient(trust_env=False) as client:
                message = {"chat_id": CHAT, "text": "1. Danh mục"}
                url = f"{address}/bot{BotRules().token}/sendMessage"
                assert (await client.post(url, json=message)).json()["ok"]
            assert [one["message"] for one in await citizen.wait_for(1)] == [
                {"text": "1. Danh mục"}
            ]
            await citizen.choose("Danh mục")
            state = await control.do("state")
            assert (state["bot"]["queued"], state["violations"]) == (2, [])
            with pytest.raises(ValueError, match="has no nonsense"):
                await control.do("rules", product="bot", nonsense=1)
            await control.close()
        finally:
            process.terminate()
