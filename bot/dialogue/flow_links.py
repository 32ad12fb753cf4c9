"""Where a link leads that begins a flow at one of its steps: the frame as if everything before had
been done, without any answer known. Pure functions over one flow.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from bot.dialogue.flow_progress import good_ways
from bot.domain.flows import (
    AllOf,
    AnyOf,
    Collect,
    Condition,
    Do,
    Flow,
    Inspect,
    Is,
    Link,
    Not,
    SetSlots,
    Step,
    StepId,
    Waiting,
    ways_on,
)
from bot.domain.frames import ASSUMED, ASSUMED_TROUBLE, MAX_TRAIL, Frame, Passed

#: The steps before one, each with what it counts as answered.
_Way: TypeAlias = tuple[tuple[StepId, str], ...]
_Steps: TypeAlias = Mapping[StepId, Step]


def linked_frame(flow: Flow, step_id: str) -> Frame | None:
    """A flow that stands at a step, or at the first task of a guide. None where it has to begin at
    its beginning: there is no such step, it is the first, or which way it goes on depends on what
    is asked before it. A condition further on takes its `else`, as for who answered "Không rõ".
    """
    step = flow.find_step(step_id) or flow.find_step(_first_part(flow, step_id))
    if step is None or step.id == flow.steps[0].id:
        return None
    steps = {one.id: one for one in flow.steps}
    way = _way_to(flow, step.id, steps)
    if way is None or not _stands_alone(flow, step.id, steps):
        return None
    trail = [Passed(at, answer) for at, answer in way if isinstance(steps[at], Waiting)]
    return Frame(flow.id, step.id, trail=tuple(trail[-MAX_TRAIL:]))


def _first_part(flow: Flow, guide_id: str) -> StepId:
    """The first task that a guide was written out to."""
    found = (one.id for one in flow.steps if one.id.rpartition(".")[0] == guide_id)
    return next(found, StepId(""))


# --- the way to a step


def _way_to(flow: Flow, target: StepId, steps: _Steps) -> _Way | None:
    """The way with the most tasks on which nothing goes wrong, so that "Bước 3/7" counts as it does
    for who walks it; to a repair, the way to the nearest task whose trouble leads there.
    """
    start = flow.steps[0].id
    good = _reached([start], steps, good_ways)
    if target in good:
        return _longest(start, target, steps)
    far = _distances_to(target, steps)
    tasks = (steps[one] for one in steps if one in good)
    troubled = [one for one in tasks if isinstance(one, Do) and one.trouble in far]
    if not troubled:
        return None
    task = min(troubled, key=lambda one: far[one.trouble])
    head = _longest(start, task.id, steps) or ()
    return (*head, (task.id, ASSUMED_TROUBLE), *_shortest(task.trouble, far, steps))


def _longest(start: StepId, target: StepId, steps: _Steps) -> _Way | None:
    """From the beginning, going nowhere twice, where nothing goes wrong."""
    known: dict[StepId, _Way | None] = {target: ()}

    def find(step_id: StepId, seen: frozenset[StepId]) -> _Way | None:
        if step_id in seen or step_id not in steps:
            return None
        if step_id not in known:
            below = (find(one, seen | {step_id}) for one in good_ways(steps[step_id]))
            found = [one for one in below if one is not None]
            best = max(found, key=lambda way: _tasks(way, steps), default=None)
            known[step_id] = None if best is None else ((step_id, ASSUMED), *best)
        return known[step_id]

    return find(start, frozenset())


def _tasks(way: _Way, steps: _Steps) -> int:
    return sum(isinstance(steps[step_id], Do) for step_id, _ in way)


def _shortest(
    start: StepId, far: Mapping[StepId, int], steps: _Steps
) -> Iterator[tuple[StepId, str]]:
    """By any ways, downhill to where the distance is 0."""
    at = start
    while far[at]:
        step = steps[at]
        to = min((one for one in ways_on(step) if one in far), key=lambda one: far[one])
        yield at, ASSUMED if to in good_ways(step) else ASSUMED_TROUBLE
        at = to


def _distances_to(target: StepId, steps: _Steps) -> Mapping[StepId, int]:
    """How many steps lie between, for each step from which the target can be reached."""
    before: dict[StepId, list[StepId]] = {}
    for step in steps.values():
        for to in ways_on(step):
            before.setdefault(to, []).append(step.id)
    far = {target: 0}
    queue = deque([target])
    while queue:
        at = queue.popleft()
        for one in before.get(at, ()):
            if one not in far:
                far[one] = far[at] + 1
                queue.append(one)
    return far


def _reached(
    starts: Iterable[StepId], steps: _Steps, ways: Callable[[Step], Sequence[StepId]]
) -> set[StepId]:
    """The steps that can be reached by such ways, the starts among them."""
    reached: set[StepId] = set()
    queue = [*starts]
    while queue:
        step_id = queue.pop()
        if step_id in steps and step_id not in reached:
            reached.add(step_id)
            queue += ways(steps[step_id])
    return reached


# --- what a step needs


def _stands_alone(flow: Flow, target: StepId, steps: _Steps) -> bool:
    """Whether no condition asks for a slot that would be filled by then, before the citizen is at a
    step that waits, or at the end of that step.
    """
    others = {step_id: step for step_id, step in steps.items() if step_id != target}
    before = _reached([flow.steps[0].id], others, ways_on) & _distances_to(target, steps).keys()
    filled = {slot for one in before for slot in _fills(steps[one])}
    met = [steps[one] for one in _reached([target], steps, _ways_without_answer)]
    asked = {slot for step in met for one in _conditions(step) for slot in _slots_of(one)}
    return filled.isdisjoint(asked - {slot for step in met for slot in _fills(step)})


def _ways_without_answer(step: Step) -> Sequence[StepId]:
    return () if isinstance(step, Waiting) else ways_on(step)


def _fills(step: Step) -> Iterable[str]:
    match step:
        case Collect() | Inspect():
            return (step.slot,)
        case SetSlots():
            return step.slots
        case _:
            return ()


def _conditions(step: Step) -> Iterator[Condition]:
    if not isinstance(step, Collect | Link):
        yield from (one.condition for one in step.next if one.condition is not None)


def _slots_of(condition: Condition) -> frozenset[str]:
    match condition:
        case Is(slot):
            return frozenset({slot})
        case Not(inner):
            return _slots_of(inner)
        case AllOf(inner) | AnyOf(inner):
            return frozenset(slot for one in inner for slot in _slots_of(one))
