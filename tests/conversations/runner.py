"""Runs scripted conversations: what the citizen does, and what must come of it.

A script is a YAML file: a title and turns. A turn `says` something, `sends` what we cannot read
(with what it `says`, if anything), `presses` the button with a label, or lets `days` pass before
either. `python -m pytest tests/conversations --update-golden` writes what came of it beside each
turn: the outcome, the flow and step, the replies, the buttons, what is asked about kept data.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from bot.app import App
from bot.domain.flows import Flow
from bot.domain.messages import Media, Utterance
from bot.domain.payloads import FLOW, flow_payload
from bot.domain.session import Session, Turn
from bot.text.markup import to_plain

SCRIPTS = Path(__file__).parent / "scripts"
WALKS = Path(__file__).parent / "walks"
FIRST_DAY = date(2026, 11, 21)
INPUT_KEYS = {"says", "sends", "presses", "days"}


class ScriptBroken(AssertionError):
    """A script does what cannot be done, such as pressing a button that is not there."""


@dataclass(frozen=True)
class Played:
    """One turn as it went: what the script says of it, and what came."""

    scripted: dict[str, Any]
    turn: Turn

    def golden(self) -> dict[str, Any]:
        """What the script should say."""
        inputs = {key: value for key, value in self.scripted.items() if key in INPUT_KEYS}
        frames = self.turn.session.frames
        asked = self.turn.data_request
        return {
            **inputs,
            **({"data": asked.value} if asked else {}),
            "outcome": self.turn.outcome.value,
            "at": f"{frames[-1].flow_id}/{frames[-1].step_id}" if frames else None,
            "topics": [topic.id for topic in self.turn.topics[:1]],
            "replies": [to_plain(reply.text) for reply in self.turn.replies],
            "buttons": [button.label for reply in self.turn.replies for button in reply.buttons],
        }


def load_script(path: Path) -> dict[str, Any]:
    """The script of a file."""
    script: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return script


def play(app: App, script: dict[str, Any]) -> Iterator[Played]:
    """Each turn of a script; the session is serialised and read back between all turns."""
    session, today, buttons = Session("script"), FIRST_DAY, {}
    for scripted in script["turns"]:
        today += timedelta(days=scripted.get("days", 0))
        label = scripted.get("presses")
        if label is not None and label.startswith(f"{FLOW}:"):
            buttons = {**buttons, label: label}  # a link or a poster that begins a flow
        if label is not None and label not in buttons:
            raise ScriptBroken(f"no button {label!r} among {list(buttons)}")
        utterance = Utterance(
            text=scripted.get("says", ""),
            payload=buttons[label] if label is not None else "",
            media=Media(scripted["sends"]) if "sends" in scripted else None,
        )
        turn = app.engine.run_turn(session, utterance, today)
        session = Session.from_data(turn.session.to_data())
        # The buttons further up in the conversation can still be pressed.
        buttons |= {one.label: one.payload for reply in turn.replies for one in reply.buttons}
        yield Played(scripted, turn)


def write_golden(path: Path, script: dict[str, Any], played: list[Played]) -> None:
    """Write what came of a script into its file."""
    golden = {**script, "turns": [one.golden() for one in played]}
    text = yaml.safe_dump(golden, allow_unicode=True, sort_keys=False, width=100)
    path.write_text(text, encoding="utf-8")


def walks_of(flow: Flow) -> list[dict[str, Any]]:
    """Scripts that press buttons through a flow, as `tests.conversations.cover` wrote them."""
    path = WALKS / f"{flow.id}.jsonl"
    walks = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    begin = {"presses": flow_payload(flow.id)}
    return [
        {"title": flow.id, "turns": [begin, *({"presses": label} for label in walk)]}
        for walk in walks
    ]
