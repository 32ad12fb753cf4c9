"""Both channels of Zalo, against the fake cloud: each state is made there or in the store."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from bot.channels.zalo_oa.tokens import NEEDS_GRANT
from bot.domain.people import ChannelId
from bot.domain.tokens import TokenPair
from bot.running.checks.zalo_bot import check_zalo_bot
from bot.running.checks.zalo_oa import check_zalo_oa
from bot.store.grants import SqlTokenVault
from bot.store.hearing import SqlHearing
from bot.store.sealing import Seal
from bot.store.switches import SqlSwitches
from bot.store.tables import inbox
from bot.store.usage import Usage, count_usage
from tests.fakes.zalo.bot_rules import BotRules
from tests.fakes.zalo.faults import Fault, FaultKind
from tests.fakes.zalo.oa_rules import OaRules
from tests.fakes.zalo_cloud import ZaloCloud
from tests.unit.running.conftest import SECRET_KEY, Clock, codes, findings
from tests.unit.running.test_doctor_database import update

PUBLIC = "https://bot.example"
RULES = OaRules()


class Noon:
    """Today at noon in Vietnam: silence is heard by day alone."""

    def __init__(self, later=timedelta()):
        self.moment = Clock().now().replace(hour=5, minute=0, second=0, microsecond=0) + later

    def now(self) -> datetime:
        return self.moment


NOON = Noon().now()


@pytest.fixture
async def cloud():
    async with ZaloCloud() as one:
        yield one


@pytest.fixture
def on(scene, cloud, database_url):
    """A machine on which everything for Zalo OA is set, but the grant."""

    def make(**values):
        settings = {
            "database_url": database_url,
            "secret_key": SECRET_KEY,
            "public_url": PUBLIC,
            "zalo_app_id": RULES.app_id,
            "zalo_app_secret": RULES.app_secret,
            "zalo_oa_id": RULES.oa_id,
            "zalo_oa_secret_key": RULES.oa_secret_key,
            "zalo_oa_api_url": cloud.address,
            "zalo_oa_oauth_url": cloud.address,
            "clock": Noon(),
        }
        return scene(**{**settings, **values})

    return make


@pytest.fixture
def vault(database):
    return SqlTokenVault(database, Seal(SECRET_KEY.encode()), Noon())


async def grant(cloud, vault, *, access=timedelta(hours=25), refresh=timedelta(days=90)):
    tokens = cloud.oa.tokens.issue()
    pair = TokenPair(
        tokens["access_token"], tokens["refresh_token"], NOON + access, NOON + refresh, 1
    )
    await vault.save(f"zalo_oa:{RULES.oa_id}", pair)
    return pair


async def hear(database, hours_ago=0.5):
    row = update(1, channel="zalo_oa", received_at=NOON - timedelta(hours=hours_ago))
    async with database.writing() as connection:
        await connection.execute(insert(inbox).values(**row))


async def test_without_an_account_zalo_is_left_alone(scene, cloud):
    assert await codes(check_zalo_oa, scene(zalo_oa_api_url=cloud.address)) == []
    assert await codes(check_zalo_bot, scene(zalo_bot_api_url=cloud.address)) == []
    assert not cloud.ledger.calls


async def test_a_granted_account_that_writes_to_us_is_good(on, cloud, database, vault):
    pair = await grant(cloud, vault)
    await hear(database)
    found = await findings(check_zalo_oa, on())
    assert list(found) == [
        "zalo_oa_granted",
        "zalo_oa_heard",
        "zalo_oa_month",
        "zalo_oa_account",
        "zalo_oa_quota",
    ]
    assert "31/12/2027" in found["zalo_oa_account"].text
    for secret in (pair.access, pair.refresh, RULES.app_secret, RULES.oa_secret_key):
        assert secret not in str(found)


async def test_offline_only_what_we_know_ourselves_is_told(on, cloud, database, vault):
    await grant(cloud, vault)
    await hear(database)
    known = ["zalo_oa_granted", "zalo_oa_heard", "zalo_oa_month"]
    assert await codes(check_zalo_oa, on(is_offline=True)) == known
    assert not cloud.ledger.calls


async def test_missing_settings_are_named_together(on, database):
    found = await findings(check_zalo_oa, on(zalo_app_secret="", public_url=""))
    assert "ZALO_APP_SECRET, TROLY06_PUBLIC_URL" in found["zalo_oa_settings_missing"].text


async def test_an_account_without_a_grant_is_a_failure(on, scene, database):
    found = await findings(check_zalo_oa, on())
    assert "zalo-grant" in found["zalo_oa_no_grant"].remedy
    assert await codes(check_zalo_oa, on(database_url="")) == ["zalo_oa_no_grant"]


async def test_a_grant_that_was_stored_with_another_key_is_a_failure(on, cloud, database, vault):
    await grant(cloud, vault)
    assert await codes(check_zalo_oa, on(secret_key="another-key-of-enough-length")) == [
        "zalo_oa_other_key"
    ]


@pytest.mark.parametrize(
    ("refresh", "code"),
    [(timedelta(days=5), "zalo_oa_grant_ends"), (-timedelta(days=1), "zalo_oa_grant_over")],
)
async def test_the_end_of_a_grant_is_told_in_time(on, cloud, vault, refresh, code):
    await grant(cloud, vault, refresh=refresh)
    assert (await codes(check_zalo_oa, on()))[0] == code


async def test_a_grant_that_zalo_took_back_is_a_failure(on, cloud, database, vault):
    await grant(cloud, vault)
    await vault.note_trouble(f"zalo_oa:{RULES.oa_id}", NEEDS_GRANT)
    assert (await codes(check_zalo_oa, on()))[0] == "zalo_oa_needs_grant"


async def test_the_doctor_never_renews_a_token(on, cloud, database, vault):
    """Stopped half-way, a renewal would cost the grant."""
    await grant(cloud, vault, access=-timedelta(hours=1))
    await hear(database)
    assert "zalo_oa_token_old" in await codes(check_zalo_oa, on())
    assert not cloud.ledger.calls
    cloud.oa.tokens.revoke()
    assert "zalo_oa_token_old" in await codes(check_zalo_oa, on())
    assert cloud.oa.tokens.refresh_count == 0


async def test_a_token_that_zalo_refuses_is_told_and_not_renewed(on, cloud, database, vault):
    await grant(cloud, vault)
    cloud.oa.tokens.revoke()
    assert "zalo_oa_token_refused" in await codes(check_zalo_oa, on())
    assert cloud.oa.tokens.refresh_count == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"oa_id": "4444444444444444444"}, "zalo_oa_other_account"),
        ({"is_verified": False}, "zalo_oa_not_verified"),
        ({"package_name": ""}, "zalo_oa_no_package"),
        ({"package_valid_through": "01/02/2020"}, "zalo_oa_package_over"),
        (
            {"package_valid_through": (NOON + timedelta(days=3)).strftime("%d/%m/%Y")},
            "zalo_oa_package_ends",
        ),
        ({"quota_left": 7}, "zalo_oa_quota_low"),
    ],
)
async def test_what_zalo_says_of_the_account_is_judged(on, cloud, vault, changes, code):
    await grant(cloud, vault)
    for name, value in changes.items():
        setattr(cloud.oa.rules, name, value)
    assert code in await codes(check_zalo_oa, on())


async def test_a_package_date_in_another_form_is_shown_as_it_is(on, cloud, database, vault):
    await grant(cloud, vault)
    cloud.oa.rules.package_valid_through = "vô hạn"
    found = await findings(check_zalo_oa, on())
    assert "vô hạn" in found["zalo_oa_account"].text
    assert "zalo_oa_package_over" not in found


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(FaultKind.ERROR, "quota/message", code=-201), "zalo_oa_quota_unknown"),
        (Fault(FaultKind.ERROR, "getoa", code=-224), "zalo_oa_refused"),
        (Fault(FaultKind.ERROR, "getoa", code=-32), "zalo_oa_busy"),
        (Fault(FaultKind.HTML, "getoa"), "zalo_oa_trouble"),
    ],
)
async def test_faults_of_zalo_are_told(on, cloud, vault, fault, code):
    await grant(cloud, vault)
    cloud.oa.faults.add(fault)
    assert code in await codes(check_zalo_oa, on())


async def test_a_webhook_that_went_silent_by_day_is_told(on, cloud, database, vault):
    await grant(cloud, vault)
    assert "zalo_oa_never_heard" in await codes(check_zalo_oa, on(is_offline=True))
    await hear(database, hours_ago=4)
    assert "zalo_oa_heard" in await codes(check_zalo_oa, on(is_offline=True))
    found = await findings(check_zalo_oa, on(is_offline=True, zalo_oa_silence_hours=3))
    assert "4 giờ" in found["zalo_oa_silent"].text
    # A receipt is no update, and shows that the webhook is on.
    await SqlHearing(database).note(ChannelId.ZALO_OA, NOON - timedelta(hours=1))
    assert "zalo_oa_silent" not in await codes(
        check_zalo_oa, on(is_offline=True, zalo_oa_silence_hours=3)
    )


async def test_a_channel_that_somebody_switched_off_is_not_called_silent(
    on, cloud, database, vault
):
    await grant(cloud, vault)
    await hear(database, hours_ago=4)
    await SqlSwitches(database).turn(ChannelId.ZALO_OA, NOON, off=True)
    found = await codes(check_zalo_oa, on(is_offline=True, zalo_oa_silence_hours=3))
    assert "zalo_oa_silent" not in found


async def test_what_the_month_cost_is_told(on, cloud, database, vault):
    await grant(cloud, vault)

    async def count(more, days_ago=0):
        async with database.writing() as connection:
            day = NOON - timedelta(days=days_ago)
            await count_usage(connection, ChannelId.ZALO_OA, day, more)

    await count(Usage(received=5, sent=7, billed=3), days_ago=32)
    await count(Usage(received=2, sent=4))
    found = await findings(check_zalo_oa, on(is_offline=True))
    assert "đã nhận 2 tin, gửi 4 tin, trong đó 0 tin" in found["zalo_oa_month"].text
    await count(Usage(sent=1, billed=1))
    found = await findings(check_zalo_oa, on(is_offline=True))
    assert "1 trong 5 tin" in found["zalo_oa_billed"].text
    one = on(is_offline=True, zalo_oa_allows_paid_window=True)
    found = await findings(check_zalo_oa, one)
    assert "gửi 5 tin, trong đó 1 tin" in found["zalo_oa_month"].text


# Zalo Bot


@pytest.fixture
def bot_on(scene, cloud):
    def make(**values):
        settings = {"zalo_bot_token": BotRules().token, "zalo_bot_api_url": cloud.address}
        return scene(**{**settings, **values})

    return make


async def test_a_bot_is_named_with_its_plan(bot_on, cloud):
    found = await findings(check_zalo_bot, bot_on())
    assert list(found) == ["zalo_bot", "zalo_bot_polling"]
    assert "Bot thử nghiệm, gói BASIC" in found["zalo_bot"].text
    assert set(cloud.ledger.calls) == {"bot:getMe", "bot:getWebhookInfo"}


@pytest.mark.parametrize(
    ("hook", "public_url", "code"),
    [
        (f"{PUBLIC}/webhook/zalo-bot", PUBLIC, "zalo_bot_webhook"),
        ("", PUBLIC, "zalo_bot_webhook_missing"),
        ("https://old.example/webhook/zalo-bot", PUBLIC, "zalo_bot_webhook_elsewhere"),
        (f"{PUBLIC}/webhook/zalo-bot", "", "zalo_bot_webhook_elsewhere"),
    ],
)
async def test_the_webhook_of_the_bot_is_compared_with_the_settings(
    bot_on, cloud, hook, public_url, code
):
    cloud.bot.updates.set_hook(hook, "s" * 32)
    assert code in await codes(check_zalo_bot, bot_on(public_url=public_url))


@pytest.mark.parametrize(
    ("token", "code"),
    [("12345689:xyz-abc", "zalo_bot_token_refused"), ("mã sai", "zalo_bot_token_bad")],
)
async def test_a_token_of_the_bot_that_is_no_good_is_told_without_it(bot_on, token, code):
    found = await findings(check_zalo_bot, bot_on(zalo_bot_token=token))
    assert list(found) == [code]
    assert token not in str(found)


async def test_the_month_of_the_bot_is_counted_from_what_was_sent(
    bot_on, cloud, database, database_url
):
    async def count(sent, days_ago=0, channel=ChannelId.ZALO_BOT):
        async with database.writing() as connection:
            day = NOON - timedelta(days=days_ago)
            await count_usage(connection, channel, day, Usage(sent=sent))

    await count(4)
    await count(1)
    await count(7, days_ago=32)
    await count(9, channel=ChannelId.ZALO_OA)
    one = bot_on(database_url=database_url, clock=Noon(), is_offline=True)
    found = await findings(check_zalo_bot, one)
    assert "đã gửi 5 tin, còn 2995" in found["zalo_bot_quota"].text
    few = bot_on(
        database_url=database_url,
        clock=Noon(),
        is_offline=True,
        zalo_bot_messages_per_month=6,
    )
    assert "còn 1." in (await findings(check_zalo_bot, few))["zalo_bot_quota"].text
    await count(2800)
    assert await codes(check_zalo_bot, one) == ["zalo_bot_quota_low"]
    await count(2800)
    assert await codes(check_zalo_bot, one) == ["zalo_bot_quota_over"]
