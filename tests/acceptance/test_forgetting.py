"""A server forgets old things by itself, and goes on when the database fails it once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from bot.domain.errors import StoreError
from bot.domain.session import Session
from bot.running import background
from bot.running.background import Background
from bot.running.migrating import migrate_database
from bot.running.parts import build_parts
from bot.running.web import build_server

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def test_a_server_forgets_from_its_start(app, settings):
    await migrate_database(settings)
    parts = build_parts(settings)
    async with parts.store.transaction() as unit:
        await unit.sessions.save(Session("long-ago"), 0, LONG_AGO)
    server = build_server(settings)
    async with server.router.lifespan_context(server), asyncio.timeout(20):
        while await find(parts, "long-ago") is not None:  # noqa: ASYNC110 - asks the database
            await asyncio.sleep(0)
    await parts.close()


async def test_a_day_on_which_the_database_fails_is_made_up_for_on_the_next(
    app, settings, monkeypatch, caplog
):
    await migrate_database(settings)
    parts = build_parts(settings)
    tries = []

    async def fail_once(now):
        tries.append(now)
        if len(tries) == 1:
            raise StoreError("the disk is full")
        running.stop()
        return 0

    monkeypatch.setattr(parts.upkeep, "forget_old", fail_once)
    monkeypatch.setattr(background, "_OLD_SECONDS", 0.01)
    running = Background(parts, ())
    async with asyncio.timeout(20):
        await running.run()
    await parts.close()
    assert len(tries) == 2
    assert "upkeep failed: the disk is full" in caplog.text


async def find(parts, name):
    async with parts.store.transaction() as unit:
        return await unit.sessions.find(name)
