"""Writes walks that press buttons until every step of every flow was taken, one a line.

    python -m tests.conversations.cover

The scripts are what people say; these walks are the rest.
"""

from __future__ import annotations

import json
import shutil
from collections import deque

from bot.app import App, build_app
from bot.domain.flows import Flow
from bot.domain.messages import Button, Utterance
from bot.domain.payloads import ANSWER, flow_payload
from bot.domain.session import Session, Turn
from bot.settings import load_settings
from tests.conversations.runner import FIRST_DAY, SCRIPTS

WALKS = SCRIPTS.parent / "walks"
_MAX_STATES = 6_000


def steps_of(turn: Turn) -> set[str]:
    """The steps that a turn took."""
    found = (event for event in turn.events if event.startswith("flow_step:"))
    return {event.removeprefix("flow_step:") for event in found}


def covering_walks(app: App, flow: Flow, missing: set[str]) -> list[list[str]]:
    """Labels to press, from the flow's beginning, so that together they take `missing` steps."""
    wanted = {step for step in missing if step.startswith(f"{flow.id}/")}
    walks: list[list[str]] = []
    first = app.engine.run_turn(
        Session("cover"), Utterance(payload=flow_payload(flow.id)), FIRST_DAY
    )
    wanted -= steps_of(first)
    queue = deque([(first, [])])
    seen: set[str] = set()
    while queue and wanted and len(seen) < _MAX_STATES:
        turn, labels = queue.popleft()
        for button in answers_of(turn):
            after = app.engine.run_turn(turn.session, Utterance(payload=button.payload), FIRST_DAY)
            key = repr(
                [
                    (one.flow_id, one.step_id, sorted(one.slots.items()))
                    for one in after.session.frames
                ]
            )
            walk = [*labels, button.label]
            is_new = bool(steps_of(after) & wanted)
            if is_new:
                wanted -= steps_of(after)
                walks.append(walk)
            if key not in seen and any(one.flow_id == flow.id for one in after.session.frames):
                seen.add(key)
                # Deeper where something new was found: breadth alone drowns in what is called.
                queue.appendleft((after, walk)) if is_new else queue.append((after, walk))
    return [
        one
        for one in walks
        if not any(other[: len(one)] == one for other in walks if other is not one)
    ]


def answers_of(turn: Turn) -> list[Button]:
    """The buttons of a turn that answer the flow."""
    buttons = [button for reply in turn.replies for button in reply.buttons]
    return [one for one in buttons if one.payload.startswith(f"{ANSWER}:")]


def main() -> None:
    """Write the walks anew."""
    app = build_app(load_settings())
    written = [flow for flow in app.catalog.flows_by_id.values() if flow.path.startswith("flows/")]
    missing = {f"{flow.id}/{step.id}" for flow in written for step in flow.steps}
    shutil.rmtree(WALKS, ignore_errors=True)
    WALKS.mkdir(parents=True)
    for flow in written:
        lines = [
            json.dumps(walk, ensure_ascii=False) for walk in covering_walks(app, flow, missing)
        ]
        (WALKS / f"{flow.id}.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")


if __name__ == "__main__":
    main()
