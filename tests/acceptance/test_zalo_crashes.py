"""Killing the bot of a Zalo Official Account at each stage, and while its tokens are renewed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import select, text

from bot.store.clock import DatabaseClock
from bot.store.database import Database
from bot.store.grants import SqlTokenVault
from bot.store.sealing import Seal
from bot.store.tables import grants
from tests.acceptance.crashing import SECRET_KEY, Installation, Leases, free_port, installed, until
from tests.acceptance.townspeople import Town
from tests.acceptance.wires import PUBLIC_URL, ZaloOaWire, zalo_oa_wire
from tests.fakes.zalo.oa_rules import OaRules

GRANT = f"zalo_oa:{OaRules().oa_id}"
STAGES = (
    ("before-store", 2),
    ("after-store", 2),
    ("uncommitted-turns", 1),
    ("after-claim", 1),
    ("before-call-zalo", 2),
    ("after-call-zalo", 3),
    ("uncommitted-record", 2),
)


@pytest.fixture
def port() -> int:
    return free_port()


@asynccontextmanager
async def zalo(
    tmp_path, data_dir, database_url, port
) -> AsyncIterator[tuple[ZaloOaWire, Installation]]:
    """An account that has granted, through a first process, with nobody serving it now."""
    async with (
        zalo_oa_wire(port) as wire,
        installed(wire, tmp_path, data_dir, database_url, Leases()) as installation,
    ):
        process = await installation.start("serve", "--port", str(port))
        await until(wire, process.is_ready, "the channel")
        await grant(installation, wire)
        await wire.open_webhook()
        await process.stop()
        yield wire, installation


async def grant(installation: Installation, wire: ZaloOaWire) -> None:
    """What an administrator does with the link that the command `zalo-grant` shows."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "zalo-grant"),
        cwd=installation.folder,
        env=installation.environment(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    link = ""
    while "/v4/oa/permission" not in link:
        link = (await process.stdout.readline()).decode().strip()
        assert not process.stdout.at_eof()
    async with httpx.AsyncClient() as client:
        agreed = await client.get(link)
    assert agreed.headers["location"].startswith(PUBLIC_URL)
    process.stdin.write(f"{agreed.headers['location']}\n".encode())
    told, _ = await process.communicate()
    assert "Đã nối" in told.decode()


async def test_an_oa_bot_killed_at_any_stage_loses_and_doubles_nothing(
    tmp_path, data_dir, database_url, port, codes
):
    async with zalo(tmp_path, data_dir, database_url, port) as (_, installation):
        serve = ("serve", "--port", str(port))
        town = Town(installation, codes)
        await town.grow(4)
        for stage, nth in STAGES:
            process = await installation.start(*serve, die_at=stage, nth=nth)
            # One question at a time: of two at once, Zalo does not promise which comes first.
            await town.ask_until_dead(process, stage, each=1)
            process = await installation.start(*serve)
            await town.quiet()
            await process.stop()
        await town.assert_all_is_well()


async def test_tokens_renewed_and_stored_before_the_death_are_used_after_it(
    tmp_path, data_dir, database_url, port, codes
):
    """Before Zalo was asked nothing is spent; once the pair is stored, nothing can be lost."""
    async with zalo(tmp_path, data_dir, database_url, port) as (wire, installation):
        serve = ("serve", "--port", str(port))
        town = Town(installation, codes)
        await town.grow(2)
        for stage in ("before-refresh", "after-save-tokens"):
            await let_tokens_age(installation)
            process = await installation.start(*serve, die_at=stage)
            await town.ask_until_dead(process, stage, each=1)
            process = await installation.start(*serve)
            await town.quiet()
            await process.stop()
        assert (await wire.control.do("state"))["oa"]["refresh_count"] == 2
        assert await trouble(installation) == ""
        total = await town.assert_all_is_well()
        assert total.answered == total.asked


@pytest.mark.parametrize("stage", ["after-refresh", "uncommitted-save-tokens"])
async def test_tokens_lost_between_zalo_and_the_store_need_a_new_grant_and_no_message_is_lost(  # noqa: PLR0917
    tmp_path, data_dir, database_url, port, codes, stage
):
    """The one moment that nobody can mend: Zalo has spent the old pair, and nobody has the new."""
    async with zalo(tmp_path, data_dir, database_url, port) as (wire, installation):
        serve = ("serve", "--port", str(port))
        town = Town(installation, codes)
        await town.grow(2)
        await let_tokens_age(installation)
        process = await installation.start(*serve, die_at=stage)
        await town.ask_until_dead(process, stage, each=1)
        await installation.start(*serve)

        async def is_told() -> bool:
            return await trouble(installation) == "needs_grant"

        await until(wire, is_told, "trouble that staff can see")
        await grant(installation, wire)
        assert await trouble(installation) == ""
        await forget_pauses(installation)
        await town.quiet()
        # Where a sender was the first to need the token, it died with its message: doubtful.
        for tally in (await town.tallies()).values():
            assert tally.wrongs() == {}, tally
            assert tally.answered + tally.doubtful - tally.doubtful_arrived == tally.asked, tally


@pytest.mark.parametrize("busy_seconds", [0.8, 3.0])
async def test_zalo_is_answered_within_two_seconds_while_the_database_is_busy(  # noqa: PLR0917
    tmp_path, data_dir, database_url, port, codes, busy_seconds
):
    """With 200, whether the database is free again in time or not: nothing comes twice for that."""
    async with zalo(tmp_path, data_dir, database_url, port) as (wire, installation):
        await installation.start("serve", "--port", str(port))
        town = Town(installation, codes)
        await town.grow(3)
        await town.ask(1)
        await town.quiet()
        before = len(await wire.control.do("webhook_log", product="oa"))
        async with kept_busy(installation.database):
            await town.ask(1)
            await wire.look_again(busy_seconds)

        async def is_all_answered() -> bool:
            # Not quiet alone: what is kept in memory waits neither at Zalo nor in the database.
            tallies = (await town.tallies()).values()
            return all(one.answered == one.asked for one in tallies)

        await until(wire, is_all_answered, "answers")
        await town.quiet()
        log = (await wire.control.do("webhook_log", product="oa"))[before:]
        assert {one["outcome"] for one in log} == {"ok"}
        total = await town.assert_all_is_well()
        assert (total.asked, total.answered) == (6, 6)


@asynccontextmanager
async def kept_busy(database: Database) -> AsyncIterator[None]:
    """Nobody else can store an update meanwhile."""
    async with database.writing() as connection:
        if not database.is_sqlite:
            await connection.execute(text("LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE"))
        yield


async def let_tokens_age(installation: Installation) -> None:
    """Make the stored pair one that is due for renewal, though Zalo takes it still."""
    vault = SqlTokenVault(
        installation.database, Seal(SECRET_KEY.encode()), DatabaseClock(installation.database)
    )
    pair = await vault.find(GRANT)
    assert pair is not None
    now = datetime.now(UTC)
    await vault.save(GRANT, replace(pair, access_expires_at=now, version=pair.version + 1))


async def trouble(installation: Installation) -> str:
    """What staff see of the grant."""
    query = select(grants.c.trouble).where(grants.c.name == GRANT)
    async with installation.database.reading() as connection:
        return (await connection.execute(query)).scalar_one()


async def forget_pauses(installation: Installation) -> None:
    """A minute goes by: the channel rests for that long when a person is needed."""
    async with installation.database.writing() as connection:
        await connection.execute(text("UPDATE channel_states SET paused_until = NULL"))
        await connection.execute(text("UPDATE deliveries SET due_at = created_at"))
