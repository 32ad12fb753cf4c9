"""Checks on the ways of flows: each leads somewhere, can be left, and hangs on what is known.

A flow is checked as its author wrote it: a guide is one step, and what the "nếu gặp khó" of its
topic adds when the guide is written out is no way of the author's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bot.content.files import Check, ContentFiles
from bot.content.issues import ContentIssue
from bot.content.readers.flows import FlowFile
from bot.domain.flows import (
    RETRY,
    SPECIAL_STEPS,
    AllOf,
    AnyOf,
    Branch,
    Call,
    Collect,
    Condition,
    Do,
    Flow,
    FlowId,
    Guide,
    Inspect,
    Is,
    Link,
    Not,
    SetSlots,
    Show,
    Step,
    StepId,
    ways_on,
)
from bot.domain.frames import UNSURE
from bot.domain.knowledge import Topic
from bot.domain.scam_signs import FEW, MANY, NONE


def check_flow_ids_are_used_once(files: ContentFiles) -> Iterator[ContentIssue]:
    """No two flows and no two steps of a flow share an id; no step is named like a special way."""
    seen: dict[FlowId, str] = {}
    for file in files.flows:
        if file.flow.id in seen:
            other = seen[file.flow.id]
            yield file.issue("id_duplicate", "id", value=file.flow.id, other=other)
        seen.setdefault(file.flow.id, file.flow.path)
        counts = Counter(step.id for step in file.flow.steps)
        for at, step in enumerate(file.flow.steps):
            if counts[step.id] > 1 or step.id in SPECIAL_STEPS:
                yield file.step_issue(at, "flow_step_duplicate", "id", value=step.id)


def check_flows_name_what_exists(files: ContentFiles) -> Iterator[ContentIssue]:
    """Steps, topics and other flows that a flow names are there."""
    flows, topics = files.flow_ids(), files.topics_by_id()
    for file in files.flows:
        ids = {step.id for step in file.flow.steps} | set(SPECIAL_STEPS)
        for index, topic_id in enumerate(file.flow.topics):
            if topic_id not in topics:
                yield file.issue("topic_unknown", "topics", index, value=topic_id)
        for at, step in enumerate(file.flow.steps):
            for to in ways_on(step):
                if to not in ids:
                    yield file.step_issue(at, "flow_step_unknown", value=to)
            if isinstance(step, Guide | Show | Do) and step.topic not in topics:
                yield file.step_issue(at, "topic_unknown", value=step.topic)
            if isinstance(step, Call | Link) and step.flow not in flows:
                yield file.step_issue(at, "flow_unknown", value=step.flow)


def check_guides_tell_steps_that_are_there(files: ContentFiles) -> Iterator[ContentIssue]:
    """The numbers of a guide are those of steps of its topic, and of steps that it tells."""
    topics = files.topics_by_id()
    for file in files.flows:
        for at, step in enumerate(file.flow.steps):
            if isinstance(step, Guide) and step.topic in topics:
                yield from _check_numbers(file, at, step, topics[step.topic])


def _check_numbers(file: FlowFile, at: int, step: Guide, topic: Topic) -> Iterator[ContentIssue]:
    count = len(topic.steps)
    last = step.last or count
    by_key = {"checks": step.checks, "troubles": step.troubles}
    named = {number: key for key, numbers in by_key.items() for number in numbers}
    for number in sorted({step.first, step.last or step.first, *named}):
        if not 1 <= number <= count:
            yield file.step_issue(
                at, "topic_step_unknown", value=number, topic=topic.id, count=count
            )
        elif number in named and not step.first <= number <= last and step.first <= last:
            yield file.step_issue(
                at,
                "flow_guide_step_left_out",
                named[number],
                key=named[number],
                value=number,
                first=step.first,
                last=last,
            )
    if step.last and step.last < step.first:
        yield file.step_issue(at, "flow_guide_backwards", "to", first=step.first, last=step.last)


def check_branches_are_complete(files: ContentFiles) -> Iterator[ContentIssue]:
    """Branches end with an `else`, and compare slots with values that they can have."""
    for file in files.flows:
        values = _slot_values(file.flow)
        for at, step in enumerate(file.flow.steps):
            branches: tuple[Branch, ...] = getattr(step, "next", ())
            if isinstance(step, Collect | Link):
                continue
            if not branches or branches[-1].condition is not None:
                yield file.step_issue(at, "flow_branch_without_else", value=step.id)
            if any(branch.condition is None for branch in branches[:-1]):
                yield file.step_issue(at, "flow_else_not_last", value=step.id)
            for condition in (one.condition for one in branches if one.condition is not None):
                for slot, value in _comparisons(condition):
                    if slot not in values:
                        yield file.step_issue(at, "flow_slot_unknown", value=slot)
                    elif value not in values[slot]:
                        known = ", ".join(sorted(values[slot]))
                        yield file.step_issue(
                            at, "flow_value_unknown", slot=slot, value=value, known=known
                        )


def _slot_values(flow: Flow) -> dict[str, set[str]]:
    """The values that each slot of a flow can have."""
    values: dict[str, set[str]] = {}
    for step in flow.steps:
        if isinstance(step, Collect):
            found = {option.value for option in step.options}
            values.setdefault(step.slot, set()).update(found | {UNSURE})
        elif isinstance(step, Inspect):
            values.setdefault(step.slot, set()).update({MANY, FEW, NONE, UNSURE})
        elif isinstance(step, SetSlots):
            for slot, value in step.slots.items():
                values.setdefault(slot, set()).update({value} if value else set())
    return values


def _comparisons(condition: Condition) -> Iterator[tuple[str, str]]:
    match condition:
        case Is(slot, values):
            yield from ((slot, value) for value in values)
        case Not(inner):
            yield from _comparisons(inner)
        case AllOf(conditions) | AnyOf(conditions):
            for one in conditions:
                yield from _comparisons(one)


def check_every_step_is_reached_and_can_be_left(files: ContentFiles) -> Iterator[ContentIssue]:
    """From the first step every other is reached, and from each the end or a person is."""
    for file in files.flows:
        steps = {step.id: step for step in file.flow.steps}
        if not steps:
            continue
        reached = _reached(steps, file.flow.steps[0].id)
        leaving = _leaving(steps)
        for at, step in enumerate(file.flow.steps):
            if step.id not in reached:
                yield file.step_issue(at, "flow_step_unreachable", value=step.id)
            elif step.id not in leaving:
                yield file.step_issue(at, "flow_loop_without_exit", value=step.id)
            if RETRY in ways_on(step) and step.id not in _after_trouble(steps):
                yield file.step_issue(at, "flow_retry_without_trouble", value=step.id)


def _reached(steps: dict[StepId, Step], start: StepId) -> set[StepId]:
    found: set[StepId] = set()
    queue = [start]
    while queue:
        step_id = queue.pop()
        if step_id in steps and step_id not in found:
            found.add(step_id)
            queue += ways_on(steps[step_id])
    return found


def _leaving(steps: dict[StepId, Step]) -> set[StepId]:
    """Steps from which the end, a retry or a person can be reached."""
    leaving: set[StepId] = set(SPECIAL_STEPS)
    while True:
        more = {
            step_id
            for step_id, step in steps.items()
            if step_id not in leaving and any(to in leaving for to in ways_on(step))
        }
        if not more:
            return leaving
        leaving |= more


def _after_trouble(steps: dict[StepId, Step]) -> set[StepId]:
    """Steps that can be reached through a "Không làm được"."""
    found: set[StepId] = set()
    for step in steps.values():
        if isinstance(step, Do):
            found |= _reached(steps, step.trouble)
        elif isinstance(step, Guide):
            for to in (*step.troubles.values(), *([step.trouble] if step.trouble else [])):
                found |= _reached(steps, to)
    return found


def check_flows_do_not_call_themselves(files: ContentFiles) -> Iterator[ContentIssue]:
    """No flow calls itself, nor through others."""
    calls = {
        file.flow.id: {step.flow for step in file.flow.steps if isinstance(step, Call)}
        for file in files.flows
    }
    for file in files.flows:
        for at, step in enumerate(file.flow.steps):
            if isinstance(step, Call) and file.flow.id in _called(calls, step.flow):
                yield file.step_issue(at, "flow_calls_itself", value=step.flow)


def _called(calls: dict[FlowId, set[FlowId]], start: FlowId) -> set[FlowId]:
    found: set[FlowId] = set()
    queue = [start]
    while queue:
        flow_id = queue.pop()
        if flow_id not in found:
            found.add(flow_id)
            queue += calls.get(flow_id, ())
    return found


FLOW_CHECKS: tuple[Check, ...] = (
    check_flow_ids_are_used_once,
    check_flows_name_what_exists,
    check_guides_tell_steps_that_are_there,
    check_branches_are_complete,
    check_every_step_is_reached_and_can_be_left,
    check_flows_do_not_call_themselves,
)
