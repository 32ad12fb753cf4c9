from __future__ import annotations

import httpx
import pytest

from bot.channels.zalo_bot.api import ZaloBotApi, make_http
from bot.channels.zalo_bot.client import ZaloBotClient
from bot.channels.zalo_bot.settings import ZaloBotSettings
from bot.domain.deliveries import Message
from bot.domain.errors import (
    ChannelError,
    ChannelMisconfigured,
    MessageRejected,
    NotSent,
    RecipientUnreachable,
    RetryLater,
    SendUnknown,
)
from bot.domain.people import Address, ChannelId
from tests.unit.channels.zalo_bot.conftest import CHAT, delivery, settings_for

TOKEN = "12345689:abc-xyz"
HELLO = Message("sendMessage", {"text": "Chào bạn"})


@pytest.fixture
async def client(cloud, api):
    await cloud.bot_citizen(CHAT).say("xin chào")
    return ZaloBotClient(api)


def mocked(answer) -> ZaloBotClient:
    http = make_http(httpx.MockTransport(answer))
    return ZaloBotClient(ZaloBotApi(http, ZaloBotSettings(token=TOKEN, call_seconds=0.05)))


async def fault_of(client, message=HELLO, chat=CHAT) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        await client.send(delivery(message, chat))
    return caught.value


async def test_a_message_arrives_and_its_id_is_known(cloud, client):
    receipt = await client.send(delivery(HELLO))
    [arrival] = cloud.ledger.arrived("bot", CHAT)
    assert (arrival.text, arrival.message_id) == ("Chào bạn", receipt.message_id)
    photo = Message("sendPhoto", {"photo": "https://bot.example/a.png", "caption": "Hình"})
    await client.send(delivery(photo))
    assert cloud.ledger.arrived("bot", CHAT)[1].method == "sendPhoto"
    assert cloud.ledger.violations == []


async def test_the_used_up_quota_makes_the_whole_channel_wait_an_hour(cloud, client):
    cloud.bot.rules.messages_per_month = 0
    fault = await fault_of(client)
    assert isinstance(fault, RetryLater)
    assert (fault.code, fault.after_seconds, fault.whole_channel) == ("quota_used_up", 3600.0, True)


async def test_who_is_not_there_is_unreachable(cloud, client):
    await cloud.bot_citizen(CHAT).block()
    assert isinstance(await fault_of(client), RecipientUnreachable)


async def test_a_wrong_token_is_for_a_person(cloud, client):
    cloud.bot.rules.token = "another"
    assert isinstance(await fault_of(client), ChannelMisconfigured)


@pytest.mark.parametrize(
    ("code", "description", "kind"),
    [
        (400, "Bad Request", MessageRejected),
        (400, "chat_id is invalid", RecipientUnreachable),
        (403, "Forbidden", ChannelMisconfigured),
        (403, "Bot was blocked by the user", RecipientUnreachable),
        (404, "Not Found", MessageRejected),
        (408, "Request timeout", SendUnknown),
        (500, "Internal error", SendUnknown),
        (499, "strange", MessageRejected),
    ],
)
async def test_each_error_code_says_what_to_do(cloud, client, code, description, kind):
    fault = {"kind": "error", "method": "sendMessage", "code": code, "description": description}
    await cloud.control.do("faults.add", product="bot", **fault)
    assert type(await fault_of(client)) is kind


@pytest.mark.parametrize(
    ("fault", "arrived"),
    [("close_before", 0), ("close_after", 1), ("html", 0), ("html_after", 1)],
)
async def test_a_lost_answer_leaves_open_what_arrived(cloud, client, fault, arrived):
    await cloud.control.do("faults.add", product="bot", kind=fault)
    assert isinstance(await fault_of(client), SendUnknown)
    assert len(cloud.ledger.arrived("bot", CHAT)) == arrived
    await client.send(delivery(HELLO))


async def test_a_late_answer_leaves_open_what_arrived(cloud, client):
    await cloud.control.do("faults.add", product="bot", kind="delay", seconds=30)
    hasty = ZaloBotClient(ZaloBotApi(make_http(), settings_for(cloud, call_seconds=0.05)))
    assert isinstance(await fault_of(hasty), SendUnknown)
    assert len(cloud.ledger.arrived("bot", CHAT)) == 1
    await hasty.close()


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (httpx.ConnectError, NotSent),
        (httpx.ConnectTimeout, NotSent),
        (httpx.PoolTimeout, NotSent),
        (httpx.ReadTimeout, SendUnknown),
        (httpx.WriteError, SendUnknown),
        (httpx.RemoteProtocolError, SendUnknown),
    ],
)
async def test_a_fault_of_the_connection_says_whether_anything_can_have_arrived(raised, kind):
    def fail(request: httpx.Request) -> httpx.Response:
        raise raised(f"at {request.url}", request=request)

    client = mocked(fail)
    fault = await fault_of(client)
    assert type(fault) is kind
    assert fault.__cause__ is None
    assert TOKEN not in str(fault)
    await client.close()


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (httpx.Response(502, html="<h1>502</h1>"), SendUnknown),
        (httpx.Response(500, json={"ok": False, "error_code": 500}), SendUnknown),
        (httpx.Response(429, text="slow down"), RetryLater),
        (httpx.Response(404, text="no such host"), ChannelMisconfigured),
        (httpx.Response(302, headers={"location": "https://x.example"}), SendUnknown),
        (httpx.Response(200, text="ok"), SendUnknown),
        (httpx.Response(200, json=[]), SendUnknown),
        (httpx.Response(200, json={"ok": "yes"}), SendUnknown),
        (httpx.Response(200, json={"ok": False}), SendUnknown),
        (httpx.Response(200, json={"ok": False, "error_code": "401"}), SendUnknown),
        (httpx.Response(401, json={"ok": False, "error_code": 401}), ChannelMisconfigured),
    ],
)
async def test_an_answer_of_any_shape_says_what_to_do(response, kind):
    client = mocked(lambda _: response)
    assert type(await fault_of(client)) is kind
    await client.close()


@pytest.mark.parametrize("result", [{}, {"message_id": 5}, None, [], "x"])
async def test_a_message_that_was_taken_without_an_id_is_sent(result):
    client = mocked(lambda _: httpx.Response(200, json={"ok": True, "result": result}))
    assert (await client.send(delivery(HELLO))).message_id == ""
    await client.close()


async def test_what_the_composer_never_makes_is_not_sent(cloud, client):
    assert isinstance(await fault_of(client, Message("sendSticker")), MessageRejected)
    assert cloud.ledger.calls["bot:sendSticker"] == 0


async def test_typing_is_shown_and_its_failure_is_of_no_consequence(cloud, client):
    await client.show_typing(Address(ChannelId.ZALO_BOT, CHAT))
    await client.show_typing(Address(ChannelId.ZALO_BOT, "nobody"))
    assert cloud.ledger.calls["bot:sendChatAction"] == 2
    assert cloud.bot.used == {}
