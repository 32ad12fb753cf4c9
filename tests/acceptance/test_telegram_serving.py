"""`serve` with Telegram as its operator runs it; citizens write, press, look up and leave."""

from __future__ import annotations

import time

import httpx
import pytest

from tests.acceptance.chat_serving import PUBLIC_URL, chat_serving, with_index
from tests.conversations.runner import SCRIPTS, load_script
from tests.fakes.telegram_faults import Fault
from tests.fakes.telegram_world import telegram_at, telegram_server

#: What is slow here is the machine that runs the tests, never the program.
PATIENCE_SECONDS = 30.0


@pytest.fixture(scope="module")
def cloud():
    with telegram_server() as one:
        yield one


@pytest.fixture(scope="module")
def polling(app, data_dir, tmp_path_factory, cloud):
    """A server without an address of its own, which asks for updates."""
    folder = with_index(data_dir, tmp_path_factory.mktemp("polling") / "var")
    with chat_serving(folder, **settings_of(*cloud)) as one:
        yield one


@pytest.fixture
async def world(cloud):
    async with telegram_at(*cloud) as one:
        yield one
        assert await one.violations() == []


def settings_of(address, token, **more):
    return {"telegram_bot_token": token, "telegram_api_url": address, **more}


async def answer_to(citizen, does, text, chat_id=None):
    """The message with this text that comes, or is written into another one, after `does`."""
    before = {(one.message_id, one.text) for one in await citizen.sees(chat_id=chat_id)}
    await does

    async def look():
        seen = await citizen.sees(chat_id=chat_id)
        return [
            one for one in seen if (one.message_id, one.text) not in before and text in one.text
        ]

    found = await citizen.world.eventually(
        look, what=f"an answer with {text!r}", deadline_seconds=PATIENCE_SECONDS
    )
    return found[-1]


def line_of(turn):
    """A line of the last reply of a turn that stands there as it is written."""
    return turn["replies"][-1].splitlines()[0]


async def test_a_citizen_walks_to_the_end_with_badly_spelled_words(polling, world):
    lan = await world.citizen("Lan")
    script = load_script(SCRIPTS / "tk-kich-hoat-suon-se.yaml")
    for turn in script["turns"]:
        if (payload := turn.get("presses")) is not None:
            does = lan.starts(payload.replace(":", "_"))
        else:
            does = lan.says(turn["says"])
        await answer_to(lan, does, line_of(turn))
    assert "ERROR" not in polling.log


@pytest.fixture
async def other_world(app):
    """A cloud for one test, which does something to it that lasts."""
    with telegram_server() as cloud:
        async with telegram_at(*cloud) as one:
            yield one
            assert await one.violations() == []


@pytest.fixture
async def by_webhook(data_dir, tmp_path, other_world):
    world = other_world
    folder = with_index(data_dir, tmp_path / "var")
    settings = settings_of(world.address, world.token, public_url=PUBLIC_URL)
    with chat_serving(folder, **settings) as one:
        await world.control("set_webhook_hosts", hosts={PUBLIC_URL: [one.address]})
        # Telegram comes again later and later, until the channel is ready.
        await world.control("set_webhook_pace", time_factor=100.0)
        yield one


async def test_by_webhook_the_same_is_said_and_done(by_webhook, other_world):
    world = other_world
    lan = await world.citizen("Lan")
    await answer_to(lan, lan.starts(), "Chọn một mục")
    await answer_to(lan, lan.presses("Gặp trục trặc"), "Gặp trục trặc. Bạn chọn một việc")
    found = await answer_to(lan, lan.says("quen mat khau vneid"), "Quên mật khẩu VNeID")
    assert "Làm từng bước" in [label for row in found.buttons for label in row]
    press = await lan.presses("Làm từng bước")
    await lan.waits_for_answer(press["callback_query_id"])
    assert (await world.status())["webhook_url"] == f"{PUBLIC_URL}/webhook/telegram"


async def test_the_next_step_takes_the_place_of_the_last_and_a_picture_comes_by_itself(
    polling, world
):
    lan = await world.citizen("Lan")
    await answer_to(lan, lan.starts("f_nfc-khong-doc"), "Điện thoại của bạn là loại nào?")
    first = await answer_to(lan, lan.presses("iPhone"), "Bước 1/2")
    assert first.is_edited
    with_picture = await answer_to(lan, lan.presses("Đã xong"), "Bước 2/2")
    assert "photo" in with_picture.raw
    assert await sends_its_bytes(world, "Mai") == [False]
    lost = "Bad Request: wrong file identifier/HTTP URL specified"
    await world.script(Fault(method="sendPhoto", times=1, status=400, description=lost))
    assert await sends_its_bytes(world, "Hoa") == [True]


async def sends_its_bytes(world, name):
    """For each picture that somebody gets on the way: whether it was uploaded for them."""
    person = await world.citizen(name)
    await answer_to(person, person.starts("f_nfc-khong-doc"), "Điện thoại của bạn là loại nào?")
    await answer_to(person, person.presses("iPhone"), "Bước 1/2")
    await answer_to(person, person.presses("Đã xong"), "Bước 2/2")
    arrived = await world.arrived(chat_id=person.id, method="sendPhoto")
    return [bool(one["files"]) for one in arrived]


async def test_a_group_is_answered_only_when_it_asks(polling, world):
    lan, mai = await world.citizen("Lan"), await world.citizen("Mai")
    group = await world.group("Tổ dân phố 6", lan, mai, is_supergroup=False)
    await lan.says("dang ky tam tru the nao ca nha", chat_id=group)
    await lan.says("/ban @ai_do", chat_id=group)  # meant for another bot
    asked = f"@{(await bot_name(world))} dang ky tam tru o dau"
    answer = await answer_to(mai, mai.says(asked, chat_id=group), "tạm trú", chat_id=group)
    assert answer.raw["reply_to_message"]["text"] == asked
    assert all("url" in one for row in answer.raw["reply_markup"]["inline_keyboard"] for one in row)
    assert [one.message_id for one in await lan.sees(chat_id=group)] == [answer.message_id]
    moved = int(await world.control("migrates", person_id=lan.id, chat_id=group))
    await answer_to(
        mai,
        mai.says(f"/tra@{await bot_name(world)} tam tru", chat_id=moved),
        "Tìm thấy",
        chat_id=moved,
    )


async def bot_name(world):
    async with httpx.AsyncClient(trust_env=False) as http:
        me = await http.get(f"{world.address}/bot{world.token}/getMe")
    return me.json()["result"]["username"]


async def test_topics_are_looked_up_inline_and_by_command(polling, world):
    """The same topics. How long it takes is measured by `python -m benchmarks.channels lookup`."""
    lan = await world.citizen("Lan")
    await answer_to(lan, lan.starts(), "Chọn một mục")
    for topic in ("tam tru", "muc do 2", "quen mat khau", "ho chieu", "the can cuoc"):
        answer = await lan.waits_for_answer(await lan.asks_inline(topic))
        cards = [one["id"] for one in answer["results"]]
        listed = await answer_to(lan, lan.says(f"/tra {topic}"), "Tìm thấy")
        rows = listed.raw["reply_markup"]["inline_keyboard"]
        found = [one["callback_data"] for row in rows for one in row]
        assert found
        assert found == cards[: len(found)]


async def test_who_blocks_is_left_in_peace_and_who_comes_back_is_answered(polling, world):
    lan = await world.citizen("Lan")
    await answer_to(lan, lan.starts(), "Chọn một mục")
    await lan.blocks()
    await answer_to(lan, lan.starts("f_kich-hoat"), "Bạn đang làm đến đâu rồi?")


async def test_a_channel_switched_off_answers_only_what_comes_once_it_is_on_again(polling, world):
    lan = await world.citizen("Lan")
    await answer_to(lan, lan.starts(), "Chọn một mục")
    assert "Đã tắt kênh Telegram" in polling.run("channel", "off", "telegram")
    before = len(await lan.sees())
    await lan.says("cam on")
    await world.eventually(lambda: taken(world), bool, deadline_seconds=PATIENCE_SECONDS)
    assert "Telegram: đang tắt." in polling.run("channel")
    assert len(await lan.sees()) == before
    assert "Đã mở kênh Telegram" in polling.run("channel", "on", "telegram")
    await world.eventually(
        lambda: state_of(polling, "telegram"),
        lambda state: state == "ready",
        deadline_seconds=PATIENCE_SECONDS,
    )
    await answer_to(lan, lan.says("/start"), "Chọn một mục")
    assert not any("Rất vui được giúp bạn" in str(one) for one in (await lan.sees())[before:])


async def state_of(served, channel):
    async with httpx.AsyncClient(base_url=served.address, trust_env=False) as http:
        return (await http.get("/readyz")).json()["channels"][channel]


async def taken(world):
    return (await world.status())["pending_updates"] == 0


async def test_a_revoked_token_is_shown_to_staff_and_the_page_goes_on(
    data_dir, tmp_path, other_world
):
    world = other_world
    folder = with_index(data_dir, tmp_path / "var")
    with chat_serving(folder, **settings_of(world.address, world.token)) as served:
        await expect_a_revoked_token_to_be_shown(served, world)


async def expect_a_revoked_token_to_be_shown(polling, world):
    lan = await world.citizen("Lan")
    await answer_to(lan, lan.starts(), "Chọn một mục")
    refused = Fault(method="*", times=1000, status=401, description="Unauthorized")
    await world.script(refused)
    await lan.says("cam on")  # ends the poll that waits

    async def shown():
        labels = {"channel": "telegram", "code": "telegram_token_refused"}
        return polling.metric("troly06_channel_trouble", **labels)

    await eventually(shown)
    assert "telegram_token_refused" in polling.log
    assert world.token not in polling.log
    async with httpx.AsyncClient(base_url=polling.address, trust_env=False) as http:
        asked = {"session": "s" * 20, "text": "quen mat khau vneid"}
        assert (await http.post("/api/messages", json=asked)).json()["replies"]
        assert (await http.get("/healthz")).status_code == 200


async def eventually(look):
    """Until it is so; each look asks another process, which takes its time."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while not await look():
        assert time.monotonic() < ends_at, "not within the time"
