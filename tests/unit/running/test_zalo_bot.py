"""The Zalo Bot channel as a process runs it: what its tending tells a person."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.domain.clock import VIETNAM
from bot.domain.people import ChannelId
from bot.running.parts import wire_parts
from bot.running.zalo_bot import build_zalo_bot_parts
from bot.settings import Settings
from bot.store.usage import Usage, count_usage
from tests.promises import Clock

TOLD = ("quota_nearly_used_up",)
LAST_OF_MONTH = datetime(2026, 11, 30, 23, 0, tzinfo=VIETNAM)


class App:
    catalog = None


@pytest.fixture
def clock():
    return Clock(LAST_OF_MONTH)


@pytest.fixture
def changed():
    """Settings that a test wants otherwise."""
    return {}


@pytest.fixture
async def parts(tmp_path, clock, changed):
    settings = Settings(
        _env_file=None,
        data_dir=tmp_path,
        secret_key="a key for tests only " * 2,
        zalo_bot_token="12345689:abc-xyz",
        **changed,
    )
    one = wire_parts(settings, App(), clock)
    await one.open()
    yield one
    await one.close()


@pytest.fixture
async def channel(parts):
    one = build_zalo_bot_parts(parts)
    yield one
    await one.client.close()


async def count(parts, channel=ChannelId.ZALO_BOT, at=LAST_OF_MONTH, **used):
    async with parts.database.writing() as connection:
        await count_usage(connection, channel, at, Usage(**used))


async def test_a_person_is_told_when_a_tenth_of_the_month_is_left(parts, channel):
    await count(parts, sent=2_000, at=LAST_OF_MONTH - timedelta(days=29))
    await count(parts, sent=700)
    assert await channel.tend() == ()
    await count(parts, sent=1)
    assert await channel.tend() == TOLD


async def test_with_the_month_in_vietnam_the_count_begins_anew(parts, channel, clock):
    await count(parts, sent=2_900)
    clock.pass_by(3599)
    assert await channel.tend() == TOLD
    # 17:00 in UTC, where it is still November.
    clock.pass_by(1)
    assert await channel.tend() == ()
    await count(parts, at=clock.now(), sent=2_800)
    assert await channel.tend() == TOLD


async def test_what_others_send_is_not_counted(parts, channel):
    await count(parts, channel=ChannelId.ZALO_OA, sent=2_999)
    await count(parts, received=2_999)
    assert await channel.tend() == ()


@pytest.mark.parametrize("changed", [{"zalo_bot_messages_per_month": 10}])
async def test_how_many_messages_a_month_has_is_a_setting(parts, channel):
    await count(parts, sent=9)
    assert await channel.tend() == ()
    await count(parts, sent=1)
    assert await channel.tend() == TOLD


@pytest.mark.parametrize("changed", [{"zalo_bot_counts_incoming": True}])
async def test_whether_what_comes_in_counts_is_a_setting(parts, channel):
    await count(parts, received=2_000, sent=701)
    assert await channel.tend() == TOLD
