"""Flow files: `flows/<flow>.yaml` to a `Flow`, or to every issue found. Guide: docs/noi-dung."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.content.issues import ContentIssue, issue
from bot.content.marked_yaml import Marked, YamlBroken, parse_marked
from bot.content.readers.conditions import ConditionBroken, parse_condition
from bot.content.readers.fields import FieldReader
from bot.content.readers.flow_keys import (
    BRANCH_KEYS,
    FLOW_KEYS,
    FLOW_REQUIRED,
    ID,
    ID_OF_TOPIC,
    OPTION_KEYS,
    OPTION_REQUIRED,
    SLOT,
)
from bot.domain.flows import (
    END,
    AllOf,
    Branch,
    Call,
    Collect,
    Condition,
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
from bot.domain.knowledge import TopicId
from bot.text.fold import fold
from bot.text.normalize import words


@dataclass(frozen=True)
class FlowFile:
    """A flow as read, with what is needed to name the line of each of its parts."""

    flow: Flow
    marked: Marked

    def line(self, at: int | None = None, *where: str | int) -> int:
        """The line of a part of step number `at` (from 0), or of the whole file's `where`."""
        path = ("steps", at, *where) if at is not None else where
        return self.marked.line(*path)

    def issue(self, code: str, *where: str | int, **values: object) -> ContentIssue:
        """An issue on the line of the whole file's `where`."""
        return issue(self.flow.path, self.line(None, *where), code, **values)

    def step_issue(self, at: int, code: str, *where: str | int, **values: object) -> ContentIssue:
        """An issue on the line of a part of step number `at` (from 0)."""
        return issue(self.flow.path, self.line(at, *where), code, **values)


def read_flow(path: str, text: str) -> tuple[FlowFile | None, list[ContentIssue]]:
    """One flow file. None when it is so broken that nothing else can be checked."""
    try:
        marked = parse_marked(text)
    except YamlBroken as error:
        return None, [issue(path, error.line, error.code)]
    fields = FieldReader.of_document(path, marked)
    fields.check_keys(FLOW_KEYS, FLOW_REQUIRED)
    if fields.data.get("steps") == []:
        fields.report("flow_without_steps", "steps")
    steps = [_step(one) for one in fields.mappings("steps")]
    flow = Flow(
        id=_flow_id(fields),
        title=fields.text("title"),
        description=fields.text("description"),
        steps=tuple(step for step in steps if step is not None),
        topics=tuple(TopicId(one) for one in fields.texts("topics")),
        closing=fields.text("closing"),
        path=path,
    )
    if not flow.steps or None in steps:
        return None, fields.issues
    return FlowFile(flow, marked), fields.issues


def _flow_id(fields: FieldReader) -> FlowId:
    value = fields.text("id")
    expected = f"flows/{value}.yaml"
    if value and not ID.fullmatch(value):
        fields.report("flow_id_malformed", "id", value=value)
    elif ID_OF_TOPIC.fullmatch(value):
        fields.report("flow_id_reserved", "id", value=value)
    if value and fields.path != expected:
        fields.report("id_not_like_file", "id", value=value, expected=expected)
    return FlowId(value)


def _step(fields: FieldReader) -> Step | None:
    """The step, of the kind whose key it has."""
    kinds = [kind for kind in STEP_READERS if kind in fields.data]
    if len(kinds) != 1:
        allowed = ", ".join(STEP_READERS)
        fields.report("flow_step_kind", found=", ".join(kinds) or "không có", allowed=allowed)
        return None
    reader, allowed_keys, required = STEP_READERS[kinds[0]]
    fields.check_keys(("id", *allowed_keys), ("id", *required))
    step_id = fields.text("id")
    if step_id and not ID.fullmatch(step_id):
        fields.report("flow_id_malformed", "id", value=step_id)
    return reader(fields, StepId(step_id))


def _collect(fields: FieldReader, step_id: StepId) -> Step:
    return Collect(
        id=step_id,
        slot=_slot(fields, "collect"),
        ask=fields.text("ask"),
        options=tuple(_option(one) for one in fields.mappings("options")),
        unsure=StepId(fields.text("unsure")) if "unsure" in fields.data else None,
        picture=fields.text("picture"),
    )


def _option(fields: FieldReader) -> Option:
    fields.check_keys(OPTION_KEYS, OPTION_REQUIRED)
    label = fields.text("label")
    value = fields.text("value") or "-".join(words(fold(label)))
    if value and not ID.fullmatch(value):
        fields.report("flow_id_malformed", "value", value=value)
    return Option(label, value, StepId(fields.text("next")), fields.texts("also"))


def _do(fields: FieldReader, step_id: StepId) -> Step:
    return Do(
        id=step_id,
        text=fields.text("do"),
        next=_next(fields),
        trouble=StepId(fields.text("trouble")),
        check=fields.text("check"),
        topic=TopicId(fields.text("topic")),
        picture=fields.text("picture"),
    )


def _inspect(fields: FieldReader, step_id: StepId) -> Step:
    slot = _slot(fields, "inspect")
    unsure = StepId(fields.text("unsure"))
    return Inspect(step_id, slot, fields.text("ask"), _next(fields), unsure)


def _slot(fields: FieldReader, key: str) -> str:
    """The name of a slot."""
    slot = fields.text(key)
    if slot and not SLOT.fullmatch(slot):
        fields.report("flow_slot_malformed", key, value=slot)
    return slot


def _guide(fields: FieldReader, step_id: StepId) -> Step:
    return Guide(
        id=step_id,
        topic=TopicId(fields.text("guide")),
        next=_next(fields),
        first=_number(fields, "from") or 1,
        last=_number(fields, "to"),
        checks=fields.by_number("checks"),
        troubles={at: StepId(to) for at, to in fields.by_number("troubles").items()},
        trouble=StepId(fields.text("trouble")) if "trouble" in fields.data else None,
    )


def _number(fields: FieldReader, key: str) -> int | None:
    """The number of a topic's step, from 1; None when there is none."""
    number = fields.number(key)
    if number < 1 and isinstance(fields.data.get(key), int):
        fields.report("value_not_number", key, key=key)
    return number if number > 0 else None


def _say(fields: FieldReader, step_id: StepId) -> Step:
    return Say(step_id, fields.text("say"), _next(fields), fields.text("picture"))


def _show(fields: FieldReader, step_id: StepId) -> Step:
    following = _next(fields) if "next" in fields.data else only(END)
    return Show(step_id, TopicId(fields.text("show")), following)


def _set_slots(fields: FieldReader, step_id: StepId) -> Step:
    slots: dict[str, str | None] = {}
    for one in fields.mappings("set_slots"):
        for key, value in one.data.items():
            slots[str(key)] = None if value is None else str(value)
    return SetSlots(step_id, slots, _next(fields))


def _call(fields: FieldReader, step_id: StepId) -> Step:
    return Call(step_id, FlowId(fields.text("call")), _next(fields))


def _link(fields: FieldReader, step_id: StepId) -> Step:
    return Link(step_id, FlowId(fields.text("link")))


def _next(fields: FieldReader) -> Next:
    """A step's id, or a list of `if`/`then` that ends with an `else`."""
    value = fields.data.get("next")
    if isinstance(value, str | int):
        return only(StepId(fields.text("next")))
    branches = []
    for one in fields.mappings("next"):
        one.check_keys(BRANCH_KEYS)
        if "else" in one.data and one.data.keys() & {"if", "then"}:
            one.report("flow_branch_mixed")
        if "if" in one.data or "else" not in one.data:
            branches.append(Branch(StepId(one.text("then")), _condition(one)))
        if "else" in one.data:
            branches.append(Branch(StepId(one.text("else"))))
    return tuple(branches)


def _condition(fields: FieldReader) -> Condition:
    """The condition of a branch. One that is always true stands for a broken one, so that the
    branch is not taken for an `else`.
    """
    text = fields.text("if")
    try:
        return parse_condition(text)
    except ConditionBroken as error:
        fields.report("flow_condition_broken", "if", value=text, part=str(error))
        return AllOf(())


#: Every kind of step: the key that makes it one, who reads it, the keys it may and must have.
STEP_READERS: Mapping[
    str, tuple[Callable[[FieldReader, StepId], Step], tuple[str, ...], tuple[str, ...]]
] = {
    "collect": (
        _collect,
        ("collect", "ask", "options", "unsure", "picture"),
        ("ask", "options"),
    ),
    "do": (
        _do,
        ("do", "check", "trouble", "topic", "next", "picture"),
        ("trouble", "topic", "next"),
    ),
    "inspect": (_inspect, ("inspect", "ask", "unsure", "next"), ("ask", "unsure", "next")),
    "guide": (
        _guide,
        ("guide", "from", "to", "checks", "troubles", "trouble", "next"),
        ("next",),
    ),
    "say": (_say, ("say", "next", "picture"), ("next",)),
    "show": (_show, ("show", "next"), ()),
    "set_slots": (_set_slots, ("set_slots", "next"), ("next",)),
    "call": (_call, ("call", "next"), ("next",)),
    "link": (_link, ("link",), ()),
}
