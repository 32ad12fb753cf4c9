"""The Zalo OA channel as a process runs it: what its tending tells a person."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from bot.domain.clock import VIETNAM
from bot.domain.identity import UpdateNames
from bot.domain.people import Address, ChannelId
from bot.domain.tokens import TokenPair
from bot.running.parts import wire_parts
from bot.running.zalo_oa import build_zalo_oa_parts, zalo_oa_settings
from bot.settings import Settings
from bot.store.tables import inbox
from tests.promises import Clock

APP_ID, OA_ID = "1234567890123456789", "3333333333333333333"
MORNING = datetime(2026, 11, 21, 8, 0, tzinfo=VIETNAM)


class App:
    catalog = None


@pytest.fixture
def clock():
    return Clock(MORNING)


@pytest.fixture
async def parts(tmp_path, clock):
    settings = Settings(
        _env_file=None,
        data_dir=tmp_path,
        secret_key="a key for tests only " * 2,
        public_url="https://bot.example",
        zalo_app_id=APP_ID,
        zalo_app_secret="APP-SECRET-EXAMPLE",
        zalo_oa_id=OA_ID,
        zalo_oa_secret_key="OA-SECRET-KEY-EXAMPLE",
        zalo_oa_silence_hours=3,
    )
    one = wire_parts(settings, App(), clock)
    await one.open()
    yield one
    await one.close()


@pytest.fixture
async def channel(parts):
    one = build_zalo_oa_parts(parts)
    yield one
    await one.close()
    await one.client.close()


async def grant(parts):
    lives_until = parts.clock.now() + timedelta(days=80)
    await parts.vault.save(f"zalo_oa:{OA_ID}", TokenPair("a", "r", lives_until, lives_until, 1))


async def receive_receipt(channel, clock):
    """A citizen has seen a message of ours; nothing else happens."""
    await receive(channel, clock, event_name="user_seen_message")


async def receive(channel, clock, **event):
    ready = await channel.prepare()
    app = FastAPI()
    for route in ready.routes:
        app.include_router(route)
    timestamp = str(int(clock.now().timestamp() * 1000))
    body = json.dumps({"app_id": APP_ID, "timestamp": timestamp, **event})
    signed = f"{APP_ID}{body}{timestamp}OA-SECRET-KEY-EXAMPLE".encode()
    headers = {"X-ZEvent-Signature": f"mac={hashlib.sha256(signed).hexdigest()}"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        answer = await http.post("/webhook/zalo-oa", content=body, headers=headers)
    assert answer.status_code == 200
    # What is noted beside the answer is there.
    await channel.close()


async def test_a_webhook_that_says_nothing_from_the_grant_on_is_told(parts, channel, clock):
    await grant(parts)
    assert await channel.tend() == ()
    clock.pass_by(3 * 3600)
    assert await channel.tend() == ()
    clock.pass_by(60)
    assert await channel.tend() == ("webhook_silent",)


async def test_before_the_grant_nothing_is_expected(channel, clock):
    for _ in range(3):
        assert "webhook_silent" not in await channel.tend()
        clock.pass_by(4 * 3600)


async def test_a_receipt_is_a_sign_of_life_and_silence_after_it_is_told(parts, channel, clock):
    await grant(parts)
    await channel.tend()
    clock.pass_by(2 * 3600)
    await receive_receipt(channel, clock)
    clock.pass_by(2 * 3600)
    assert await channel.tend() == ()
    clock.pass_by(2 * 3600)
    assert await channel.tend() == ("webhook_silent",)


async def test_the_alert_lasts_when_what_came_is_deleted_and_the_process_begins_anew(
    parts, channel, clock
):
    await grant(parts)
    await receive_receipt(channel, clock)
    clock.pass_by(40 * 24 * 3600)
    await parts.upkeep.forget_old(clock.now())
    again = build_zalo_oa_parts(parts)
    assert await again.tend() == ("webhook_silent",)
    await again.client.close()


async def test_a_channel_that_is_off_is_not_missed_and_has_its_time_once_it_is_on(
    parts, channel, clock
):
    await grant(parts)
    await channel.tend()
    clock.pass_by(4 * 3600)
    await parts.switches.turn(ChannelId.ZALO_OA, clock.now(), off=True)
    assert await channel.tend() == ()
    await parts.switches.turn(ChannelId.ZALO_OA, clock.now(), off=False)
    assert await channel.tend() == ()
    clock.pass_by(4 * 3600)
    assert await channel.tend() == ("webhook_silent",)


async def test_what_zalo_gave_no_id_to_is_known_by_the_key_of_the_installation(
    parts, channel, clock
):
    citizen = "1111111111111111111"
    follow = {"event_name": "follow", "oa_id": OA_ID, "follower": {"id": citizen}}
    await receive(channel, clock, **follow)
    async with parts.database.reading() as connection:
        [known] = (await connection.execute(select(inbox.c.update_id))).scalars().all()
    moment = int(clock.now().timestamp() * 1000)
    address = Address(ChannelId.ZALO_OA, citizen)
    assert known == UpdateNames(parts.secret_key).of(address, "follow", moment)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text_chars", 500),
        ("upload_days", 2.0),
        ("orders_by_timestamp", False),
        ("bad_signature_status", 200),
        ("answers_before_stored", False),
        ("sends_by_v2", True),
        ("sends_buttons", False),
        ("names_button_template", True),
        ("sends_pictures", False),
        ("allows_paid_window", True),
        ("sends_secret_proof", True),
    ],
)
def test_every_guess_about_zalo_can_be_changed_by_a_setting(name, value):
    changed = {f"zalo_oa_{name}": value}
    before, after = (zalo_oa_settings(Settings(_env_file=None, **one)) for one in ({}, changed))
    assert getattr(before, name) != getattr(after, name) == value
