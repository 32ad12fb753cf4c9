"""What is said of backups: what one holds, what the operator knows, and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a backup comes from."""

    #: The version of the program.
    program: str
    #: The same for the same secret key; says nothing of it.
    key_fingerprint: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds."""

    made_at: datetime
    #: The version of the program that made it.
    program: str
    #: Rows by table.
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the operator knows and wants of a restoring."""

    #: Delete what the database holds.
    replace: bool = False
    #: The old installation was stopped before the backup was made: send and answer what waited.
    send_pending: bool = False


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back."""

    contents: Contents
    #: Messages of which nobody knows any more whether they were sent.
    doubtful: int
    #: Updates that are not answered any more.
    unanswered: int
