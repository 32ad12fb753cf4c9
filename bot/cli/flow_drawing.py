"""A flow as a Mermaid diagram, for authors: https://mermaid.js.org/syntax/flowchart.html (read
2026-11-21). GitHub and GitLab show it as a picture.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.flows import (
    END,
    PERSON,
    RETRY,
    AllOf,
    AnyOf,
    Call,
    Collect,
    Condition,
    Do,
    Flow,
    Guide,
    Inspect,
    Is,
    Link,
    Next,
    Not,
    Say,
    SetSlots,
    Show,
    Step,
    StepId,
)

_SPECIAL_LABELS = {END: "Hết", RETRY: "Làm lại việc đang kẹt", PERSON: "Gặp cán bộ"}
_MAX_LABEL_CHARS = 70


def to_mermaid(flow: Flow) -> str:
    """The diagram of a flow as its author wrote it."""
    numbers = {step.id: f"s{at}" for at, step in enumerate(flow.steps)}
    nodes = (f"  {numbers[step.id]}{_node(step)}" for step in flow.steps)
    lines = ["flowchart TD", *nodes]
    used: set[StepId] = set()
    for step in flow.steps:
        for to, label in _arrows(step):
            if to in _SPECIAL_LABELS:
                used.add(to)
            target = numbers.get(to, f"x{to}")
            arrow = f"-- {_quoted(label)} -->" if label else "-->"
            lines.append(f"  {numbers[step.id]} {arrow} {target}")
    lines += [f"  x{to}([{_quoted(_SPECIAL_LABELS[to])}])" for to in sorted(used)]
    return "\n".join(lines) + "\n"


def _node(step: Step) -> str:
    """The shape of a step: questions are diamonds, tasks boxes, other flows double boxes."""
    match step:
        case Collect() | Inspect():
            return f"{{{{{_quoted(step.ask)}}}}}"
        case Do() | Say():
            return f"[{_quoted(step.text)}]"
        case Guide():
            numbers = f"{step.first}–{step.last}" if step.last else f"{step.first}–hết"
            return f"[{_quoted(f'Các bước {numbers} của {step.topic}')}]"
        case Show():
            return f"[/{_quoted(f'Trả lời: {step.topic}')}/]"
        case Call() | Link():
            return f"[[{_quoted(f'Lối: {step.flow}')}]]"
        case SetSlots():
            return f"({_quoted(', '.join(step.slots) or 'rẽ nhánh')})"


def _arrows(step: Step) -> Iterator[tuple[StepId, str]]:
    match step:
        case Collect():
            yield from ((option.next, option.label) for option in step.options)
            if step.unsure:
                yield step.unsure, "Không rõ"
        case Inspect():
            yield from _branches(step.next)
            yield step.unsure, "Không rõ"
        case Do():
            yield from _branches(step.next)
            yield step.trouble, "Không làm được"
        case Guide():
            yield from _branches(step.next)
            for number, to in step.troubles.items():
                yield to, f"Bước {number} không làm được"
            if step.trouble:
                yield step.trouble, "Không làm được"
        case Link():
            return
        case _:
            yield from _branches(step.next)


def _branches(branches: Next) -> Iterator[tuple[StepId, str]]:
    for branch in branches:
        condition = _say(branch.condition) if branch.condition else ""
        yield branch.then, condition or ("còn lại" if len(branches) > 1 else "")


def _say(condition: Condition) -> str:
    match condition:
        case Is(slot, values):
            return f"{slot} là {' hoặc '.join(values)}"
        case Not(inner):
            return f"không phải ({_say(inner)})"
        case AllOf(conditions):
            return " và ".join(map(_say, conditions))
        case AnyOf(conditions):
            return " hoặc ".join(map(_say, conditions))


def _quoted(text: str) -> str:
    """A label that Mermaid takes as it is."""
    flat = " ".join(text.split()).replace('"', "'").replace("#", "").replace("*", "")
    if len(flat) > _MAX_LABEL_CHARS:
        flat = f"{flat[: _MAX_LABEL_CHARS - 1].rsplit(' ', 1)[0]}…"
    return f'"{flat}"'
