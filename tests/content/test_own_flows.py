"""Our own flows, walked through: every step is reached, and every answer can be typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from bot.content.loader import load_content
from bot.dialogue.flow_pages import Asked, Looped, Lost
from bot.dialogue.flow_runner import FlowRunner
from bot.domain.catalog import Catalog
from bot.domain.flows import (
    END,
    AllOf,
    AnyOf,
    Call,
    Collect,
    Condition,
    Do,
    Flow,
    FlowId,
    Is,
    Link,
    Not,
    Say,
    SetSlots,
    Step,
    StepId,
    only,
)
from bot.domain.frames import DONE, TROUBLE, UNSURE
from bot.domain.scam_signs import FEW, MANY, NONE
from bot.nlu.answers import AnswerReader
from bot.settings import PROJECT_ROOT


@cache
def own_catalog() -> Catalog:
    return load_content(PROJECT_ROOT)[0].to_catalog("")


def flow_ids() -> list[str]:
    return sorted(flow.id for flow in own_catalog().flows)


def told(flow: Flow) -> Flow:
    """The same flow that says the id of each step that nobody sees, before taking it."""

    def steps() -> Iterator[Step]:
        for step in flow.steps:
            if isinstance(step, SetSlots | Call | Link):
                hidden = StepId(f"{step.id}~")
                yield Say(step.id, step.id, only(hidden))
                yield replace(step, id=hidden)
            else:
                yield step

    return replace(flow, steps=tuple(steps()))


def stub(flow_id: FlowId) -> Flow:
    """A flow that is over at once."""
    return Flow(flow_id, flow_id, flow_id, (Say(StepId("het"), "Hết.", only(END)),))


def answers(step: Step) -> list[str]:
    if isinstance(step, Collect):
        return [*(one.value for one in step.options), *([UNSURE] if step.unsure else [])]
    return [DONE, TROUBLE] if isinstance(step, Do) else [MANY, FEW, NONE, UNSURE]


def slots_asked(flow: Flow) -> set[str]:
    """Slots that a way on depends on."""

    def of(condition: Condition | None) -> Iterator[str]:
        match condition:
            case Is(slot, _):
                yield slot
            case Not(inner):
                yield from of(inner)
            case AllOf(all_) | AnyOf(all_):
                for one in all_:
                    yield from of(one)

    branches = (getattr(step, "next", ()) for step in flow.steps)
    return {slot for ways in branches for branch in ways for slot in of(branch.condition)}


def steps_walked(flow: Flow, runner: FlowRunner) -> set[str]:
    """Every step that some walk comes to."""
    matter = slots_asked(flow)
    seen: set[object] = set()
    walked: set[str] = set()
    waiting = [runner.start((), flow)]
    while waiting:
        walk = waiting.pop()
        assert not any(isinstance(page, Lost | Looped) for page in walk.pages), flow.id
        walked |= {page.id for page in walk.pages if not hasattr(page, "flow")}
        asked = walk.pages[-1] if walk.pages else None
        if not isinstance(asked, Asked):
            continue
        walked.add(asked.step.id)
        frame = walk.frames[-1]
        troubles = tuple(one.step_id for one in frame.trail if one.answer == TROUBLE)
        slots = frozenset((key, value) for key, value in frame.slots.items() if key in matter)
        state = (frame.step_id, slots, troubles)
        if state not in seen and len(troubles) == len(set(troubles)):
            seen.add(state)
            waiting += [runner.answer(walk.frames, one) for one in answers(asked.step)]
    return walked


@pytest.mark.parametrize("flow_id", flow_ids())
def test_every_step_is_reached_by_some_walk_without_getting_lost_or_round(flow_id):
    catalog = own_catalog()
    flow = told(catalog.flows_by_id[FlowId(flow_id)])
    others = {step.flow for step in flow.steps if isinstance(step, Call | Link)}
    runner = FlowRunner({one: stub(one) for one in others} | {flow.id: flow})
    missed = {step.id for step in flow.steps} - steps_walked(flow, runner)
    assert {step_id for step_id in missed if not step_id.endswith("~")} == set()


def test_every_label_and_other_wording_is_understood_as_its_option():
    catalog = own_catalog()
    reader = AnswerReader.of(catalog.intents, catalog.abbreviations)
    misread = [
        (flow.id, step.id, phrase, reader.find_answer(step, phrase))
        for flow in catalog.flows
        for step in flow.steps
        if isinstance(step, Collect)
        for option in step.options
        for phrase in (option.label, *option.also)
        if reader.find_answer(step, phrase) != option.value
    ]
    assert misread == []
