"""The stack of frames, and what an answer makes of the one on top. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeAlias

from bot.dialogue.conditions import way
from bot.domain.flows import (
    PERSON,
    Collect,
    Do,
    Flow,
    FlowId,
    Inspect,
    Step,
    StepId,
    Waiting,
)
from bot.domain.frames import LEADING_ON, MAX_TRAIL, TROUBLE, UNSURE, Frame, Passed
from bot.domain.scam_signs import FEW, MANY, NONE

#: A flow and what it calls and links to are at most so deep; a link goes over for good then.
MAX_DEPTH = 5

Frames: TypeAlias = tuple[Frame, ...]


def groups_of(frames: Frames) -> list[Frames]:
    """Each flow that was begun with what it called: the first frame of a group is not called."""
    groups: list[list[Frame]] = []
    for frame in frames:
        if groups and frame.is_called:
            groups[-1].append(frame)
        else:
            groups.append([frame])
    return [tuple(one) for one in groups]


def flat(groups: Iterable[Frames]) -> Frames:
    """The frames of all groups, in order."""
    return tuple(frame for group in groups for frame in group)


def place_in_group(frames: list[Frame], flow_id: FlowId) -> int | None:
    """Where the flow stands among those that called the one on top; None when it does not."""
    first = len(frames) - len(groups_of(tuple(frames))[-1])
    places = (at for at in range(first, len(frames)) if frames[at].flow_id == flow_id)
    return next(places, None)


def has_room(frames: list[Frame]) -> bool:
    """Whether the flow on top may call another."""
    return len(groups_of(tuple(frames))[-1]) < MAX_DEPTH


def handed_over(slots: Mapping[str, str], flow: Flow) -> dict[str, str]:
    """The slots that answer a question of the flow: one of the same name, with such an option."""
    questions = [step for step in flow.steps if isinstance(step, Collect)]
    answers = {(one.slot, option.value) for one in questions for option in one.options}
    return {slot: value for slot, value in slots.items() if (slot, value) in answers}


def way_after(step: Step, answer: str, slots: Mapping[str, str]) -> StepId | None:
    """Where an answer leads; None when the step has no such answer."""
    if isinstance(step, Do):
        to_next = dict.fromkeys(LEADING_ON, way(step.next, slots))
        return {**to_next, TROUBLE: step.trouble}.get(answer)
    if not isinstance(step, Collect | Inspect):
        return None
    if answer == UNSURE:
        return step.unsure
    if isinstance(step, Inspect):
        known = answer in {MANY, FEW, NONE}
        return way(step.next, {**slots, step.slot: answer}) if known else None
    return next((one.next for one in step.options if one.value == answer), None)


def answered(frame: Frame, step: Waiting, answer: str) -> Frame:
    """The frame after an answer, still on the same step."""
    passed = Passed(step.id, answer, frame.slots)
    slots, keys = frame.slots, {kept_answer(step.id)}
    if not isinstance(step, Do):
        slots, keys = (
            with_slots(frame.slots, {step.slot: answer}),
            {kept_answer(step.id), step.slot},
        )
    given = {key: value for key, value in frame.given.items() if key not in keys}
    return replace(frame, slots=slots, trail=(*frame.trail, passed)[-MAX_TRAIL:], given=given)


def kept_answer(step_id: StepId) -> str:
    """The key under which an answer to a step is given beforehand; no slot is named so."""
    return f"step:{step_id}"


def known_answer(frame: Frame, step: Waiting) -> str | None:
    """The answer given beforehand, if the step has it and it needs nobody."""
    keys = (
        (kept_answer(step.id), step.slot) if isinstance(step, Collect) else (kept_answer(step.id),)
    )
    for key in keys:
        answer = frame.given.get(key)
        if answer is not None and way_after(step, answer, frame.slots) not in {None, PERSON}:
            return answer
    return None


def undone(frame: Frame, at: int) -> Frame:
    """The frame as it was before the answer at this place of its trail."""
    passed = frame.trail[at]
    return replace(
        frame, step_id=passed.step_id, slots=passed.slots, trail=frame.trail[:at], given={}
    )


def nearest_place(frame: Frame, flow: Flow) -> Frame:
    """The latest answered step that the flow still has, or its beginning."""
    for at in range(len(frame.trail) - 1, -1, -1):
        if flow.find_step(frame.trail[at].step_id):
            return undone(frame, at)
    return Frame(flow.id, flow.steps[0].id, is_called=frame.is_called)


def with_slots(slots: Mapping[str, str], more: Mapping[str, str | None]) -> dict[str, str]:
    """The slots with more of them filled, or emptied (None)."""
    merged = {**slots, **more}
    return {key: value for key, value in merged.items() if value is not None}
