from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI

from bot.channels.zalo_bot.building import build_zalo_bot
from bot.channels.zalo_bot.quota import Quota
from bot.channels.zalo_bot.set_up import BotIdentity, set_up
from bot.channels.zalo_bot.settings import ZaloBotSettings
from bot.channels.zalo_bot.webhook import WEBHOOK_PATH, zalo_bot_webhook
from bot.domain.errors import ChannelMisconfigured, ConfigError
from tests.unit.channels.zalo_bot.conftest import CHAT, NAMES, PUBLIC, SECRET, settings_for

HOOK = {"webhook_url": PUBLIC + WEBHOOK_PATH, "webhook_secret": SECRET}


async def test_the_webhook_is_set_where_there_is_an_address(cloud, api):
    settings = settings_for(cloud, **HOOK)
    identity = await set_up(api, settings)
    assert identity == BotIdentity("bot-0001", "Bot thử nghiệm", "BASIC")
    assert (cloud.bot.updates.hook.url, cloud.bot.updates.hook.secret) == (
        PUBLIC + WEBHOOK_PATH,
        SECRET,
    )
    assert cloud.ledger.violations == []


async def test_the_webhook_is_taken_away_where_there_is_none(cloud, api):
    await set_up(api, settings_for(cloud, **HOOK))
    await set_up(api, settings_for(cloud))
    assert cloud.bot.updates.hook.url == ""
    await cloud.bot_citizen(CHAT).say("chào")
    assert await api.get_update(0) is not None


async def test_a_wrong_token_is_found_out(cloud, api):
    cloud.bot.rules.token = "another"
    with pytest.raises(ChannelMisconfigured):
        await set_up(api, settings_for(cloud))


async def test_zalo_posts_what_the_route_takes(cloud, api, receiver):
    app = FastAPI()
    app.include_router(zalo_bot_webhook(receiver, settings_for(cloud, **HOOK), NAMES))
    cloud.bot.poster.transport = httpx.ASGITransport(app=app)
    await set_up(api, settings_for(cloud, **HOOK))
    citizen = cloud.bot_citizen(CHAT)
    await citizen.say("Xin chào")
    cloud.bot.rules.wraps_events = False
    await citizen.send("sticker")
    await cloud.settle()
    assert [one.outcome for one in cloud.bot.poster.log] == ["ok", "ok"]
    assert sorted(receiver.texts) == ["", "Xin chào"]


def test_the_parts_are_put_together(app):
    channel = build_zalo_bot(app.catalog, ZaloBotSettings(token="1:a"))
    assert channel.client.channel.value == "zalo_bot"


@pytest.mark.parametrize(
    "values",
    [
        {"token": ""},
        {"token": "a/../b"},
        {"token": "1:a", "webhook_url": "http://bot.example"},
        {"token": "1:a", "webhook_url": f"{PUBLIC}/x"},
        {"token": "1:a", "webhook_url": f"{PUBLIC}/x", "webhook_secret": "short"},
        {"token": "1:a", "public_url": "bot.example"},
    ],
)
def test_settings_that_cannot_work_are_refused(values):
    with pytest.raises(ConfigError):
        ZaloBotSettings(**values)


def test_secrets_do_not_show():
    shown = repr(ZaloBotSettings(token="12345689:abc-xyz", webhook_secret=SECRET))
    assert "abc-xyz" not in shown
    assert SECRET not in shown


@pytest.mark.parametrize(
    ("counts_incoming", "left"), [(False, 2_999 - 1_999), (True, 2_999 - 2_099)]
)
def test_the_quota_counts_what_the_setting_says(counts_incoming, left):
    settings = ZaloBotSettings(
        token="1:a", messages_per_month=2_999, counts_incoming=counts_incoming
    )
    assert Quota(settings).left(sent=1_999, received=100) == left
    assert Quota(settings).left(sent=9_999, received=0) == 0
