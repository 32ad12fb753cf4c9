"""Turns the numbered steps of topics into steps of a flow, so that nothing is written twice.

A `Guide` becomes one `Do` for each numbered step of its topic, with a question about what went
wrong made of the topic's "nếu gặp khó". A topic that no author wrote a flow for becomes a flow of
its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bot.domain.flows import (
    END,
    PERSON,
    RETRY,
    Branch,
    Call,
    Collect,
    Do,
    Flow,
    FlowId,
    Guide,
    Inspect,
    Link,
    Next,
    Option,
    Say,
    SetSlots,
    Show,
    Step,
    StepId,
    only,
)
from bot.domain.knowledge import Topic, WhatIf
from bot.domain.system_texts import SystemText

#: A longer condition of a "nếu gặp khó" does not fit a button.
MAX_LABEL_CHARS = 60
#: A topic with fewer steps is answered at a glance.
MIN_STEPS = 2
_GUIDE = StepId("lam")
_TROUBLE = "ket"

#: A remedy that only names another topic.
_SEE_TOPIC = re.compile(r'Xem chủ đề "(.+)"\.?')


@dataclass(frozen=True)
class Tools:
    """What is looked up while guides are written out."""

    find_topic: Callable[[str], Topic | None]
    find_topic_by_title: Callable[[str], Topic | None]
    #: The flow that leads through a topic, or None.
    find_flow_of: Callable[[Topic], FlowId | None]
    #: A system text by its key.
    say: Callable[[SystemText], str]


def expand(flow: Flow, tools: Tools) -> Flow:
    """The flow with every guide written out; a guide of an unknown topic is left out."""
    steps: list[Step] = []
    for step in flow.steps:
        if isinstance(step, Guide):
            topic = tools.find_topic(step.topic)
            steps += _written_out(step, topic, tools) if topic is not None else []
        else:
            steps.append(step)
    return replace(flow, steps=tuple(_first_parts(steps, flow)))


def _first_parts(steps: list[Step], flow: Flow) -> Iterator[Step]:
    """The steps with every way to a guide leading to its first part."""
    first = {
        step.id: part_id(step.id, step.first) for step in flow.steps if isinstance(step, Guide)
    }

    def way(to: StepId) -> StepId:
        return first.get(to, to)

    for step in steps:
        match step:
            case Collect():
                options = tuple(replace(one, next=way(one.next)) for one in step.options)
                unsure = way(step.unsure) if step.unsure else None
                yield replace(step, options=options, unsure=unsure)
            case Do():
                yield replace(step, next=_ways(step.next, way), trouble=way(step.trouble))
            case Inspect():
                yield replace(step, next=_ways(step.next, way), unsure=way(step.unsure))
            case Say() | Show() | SetSlots() | Call():
                yield replace(step, next=_ways(step.next, way))
            case Guide() | Link():
                yield step


def _ways(branches: Next, way: Callable[[StepId], StepId]) -> Next:
    return tuple(Branch(way(branch.then), branch.condition) for branch in branches)


def part_id(guide: StepId, number: int) -> StepId:
    """The id of the task that tells step `number` of a guide's topic."""
    return StepId(f"{guide}.{number}")


def _written_out(guide: Guide, topic: Topic, tools: Tools) -> list[Step]:
    last = min(guide.last or len(topic.steps), len(topic.steps))
    numbers = range(guide.first, last + 1)
    needs_question = guide.trouble is None and any(one not in guide.troubles for one in numbers)
    question = StepId(f"{guide.id}.{_TROUBLE}")
    tasks: list[Step] = [
        Do(
            id=part_id(guide.id, number),
            text=topic.steps[number - 1],
            next=guide.next if number == last else only(part_id(guide.id, number + 1)),
            trouble=guide.troubles.get(number) or guide.trouble or question,
            check=guide.checks.get(number, ""),
            topic=topic.id,
            picture=topic.pictures.get(number, ""),
        )
        for number in numbers
    ]
    return tasks + (_trouble(question, topic, tools) if needs_question else [])


def _trouble(question: StepId, topic: Topic, tools: Tools) -> list[Step]:
    """A question about what went wrong, and one repair for each "nếu gặp khó"."""
    if not topic.what_ifs:
        return [Say(question, tools.say(SystemText.FLOW_TROUBLE_UNKNOWN), only(PERSON))]
    repairs = [
        _repair(StepId(f"{question}.{number}"), what_if, topic, tools)
        for number, what_if in enumerate(topic.what_ifs, 1)
    ]
    options = tuple(
        Option(shorten(what_if.condition), str(number), StepId(f"{question}.{number}"))
        for number, what_if in enumerate(topic.what_ifs, 1)
    )
    ask = Collect(
        id=question,
        slot=str(question),
        ask=tools.say(SystemText.FLOW_TROUBLE_ASK),
        options=(*options, Option(tools.say(SystemText.BUTTON_SOMETHING_ELSE), "0", PERSON)),
        unsure=PERSON,
    )
    return [ask, *repairs]


def _repair(step_id: StepId, what_if: WhatIf, topic: Topic, tools: Tools) -> Step:
    """The flow of the topic that a remedy names, or else the remedy as a task."""
    named = _SEE_TOPIC.fullmatch(what_if.remedy.strip())
    other = tools.find_topic_by_title(named.group(1)) if named else None
    flow = tools.find_flow_of(other) if other is not None else None
    if flow is not None:
        return Call(step_id, flow, only(RETRY))
    if other is not None:
        return Show(step_id, other.id, only(RETRY))
    return Do(step_id, what_if.remedy, only(RETRY), topic=topic.id)


def shorten(label: str) -> str:
    """A label that fits a button, cut between words."""
    text = label[:1].upper() + label[1:].rstrip(" .?:;,")
    if len(text) <= MAX_LABEL_CHARS:
        return text
    return f"{text[: MAX_LABEL_CHARS - 1].rsplit(' ', 1)[0]}…"


def topic_flow_id(topic: Topic) -> FlowId:
    """The id of the flow that is made of a topic: `t` and its code."""
    return FlowId(f"t{topic.code}")


def topic_flow(topic: Topic) -> Flow | None:
    """A flow that tells a topic's steps one by one; None when it has too few."""
    if len(topic.steps) < MIN_STEPS:
        return None
    return Flow(
        id=topic_flow_id(topic),
        title=topic.title,
        description=topic.answer,
        steps=(Guide(_GUIDE, topic.id, only(END)),),
        topics=(topic.id,),
        path=topic.path,
    )
