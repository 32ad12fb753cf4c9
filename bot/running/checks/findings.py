"""What a check finds: how bad it is, what is so, and what to do about it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """Only a failure makes the command fail."""

    GOOD = "good"
    #: Works, but somebody should look at it.
    REMINDER = "reminder"
    #: Something does not work, or soon will not.
    FAILURE = "failure"

    @property
    def label(self) -> str:
        """What staff see, in Vietnamese."""
        return _LABELS[self]


_LABELS = {Grade.GOOD: "ổn", Grade.REMINDER: "nhắc", Grade.FAILURE: "hỏng"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check found."""

    grade: Grade
    #: A stable word, for programs.
    code: str
    #: Where and what, in Vietnamese.
    text: str
    #: What to do, in Vietnamese; empty where there is nothing to do.
    remedy: str = ""


Findings = AsyncIterator[Finding]


@dataclass(frozen=True, slots=True)
class Saying:
    """A finding with blanks."""

    grade: Grade
    code: str
    text: str
    remedy: str = ""

    def __call__(self, **values: object) -> Finding:
        """The finding with its blanks filled in."""
        return Finding(
            self.grade, self.code, self.text.format(**values), self.remedy.format(**values)
        )


def good(code: str, text: str) -> Saying:
    """All is well."""
    return Saying(Grade.GOOD, code, text)


def reminder(code: str, text: str, remedy: str) -> Saying:
    """Somebody should look at it."""
    return Saying(Grade.REMINDER, code, text, remedy)


def failure(code: str, text: str, remedy: str) -> Saying:
    """It does not work."""
    return Saying(Grade.FAILURE, code, text, remedy)
