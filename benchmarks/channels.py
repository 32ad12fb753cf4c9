"""A chat channel end to end: webhook, inbox, turn, outbox, the call that a fake Telegram receives.

    python -m benchmarks.channels throughput|latency|overload|intake|soak [--processes 1|4]
        [--database sqlite|postgresql] [--seconds N] [--minutes N] [--rate N]
    python -m benchmarks.channels lookup [--database …] [--seconds N]   # inline queries and /tra
    python -m benchmarks.channels rest --rasa FOLDER    # our JSON interface and Rasa's REST channel
    python -m benchmarks.channels all [--json FILE]     # all but these and `soak`, as one table

Generator, fake Telegram, database and bot share this machine; the table says how many cores each
used, and `others` what had nothing to do with it. PostgreSQL: TEST_POSTGRES_URL names a server on
which databases may be made. The limit on sends is lifted; nothing else is set otherwise than by
default.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.channel_bot import Setup
from benchmarks.channel_lookup import measure_look_up
from benchmarks.channel_rest import measure_rest
from benchmarks.channel_runs import (
    OVERLOAD_INBOX,
    capacity_over,
    intake_over,
    latency_at,
    overload_of,
    run_stage,
)
from benchmarks.channel_soak import run_soak
from benchmarks.rankings import machine
from bot.app import build_app
from bot.domain.catalog import Catalog
from bot.settings import PROJECT_ROOT, Settings

_SHARE_OF_CAPACITY = 0.5


def throughput(setup: Setup, catalog: Catalog, seconds: float) -> dict[str, Any]:
    """As fast as it goes."""
    return {"run": "throughput", **run_stage(setup, catalog, capacity_over(seconds))}


def intake(setup: Setup, catalog: Catalog, seconds: float) -> dict[str, Any]:
    """Storing, without anybody who answers."""
    storing = Setup(setup.database, setup.processes, has_workers=False)
    return {"run": "intake", **run_stage(storing, catalog, intake_over(seconds))}


def latency(setup: Setup, catalog: Catalog, rate: float, seconds: float) -> dict[str, Any]:
    """At a steady rate."""
    return {"run": "latency", **run_stage(setup, catalog, latency_at(rate, seconds))}


def overload(setup: Setup, catalog: Catalog, capacity: float, seconds: float) -> dict[str, Any]:
    """At twice the capacity."""
    small = Setup(setup.database, setup.processes, OVERLOAD_INBOX)
    return {"run": "overload", **run_stage(small, catalog, overload_of(capacity, seconds))}


def run_all(setups: Iterable[Setup], catalog: Catalog, seconds: float) -> Iterable[dict[str, Any]]:
    """Every run of every setup, each told as soon as it is done."""
    for setup in setups:
        yield intake(setup, catalog, seconds / 2)
        fast = throughput(setup, catalog, seconds)
        yield fast
        capacity = fast["answered_a_second"]
        yield latency(setup, catalog, capacity * _SHARE_OF_CAPACITY, seconds * 2)
        yield overload(setup, catalog, capacity, 60.0)


def run_one(options: argparse.Namespace, setup: Setup, catalog: Catalog) -> dict[str, Any]:
    """The run that was asked for; without a rate the capacity is measured first."""
    seconds = options.seconds
    if options.run == "intake":
        return intake(setup, catalog, seconds)
    if options.run == "soak":
        return {"run": "soak", **run_soak(setup, catalog, options.rate or 20.0, options.minutes)}
    if options.run == "throughput":
        return throughput(setup, catalog, seconds)
    rate = options.rate or throughput(setup, catalog, seconds)["answered_a_second"]
    if options.run == "latency":
        share = 1.0 if options.rate else _SHARE_OF_CAPACITY
        return latency(setup, catalog, rate * share, seconds)
    return overload(setup, catalog, rate, seconds)


def table(found: Iterable[dict[str, Any]]) -> str:
    """The runs as a table in Markdown."""
    heads = ("run", "setup", "offered/s", "stored/s", "answered/s", "p50 / p95 / p99 / max ms")
    more = ("webhook p99 ms", "bot's processor ms", "bot / all cores", "refused", "lost", "doubled")
    lines = [(*heads, *more)]
    lines.append(("---",) * len(lines[0]))
    lines += [_row(one) for one in found]
    return "\n".join(f"| {' | '.join(map(str, one))} |" for one in lines)


def _row(one: dict[str, Any]) -> tuple[object, ...]:
    marks = one.get("webhook_to_send_ms", {})
    cores, counts = one.get("cores") or {}, one.get("counts", {})
    of_bot = sum(used for name, used in cores.items() if name.startswith(("serve", "worker")))
    return (
        one["run"],
        one["setup"],
        one.get("rate", "as fast as it goes"),
        one.get("stored_a_second", ""),
        one.get("answered_a_second", ""),
        " / ".join(str(marks[name]) for name in marks),
        one.get("webhook_ms", {}).get("p99", ""),
        one.get("cpu_ms_an_update", {}).get("bot", ""),
        f"{of_bot:.2f} / {sum(cores.values()):.2f}",
        one.get("webhook_statuses", {}).get("503", 0),
        sum(count for name, count in counts.items() if name.startswith("lost")),
        counts.get("doubled", 0),
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    runs = ["throughput", "latency", "overload", "intake", "soak", "lookup", "rest", "all"]
    parser.add_argument("run", choices=runs)
    parser.add_argument("--processes", type=int, choices=[1, 4], default=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--minutes", type=float, default=20.0, help="of the soak")
    parser.add_argument("--rate", type=float, help="updates a second; overload: the capacity")
    parser.add_argument("--rasa", type=Path, help="an export of `bot export rasa`, trained")
    parser.add_argument("--python", type=Path, default=PROJECT_ROOT / ".venv-rasa/bin/python")
    parser.add_argument("--json", type=Path, help="where to write all figures")
    return parser.parse_args()


def main() -> None:
    options = _options()
    catalog = build_app(Settings()).catalog  # builds the index, too, where there is none
    setups = [Setup(one, count) for one in ("sqlite", "postgresql") for count in (1, 4)]
    if options.run == "all":
        runs = run_all(setups, catalog, options.seconds)
    elif options.run == "rest":
        runs = measure_rest(options.rasa, options.python, options.seconds)
    elif options.run == "lookup":
        setup = Setup(options.database, options.processes)
        runs = measure_look_up(setup, catalog, options.seconds)
    else:
        runs = iter([run_one(options, Setup(options.database, options.processes), catalog)])
    found = []
    print(json.dumps({"machine": machine(), "load": os.getloadavg()}), flush=True)
    for one in runs:
        found.append(one)
        shown = {name: value for name, value in one.items() if name not in {"queues", "samples"}}
        print(json.dumps(shown, ensure_ascii=False), flush=True)
        if options.json:
            options.json.write_text(json.dumps(found, ensure_ascii=False, indent=1), "utf-8")
    if options.run not in {"lookup", "rest"}:
        print(table(found))


if __name__ == "__main__":
    main()
