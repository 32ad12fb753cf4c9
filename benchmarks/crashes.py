"""Kills the bot at every stage, many times, and counts what became of citizens' questions.

    python -m benchmarks.crashes --rounds 5 [--database sqlite|postgresql] [--seed 6]

A round is one death at each stage (`tests.acceptance.rounds.STAGES`), in an order and at a count
drawn at random, while five citizens ask the fake Telegram several things at a time. Even rounds run
one process that polls; odd ones a server with a webhook and a worker. PostgreSQL is that of
TEST_POSTGRES_URL. Leases are shorter than in operation.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import astuple, fields
from pathlib import Path

from bot.app import App, build_app
from bot.settings import Settings
from tests.acceptance.crashing import Leases, free_port, installed
from tests.acceptance.reckoning import Tally
from tests.acceptance.rounds import APART_STAGES, STAGES, Apart, Together
from tests.acceptance.townspeople import Town
from tests.acceptance.wires import telegram_wire
from tests.databases import KINDS, fresh_database

_NAMES = [one.name.replace("_", " ") for one in fields(Tally)]


async def run_round(
    number: int, chance: random.Random, folder: Path, url: str, app: App
) -> tuple[dict[str, Tally], list[object]]:
    """Tallies by stage, and what no careful bot does."""
    data_dir, codes = Settings().data_dir, sorted(app.catalog.topics_by_code)
    async with (
        telegram_wire() as wire,
        installed(wire, folder, data_dir, url, Leases()) as installation,
    ):
        town = Town(installation, codes)
        await town.grow(5)
        if number % 2:
            port = free_port()
            await wire.open_webhook(port)
            bot: Apart | Together = Apart(town, port)
            stages = shuffled(APART_STAGES, chance)
        else:
            bot, stages = Together(town), shuffled(STAGES, chance)
        for stage, nth in stages:
            await bot.kill_at(stage, nth)
        await bot.mend()
        wrong = [*await wire.violations(), *installation.complaints()]
        return await town.tallies(), wrong


def shuffled(stages: tuple[tuple[str, int], ...], chance: random.Random) -> list[tuple[str, int]]:
    """Another order and other counts; whoever settles comes after whoever leaves work behind."""
    fixed = {"uncommitted-settle", "after-settle", "after-listen"}
    drawn = [(stage, chance.randint(1, 8)) for stage, _ in stages if stage not in fixed]
    chance.shuffle(drawn)
    place = 1 + [stage for stage, _ in drawn].index("after-claim")
    later = [one for one in stages if one[0].endswith("settle")]
    return [
        *drawn[:place],
        *later,
        *drawn[place:],
        *(one for one in stages if one[0] == "after-listen"),
    ]


def run(kind: str, rounds: int, seed: int, app: App) -> list[object]:
    """All rounds on one kind of database, each on a fresh one; prints a table."""
    chance, started = random.Random(seed), time.monotonic()
    sums: dict[str, Tally] = defaultdict(Tally)
    wrong: list[object] = []
    deaths = 0
    for number in range(rounds):
        with tempfile.TemporaryDirectory() as name, fresh_database(kind, Path(name)) as url:
            work = run_round(number, chance, Path(name), url, app)
            tallies, found = asyncio.run(work)
        for stage, tally in tallies.items():
            sums[stage] += tally
        deaths += len(tallies)
        wrong += found
        print(f"{kind}: round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    print(f"\n{kind}, {rounds} rounds, {deaths} deaths, {time.monotonic() - started:.0f} s\n")
    print_table({**dict(sorted(sums.items())), "all": sum(sums.values(), Tally())})
    return wrong


def print_table(tallies: dict[str, Tally]) -> None:
    """As Markdown."""
    print(f"| asked while it was to die at | {' | '.join(_NAMES)} |")
    print(f"|---|{'---|' * len(_NAMES)}")
    for stage, tally in tallies.items():
        print(f"| {stage} | {' | '.join(map(str, astuple(tally)))} |")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--database", choices=KINDS)
    parser.add_argument("--seed", type=int, default=6)
    options = parser.parse_args()
    kinds = [options.database] if options.database else KINDS
    app = build_app(Settings())  # makes the index, so that no process need do it
    wrong = [one for kind in kinds for one in run(kind, options.rounds, options.seed, app)]
    print(f"\nviolations and complaints: {wrong or 'none'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
