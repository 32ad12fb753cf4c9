"""Flows: what leads a citizen step by step, as written by editors in `flows/`.

Plain immutable data. Reading the files is `bot.content`, walking through them is `bot.dialogue`.
The words are those of Rasa's flows (https://rasa.com/docs/reference/primitives/flows/, read
2026-11-21) where Rasa has one: collect, next, if, else, set_slots, call, link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NewType, TypeAlias

from bot.domain.knowledge import TopicId

FlowId = NewType("FlowId", str)
StepId = NewType("StepId", str)

#: What `next` says when the flow ends there.
END = StepId("END")
#: What `next` says after a repair: back to the task that did not work.
RETRY = StepId("RETRY")
#: What `next` says when only a person can help. The citizen stays where they are.
PERSON = StepId("PERSON")
#: Ways on that are no steps of the flow.
SPECIAL_STEPS = (END, RETRY, PERSON)


@dataclass(frozen=True, slots=True)
class Is:
    """True when a slot holds one of the values."""

    slot: str
    values: tuple[str, ...]
    kind: Literal["is"] = "is"


@dataclass(frozen=True, slots=True)
class Not:
    """True when the other is not."""

    condition: Condition
    kind: Literal["not"] = "not"


@dataclass(frozen=True, slots=True)
class AllOf:
    """True when all are."""

    conditions: tuple[Condition, ...]
    kind: Literal["all"] = "all"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when one is."""

    conditions: tuple[Condition, ...]
    kind: Literal["any"] = "any"


Condition: TypeAlias = Is | Not | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Branch:
    """One way on: taken when its condition holds; the one without a condition is the `else`."""

    then: StepId
    condition: Condition | None = None


#: Ways on in the order in which they are tried; the last is an `else`.
Next: TypeAlias = tuple[Branch, ...]


def only(step: StepId) -> Next:
    """The way on that has no condition."""
    return (Branch(step),)


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to a question."""

    label: str
    #: What the slot then holds: short, ASCII, stable. Part of a button's payload.
    value: str
    next: StepId
    #: Other ways people say it.
    also: tuple[str, ...] = ()

    @property
    def phrasings(self) -> tuple[str, ...]:
        """The label, then the other ways."""
        return (self.label, *self.also)


@dataclass(frozen=True, slots=True)
class Collect:
    """Asks one question; the answer goes into a slot. Passed over only when the answer was given
    beforehand, such as by what the flow was begun with; a slot filled otherwise is asked for again.
    """

    id: StepId
    slot: str
    ask: str
    options: tuple[Option, ...]
    #: Where "Không rõ" leads; None where every person can tell.
    unsure: StepId | None = None
    picture: str = ""
    kind: Literal["collect"] = "collect"


@dataclass(frozen=True, slots=True)
class Do:
    """One task, how one sees that it worked, and what to do when it does not."""

    id: StepId
    text: str
    next: Next
    #: Where "Không làm được" leads.
    trouble: StepId = PERSON
    #: How one can see that it worked.
    check: str = ""
    #: The topic whose sources support the task.
    topic: TopicId | None = None
    picture: str = ""
    kind: Literal["do"] = "do"


@dataclass(frozen=True, slots=True)
class Inspect:
    """Asks for a suspicious message, looks for signs of a scam in it, keeps only the verdict."""

    id: StepId
    #: Holds the verdict: `nhieu`, `it` or `khong-thay`.
    slot: str
    ask: str
    next: Next
    #: Where "Không rõ" leads: who has no message at hand.
    unsure: StepId
    kind: Literal["inspect"] = "inspect"


@dataclass(frozen=True, slots=True)
class Guide:
    """The numbered steps of a topic, one task a message; what they say is written only there."""

    id: StepId
    topic: TopicId
    next: Next
    #: The first and the last step of the topic that are told, from 1; None means to its end.
    first: int = 1
    last: int | None = None
    #: For the number of a topic's step: how one can see that it worked.
    checks: Mapping[int, str] = field(default_factory=dict)
    #: For the number of a topic's step: where "Không làm được" leads.
    troubles: Mapping[int, StepId] = field(default_factory=dict)
    #: Where "Không làm được" leads otherwise; None means the topic's own "nếu gặp khó".
    trouble: StepId | None = None
    kind: Literal["guide"] = "guide"


@dataclass(frozen=True, slots=True)
class Say:
    """Says something and goes on."""

    id: StepId
    text: str
    next: Next
    picture: str = ""
    kind: Literal["say"] = "say"


@dataclass(frozen=True, slots=True)
class Show:
    """Shows a topic, with its sources, and goes on."""

    id: StepId
    topic: TopicId
    next: Next = (Branch(END),)
    kind: Literal["show"] = "show"


@dataclass(frozen=True, slots=True)
class SetSlots:
    """Fills or empties (None) slots and goes on; without any it only branches."""

    id: StepId
    slots: Mapping[str, str | None]
    next: Next
    kind: Literal["set_slots"] = "set_slots"


@dataclass(frozen=True, slots=True)
class Call:
    """Walks through another flow, then goes on."""

    id: StepId
    flow: FlowId
    next: Next
    kind: Literal["call"] = "call"


@dataclass(frozen=True, slots=True)
class Link:
    """Ends this flow and begins another."""

    id: StepId
    flow: FlowId
    kind: Literal["link"] = "link"


#: Steps that wait for the citizen.
Waiting: TypeAlias = Collect | Do | Inspect
Step: TypeAlias = Waiting | Guide | Say | Show | SetSlots | Call | Link


@dataclass(frozen=True, slots=True)
class Flow:
    """One thing that a citizen is led through. It begins at its first step."""

    id: FlowId
    title: str
    description: str
    steps: tuple[Step, ...]
    #: Topics under whose answer "Làm từng bước" begins this flow.
    topics: tuple[TopicId, ...] = ()
    #: What is said at the end; empty for the usual words.
    closing: str = ""
    #: Relative to the content root, with forward slashes.
    path: str = ""

    def find_step(self, step_id: str) -> Step | None:
        """The step with this id."""
        return next((step for step in self.steps if step.id == step_id), None)


def ways_on(step: Step) -> tuple[StepId, ...]:
    """Every step id that can follow, in order, without repeats; `END` and `RETRY` among them."""
    match step:
        case Collect():
            found = [option.next for option in step.options]
            found += [step.unsure] if step.unsure else []
        case Do():
            found = [branch.then for branch in step.next]
            found.append(step.trouble)
        case Guide():
            found = [branch.then for branch in step.next]
            found += [*step.troubles.values(), *([step.trouble] if step.trouble else [])]
        case Inspect():
            found = [*(branch.then for branch in step.next), step.unsure]
        case Link():
            found = [END]
        case _:
            found = [branch.then for branch in step.next]
    return tuple(dict.fromkeys(found))
