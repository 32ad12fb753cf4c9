"""Whether the condition of a branch holds, and which way it leads. Parsing is `bot.content`."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.flows import END, AllOf, AnyOf, Condition, Is, Next, Not, StepId


def holds(condition: Condition, slots: Mapping[str, str]) -> bool:
    """Whether a condition is true of the slots; an empty slot equals nothing."""
    match condition:
        case Is(slot, values):
            return slots.get(slot) in values
        case Not(inner):
            return not holds(inner, slots)
        case AllOf(inner):
            return all(holds(one, slots) for one in inner)
        case AnyOf(inner):
            return any(holds(one, slots) for one in inner)


def way(branches: Next, slots: Mapping[str, str]) -> StepId:
    """Where the first branch that holds leads; the end when none does."""
    for branch in branches:
        if branch.condition is None or holds(branch.condition, slots):
            return branch.then
    return END
