from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from bot.channels.zalo_oa.quota import (
    AccountHealth,
    AccountQuota,
    read_account_quotas,
    read_health,
    read_last_interaction,
)
from bot.domain.errors import ChannelMisconfigured
from tests.unit.channels.zalo_oa.zalo_world import CITIZEN, bad, good

LATE = ("soon", "0", 0, "9" * 30)
QUOTA, ACCOUNT = "/v3.0/oa/quota/message", "/v2.0/oa/getoa"


async def test_when_a_person_last_did_something_is_read(world):
    data = {"last_interaction": "1712765640000", "cs_reply": {"remain": "8", "total": 8}}
    world.wire.answer(QUOTA, good(data))
    told = datetime(2024, 4, 10, 16, 14, tzinfo=UTC)
    assert await read_last_interaction(world.oa.api, CITIZEN) == told
    assert json.loads(world.wire.requests[0].content) == {"user_id": CITIZEN}


@pytest.mark.parametrize("data", [{}, None, [], *({"last_interaction": at} for at in LATE)])
async def test_what_zalo_leaves_out_is_not_known(world, data):
    world.wire.answer(QUOTA, good(data))
    assert await read_last_interaction(world.oa.api, CITIZEN) is None


@pytest.mark.parametrize("wrap", [lambda one: [one], lambda one: {"asset": [one]}, lambda one: one])
async def test_the_quotas_of_the_account_are_read_in_every_shape_that_readings_show(world, wrap):
    one = {
        "quota_type": "sub_quota",
        "total": 2000,
        "remain": "1999",
        "valid_through": "31/12/2026",
    }
    world.wire.answer(QUOTA, good(wrap(one)))
    assert await read_account_quotas(world.oa.api) == (AccountQuota(1999, 2000),)


@pytest.mark.parametrize("data", [None, [], {}, "x"])
async def test_an_account_without_quotas_has_none(world, data):
    world.wire.answer(QUOTA, good(data))
    assert await read_account_quotas(world.oa.api) == ()


async def test_the_health_of_the_account_is_read(world):
    data = {
        "oaid": "3333333333333333333",
        "name": "Công an xã",
        "is_verified": True,
        "oa_type": 4,
        "num_follower": 1234,
        "package_name": "Nâng cao",
        "package_valid_through_date": "31/12/2026",
    }
    world.wire.answer(ACCOUNT, good(data))
    assert await read_health(world.oa.api) == AccountHealth(
        "3333333333333333333", "Công an xã", True, "Nâng cao", "31/12/2026"
    )
    assert str(world.wire.requests[0].url) == f"https://openapi.zalo.me{ACCOUNT}"


async def test_an_account_that_is_not_well_says_why(world):
    world.wire.answer(ACCOUNT, bad(-221))
    with pytest.raises(ChannelMisconfigured, match="account_not_verified"):
        await read_health(world.oa.api)
