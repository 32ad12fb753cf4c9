"""Reads the values of a YAML mapping by declared fields, and collects every problem on the way."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from bot.content.issues import ContentIssue, issue
from bot.content.marked_yaml import Marked, YamlPath
from bot.domain.cards import UNKNOWN_DATE

_PARTIAL_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


@dataclass
class FieldReader:
    """Takes values out of one mapping of a file. Absent values come back empty, never as errors."""

    path: str
    marked: Marked
    issues: list[ContentIssue] = field(default_factory=list)
    #: Where the mapping stands in the file, for list items such as one source.
    at: YamlPath = ()

    @classmethod
    def of_document(cls, path: str, marked: Marked) -> Self:
        """A reader of a whole document, which has reported every key that stands there twice."""
        repeated = [
            issue(path, one.line, "key_repeated", key=one.key, first=one.first_line)
            for one in marked.repeated
        ]
        return cls(path, marked, repeated)

    @property
    def data(self) -> Mapping[str, Any]:
        """The mapping itself."""
        value: Any = self.marked.data
        for part in self.at:
            value = value[part]
        return value  # type: ignore[no-any-return]

    def report(self, code: str, *where: str | int, **values: object) -> None:
        """Add an issue on the line of the value at `where`."""
        line = self.marked.line(*self.at, *where)
        self.issues.append(issue(self.path, line, code, **values))

    def check_keys(self, allowed: Collection[str], required: Collection[str] = ()) -> None:
        """Report every key that is not allowed and every required key that is not there."""
        for key in self.data:
            if key not in allowed:
                self.report("key_unknown", str(key), key=key, allowed=", ".join(sorted(allowed)))
        for key in required:
            if key not in self.data:
                self.report("key_missing", key=key)

    def text(self, key: str) -> str:
        """A single text, or an empty string."""
        value = self.data.get(key)
        if value is None:
            if key in self.data:
                self.report("value_empty", key, key=key)
            return ""
        if isinstance(value, int):
            value = str(value)
        if not isinstance(value, str):
            self.report("value_not_text", key, key=key)
            return ""
        if not value.strip():
            self.report("value_empty", key, key=key)
        return value.strip()

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, or an empty tuple."""
        value = self.data.get(key, [])
        if not isinstance(value, list):
            self.report("value_not_list", key, key=key)
            return ()
        found = []
        for index, item in enumerate(value):
            if isinstance(item, str) and item.strip():
                found.append(item.strip())
            elif isinstance(item, int):
                found.append(str(item))
            else:
                self.report("item_not_text", key, index, key=key)
        return tuple(found)

    def number(self, key: str) -> int:
        """A whole number, or 0."""
        value = self.data.get(key, 0)
        if not isinstance(value, int):
            self.report("value_not_number", key, key=key)
            return 0
        return value

    def by_number(self, key: str) -> dict[int, str]:
        """A mapping from the number of a topic's step to a text, or an empty one."""
        value = self.data.get(key, {})
        if not isinstance(value, Mapping) or not all(isinstance(at, int) for at in value):
            self.report("value_not_numbered", key, key=key)
            return {}
        return {at: str(text).strip() for at, text in value.items()}

    def one_of(self, key: str, allowed: Collection[str]) -> str:
        """A text that must be one of `allowed`, or an empty string."""
        value = self.text(key)
        if value and value not in allowed:
            self.report("value_not_allowed", key, key=key, value=value, allowed=", ".join(allowed))
            return ""
        return value

    def partial_date(self, key: str) -> str:
        """A year, month or day as written, or the words for an unknown date."""
        value = self.text(key)
        if value and value != UNKNOWN_DATE and not _PARTIAL_DATE.fullmatch(value):
            self.report("date_malformed", key, value=value)
            return ""
        return value

    def day(self, key: str) -> date | None:
        """A full calendar day, or None."""
        value = self.data.get(key)
        if value is None:
            return None
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.report("day_malformed", key, value=value)
            return None

    def mapping(self, key: str) -> FieldReader | None:
        """A reader for one mapping, or None when there is none."""
        value = self.data.get(key)
        if not isinstance(value, dict):
            if value is not None:
                self.report("value_not_table", key, key=key)
            return None
        return FieldReader(self.path, self.marked, self.issues, (*self.at, key))

    def mappings(self, key: str) -> list[FieldReader]:
        """A reader for each mapping of a list."""
        value = self.data.get(key, [])
        if not isinstance(value, list):
            self.report("value_not_list", key, key=key)
            return []
        readers = []
        for index, item in enumerate(value):
            if isinstance(item, dict):
                readers.append(
                    FieldReader(self.path, self.marked, self.issues, (*self.at, key, index))
                )
            else:
                self.report("item_not_table", key, index, key=key)
        return readers
