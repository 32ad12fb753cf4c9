"""Killing the bot of the Zalo Bot Platform: what is stored is safe, and what is not is told."""

from __future__ import annotations

from tests.acceptance.crashing import Leases, free_port, installed, until
from tests.acceptance.reckoning import Tally
from tests.acceptance.townspeople import Town
from tests.acceptance.wires import zalo_bot_wire

#: Short, as these tests are.
_LEASES = Leases(delivery_seconds=2.0)


async def _kill_at(town: Town, stage: str, nth: int, *serve: str) -> None:
    """Let a bot clear up after the one before, and die there then, if it has not done so before.

    One question at a time and none beside old ones: nobody says which of two Zalo posts first, and
    one that it hands over when the bot dies may be lost.
    """
    process = await town.installation.start(*serve, die_at=stage, nth=nth)

    async def is_dead_or_done() -> bool:
        return not process.is_running or await town.installation.is_quiet()

    await until(town.wire, is_dead_or_done, f"clearing up before {stage}")
    if process.is_running:
        await town.ask_until_dead(process, stage, each=1)
    assert await process.ended() < 0, process.log


async def test_a_bot_with_a_webhook_killed_at_any_stage_loses_doubles_and_reorders_nothing(
    tmp_path, data_dir, database_url, codes
):
    port = free_port()
    async with (
        zalo_bot_wire() as wire,
        installed(wire, tmp_path, data_dir, database_url, _LEASES) as installation,
    ):
        await wire.open_webhook(port)
        serve = ("serve", "--port", str(port))
        town = Town(installation, codes)
        await town.grow(3)
        for stage in ("uncommitted-store", "after-store", "after-promise", "after-call-zalo-bot"):
            await _kill_at(town, stage, 2, *serve)
        await installation.start(*serve)
        await town.quiet()
        total = await town.assert_all_is_well()
        assert total.doubtful == total.asked - total.answered + total.doubtful_arrived


async def test_a_bot_that_asks_for_events_loses_only_the_one_it_has_and_has_not_stored(
    tmp_path, data_dir, database_url, codes
):
    """As docs/kenh/zalo-bot.md says: getUpdates has no offset, so what it gave is gone at Zalo."""
    async with (
        zalo_bot_wire() as wire,
        installed(wire, tmp_path, data_dir, database_url, _LEASES) as installation,
    ):
        serve = ("serve", "--port", "0")
        loner, crowd = Town(installation, codes), Town(installation, codes)
        await loner.grow(1)
        await crowd.grow(3)
        for stage in ("uncommitted-turns", "before-call-zalo-bot"):
            await _kill_at(loner, stage, 1, *serve)
        for stage in ("before-store", "uncommitted-store"):
            process = await installation.start(*serve, die_at=stage, nth=3)
            await crowd.ask_until_dead(process, stage)
        await installation.start(*serve)
        await crowd.quiet()
        # One for each death between the two, whenever it was asked; nothing else went wrong.
        crowded = sum((await crowd.tallies()).values(), Tally())
        assert crowded.wrongs() == {"lost": 2}
        await loner.assert_all_is_well()
