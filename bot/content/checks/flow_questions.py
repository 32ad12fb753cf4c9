"""Checks on what flows say and ask: it fits every channel, asks nothing forbidden, and everybody
can answer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from bot.content.files import Check, ContentFiles
from bot.content.issues import ContentIssue
from bot.content.readers.flows import FlowFile
from bot.domain.cards import MAX_REPLY_CHARS
from bot.domain.flows import Collect, Do, Guide, Inspect, Step
from bot.domain.frames import DONE, TROUBLE, UNSURE
from bot.domain.guides import expand
from bot.domain.payloads import MAX_PAYLOAD_BYTES, answer_payload
from bot.domain.system_texts import SystemText
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


def check_questions_fit_every_channel(files: ContentFiles) -> Iterator[ContentIssue]:
    """Labels, texts and numbers of options stay within the limits of every channel."""
    for file in files.flows:
        title = file.flow.title
        if len(title) > MAX_LABEL_CHARS:
            yield file.issue("title_too_long", "title", count=len(title), limit=MAX_LABEL_CHARS)
        for at, step in enumerate(file.flow.steps):
            if isinstance(step, Collect):
                yield from _check_options(file, at, step)
            for key, text in _texts(step):
                if isinstance(step, Do) and key == "do" and len(words(text)) > MAX_TASK_WORDS:
                    count = len(words(text))
                    yield file.step_issue(
                        at, "flow_task_too_long", key, count=count, limit=MAX_TASK_WORDS
                    )
                if len(text) > MAX_REPLY_CHARS // 2:
                    count, limit = len(text), MAX_REPLY_CHARS // 2
                    yield file.step_issue(at, "flow_text_too_long", key, count=count, limit=limit)


def _check_options(file: FlowFile, at: int, step: Collect) -> Iterator[ContentIssue]:
    if not 1 <= len(step.options) <= MAX_OPTIONS:
        count = len(step.options)
        yield file.step_issue(at, "flow_options_count", "options", count=count, limit=MAX_OPTIONS)
    values = Counter(option.value for option in step.options)
    labels = Counter(fold(option.label.lower()) for option in step.options)
    for index, option in enumerate(step.options):
        where = ("options", index)
        if values[option.value] > 1 or labels[fold(option.label.lower())] > 1:
            yield file.step_issue(at, "flow_option_duplicate", *where, value=option.label)
        if len(option.label) > MAX_LABEL_CHARS:
            count = len(option.label)
            yield file.step_issue(at, "title_too_long", *where, count=count, limit=MAX_LABEL_CHARS)


def check_no_answer_is_that_of_two_options(files: ContentFiles) -> Iterator[ContentIssue]:
    """Other words for an option are those of no other option, with or without marks."""
    for file in files.flows:
        for at, step in enumerate(file.flow.steps):
            if isinstance(step, Collect):
                yield from _check_phrases(file, at, step)


def _check_phrases(file: FlowFile, at: int, step: Collect) -> Iterator[ContentIssue]:
    phrases = [
        {_phrase_key(one) for one in (option.label, *option.also)} for option in step.options
    ]
    for index, option in enumerate(step.options):
        for number, phrase in enumerate(option.also):
            others = (
                other.label
                for other, known in zip(step.options, phrases, strict=True)
                if other is not option and _phrase_key(phrase) in known
            )
            if (other_label := next(others, None)) is not None:
                where = ("options", index, "also", number)
                yield file.step_issue(
                    at, "flow_phrase_duplicate", *where, value=phrase, other=other_label
                )


def _phrase_key(phrase: str) -> str:
    return fold(" ".join(words(phrase)))


def check_every_button_carries_few_bytes(files: ContentFiles) -> Iterator[ContentIssue]:
    """The payload of every button is within the limit, also in what guides are written out as."""
    if not all(key.fits(files.messages.get(key)) for key in SystemText):
        return  # MESSAGE_CHECKS report it
    tools = files.to_catalog("").guide_tools
    for file in files.flows:
        for at, step in enumerate(file.flow.steps):
            sizes: dict[tuple[str | int, ...], int] = {}
            for part in expand(replace(file.flow, steps=(step,)), tools).steps:
                for where, value in _answers(part):
                    place = () if isinstance(step, Guide) else where
                    size = len(answer_payload(file.flow.id, part.id, value).encode())
                    sizes[place] = max(size, sizes.get(place, 0))
            for place, size in sizes.items():
                if size > MAX_PAYLOAD_BYTES:
                    yield file.step_issue(
                        at, "flow_payload_too_long", *place, count=size, limit=MAX_PAYLOAD_BYTES
                    )


def _answers(step: Step) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What the buttons of a step stand for, each with the place of the step that makes it."""
    if isinstance(step, Do):
        yield from (((), answer) for answer in (DONE, TROUBLE))
    elif isinstance(step, Collect):
        yield from ((("options", at), one.value) for at, one in enumerate(step.options))
    if isinstance(step, Inspect) or (isinstance(step, Collect) and step.unsure is not None):
        yield ("unsure",), UNSURE


def check_nothing_forbidden_is_asked(files: ContentFiles) -> Iterator[ContentIssue]:
    """No text asks for an ID number, a code, a password, a phone or account number."""
    for file in files.flows:
        for at, step in enumerate(file.flow.steps):
            for key, text in _texts(step):
                if match := _ASKS_FORBIDDEN.search(" ".join(fold(text.lower()).split())):
                    yield file.step_issue(at, "flow_asks_personal_data", key, value=match.group(0))


def check_everybody_can_answer(files: ContentFiles) -> Iterator[ContentIssue]:
    """Every question has a way for those who do not know."""
    for file in files.flows:
        for at, step in enumerate(file.flow.steps):
            if isinstance(step, Collect) and step.unsure is None:
                yield file.step_issue(at, "flow_without_unsure", value=step.id)
            if isinstance(step, Do) and not step.trouble:
                yield file.step_issue(at, "flow_without_trouble", value=step.id)


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


QUESTION_CHECKS: tuple[Check, ...] = (
    check_questions_fit_every_channel,
    check_no_answer_is_that_of_two_options,
    check_every_button_carries_few_bytes,
    check_nothing_forbidden_is_asked,
    check_everybody_can_answer,
)
