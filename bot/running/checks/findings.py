"""What a check finds: how bad it is, and codes for what is so. The words are in the table of
`bot.cli.wording`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias


class Grade(StrEnum):
    """Only a failure makes the command fail."""

    GOOD = "good"
    #: Works, but somebody should look at it.
    REMINDER = "reminder"
    #: Something does not work, or soon will not.
    FAILURE = "failure"


#: What fills a blank; an empty text is one that is not known.
Value: TypeAlias = str | int | Path | datetime | timedelta | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found."""

    grade: Grade
    #: A stable word, for programs.
    code: str
    #: The entry of the table that says it: one code may be told in several ways.
    sentence: str
    values: Mapping[str, Value] = field(default_factory=dict)


Findings = AsyncIterator[Finding]


@dataclass(frozen=True, slots=True)
class Saying:
    """A finding with blanks."""

    grade: Grade
    code: str
    sentence: str

    def __call__(self, **values: Value) -> Finding:
        """The finding with its blanks filled in."""
        return Finding(self.grade, self.code, self.sentence, values)


def good(code: str, sentence: str = "") -> Saying:
    """All is well."""
    return Saying(Grade.GOOD, code, sentence or code)


def reminder(code: str, sentence: str = "") -> Saying:
    """Somebody should look at it."""
    return Saying(Grade.REMINDER, code, sentence or code)


def failure(code: str, sentence: str = "") -> Saying:
    """It does not work."""
    return Saying(Grade.FAILURE, code, sentence or code)
