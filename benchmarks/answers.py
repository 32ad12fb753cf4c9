"""How answers to a flow's question are understood when they are in other words than its options.

    python -m benchmarks.answers

Each line of `evaluation/answers-*.jsonl` is one message while one question waits: what is meant
(an option, "khong-ro", or null for a question in between), and what came of it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bot.app import App, build_app
from bot.domain.clock import vietnam_today
from bot.domain.flows import Collect, StepId
from bot.domain.frames import UNSURE, Frame
from bot.domain.messages import Utterance
from bot.domain.session import Session, Turn
from bot.settings import load_settings

SETS = ("answers-dev", "answers-test")
_ANSWERED = "flow_answer:"


def load_answers(path: Path) -> list[dict[str, Any]]:
    """The labelled messages of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def is_current(app: App, one: dict[str, Any]) -> bool:
    """Whether the question and the option are still in the flows."""
    flow = app.catalog.flows_by_id.get(one["flow"])
    step = flow.find_step(one["step"]) if flow else None
    values = {option.value for option in step.options} if isinstance(step, Collect) else set()
    return bool(values) and one["answer"] in {*values, None, UNSURE}


def measure(app: App, answers: Iterable[dict[str, Any]]) -> Counter[str]:
    """How many were taken right or wrong, asked back right or wrong, or not understood; of the
    questions in between, how many were left alone or taken for an answer.
    """
    return Counter(_outcome(_turn(app, one), one["answer"]) for one in answers)


def _turn(app: App, one: dict[str, Any]) -> Turn:
    today = vietnam_today()
    frames = (Frame(one["flow"], StepId(one["step"])),)
    session = Session("answers", frames=frames, last_on=today.isoformat())
    return app.engine.run_turn(session, Utterance(text=one["text"]), today)


def _outcome(turn: Turn, meant: str | None) -> str:
    events = [event for event in turn.events if event.startswith(_ANSWERED)]
    taken = events[0].rpartition("=")[2] if events else None
    if meant is None:
        return "question: left alone" if taken is None else "question: taken for an answer"
    if taken is not None:
        return "taken right" if taken == meant else "taken wrong"
    if turn.rule == "flow_guess":
        is_right = turn.replies[-1].yes.endswith(f":{meant}")
        return "asked back right" if is_right else "asked back wrong"
    return "not understood"


def main() -> None:
    settings = load_settings()
    app = build_app(settings)
    for name in SETS:
        answers = load_answers(settings.content_root / "evaluation" / f"{name}.jsonl")
        current = [one for one in answers if is_current(app, one)]
        print(f"{name}: {len(current)} of {len(answers)} messages whose question still stands")
        for outcome, count in sorted(measure(app, current).items()):
            print(f"  {count:4}  {outcome}")


if __name__ == "__main__":
    main()
