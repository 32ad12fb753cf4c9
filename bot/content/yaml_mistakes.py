"""What an editor most likely did where YAML cannot be read, as a code of the issue table.

PyYAML says where it was at a loss, in English and in terms of its grammar. The line itself tells
more of the slip, so both are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import yaml

#: Everything but https://yaml.org/spec/1.2.2/#51-character-set (read 2026-11-21).
_CONTROL_CHARACTER = re.compile(
    r"[^\t\n\r\x20-\x7E\x85\xA0-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]"
)
_DASH_AND_KEY = re.compile(r"\s*(?:-\s+)*(?:[^\s\"':][^:]*:\s+)?")
_SECOND_COLON = re.compile(r":\s.*\S:(?:\s|$)")
_SPECIAL = frozenset("@`%*&!|>?,]}")
#: What PyYAML says when text begins with a character or a dash that has a meaning of its own.
_SPECIAL_SAID = ("start any token", "sequence entries")


@dataclass(frozen=True)
class _Stop:
    """Where PyYAML stopped, and where the part began that it could not finish; lines from 0."""

    said: str
    context: str
    lines: list[str]
    at: int
    begun_at: int

    @property
    def line(self) -> str:
        return self.lines[self.at] if self.at < len(self.lines) else ""

    @property
    def line_above(self) -> str:
        return self.lines[self.at - 1] if 0 < self.at <= len(self.lines) else ""

    @property
    def value_begins_with(self) -> str:
        """The first character after the dash and the key."""
        return _DASH_AND_KEY.sub("", self.line, count=1)[:1]


def likely_mistake(text: str, error: Exception) -> tuple[str, int]:
    """The issue code of what PyYAML found wrong with `text`, and the line, from 0."""
    if control := _CONTROL_CHARACTER.search(text):
        return "yaml_control_character", text.count("\n", 0, control.start())
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return "yaml_broken", 0
    at = error.problem_mark.line
    begun_at = error.context_mark.line if error.context_mark else at
    stop = _Stop(error.problem or "", error.context or "", text.split("\n"), at, begun_at)
    found = ((code, find(stop)) for code, find in _MISTAKES)
    return next(((code, line) for code, line in found if line is not None), ("yaml_broken", at))


def _find_tab(stop: _Stop) -> int | None:
    indent = stop.line[: len(stop.line) - len(stop.line.lstrip())]
    return stop.at if "\t" in indent else None


def _find_quote(stop: _Stop) -> int | None:
    if "quoted scalar" in stop.context:
        return stop.begun_at if "end of stream" in stop.said else None
    return stop.at if "expected" in stop.said and stop.value_begins_with in {'"', "'"} else None


def _find_missing_colon(stop: _Stop) -> int | None:
    if "expected ':'" in stop.said:
        return stop.begun_at
    above = stop.line_above.strip()
    if "mapping values" in stop.said and above and not re.search(r"^-|:(\s|$)", above):
        return stop.at - 1
    return None


def _find_second_colon(stop: _Stop) -> int | None:
    return stop.at if "mapping values" in stop.said and _SECOND_COLON.search(stop.line) else None


def _find_bracket(stop: _Stop) -> int | None:
    if "flow" in stop.context:
        return stop.begun_at
    return stop.at if stop.value_begins_with in {"[", "{"} else None


def _find_special_character(stop: _Stop) -> int | None:
    is_said = any(one in stop.said for one in _SPECIAL_SAID)
    is_special = is_said or stop.value_begins_with in _SPECIAL
    return stop.at if is_special else None


def _find_indentation(stop: _Stop) -> int | None:
    is_open_quote = "quoted scalar" in stop.context
    says_so = "expected" in stop.said or "not allowed" in stop.said
    return stop.at if says_so and not is_open_quote else None


#: Tried in this order: the surer signs first.
_MISTAKES: tuple[tuple[str, Callable[[_Stop], int | None]], ...] = (
    ("yaml_tab", _find_tab),
    ("yaml_quote", _find_quote),
    ("yaml_colon_missing", _find_missing_colon),
    ("yaml_colon_twice", _find_second_colon),
    ("yaml_bracket", _find_bracket),
    ("yaml_special_character", _find_special_character),
    ("yaml_indentation", _find_indentation),
)
