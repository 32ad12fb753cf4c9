"""Delivery to a webhook by the fake of Telegram's cloud: order, trying again, giving up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from itertools import pairwise

import pytest
import telegram
from aiohttp import web

from tests.fakes.telegram_updates import queue_of

Answer = Callable[[dict], web.Response]


def answer_ok(_update: dict) -> web.Response:
    return web.Response()


class Receiver:
    """The bot's side: keeps what it was sent, answers as told."""

    def __init__(self) -> None:
        self.url = ""
        self.answer: Answer = answer_ok
        self.updates: list[dict] = []
        self.secrets: list[str | None] = []
        self.arrived = asyncio.Condition()
        self.gate = asyncio.Event()
        self.gate.set()

    async def handle(self, request: web.BaseRequest) -> web.Response:
        update = json.loads(await request.read())
        self.updates.append(update)
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        async with self.arrived:
            self.arrived.notify_all()
        await self.gate.wait()
        return self.answer(update)

    async def has(self, count: int) -> None:
        """Wait until so many updates arrived."""
        async with asyncio.timeout(5), self.arrived:
            await self.arrived.wait_for(lambda: len(self.updates) >= count)

    def texts(self) -> list[str]:
        return [one["message"]["text"] for one in self.updates if "message" in one]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    runner = web.ServerRunner(web.Server(receiver.handle), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    yield receiver
    receiver.gate.set()
    await runner.cleanup()


async def all_delivered(world) -> None:
    await world.eventually(
        world.status, lambda one: one["pending_updates"] == 0, what="all updates delivered"
    )


async def answered(world, count: int) -> None:
    """Wait until the cloud has so many answers, and its next attempt is set."""

    async def look() -> list[int | None]:
        attempts = (await world.control("webhook_attempts"))["attempts"]
        return [one["status"] for one in attempts]

    await world.eventually(look, lambda found: len(found) == count and all(found))


async def test_updates_come_with_the_secret_and_polling_is_refused(bot, world, lan, receiver):
    await bot.set_webhook(receiver.url, secret_token="Bi-mat_1", max_connections=7)
    await lan.starts("a")
    await all_delivered(world)
    assert receiver.texts() == ["/start a"]
    assert receiver.secrets == ["Bi-mat_1"]
    info = await bot.get_webhook_info()
    assert (info.url, info.max_connections, info.pending_update_count) == (receiver.url, 7, 0)
    with pytest.raises(telegram.error.Conflict, match="while webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    await lan.says("b")
    assert [one.message.text for one in await bot.get_updates()] == ["b"]


async def test_what_waited_is_delivered_once_a_webhook_is_set(bot, world, lan, receiver):
    await lan.says("a")
    await bot.set_webhook(receiver.url)
    await all_delivered(world)
    assert receiver.texts() == ["a"]


async def test_what_waited_may_be_dropped(bot, world, lan, receiver):
    await lan.says("a")
    await bot.set_webhook(receiver.url, drop_pending_updates=True)
    await lan.says("b")
    await all_delivered(world)
    assert receiver.texts() == ["b"]


async def test_setting_the_same_webhook_again_changes_nothing(call, receiver):
    first = (await call("setWebhook", url=receiver.url)).json()
    again = (await call("setWebhook", url=receiver.url)).json()
    assert first == {"ok": True, "result": True, "description": "Webhook was set"}
    assert again["description"] == "Webhook is already set"
    assert (await call("deleteWebhook")).json()["description"] == "Webhook was deleted"
    assert (await call("deleteWebhook")).json()["description"] == "Webhook is already deleted"


async def test_a_waiting_poll_ends_when_a_webhook_is_set(call, world, receiver):
    polling = asyncio.create_task(call("getUpdates", timeout=30))
    await world.eventually(world.status, lambda one: one["counters"].get("getUpdates"))
    await call("setWebhook", url=receiver.url)
    answer = (await polling).json()
    assert (answer["error_code"], answer["description"]) == (
        409,
        "Conflict: terminated by setWebhook request",
    )


async def test_one_update_of_a_chat_at_a_time_and_chats_side_by_side(bot, world, lan, receiver):
    hoa = await world.citizen("Hoa", is_known=True)
    await bot.set_webhook(receiver.url)
    receiver.gate.clear()
    for text in ("1", "2", "3"):
        await lan.says(text)
    await hoa.says("x")
    await receiver.has(2)
    assert sorted(receiver.texts()) == ["1", "x"]
    receiver.gate.set()
    await all_delivered(world)
    assert [one for one in receiver.texts() if one != "x"] == ["1", "2", "3"]


async def test_presses_do_not_wait_for_messages(bot, world, lan, receiver):
    markup = {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}
    await bot.send_message(lan.id, "Chọn", reply_markup=markup)
    await bot.set_webhook(receiver.url)
    receiver.gate.clear()
    await lan.says("1")
    await lan.presses("A")
    await lan.presses("A")
    await receiver.has(2)
    kinds = [sorted(one)[0] for one in receiver.updates]
    assert sorted(kinds) == ["callback_query", "message"]


def test_presses_inline_queries_and_memberships_queue_apart():
    kinds = ("message", "edited_message", "inline_query", "callback_query", "my_chat_member")
    queues = [queue_of(kind, 7) for kind in kinds]
    assert queues[0] == queues[1] == 7
    assert len(set(queues)) == 4


async def test_a_refused_update_comes_again_at_once_then_ever_later(bot, world, lan, receiver):
    await world.control("set_webhook_pace", time_factor=200)
    await bot.set_webhook(receiver.url)
    receiver.answer = lambda _: web.Response(status=200 if len(receiver.updates) > 5 else 500)
    await lan.says("1")
    await lan.says("2")
    await all_delivered(world)
    assert receiver.texts() == ["1", "1", "1", "1", "1", "1", "2"]
    attempts = (await world.control("webhook_attempts"))["attempts"]
    assert [one["attempt"] for one in attempts] == [1, 2, 3, 4, 5, 6, 1]
    times = [one["sent_at"] for one in attempts[:6]]
    waits = [(after - before) * 200 for before, after in pairwise(times)]
    assert all(wait >= least for wait, least in zip(waits, [0, 2, 4, 8, 16], strict=True))
    info = await bot.get_webhook_info()
    assert info.last_error_message == "Wrong response from the webhook: 500 Internal Server Error"


async def test_a_retry_waits_as_the_answer_asks(bot, world, lan, receiver):
    await bot.set_webhook(receiver.url)
    busy = web.Response(status=503, headers={"Retry-After": "600"})
    receiver.answer = lambda _: busy if len(receiver.updates) == 1 else web.Response()
    await lan.says("1")
    await world.eventually(bot.get_webhook_info, lambda one: one.last_error_message)
    await world.control("advance", seconds=599)
    assert receiver.texts() == ["1"]
    await world.control("advance", seconds=2)
    await all_delivered(world)
    assert receiver.texts() == ["1", "1"]


async def test_an_update_is_given_up_after_a_day_and_the_next_goes_on(bot, world, lan, receiver):
    await bot.set_webhook(receiver.url)
    receiver.answer = lambda one: web.Response(status=500 if one["message"]["text"] == "1" else 200)
    await lan.says("1")
    await answered(world, 2)
    await world.control("advance", seconds=86_399)
    await answered(world, 3)
    await lan.says("2")
    await all_delivered(world)
    assert receiver.texts() == ["1", "1", "1", "2"]


async def test_a_press_too_old_is_not_delivered(bot, world, lan, receiver):
    markup = {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}
    await bot.send_message(lan.id, "Chọn", reply_markup=markup)
    await bot.set_webhook(receiver.url)
    receiver.gate.clear()
    await lan.presses("A")
    await lan.presses("A")
    await receiver.has(1)
    await world.control("advance", seconds=151)
    receiver.gate.set()
    await all_delivered(world)
    assert len(receiver.updates) == 1


async def test_a_webhook_that_is_gone_for_23_hours_is_removed(bot, world, lan, receiver):
    await bot.set_webhook(receiver.url)
    receiver.answer = lambda _: web.Response(status=410)
    await lan.says("1")
    await answered(world, 2)
    assert (await bot.get_webhook_info()).url == receiver.url
    await world.control("advance", seconds=23 * 3600 + 1)
    await world.eventually(world.status, lambda one: not one["webhook_url"])
    assert [one.message.text for one in await bot.get_updates()] == ["1"]


async def test_an_answer_may_carry_a_call(bot, world, lan, receiver):
    await bot.set_webhook(receiver.url)
    reply = {"method": "sendMessage", "chat_id": lan.id, "text": "Chào <b>bạn</b>"}
    receiver.answer = lambda _: web.json_response({**reply, "parse_mode": "HTML"})
    await lan.says("1")
    assert (await lan.waits_for("Chào")).text == "Chào bạn"


async def test_an_answer_may_not_change_the_webhook(bot, world, lan, receiver):
    await bot.set_webhook(receiver.url)
    receiver.answer = lambda _: web.json_response({"method": "deleteWebhook"})
    await lan.says("1")
    await all_delivered(world)
    assert (await bot.get_webhook_info()).url == receiver.url


async def test_a_webhook_that_is_away_is_tried_until_it_is_back(bot, world, lan, receiver):
    await world.control("set_webhook_pace", time_factor=100)
    await bot.set_webhook("http://127.0.0.1:9/")  # nobody listens there
    await lan.says("1")
    await world.eventually(bot.get_webhook_info, lambda one: one.last_error_message)
    await bot.set_webhook(receiver.url)
    await all_delivered(world)
    assert receiver.texts() == ["1"]
