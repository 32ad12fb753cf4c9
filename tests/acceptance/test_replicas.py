"""Several processes on one PostgreSQL database share the work, and may be restarted in turn."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from tests.acceptance.crashing import Leases, free_port, installed, migrate, until
from tests.acceptance.townspeople import Town, Walker
from tests.acceptance.wires import telegram_wire
from tests.databases import fresh_postgres

_STOPPED = (0, -15)


@pytest.fixture
def migrated(data_dir) -> Iterator[str]:
    """The address of a database brought up to date as an operator does it."""
    with fresh_postgres() as url:
        migrate(data_dir, url)
        yield url


async def test_replicas_restarted_one_after_the_other_lose_double_and_doubt_nothing(
    tmp_path, data_dir, migrated, codes
):
    ports = (free_port(), free_port())
    commands = [("serve", "--no-worker", "--port", str(port)) for port in ports]
    commands += [("worker",), ("worker",)]
    async with (
        telegram_wire() as wire,
        installed(wire, tmp_path, data_dir, migrated) as installation,
    ):
        await wire.open_webhook(*ports)
        town, walker = Town(installation, codes), Walker(installation, wire)
        replicas = [await installation.start(*command) for command in commands]
        whole = await walker.walk()
        await town.grow(4)
        ending = asyncio.Event()
        async with asyncio.TaskGroup() as citizens:
            citizens.create_task(town.ask_on(ending))
            citizens.create_task(walker.walk_on(ending))
            for place, command in enumerate(commands):
                town.stage = f"restart of {' '.join(command[:2])} {place}"
                assert await replicas[place].stop() in _STOPPED
                replicas[place] = await installation.start(*command)
                await until(wire, replicas[place].is_ready, town.stage)
            ending.set()
        await town.quiet()
        total = await town.assert_all_is_well()
        assert total.answered == total.asked > 0
        assert total.doubtful == 0
        # Through both servers and both workers, by turns: it is one session.
        assert [one for one in walker.walks if not one.goes_like(whole)] == []
        for one in replicas:
            assert await one.stop() in _STOPPED
        # Of two that take turns, neither is idle.
        assert all("turn channel=telegram" in one.log for one in replicas[2:])


async def test_a_conversation_on_the_web_page_goes_on_at_any_replica(tmp_path, data_dir, migrated):
    ports = (free_port(), free_port())
    async with (
        telegram_wire() as wire,
        installed(wire, tmp_path, data_dir, migrated) as installation,
    ):
        wire.settings = {}
        replicas = [await installation.start("serve", "--port", str(port)) for port in ports]
        addresses = [f"http://127.0.0.1:{port}" for port in ports]

        async def are_up() -> bool:
            assert all(one.is_running for one in replicas), [one.log for one in replicas]
            return all([await answers(one) for one in addresses])

        await until(wire, are_up, "both servers")
        async with httpx.AsyncClient() as client:

            async def talk(session: str, servers: list[str]) -> list[list[str]]:
                """What is said when the first button is pressed again and again."""
                said, press = [], "f:kich-hoat"
                for place in range(8):
                    asked = {"session": session, "press": press}
                    url = f"{servers[place % len(servers)]}/api/messages"
                    turn = (await client.post(url, json=asked)).raise_for_status().json()
                    said.append([one["text"] for one in turn["replies"]])
                    press = turn["replies"][-1]["buttons"][0]["payload"]
                return said

            at_one = await talk("mot-may-chu-0000000000", addresses[:1])
            assert await talk("hai-may-chu-0000000000", addresses) == at_one
            assert len({str(one) for one in at_one}) == len(at_one)


async def answers(address: str) -> bool:
    """Whether a server is there already."""
    async with httpx.AsyncClient() as client:
        try:
            return (await client.get(address)).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False


async def test_one_of_several_workers_polls_and_another_takes_over_when_it_is_killed(
    tmp_path, data_dir, migrated, codes
):
    """Telegram answers 409 where two poll; the fake counts that as a violation."""
    async with (
        telegram_wire() as wire,
        installed(wire, tmp_path, data_dir, migrated, Leases()) as installation,
    ):
        town = Town(installation, codes)
        await town.grow(3)

        async def is_polled() -> bool:
            return (await wire.world.status())["counters"].get("getUpdates", 0) > 0

        listener = await installation.start("worker")
        await until(wire, is_polled, "polling")
        other = await installation.start("worker")
        await until(wire, other.is_ready, "the other worker")
        for stage in ("both", "first one killed", "second one killed"):
            town.stage = stage
            for _ in range(3):
                await town.ask()
                await town.quiet()
            await listener.die()
            listener, other = other, await installation.start("worker")
        await town.assert_all_is_well()


async def test_a_channel_switched_off_is_off_for_all_replicas_until_it_is_switched_on(
    tmp_path, data_dir, migrated, codes
):
    async with (
        telegram_wire() as wire,
        installed(wire, tmp_path, data_dir, migrated, Leases()) as installation,
    ):
        town = Town(installation, codes)
        await town.grow(2)
        workers = [await installation.start("worker") for _ in range(2)]
        await town.ask()
        await town.quiet()
        assert await (await installation.start("channel", "off", "telegram")).ended() == 0
        stranger, seen_before = await wire.new_citizen(), await wire.seen()
        for _ in range(2):
            await wire.says(stranger, f"/tra {codes[0]}")

        async def is_forgotten() -> bool:
            """By Telegram. What was taken in before the switch was seen is answered, and that is
            not sent: neither now nor later.
            """
            return await wire.waiting_count() == 0

        await until(wire, is_forgotten, "forgetting")
        assert {**await wire.seen(), stranger: []} == {**seen_before, stranger: []}
        assert await (await installation.start("channel", "on", "telegram")).ended() == 0

        async def is_answered() -> bool:
            """The one who listens notices within some seconds; what comes before is dropped."""
            await wire.says(stranger, f"/tra {codes[1]}")
            return codes[1] in (await wire.seen())[stranger]

        await until(wire, is_answered, "the first answer")
        assert codes[0] not in (await wire.seen())[stranger]
        await town.ask()
        await town.quiet()
        assert all(one.is_running for one in workers)
        assert (await town.assert_all_is_well()).answered == 8
