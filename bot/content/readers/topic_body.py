"""The body of a topic file: a short answer, then a list, steps, what-ifs and warnings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.content.issues import ContentIssue, issue
from bot.domain.knowledge import WhatIf

DETAILS, STEPS, WHAT_IFS, WARNINGS = "Danh sách", "Các bước", "Nếu gặp khó", "Lưu ý"
SECTIONS = (DETAILS, STEPS, WHAT_IFS, WARNINGS)

_STEP = re.compile(r"(\d+)[.)]\s+(\S.*)")
_ITEM = re.compile(r"[-*]\s+(\S.*)")


@dataclass
class TopicBody:
    """The parts of a body, each text with the line it begins on."""

    answer: str = ""
    answer_line: int = 0
    details: list[tuple[int, str]] = field(default_factory=list)
    steps: list[tuple[int, str]] = field(default_factory=list)
    what_ifs: list[tuple[int, WhatIf]] = field(default_factory=list)
    warnings: list[tuple[int, str]] = field(default_factory=list)

    def lines(self) -> Iterator[tuple[int, str]]:
        """Every text of the body with its line."""
        if self.answer:
            yield self.answer_line, self.answer
        yield from self.details
        yield from self.steps
        for line, what_if in self.what_ifs:
            yield line, what_if.condition
            yield line, what_if.remedy
        yield from self.warnings


def read_topic_body(path: str, text: str, first_line: int) -> tuple[TopicBody, list[ContentIssue]]:
    """The parts of a body and everything in it that was not understood."""
    reader = _BodyReader(path)
    for number, line in enumerate(text.split("\n"), first_line):
        reader.read(number, line.rstrip())
    reader.body.answer_line = reader.body.answer_line or first_line
    if not reader.body.answer:
        reader.report(first_line, "answer_missing")
    return reader.body, reader.issues


class _BodyReader:
    def __init__(self, path: str) -> None:
        self.path = path
        self.body = TopicBody()
        self.issues: list[ContentIssue] = []
        self.section: str | None = None
        self.seen: list[str] = []

    def report(self, line: int, code: str, **values: object) -> None:
        self.issues.append(issue(self.path, line, code, **values))

    def read(self, number: int, line: str) -> None:
        stripped = line.strip()
        if not stripped:
            return
        if stripped.startswith("#"):
            self._heading(number, stripped.lstrip("#").strip())
        elif self.section is None:
            self.body.answer = f"{self.body.answer} {stripped}".strip()
            self.body.answer_line = self.body.answer_line or number
        elif line[0] in " \t" and self._continue(stripped):
            return
        elif self.section == STEPS:
            self._step(number, stripped)
        elif self.section == WHAT_IFS:
            self._what_if(number, stripped)
        elif self.section == WARNINGS:
            self._item(number, stripped, self.body.warnings)
        elif self.section == DETAILS:
            self._item(number, stripped, self.body.details)

    def _heading(self, number: int, name: str) -> None:
        if name not in SECTIONS:
            self.report(number, "section_unknown", value=name, allowed=", ".join(SECTIONS))
            self.section = ""
            return
        if name in self.seen:
            self.report(number, "section_repeated", value=name)
        elif any(SECTIONS.index(name) < SECTIONS.index(other) for other in self.seen):
            self.report(number, "section_out_of_order", value=name, allowed=", ".join(SECTIONS))
        self.seen.append(name)
        self.section = name

    def _continue(self, text: str) -> bool:
        """Add an indented line to the item above it, if there is one."""
        if self.section == STEPS and self.body.steps:
            line, above = self.body.steps[-1]
            self.body.steps[-1] = (line, f"{above} {text}")
        elif self.section == WHAT_IFS and self.body.what_ifs:
            line, what_if = self.body.what_ifs[-1]
            self.body.what_ifs[-1] = (line, WhatIf(what_if.condition, f"{what_if.remedy} {text}"))
        elif items := {WARNINGS: self.body.warnings, DETAILS: self.body.details}.get(
            self.section or ""
        ):
            line, above = items[-1]
            items[-1] = (line, f"{above} {text}")
        else:
            return False
        return True

    def _step(self, number: int, text: str) -> None:
        match = _STEP.fullmatch(text)
        if match is None:
            self.report(number, "step_not_understood", value=text)
            return
        expected = len(self.body.steps) + 1
        if int(match.group(1)) != expected:
            self.report(number, "step_number_wrong", value=match.group(1), expected=expected)
        self.body.steps.append((number, match.group(2)))

    def _what_if(self, number: int, text: str) -> None:
        match = _ITEM.fullmatch(text)
        condition, colon, remedy = match.group(1).partition(": ") if match else ("", "", "")
        if not (condition.strip() and colon and remedy.strip()):
            self.report(number, "what_if_not_understood", value=text)
            return
        self.body.what_ifs.append((number, WhatIf(condition.strip("* "), remedy.strip())))

    def _item(self, number: int, text: str, items: list[tuple[int, str]]) -> None:
        match = _ITEM.fullmatch(text)
        if match is None:
            self.report(number, "item_not_understood", value=text)
            return
        items.append((number, match.group(1)))
