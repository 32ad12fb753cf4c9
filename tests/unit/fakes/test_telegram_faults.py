"""Faults that a test scripts on the fake of Telegram's cloud."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest
import telegram
from aiogram.exceptions import ClientDecodeError

from tests.fakes.telegram_faults import Fault


async def test_the_next_calls_of_a_method_fail_and_no_others(call, lan, world):
    await world.script(Fault("sendMessage", times=2, status=500))
    assert (await call("getMe")).status_code == 200
    given = {"chat_id": lan.id, "text": "a"}
    statuses = [(await call("sendMessage", **given)).status_code for _ in range(3)]
    assert statuses == [500, 500, 200]
    assert len(await lan.sees()) == 1
    assert (await world.status())["faults"] == []


async def test_a_fault_may_be_meant_for_one_chat(call, lan, world):
    hoa = await world.citizen("Hoa", is_known=True)
    await world.script(Fault("sendMessage", chat_id=hoa.id, status=500))
    assert (await call("sendMessage", chat_id=lan.id, text="a")).status_code == 200
    assert (await call("sendMessage", chat_id=hoa.id, text="a")).status_code == 500


async def test_a_bad_gateway_is_a_page_not_json(bot, aiogram_bot, lan, world):
    await world.script(Fault.bad_gateway("sendMessage", times=2))
    with pytest.raises(telegram.error.NetworkError, match="Bad Gateway"):
        await bot.send_message(lan.id, "a")
    with pytest.raises(ClientDecodeError):
        await aiogram_bot.send_message(lan.id, "a")
    assert await lan.sees() == []


async def test_a_429_carries_its_wait_twice(call, lan, world):
    await world.script(Fault("sendMessage", status=429, retry_after=7))
    answer = await call("sendMessage", chat_id=lan.id, text="a")
    assert answer.json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 7",
        "parameters": {"retry_after": 7},
    }
    assert answer.headers["Retry-After"] == "7"


async def test_a_scripted_refusal_reaches_the_library(bot, lan, world):
    words = "Forbidden: user is deactivated"
    await world.script(Fault("sendMessage", status=403, description=words))
    with pytest.raises(telegram.error.Forbidden, match="user is deactivated"):
        await bot.send_message(lan.id, "a")


async def test_the_message_arrives_though_its_answer_is_lost(bot, lan, world):
    await world.script(Fault.lost_answer("sendMessage"))
    with pytest.raises(telegram.error.NetworkError):
        await bot.send_message(lan.id, "a")
    assert [one.text for one in await lan.sees()] == ["a"]
    assert [one["status"] for one in await world.arrived(lan.id)] == [200]


async def test_the_message_does_not_arrive_when_the_connection_closes_before(bot, lan, world):
    await world.script(Fault("sendMessage", close="before"))
    with pytest.raises(telegram.error.NetworkError):
        await bot.send_message(lan.id, "a")
    assert await lan.sees() == []


async def test_the_message_arrives_though_the_bot_gave_up_waiting(bot, lan, world):
    await world.script(Fault("sendMessage", delay_after_seconds=30))
    with pytest.raises(telegram.error.TimedOut):
        await bot.send_message(lan.id, "a", read_timeout=0.05)
    assert [one.text for one in await lan.sees()] == ["a"]


async def test_the_message_arrives_late_when_the_delay_is_before(call, lan, world):
    await world.script(Fault("sendMessage", delay_before_seconds=0.05))
    sending = asyncio.create_task(call("sendMessage", chat_id=lan.id, text="a"))
    await world.eventually(world.status, lambda one: one["faults"] == [])
    assert await lan.sees() == []
    assert (await sending).status_code == 200
    assert len(await lan.sees()) == 1


async def test_an_error_may_lie_about_a_message_that_arrived(call, lan, world):
    await world.script(Fault.bad_gateway("sendMessage", performs=True))
    assert (await call("sendMessage", chat_id=lan.id, text="a")).status_code == 502
    assert len(await lan.sees()) == 1


async def test_a_slow_body_comes_whole_to_who_waits(call, lan, world):
    await world.script(Fault("sendMessage", slow_body_seconds=0.08))
    began = time.monotonic()
    answer = await call("sendMessage", chat_id=lan.id, text="a")
    assert answer.json()["result"]["text"] == "a"
    assert time.monotonic() - began >= 0.06


async def test_a_slow_body_breaks_who_does_not(world, lan):
    await world.script(Fault("sendMessage", slow_body_seconds=4))
    url = f"{world.address}/bot{world.token}/sendMessage"
    async with httpx.AsyncClient(timeout=0.05) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.post(url, json={"chat_id": lan.id, "text": "a"})
    assert len(await lan.sees()) == 1
