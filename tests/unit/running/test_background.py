"""What a process notices of itself; no content and no vendor are needed for that."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from bot.dialogue.turn_worker import TurnWorker
from bot.domain.bell import Bell
from bot.domain.errors import ConfigError
from bot.domain.people import ChannelId
from bot.domain.store import Budget
from bot.outbox.sender import SenderSettings
from bot.running import background as running
from bot.running.background import Background
from bot.running.channel_parts import ChannelParts, ReadyChannel
from bot.running.parts import wire_parts
from bot.running.presence import PRESENCE_SECONDS
from bot.settings import Settings
from bot.store.database import Database
from bot.store.tables import leases
from tests.promises import Clock

PATIENCE_SECONDS = 10
SHOWN = {"channel": "web", "code": "content_unusable"}


class App:
    """Content that cannot be renewed."""

    catalog = None

    def __init__(self, fault):
        self.fault = fault

    def renew(self):
        if self.fault is not None:
            raise self.fault
        return False


@pytest.fixture
async def parts(tmp_path):
    settings = Settings(_env_file=None, data_dir=tmp_path, secret_key="a key for tests only " * 2)
    one = wire_parts(settings, App(None), Clock())
    yield one
    await one.close()


@pytest.mark.parametrize("fault", [ConfigError("faulty"), OSError("no space"), ValueError("bug")])
async def test_whatever_keeps_content_from_being_renewed_is_shown_and_logged(parts, caplog, fault):
    parts.app.fault = fault
    await Background(parts, [])._renew()
    assert parts.metrics.registry.get_sample_value("troly06_channel_trouble", SHOWN) == 1
    assert "the changed content is not used" in caplog.text


async def test_a_process_whose_store_is_not_looked_at_is_dead_and_prometheus_sees_it(
    parts, monkeypatch
):
    background = Background(parts, [])

    def shown():
        return parts.metrics.registry.get_sample_value("troly06_stuck_loops", {"loop": "look"})

    assert background.is_alive
    assert shown() == 0
    monkeypatch.setattr("bot.running.background.STUCK_SECONDS", 0.0)
    assert not background.is_alive
    assert shown() == 1


async def test_who_takes_turns_tells_each_time_it_comes_round(parts):
    await parts.open()
    worker = TurnWorker(parts.taker, parts.additions, parts.store, {})
    stopping, beats = asyncio.Event(), []

    def beat():
        beats.append(1)
        if len(beats) == 3:
            stopping.set()

    running = worker.run(Bell(), [], stopping, beat)
    await asyncio.wait_for(running, PATIENCE_SECONDS)
    assert len(beats) == 3


async def test_a_process_shows_itself_from_its_start_to_its_end(parts, monkeypatch):
    monkeypatch.setattr(running, "SHOW_SECONDS", 0.01)
    await parts.open()
    began = await alive_until(parts)
    background = Background(parts, [])
    going = asyncio.create_task(background.run())
    parts.clock.pass_by(PRESENCE_SECONDS)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await alive_until(parts) == began:  # noqa: ASYNC110 - asks the database
            await asyncio.sleep(0.01)
        background.stop()
        await going
    later = timedelta(seconds=PRESENCE_SECONDS)
    assert await alive_until(parts) == began + later
    await parts.close()
    assert await alive_until(parts) is None


async def alive_until(parts):
    """Until when the one process that shows itself counts as alive; None when none does."""
    database = Database(parts.settings.database)
    try:
        async with database.reading() as connection:
            return (await connection.execute(select(leases.c.until))).scalar_one_or_none()
    finally:
        await database.close()


async def test_a_channel_that_needs_a_person_is_not_called_ready(parts):
    async def prepare():
        return ReadyChannel(lambda catalog: None)

    async def tend():
        return ("zalo_oa_no_grant",)

    client = SimpleNamespace(channel=ChannelId.ZALO_OA)
    channel = ChannelParts(client, SenderSettings(Budget(1, 1)), prepare, tend)
    background = Background(parts, [channel], does_work=False)
    loops = dict(background._of_channel(channel))
    assert background.channel_states == {"zalo_oa": "not_ready"}
    background._loops.stopping.set()
    await loops["channel zalo_oa"]()
    assert background.channel_states == {"zalo_oa": "ready"}
    await loops["tend zalo_oa"]()
    assert background.channel_states == {"zalo_oa": "needs_person"}


async def test_prometheus_sees_the_memory_of_the_process(parts):
    found = parts.metrics.registry.get_sample_value("process_resident_memory_bytes")
    assert found is not None
    assert found > 1_000_000
