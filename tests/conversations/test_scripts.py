"""Whole conversations go as written; together they reach every step of every flow."""

from __future__ import annotations

import pytest

from tests.conversations.runner import SCRIPTS, load_script, play, write_golden

PATHS = sorted(SCRIPTS.rglob("*.yaml"))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_conversation_goes_as_written(path, app, request):
    script = load_script(path)
    played = list(play(app, script))
    if request.config.getoption("--update-golden"):
        write_golden(path, script, played)
        return
    for number, one in enumerate(played, 1):
        assert one.scripted == one.golden(), f"turn {number} of {script['title']}"


def test_there_are_enough_conversations():
    assert len([path for path in PATHS if path.parent == SCRIPTS]) >= 60


def test_every_step_of_every_flow_is_reached_by_some_conversation(app):
    reached = set()
    for path in PATHS:
        for one in play(app, load_script(path)):
            reached |= {event.removeprefix("flow_step:") for event in one.turn.events}
    steps = {
        f"{flow.id}/{step.id}"
        for flow in app.catalog.flows_by_id.values()
        if flow.path.startswith("flows/")
        for step in flow.steps
    }
    assert steps - reached == set()
