from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from bot.channels.zalo_oa.quota import (
    AccountHealth,
    AccountQuota,
    PersonQuota,
    read_account_quotas,
    read_health,
    read_person_quota,
)
from bot.domain.errors import ChannelMisconfigured
from tests.unit.channels.zalo_oa.zalo_world import CITIZEN, bad, good

QUOTA, ACCOUNT = "/v3.0/oa/quota/message", "/v2.0/oa/getoa"


async def test_what_may_be_sent_to_a_person_is_read(world):
    data = {
        "last_interaction": "1712765640000",
        "cs_reply": {"remain": "8", "total": 8},
        "promotion": {"daily_remain": 1, "daily_total": 1, "monthly_remain": 4},
    }
    world.wire.answer(QUOTA, good(data))
    assert await read_person_quota(world.oa.api, CITIZEN) == PersonQuota(
        last_interaction_at=datetime(2024, 4, 10, 16, 14, tzinfo=UTC),
        replies_left=8,
        replies_in_all=8,
        promotions_left_today=1,
        promotions_left_this_month=4,
    )
    assert json.loads(world.wire.requests[0].content) == {"user_id": CITIZEN}


@pytest.mark.parametrize("data", [{}, None, [], {"cs_reply": 5, "last_interaction": "soon"}])
async def test_what_zalo_leaves_out_is_not_known(world, data):
    world.wire.answer(QUOTA, good(data))
    assert await read_person_quota(world.oa.api, CITIZEN) == PersonQuota(
        None, None, None, None, None
    )


@pytest.mark.parametrize("wrap", [lambda one: [one], lambda one: {"asset": [one]}, lambda one: one])
async def test_the_quotas_of_the_account_are_read_in_every_shape_that_readings_show(world, wrap):
    one = {
        "quota_type": "sub_quota",
        "total": 2000,
        "remain": "1999",
        "valid_through": "31/12/2026",
    }
    world.wire.answer(QUOTA, good(wrap(one)))
    assert await read_account_quotas(world.oa.api) == (
        AccountQuota("sub_quota", 1999, 2000, "31/12/2026"),
    )


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
        "3333333333333333333", "Công an xã", True, 4, 1234, "Nâng cao", "31/12/2026"
    )
    assert str(world.wire.requests[0].url) == f"https://openapi.zalo.me{ACCOUNT}"


async def test_an_account_that_is_not_well_says_why(world):
    world.wire.answer(ACCOUNT, bad(-221))
    with pytest.raises(ChannelMisconfigured, match="account_not_verified"):
        await read_health(world.oa.api)
