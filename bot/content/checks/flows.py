"""Checks on flows: every way leads somewhere, fits a button and asks nothing forbidden.

What a flow can do is checked on the flow with its guides written out, so also what a topic's own
"nếu gặp khó" adds to it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from bot.content.files import Check, ContentFiles
from bot.content.issues import ContentIssue, issue
from bot.content.readers.flows import FlowFile
from bot.domain.cards import MAX_REPLY_CHARS
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
from bot.domain.guides import MIN_STEPS, topic_flow_id
from bot.domain.knowledge import Topic
from bot.domain.payloads import MAX_PAYLOAD_BYTES, answer_payload
from bot.domain.scam_signs import FEW, MANY, NONE
from bot.text.fold import fold
from bot.text.normalize import words

#: Fits a button on Telegram and on Zalo, on a narrow phone over two lines.
MAX_LABEL_CHARS = 60
#: One task is read while holding the phone in the other hand.
MAX_TASK_WORDS = 40
#: Longer lists are not read on a phone.
MAX_OPTIONS = 12

_FORBIDDEN = (
    r"(?:so (?:the )?(?:can cuoc|cccd|cmnd|chung minh|dinh danh|dien thoai|tai khoan)"
    r"|otp|ma xac (?:thuc|nhan)|mat khau|passcode|bien so)"
)
#: Asking the citizen to send what the bot must never see; what is typed into VNeID is no matter.
_ASKS_FORBIDDEN = re.compile(
    rf"(?:gui|cho toi|cho minh|noi|doc|nhap|viet|go|chup)\b[^.?!]*\b{_FORBIDDEN}\b[^.?!]*"
    rf"(?:vao day|cho toi|o day|cho tro ly)"
    rf"|(?:cho toi|cho minh|cho tro ly)\b(?: biet| xin)?[^.?!]{{0,20}}\b{_FORBIDDEN}"
    rf"|{_FORBIDDEN}\b[^.?!]{{0,20}}\b(?:la gi|la bao nhieu|la so may|so may)\b"
)


def check_flow_ids_are_used_once(files: ContentFiles) -> Iterator[ContentIssue]:
    """No two flows and no two steps of a flow share an id; no step is named like a special way."""
    seen: dict[FlowId, str] = {}
    for file in files.flows:
        if file.flow.id in seen:
            other = seen[file.flow.id]
            yield _at(file, "id_duplicate", "id", value=file.flow.id, other=other)
        seen.setdefault(file.flow.id, file.flow.path)
        counts = Counter(step.id for step in file.flow.steps)
        for at, step in enumerate(file.flow.steps):
            if counts[step.id] > 1 or step.id in SPECIAL_STEPS:
                yield _at_step(file, at, "flow_step_duplicate", "id", value=step.id)


def check_flows_name_what_exists(files: ContentFiles) -> Iterator[ContentIssue]:
    """Steps, topics, numbers of a topic's steps and other flows that a flow names are there."""
    flows = {file.flow.id for file in files.flows}
    flows |= {
        topic_flow_id(file.topic) for file in files.topics if len(file.topic.steps) >= MIN_STEPS
    }
    topics = _topics(files)
    for file in files.flows:
        ids = {step.id for step in file.flow.steps} | set(SPECIAL_STEPS)
        for index, topic_id in enumerate(file.flow.topics):
            if topic_id not in topics:
                yield _at(file, "flow_topic_unknown", "topics", index, value=topic_id)
        for at, step in enumerate(file.flow.steps):
            for to in ways_on(step):
                if to not in ids:
                    yield _at_step(file, at, "flow_step_unknown", value=to)
            if isinstance(step, Guide | Show | Do) and step.topic not in topics:
                yield _at_step(file, at, "flow_topic_unknown", value=step.topic)
            elif isinstance(step, Guide):
                yield from _check_numbers(file, at, step, topics[step.topic])
            if isinstance(step, Call | Link) and step.flow not in flows:
                yield _at_step(file, at, "flow_unknown", value=step.flow)


def _check_numbers(file: FlowFile, at: int, step: Guide, topic: Topic) -> Iterator[ContentIssue]:
    count = len(topic.steps)
    numbers = {step.first, step.last or step.first, *step.checks, *step.troubles, *step.images}
    for number in sorted(numbers):
        if not 1 <= number <= count:
            yield _at_step(
                file, at, "flow_guide_step_unknown", value=number, topic=topic.id, count=count
            )


def check_branches_are_complete(files: ContentFiles) -> Iterator[ContentIssue]:
    """Branches end with an `else`, and compare slots with values that they can have."""
    for file in files.flows:
        values = _slot_values(file.flow)
        for at, step in enumerate(file.flow.steps):
            branches: tuple[Branch, ...] = getattr(step, "next", ())
            if isinstance(step, Collect | Link):
                continue
            if not branches or branches[-1].condition is not None:
                yield _at_step(file, at, "flow_branch_without_else", value=step.id)
            if any(branch.condition is None for branch in branches[:-1]):
                yield _at_step(file, at, "flow_else_not_last", value=step.id)
            for condition in (one.condition for one in branches if one.condition is not None):
                for slot, value in _comparisons(condition):
                    if slot not in values:
                        yield _at_step(file, at, "flow_slot_unknown", value=slot)
                    elif value not in values[slot]:
                        known = ", ".join(sorted(values[slot]))
                        yield _at_step(
                            file, at, "flow_value_unknown", slot=slot, value=value, known=known
                        )


def _slot_values(flow: Flow) -> dict[str, set[str]]:
    """The values that each slot of a flow can have."""
    values: dict[str, set[str]] = {}
    for step in flow.steps:
        if isinstance(step, Collect):
            found = {option.value for option in step.options}
            values.setdefault(step.slot, set()).update(found | {"khong-ro"})
        elif isinstance(step, Inspect):
            values.setdefault(step.slot, set()).update({MANY, FEW, NONE, "khong-ro"})
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
                yield _at_step(file, at, "flow_step_unreachable", value=step.id)
            elif step.id not in leaving:
                yield _at_step(file, at, "flow_loop_without_exit", value=step.id)
            if RETRY in ways_on(step) and step.id not in _after_trouble(steps):
                yield _at_step(file, at, "flow_retry_without_trouble", value=step.id)


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
                yield _at_step(file, at, "flow_calls_itself", value=step.flow)


def _called(calls: dict[FlowId, set[FlowId]], start: FlowId) -> set[FlowId]:
    found: set[FlowId] = set()
    queue = [start]
    while queue:
        flow_id = queue.pop()
        if flow_id not in found:
            found.add(flow_id)
            queue += calls.get(flow_id, ())
    return found


def check_questions_fit_every_channel(files: ContentFiles) -> Iterator[ContentIssue]:
    """Labels, payloads, texts and numbers of options stay within the limits of every channel."""
    for file in files.flows:
        title = file.flow.title
        if len(title) > MAX_LABEL_CHARS:
            yield _at(file, "title_too_long", "title", count=len(title), limit=MAX_LABEL_CHARS)
        for at, step in enumerate(file.flow.steps):
            if isinstance(step, Collect):
                yield from _check_options(file, at, step)
            for key, text in _texts(step):
                if isinstance(step, Do) and key == "do" and len(words(text)) > MAX_TASK_WORDS:
                    count = len(words(text))
                    yield _at_step(
                        file, at, "flow_task_too_long", key, count=count, limit=MAX_TASK_WORDS
                    )
                if len(text) > MAX_REPLY_CHARS // 2:
                    count, limit = len(text), MAX_REPLY_CHARS // 2
                    yield _at_step(file, at, "flow_text_too_long", key, count=count, limit=limit)


def _check_options(file: FlowFile, at: int, step: Collect) -> Iterator[ContentIssue]:
    if not 1 <= len(step.options) <= MAX_OPTIONS:
        count = len(step.options)
        yield _at_step(file, at, "flow_options_count", "options", count=count, limit=MAX_OPTIONS)
    values = Counter(option.value for option in step.options)
    labels = Counter(fold(option.label.lower()) for option in step.options)
    for index, option in enumerate(step.options):
        where = ("options", index)
        if values[option.value] > 1 or labels[fold(option.label.lower())] > 1:
            yield _at_step(file, at, "flow_option_duplicate", *where, value=option.label)
        if len(option.label) > MAX_LABEL_CHARS:
            count = len(option.label)
            yield _at_step(file, at, "title_too_long", *where, count=count, limit=MAX_LABEL_CHARS)
        size = len(answer_payload(file.flow.id, step.id, option.value).encode())
        if size > MAX_PAYLOAD_BYTES:
            yield _at_step(
                file, at, "flow_payload_too_long", *where, count=size, limit=MAX_PAYLOAD_BYTES
            )


def check_nothing_forbidden_is_asked(files: ContentFiles) -> Iterator[ContentIssue]:
    """No text asks for an ID number, a code, a password, a phone or account number."""
    for file in files.flows:
        for at, step in enumerate(file.flow.steps):
            for key, text in _texts(step):
                if match := _ASKS_FORBIDDEN.search(" ".join(fold(text.lower()).split())):
                    yield _at_step(file, at, "flow_asks_personal_data", key, value=match.group(0))


def check_everybody_can_answer(files: ContentFiles) -> Iterator[ContentIssue]:
    """Every question has a way for those who do not know."""
    for file in files.flows:
        for at, step in enumerate(file.flow.steps):
            if isinstance(step, Collect) and step.unsure is None:
                yield _at_step(file, at, "flow_without_unsure", value=step.id)
            if isinstance(step, Do) and not step.trouble:
                yield _at_step(file, at, "flow_without_trouble", value=step.id)


def flow_texts(file: FlowFile) -> Iterator[tuple[str, int, str]]:
    """Every text of a flow that a citizen reads: path, line, text."""
    for key in ("title", "closing"):
        if text := getattr(file.flow, key):
            yield file.flow.path, file.line(None, key), text
    for at, step in enumerate(file.flow.steps):
        for key, text in _texts(step):
            yield file.flow.path, file.line(at, key), text
        if isinstance(step, Collect):
            for index, option in enumerate(step.options):
                yield file.flow.path, file.line(at, "options", index), option.label


def _texts(step: Step) -> Iterator[tuple[str, str]]:
    """The sentences of a step, each with its key."""
    if isinstance(step, Collect | Inspect):
        yield "ask", step.ask
    elif isinstance(step, Do):
        yield "do", step.text
        if step.check:
            yield "check", step.check
    elif isinstance(step, Guide):
        yield from (("checks", text) for text in step.checks.values())
    elif step.kind == "say":
        yield "say", step.text


def _topics(files: ContentFiles) -> dict[str, Topic]:
    found: dict[str, Topic] = {}
    for file in files.topics:
        found |= dict.fromkeys([file.topic.id, *file.topic.also], file.topic)
    return found


def _at(file: FlowFile, code: str, *where: str | int, **values: object) -> ContentIssue:
    return issue(file.flow.path, file.line(None, *where), code, **values)


def _at_step(
    file: FlowFile, at: int, code: str, *where: str | int, **values: object
) -> ContentIssue:
    return issue(file.flow.path, file.line(at, *where), code, **values)


FLOW_CHECKS: tuple[Check, ...] = (
    check_flow_ids_are_used_once,
    check_flows_name_what_exists,
    check_branches_are_complete,
    check_every_step_is_reached_and_can_be_left,
    check_flows_do_not_call_themselves,
    check_questions_fit_every_channel,
    check_nothing_forbidden_is_asked,
    check_everybody_can_answer,
)
