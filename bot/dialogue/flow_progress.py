"""Which task of a flow one stands at, and how many there are: "Bước 3/7"."""

from __future__ import annotations

from bot.domain.flows import Do, Flow, Step, StepId, ways_on
from bot.domain.frames import ASSUMED, LEADING_ON, Frame

#: Answers of tasks that lie behind.
_PASSED = LEADING_ON | {ASSUMED}


def progress(flow: Flow, frame: Frame) -> tuple[int, int] | None:
    """Number of the task that waits, and of all tasks on its way; None for anything else.

    Repairs do not count: only tasks that can be reached without anything going wrong do.
    """
    main = main_tasks(flow)
    if frame.step_id not in main:
        return None
    passed = (one for one in frame.trail if one.answer in _PASSED)
    done = {one.step_id for one in passed if one.step_id in main}
    number = len(done - {frame.step_id}) + 1
    return number, number - 1 + _longest(flow, frame.step_id, main)


def main_tasks(flow: Flow) -> frozenset[StepId]:
    """The tasks that can be reached from the beginning without anything going wrong."""
    found: set[StepId] = set()
    queue = [flow.steps[0].id]
    while queue:
        step_id = queue.pop()
        step = flow.find_step(step_id)
        if step is not None and step_id not in found:
            found.add(step_id)
            queue += good_ways(step)
    return frozenset(one.id for one in flow.steps if isinstance(one, Do) and one.id in found)


def good_ways(step: Step) -> list[StepId]:
    """Where a step leads when nothing goes wrong."""
    if isinstance(step, Do):
        return [branch.then for branch in step.next]
    return list(ways_on(step))


def _longest(flow: Flow, start: StepId, main: frozenset[StepId]) -> int:
    """The most tasks from a step to the end, going nowhere twice."""
    known: dict[StepId, int] = {}

    def count(step_id: StepId, seen: frozenset[StepId]) -> int:
        step = flow.find_step(step_id)
        if step is None or step_id in seen:
            return 0
        if step_id not in known:
            below = [count(one, seen | {step_id}) for one in good_ways(step)]
            known[step_id] = max(below, default=0) + (step_id in main)
        return known[step_id]

    return count(start, frozenset())
