"""`serve` with both products of Zalo as its operator runs it, from the grant on."""

from __future__ import annotations

import secrets
import time

import httpx
import pytest

from tests.acceptance.chat_serving import PUBLIC_URL, chat_serving, with_index
from tests.conversations.runner import SCRIPTS, load_script
from tests.fakes.zalo.citizens import buttons_of, text_of
from tests.fakes.zalo.control import PREFIX
from tests.fakes.zalo.oa_rules import DAY, OaRules
from tests.fakes.zalo.process import zalo_at, zalo_server

#: What is slow here is the machine that runs the tests, never the program.
PATIENCE_SECONDS = 30.0
RULES = OaRules()
GRANTED = "Đã nối trợ lý với Zalo OA."
BOT_TOKEN = "12345689:abc-xyz"


def oa_settings(address, **more):
    return {
        "zalo_app_id": RULES.app_id,
        "zalo_app_secret": RULES.app_secret,
        "zalo_oa_id": RULES.oa_id,
        "zalo_oa_secret_key": RULES.oa_secret_key,
        "zalo_oa_api_url": address,
        "zalo_oa_oauth_url": address,
        "public_url": PUBLIC_URL,
        **more,
    }


@pytest.fixture(scope="module")
def cloud():
    with zalo_server() as address:
        yield address


@pytest.fixture
async def world(cloud):
    async with zalo_at(cloud) as one:
        yield one
        broken = (await one.control.do("state"))["violations"]
        # To ask for new tokens with a grant that was taken back is how it is found out.
        assert [one for one in broken if one["method"] != "oauth/access_token"] == []


@pytest.fixture(scope="module")
def oa(app, data_dir, tmp_path_factory, cloud):
    """A server whose account was granted, with its webhook saved in the console."""
    folder = with_index(data_dir, tmp_path_factory.mktemp("oa") / "var")
    # The clock of the fake is put forward, that of the server is not.
    settings = oa_settings(cloud, zalo_oa_max_event_age_seconds=str(90 * 24 * 3600))
    with chat_serving(folder, **settings) as served:
        assert GRANTED in grant(served)
        hosts = {PUBLIC_URL: served.address}
        do(cloud, "webhook", product="oa", hosts=hosts, patience_seconds=10.0)
        assert do(cloud, "oa.save_webhook", url=f"{PUBLIC_URL}/webhook/zalo-oa")
        yield served


def do(address, verb, **values):
    response = httpx.post(f"{address}{PREFIX}{verb}", json=values, timeout=60, trust_env=False)
    return response.raise_for_status().json()


def grant(served):
    """What an administrator does: open the link, agree, paste the address they came to."""
    with served.begin("zalo-grant") as command:
        told = command.stdout.readline() + command.stdout.readline()
        link = told[told.index("http") :].strip()
        came_to = httpx.get(link, trust_env=False).headers["Location"]
        assert came_to.startswith(f"{PUBLIC_URL}/zalo-oa/callback?")
        return command.communicate(f"{came_to}\n", timeout=60)[0]


async def answer_to(citizen, does, text):
    """The message with this text that comes after `does`."""
    before = len(await citizen.arrived())
    await does
    ends_at, count = time.monotonic() + PATIENCE_SECONDS, before + 1
    while True:
        arrived = await citizen.wait_for(count, seconds=max(ends_at - time.monotonic(), 0.1))
        found = [one for one in arrived[before:] if text in text_of(one)]
        if found:
            return found[-1]
        assert time.monotonic() < ends_at, f"no {text!r} in {arrived[before:]}"
        count = len(arrived) + 1


def line_of(turn):
    """The first line of the last reply of a turn."""
    return turn["replies"][-1].splitlines()[0]


async def test_oa_leads_to_the_end_with_badly_spelled_words(oa, world):
    lan = world.oa_citizen("2512523625412515001")
    script = load_script(SCRIPTS / "tk-kich-hoat-suon-se.yaml")
    await lan.follow()
    for turn in script["turns"]:
        await answer_to(lan, lan.say(turn.get("says") or f"#t06:{turn['presses']}"), line_of(turn))
    # Only before it was granted.
    errors = [line for line in oa.log.splitlines() if line.startswith("ERROR")]
    assert all("zalo_oa_no_grant" in line for line in errors)


async def test_oa_greets_who_follows_and_takes_buttons_and_numbers(oa, world):
    lan = world.oa_citizen("2512523625412515002")
    welcome = await answer_to(lan, lan.follow(), "Chọn một mục")
    assert buttons_of(welcome)[0]["title"] == "1. Kích hoạt tài khoản"
    await answer_to(lan, lan.press("3. Gặp trục trặc"), "Gặp trục trặc. Bạn chọn một việc")
    await answer_to(lan, lan.say("/menu"), "Chọn một mục")
    await answer_to(lan, lan.say("7"), "Đề án 06. Bạn chọn một việc")
    await lan.unfollow()
    await answer_to(lan, lan.say("cam on"), "Rất vui")


async def test_oa_uploads_a_picture_once_and_again_when_zalo_has_forgotten_it(oa, world):
    async def see_the_picture(user):
        lan = world.oa_citizen(user)
        await answer_to(lan, lan.say("#t06:f:nfc-khong-doc"), "Điện thoại của bạn là loại nào?")
        await answer_to(lan, lan.say("iphone"), "Bước 1/2")
        await answer_to(lan, lan.say("xong"), "Bước 2/2")
        elements = [one["message"].get("attachment", {}) for one in await lan.arrived()]
        return [one for one in elements if "elements" in one.get("payload", {})]

    assert len(await see_the_picture("2512523625412515003")) == 1
    before = (await world.control.do("state"))["oa"]
    assert len(await see_the_picture("2512523625412515004")) == 1
    assert (await world.control.do("state"))["oa"]["upload_count"] == before["upload_count"]
    await world.control.do("clock.advance", seconds=7 * DAY + 60)
    assert len(await see_the_picture("2512523625412515005")) == 1
    after = (await world.control.do("state"))["oa"]
    assert after["upload_count"] == before["upload_count"] + 1
    # The access token had run out too.
    assert after["refresh_count"] == before["refresh_count"] + 1


async def test_oa_whose_grant_is_taken_back_is_shown_to_staff_and_the_page_goes_on(oa, world):
    """The last one here: the channel rests after it."""
    lan = world.oa_citizen("2512523625412515006")
    await answer_to(lan, lan.say("/start"), "Chọn một mục")
    await world.control.do("oa.revoke")
    await lan.say("cam on")
    eventually(lambda: oa.metric("troly06_channel_trouble", channel="zalo_oa"))
    assert "channel zalo_oa needs a person" in oa.log
    async with httpx.AsyncClient(base_url=oa.address, trust_env=False) as http:
        asked = {"session": "s" * 20, "text": "quen mat khau vneid"}
        assert (await http.post("/api/messages", json=asked)).json()["replies"]


# --- Zalo Bot


@pytest.fixture(scope="module", params=["polling", "webhook"])
def bot(request, app, data_dir, tmp_path_factory, cloud):
    folder = with_index(data_dir, tmp_path_factory.mktemp("bot") / "var")
    settings = {"zalo_bot_token": BOT_TOKEN, "zalo_bot_api_url": cloud}
    if request.param == "webhook":
        settings["public_url"] = PUBLIC_URL
    with chat_serving(folder, **settings) as served:
        hosts = {PUBLIC_URL: served.address}
        do(cloud, "webhook", product="bot", hosts=hosts, patience_seconds=10.0)
        eventually(lambda: is_ready(served, "zalo_bot"))
        yield served


def new_chat():
    return secrets.token_hex(10)


def is_ready(served, channel):
    return (
        httpx.get(f"{served.address}/readyz", trust_env=False).json()["channels"][channel]
        == "ready"
    )


async def test_bot_leads_by_numbers_and_badly_spelled_words(bot, world):
    lan = world.bot_citizen(new_chat())
    first = await answer_to(
        lan, lan.say("ap the khong doc duoc"), "Áp thẻ vào máy không đọc được chip"
    )
    assert "đang chạy thử" in text_of((await lan.arrived())[0])
    assert "1. Làm từng bước" in text_of(first)
    await answer_to(lan, lan.choose("Làm từng bước"), "Điện thoại của bạn là loại nào?")
    await answer_to(lan, lan.say("iphone"), "Bước 1/2")
    await answer_to(lan, lan.say("thao op roi"), "Bước 2/2")
    shown = [one["message"] for one in await lan.arrived()]
    assert any("photo" in one for one in shown) or any("[Hình:" in one["text"] for one in shown)
    await answer_to(lan, lan.say("doc dc roi"), "Bạn làm tiếp việc đang dở nhé")
    assert "ERROR" not in bot.log


async def test_bot_is_switched_off_and_on(bot, world):
    lan = world.bot_citizen(new_chat())
    await answer_to(lan, lan.say("/start"), "Chọn một mục")
    bot.run("channel", "off", "zalo_bot")
    before = len(await lan.arrived())
    eventually(lambda: not is_ready(bot, "zalo_bot"))
    await lan.say("cam on")
    bot.run("channel", "on", "zalo_bot")
    eventually(lambda: is_ready(bot, "zalo_bot"))
    await answer_to(lan, lan.say("/start"), "Chọn một mục")
    assert not any("Rất vui" in text_of(one) for one in (await lan.arrived())[before:])


def eventually(look):
    """Until it is so; each look asks another process, which takes its time."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while not look():
        assert time.monotonic() < ends_at, "not within the time"
