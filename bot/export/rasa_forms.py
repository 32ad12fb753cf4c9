"""Flows as Rasa's forms, as far as forms go: the row of questions at the beginning of a flow.

A form asks its questions in one order and knows no branches, no way back and no help at a task
(https://legacy-docs-oss.rasa.com/docs/rasa/forms, read 2026-11-21). So it asks on the way that the
first options lead, and then offers the topics that the flow leads to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.catalog import Catalog
from bot.domain.flows import Call, Collect, Do, Flow, Guide, Link, Show, Step, ways_on
from bot.domain.knowledge import Topic
from bot.domain.understanding import IntentFamily, IntentName

#: A single question is no form.
MIN_QUESTIONS = 2
#: Zalo shows at most five buttons under a message.
_MAX_TOPICS = 5


@dataclass(frozen=True)
class Form:
    """The questions of a flow in a row, and the topics it leads to."""

    flow: Flow
    questions: tuple[Collect, ...]
    topics: tuple[Topic, ...]

    @property
    def name(self) -> str:
        """What Rasa calls it."""
        return f"{_snake(self.flow.id)}_form"

    @property
    def intent(self) -> IntentName:
        """The intent that begins it."""
        return IntentName(f"{IntentFamily.FLOW}/{self.flow.id}")

    def slot(self, question: Collect) -> str:
        """The slot of one of its questions; its own, as a form asks only for what is empty."""
        return f"{_snake(self.flow.id)}__{_snake(question.slot)}"


def forms_of(catalog: Catalog) -> list[Form]:
    """A form for each flow that has an intent to begin it, questions in a row and a topic."""
    intents = {intent.name for intent in catalog.intents}
    forms = [_form(flow, catalog) for flow in catalog.flows]
    return [
        one
        for one in forms
        if one.intent in intents and len(one.questions) >= MIN_QUESTIONS and one.topics
    ]


def _form(flow: Flow, catalog: Catalog) -> Form:
    topics = dict.fromkeys(topic.id for topic in _topics(flow, catalog))
    found = tuple(catalog.topics_by_id[one] for one in topics)[:_MAX_TOPICS]
    return Form(flow, tuple(_row(flow)), found)


def _row(flow: Flow) -> Iterator[Collect]:
    """The questions from the beginning, always on by the first option; no slot comes twice."""
    asked: set[str] = set()
    step: Step | None = flow.steps[0]
    while isinstance(step, Collect) and step.slot not in asked:
        asked.add(step.slot)
        yield step
        step = flow.find_step(step.options[0].next)


def _topics(flow: Flow, catalog: Catalog) -> Iterator[Topic]:
    """The topics that a flow leads to, those of its first options first."""
    for name in [*flow.topics, *(one for step in _steps(flow) for one in _named(step, catalog))]:
        topic = catalog.find_topic(name)
        if topic is not None:
            yield topic


def _steps(flow: Flow) -> Iterator[Step]:
    """Every step that can be reached, in the order of the ways on."""
    waiting, seen = [flow.steps[0].id], set()
    while waiting:
        step_id = waiting.pop(0)
        step = flow.find_step(step_id)
        if step is None or step_id in seen:
            continue
        seen.add(step_id)
        yield step
        waiting += ways_on(step)


def _named(step: Step, catalog: Catalog) -> tuple[str, ...]:
    """The topics that a step tells, or that the flow it leads to is about."""
    match step:
        case Guide() | Show():
            return (step.topic,)
        case Do():
            return (step.topic,) if step.topic else ()
        case Call() | Link():
            other = next((flow for flow in catalog.flows if flow.id == step.flow), None)
            return tuple(other.topics) if other else ()
        case _:
            return ()


def _snake(name: str) -> str:
    return name.replace("-", "_")
