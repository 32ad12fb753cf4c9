"""Whole conversations go as written; together they reach every step of every flow."""

from __future__ import annotations

import pytest

from tests.conversations.runner import SCRIPTS, load_script, play, walks_of, write_golden

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
    """Make the walks anew with `python -m tests.conversations.cover` when flows change."""
    flows = [flow for flow in app.catalog.flows_by_id.values() if flow.path.startswith("flows/")]
    scripts = [load_script(path) for path in PATHS]
    scripts += [script for flow in flows for script in walks_of(flow)]
    reached = set()
    for script in scripts:
        for one in play(app, script):
            reached |= {event.removeprefix("flow_step:") for event in one.turn.events}
    assert {f"{flow.id}/{step.id}" for flow in flows for step in flow.steps} - reached == set()
