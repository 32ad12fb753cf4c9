"""What a process notices of itself; no content and no vendor are needed for that."""

from __future__ import annotations

import asyncio

import pytest

from bot.dialogue.turn_worker import TurnWorker
from bot.domain.bell import Bell
from bot.domain.errors import ConfigError
from bot.running.background import Background
from bot.running.parts import wire_parts
from bot.settings import Settings
from tests.promises import Clock

PATIENCE_SECONDS = 10
SHOWN = {"channel": "web", "code": "content_unusable"}


class App:
    """Content that cannot be renewed."""

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
