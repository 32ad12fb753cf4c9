"""Killing the bot everywhere: nothing is lost, doubled or out of order, and doubt is recorded."""

from __future__ import annotations

import asyncio
import random

from tests.acceptance.crashing import SECRET_KEY, Leases, free_port, installed, until
from tests.acceptance.rounds import APART_STAGES, STAGES, Apart, Together
from tests.acceptance.townspeople import Town, Walker
from tests.acceptance.wires import telegram_wire
from tests.fakes.telegram_faults import Fault
from tests.processes import run_python

_SERVE = ("serve", "--port", "0")


async def test_a_bot_killed_at_any_stage_loses_doubles_and_reorders_nothing(
    tmp_path, data_dir, database_url, codes
):
    async with (
        telegram_wire() as wire,
        installed(wire, tmp_path, data_dir, database_url, Leases()) as installation,
    ):
        town = Town(installation, codes)
        await town.grow(5)
        bot = Together(town)
        for stage, nth in STAGES:
            await bot.kill_at(stage, nth)
        await bot.mend()
        await town.assert_all_is_well()


async def test_a_server_and_a_worker_killed_by_turns_lose_double_and_reorder_nothing(
    tmp_path, data_dir, database_url, codes
):
    """Updates come to a webhook; what nobody takes in, Telegram brings again."""
    port = free_port()
    async with (
        telegram_wire() as wire,
        installed(wire, tmp_path, data_dir, database_url, Leases()) as installation,
    ):
        await wire.open_webhook(port)
        town = Town(installation, codes)
        await town.grow(5)
        bots = Apart(town, port)
        for stage, nth in APART_STAGES[::2]:
            await bots.kill_at(stage, nth)
        await bots.mend()
        await town.assert_all_is_well()


async def test_a_message_whose_sender_was_killed_during_the_call_is_doubtful_and_never_repeated(
    tmp_path, data_dir, database_url, codes
):
    """Before Telegram did what it was asked, and after: nobody can tell one from the other."""
    async with (
        telegram_wire() as wire,
        installed(wire, tmp_path, data_dir, database_url, Leases()) as installation,
    ):
        town = Town(installation, codes)
        await town.grow(2)
        faults = {
            "never performed": Fault("sendmessage", close="before", delay_before_seconds=2.0),
            "performed, unanswered": Fault("sendmessage", delay_after_seconds=60.0),
            "performed after the death": Fault("sendmessage", delay_before_seconds=3.0),
        }
        for count, (stage, fault) in enumerate(faults.items(), 1):
            process = await installation.start(*_SERVE)
            town.stage = "before"
            await town.ask()
            await town.quiet()
            town.stage = stage
            await wire.world.script(fault)
            await town.ask()

            async def is_met(count: int = count) -> bool:
                return (await wire.world.status())["counters"].get("fault.sendmessage", 0) == count

            await until(wire, is_met, stage)
            await process.die()
        await installation.start(*_SERVE)
        await town.quiet()
        tallies = await town.tallies()
        doubts = {stage: (one.doubtful, one.doubtful_arrived) for stage, one in tallies.items()}
        total = await town.assert_all_is_well()
        assert doubts["before"] == (0, 0)
        # The calls that were under way: at most one for each of the two citizens.
        assert all(1 <= doubts[stage][0] <= 2 for stage in faults)
        assert doubts["never performed"][1] < doubts["never performed"][0]
        assert doubts["performed, unanswered"][1] >= 1
        assert doubts["performed after the death"][1] >= 1
        assert total.asked == total.answered + total.doubtful - total.doubtful_arrived
        shown = run_python(
            data_dir, "-m", "bot", "channel", database_url=database_url, secret_key=SECRET_KEY
        )
        assert f"Tin không rõ đã đến chưa: {total.doubtful}\n" in shown.stdout


async def test_whoever_is_led_through_a_flow_goes_on_where_they_were_when_the_bot_is_killed(
    tmp_path, data_dir, database_url, codes
):
    """Killed at random moments, while others ask."""
    chance = random.Random(606)
    async with (
        telegram_wire() as wire,
        installed(wire, tmp_path, data_dir, database_url, Leases()) as installation,
    ):
        town, walker = Town(installation, codes), Walker(installation, wire)
        process = await installation.start(*_SERVE)
        whole = await walker.walk()
        await town.grow(4)
        ending = asyncio.Event()
        async with asyncio.TaskGroup() as citizens:
            citizens.create_task(town.ask_on(ending))
            citizens.create_task(walker.walk_on(ending))
            for round_ in range(5):
                town.stage = f"round {round_}"
                if chance.random() < 0.7:  # the others die on their way there
                    await until(wire, process.is_ready, town.stage)
                await process.runs_for(chance.uniform(0.1, 2.0))
                await process.die()
                process = await installation.start(*_SERVE)
            ending.set()
        await town.quiet()
        await town.assert_all_is_well()
        assert [one for one in walker.walks if not one.goes_like(whole)] == []
