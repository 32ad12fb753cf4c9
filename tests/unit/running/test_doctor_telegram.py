"""The Telegram channel, against the fake cloud: each state is made there for real."""

from __future__ import annotations

import socket

import pytest

from bot.channels.telegram.setup import WebhookAddress, set_up_telegram
from bot.channels.telegram.updates import ALLOWED_UPDATES
from bot.running.checks.telegram import check_telegram
from bot.running.telegram import make_telegram_client, presentation_of
from bot.store.leases import SqlLeases
from bot.store.schema import migrate
from tests.fakes.telegram_cloud import telegram_cloud
from tests.fakes.telegram_faults import Fault
from tests.fakes.telegram_world import TelegramWorld
from tests.unit.running.conftest import Clock, codes, findings

PUBLIC = "https://bot.example"


@pytest.fixture
async def cloud():
    async with telegram_cloud() as one:
        yield one


@pytest.fixture
def on(scene, cloud):
    def make(**values):
        settings = {"telegram_bot_token": cloud.token, "telegram_api_url": cloud.address}
        return scene(**{**settings, **values})

    return make


async def set_up(one, app, url=""):
    """As the server does it when it starts."""
    client = make_telegram_client(one.settings, None)
    webhook = WebhookAddress(url + "/webhook/telegram", "s" * 32) if url else None
    await client.open()
    await set_up_telegram(client, app.catalog, presentation_of(app.catalog), webhook)
    await client.close()


async def test_without_a_token_or_offline_telegram_is_left_alone(scene, on, cloud):
    assert await codes(check_telegram, scene()) == []
    assert await codes(check_telegram, on(is_offline=True)) == []
    assert cloud.core.state.ledger == []


async def test_a_bot_that_the_server_has_set_up_is_good(on, cloud, app):
    one = on(app=app, public_url=PUBLIC)
    await set_up(one, app, PUBLIC)
    found = await findings(check_telegram, one)
    assert list(found) == ["telegram_bot", "telegram_webhook"]
    assert "@troly06_thu_bot" in found["telegram_bot"].text


async def test_the_doctor_changes_nothing_and_takes_no_updates(on, cloud):
    world = TelegramWorld.of(cloud)
    lan = await world.citizen("Lan")
    await cloud.control("says", person_id=lan.id, text="xin chào")
    await codes(check_telegram, on())
    called = {one for one in cloud.core.state.counters if one.startswith(("get", "set", "delete"))}
    assert called == {"getMe", "getWebhookInfo", "getMyCommands"}
    assert len(cloud.core.updates.pending()) == 1


async def test_a_token_that_is_refused_is_told_without_it(on, cloud):
    token = cloud.token[:-4] + "zzzz"
    found = await findings(check_telegram, on(telegram_bot_token=token))
    assert list(found) == ["telegram_token_refused"]
    assert token not in str(found)


async def test_no_way_to_telegram_is_told_with_what_to_open(scene):
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{one.getsockname()[1]}"
    found = await findings(
        check_telegram, scene(telegram_bot_token="1000000001:AA-invented", telegram_api_url=url)
    )
    assert list(found) == ["telegram_not_reached"]
    assert url in found["telegram_not_reached"].remedy


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault("getme", status=429, retry_after=5), "telegram_busy"),
        (Fault("getme", status=400, description="Bad Request: odd"), "telegram_trouble"),
        (Fault.bad_gateway("getwebhookinfo"), "telegram_not_reached"),
    ],
)
async def test_other_answers_of_telegram_are_told(on, cloud, fault, code):
    cloud.core.faults.add([fault])
    assert await codes(check_telegram, on()) == [code]


async def test_inline_mode_and_privacy_mode_are_looked_at(on, cloud):
    cloud.core.state.bot["supports_inline_queries"] = False
    cloud.core.state.bot["can_read_all_group_messages"] = True
    found = await findings(check_telegram, on())
    assert "/setinline" in found["telegram_inline_off"].remedy
    assert "/setprivacy" in found["telegram_privacy_off"].remedy


async def test_commands_that_nobody_set_are_told(on, app):
    one = on(app=app)
    assert "telegram_commands_differ" in await codes(check_telegram, one)
    await set_up(one, app)
    assert "telegram_commands_differ" not in await codes(check_telegram, one)


async def test_a_public_address_that_telegram_does_not_know_is_a_failure(on, cloud, app):
    assert "telegram_webhook_missing" in await codes(check_telegram, on(public_url=PUBLIC))
    await set_up(on(), app, "https://old.example")
    found = await findings(check_telegram, on(public_url=PUBLIC))
    assert "https://old.example" in found["telegram_webhook_elsewhere"].text


async def test_a_webhook_where_one_wants_to_ask_is_a_failure(on, app):
    await set_up(on(), app, PUBLIC)
    assert "telegram_webhook_while_polling" in await codes(check_telegram, on())


async def test_somebody_must_ask_where_there_is_no_webhook(on, tmp_path):
    (tmp_path / "var").mkdir()
    one = on()
    database = one.database()
    await migrate(database)
    assert "telegram_nobody_polls" in await codes(check_telegram, one)
    await SqlLeases(database).take("listen:telegram", "a process", 30, Clock().now())
    assert "telegram_polling" in await codes(check_telegram, one)


async def test_kinds_of_updates_that_telegram_does_not_bring_are_named(on, cloud, app):
    one = on(public_url=PUBLIC)
    await set_up(one, app, PUBLIC)
    cloud.core.updates.allow([one for one in ALLOWED_UPDATES if one != "inline_query"])
    found = await findings(check_telegram, one)
    assert "inline_query" in found["telegram_updates_differ"].text


async def test_many_updates_that_wait_are_told(on, cloud):
    world = TelegramWorld.of(cloud)
    lan = await world.citizen("Lan")
    for number in range(3):
        await cloud.control("says", person_id=lan.id, text=f"câu {number}")
    assert "telegram_updates_wait" not in await codes(check_telegram, on())
    found = await findings(check_telegram, on(limits={"waiting_at_vendor": 3}))
    assert "3 tin" in found["telegram_updates_wait"].text


async def test_a_webhook_that_telegram_cannot_reach_is_told(on, cloud, app):
    """For real: the cloud tries to bring an update to a port where nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{one.getsockname()[1]}"
    await set_up(on(), app, url)
    world = TelegramWorld.of(cloud)
    lan = await world.citizen("Lan")
    revision = cloud.core.state.revision
    await cloud.control("says", person_id=lan.id, text="xin chào")
    while cloud.core.webhook.last_error is None:
        revision = await cloud.control("wait", revision=revision, timeout_seconds=1)
    found = await findings(check_telegram, on(public_url=url))
    assert "không nối được" in found["telegram_webhook_failed"].text


@pytest.mark.parametrize(
    ("said", "why", "how"),
    [
        ("Wrong response from the webhook: 403 Forbidden", "không nhận mã", "TROLY06_SECRET_KEY"),
        ("Wrong response from the webhook: 404 Not Found", "chưa có gì", "/webhook/"),
        ("Wrong response from the webhook: 502 Bad Gateway", "mã 502", "chưa chạy"),
        ("SSL error {error:1416F086:certificate verify failed}", "chứng chỉ", "su-co.md"),
        ("Connection timed out", "chậm", "quá tải"),
        ("Read timeout expired", "chậm", "quá tải"),
        ("Failed to resolve host: Name or service not known", "tên miền", "tên miền"),
        ("Something new with 1000000001:AAsecret", "lỗi khác", "nhật ký"),
    ],
)
async def test_the_last_error_of_the_webhook_is_told_in_plain_words(  # noqa: PLR0917 - fixtures
    on, cloud, app, said, why, how
):
    await set_up(on(), app, PUBLIC)
    cloud.core.webhook.last_error = (cloud.core.clock.unix(), said)
    found = (await findings(check_telegram, on(public_url=PUBLIC)))["telegram_webhook_failed"]
    assert why in found.text
    assert how in found.remedy
    assert "AAsecret" not in str(found)


async def test_an_error_of_long_ago_is_over(on, cloud, app):
    await set_up(on(), app, PUBLIC)
    long_ago = cloud.core.clock.unix() - 2 * 86_400
    cloud.core.webhook.last_error = (long_ago, "Connection timed out")
    assert "telegram_webhook_failed" not in await codes(check_telegram, on(public_url=PUBLIC))
