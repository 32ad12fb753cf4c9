"""Where a citizen stands in a flow: plain data that serialises with the session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.flows import FlowId, StepId

#: Answers to a task: done, passed over without doing it, did not work.
DONE, SKIPPED, TROUBLE = "xong", "bo-qua", "ket"
#: Answers that lead on from a task.
LEADING_ON = frozenset({DONE, SKIPPED})
#: Stand for the answers to steps that a link led past, and for the trouble at a task when it led to
#: the repair: nobody was told or asked these steps.
ASSUMED, ASSUMED_TROUBLE = "coi-nhu-xong", "coi-nhu-ket"
NEVER_TOLD = frozenset({ASSUMED, ASSUMED_TROUBLE})
#: What a repair leads back from.
TROUBLES = frozenset({TROUBLE, ASSUMED_TROUBLE})
#: The answer "Không rõ".
UNSURE = "khong-ro"
#: Older steps are forgotten: going back further than this is starting again.
MAX_TRAIL = 40


@dataclass(frozen=True, slots=True)
class Passed:
    """A step that was answered, with the slots as they were before."""

    step_id: StepId
    answer: str
    slots: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Frame:
    """One flow that was begun and is not at its end."""

    flow_id: FlowId
    step_id: StepId
    slots: Mapping[str, str] = field(default_factory=dict)
    #: What was answered, oldest first.
    trail: tuple[Passed, ...] = ()
    #: Answers known beforehand, by step or slot: told in the first message, handed over by the flow
    #: that led here, or kept when an earlier answer was corrected. Each is used once.
    given: Mapping[str, str] = field(default_factory=dict)
    #: Whether the frame below waits for this one to end.
    is_called: bool = False

    def to_data(self) -> list[Any]:
        """JSON-ready data; `from_data` gives an equal frame back."""
        trail = [[one.step_id, one.answer, dict(one.slots)] for one in self.trail]
        return [
            self.flow_id,
            self.step_id,
            dict(self.slots),
            trail,
            dict(self.given),
            self.is_called,
        ]

    @classmethod
    def from_data(cls, data: list[Any]) -> Frame:
        """The frame that gave this data."""
        flow_id, step_id, slots, trail, given, is_called = data
        passed = tuple(Passed(StepId(step), answer, before) for step, answer, before in trail)
        return cls(FlowId(flow_id), StepId(step_id), slots, passed, given, is_called)
