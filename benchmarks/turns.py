"""Turns per second through the whole engine, on one core, through flows as people walk them.

    python -m benchmarks.turns [--runs 3]

Replays every walk of `tests/conversations/walks` (buttons) and every golden conversation (buttons
and typed messages): clean, mask, route, understand, walk, compose. Where others use the machine
too, time on the clock says as much of them as of us: the processor's time is given beside it, and
every run is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from benchmarks.rankings import machine, percentiles
from bot.app import App, build_app
from bot.domain.messages import Utterance
from bot.domain.ports import TurnRunner
from bot.domain.session import Session, Turn
from bot.settings import Settings
from tests.conversations.runner import SCRIPTS, load_script, play, walks_of


@dataclass
class Watch:
    """Seconds of each turn: on the clock, and of the processor."""

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, object]:
        """Count, latency, throughput."""
        return {
            "turns": len(self.clock),
            "clock": figures(self.clock),
            "processor": figures(self.processor),
        }


@dataclass
class Timed:
    """An engine with a watch for all turns, and one each for typed and pressed ones."""

    engine: TurnRunner
    every: Watch = field(default_factory=Watch)
    typed: Watch = field(default_factory=Watch)
    pressed: Watch = field(default_factory=Watch)

    def run_turn(self, session: Session, utterance: Utterance, today: date) -> Turn:
        """Run the turn and note how long it took."""
        clock, processor = time.perf_counter(), time.process_time()
        turn = self.engine.run_turn(session, utterance, today)
        clock, processor = time.perf_counter() - clock, time.process_time() - processor
        for watch in (self.every, self.pressed if utterance.payload else self.typed):
            watch.clock.append(clock)
            watch.processor.append(processor)
        return turn


def scripts_of(app: App) -> list[dict[str, Any]]:
    """Every conversation there is."""
    flows = [flow for flow in app.catalog.flows_by_id.values() if flow.path.startswith("flows/")]
    golden = [load_script(path) for path in sorted(SCRIPTS.rglob("*.yaml"))]
    return golden + [walk for flow in flows for walk in walks_of(flow)]


def replay(app: App, scripts: Iterable[dict[str, Any]]) -> dict[str, object]:
    """Figures of one run over all conversations."""
    timed = Timed(app.engine)
    watched = replace(app, engine=timed)
    for script in scripts:
        for _ in play(watched, script):
            pass
    watches = {"all": timed.every, "typed": timed.typed, "pressed": timed.pressed}
    return {name: watch.figures() for name, watch in watches.items()}


def figures(seconds: list[float]) -> dict[str, float]:
    """Latency and throughput."""
    return {**percentiles(seconds), "a_second": round(len(seconds) / sum(seconds), 1)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    app = build_app(Settings())
    scripts = scripts_of(app)
    replay(app, scripts[:20])  # the first turns pay for what is made once
    runs = [replay(app, scripts) for _ in range(options.runs)]
    report = {"machine": machine(), "conversations": len(scripts), "runs": runs}
    print(json.dumps(report, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
