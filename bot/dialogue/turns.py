"""What follows from how often in a row a citizen was not understood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

_Text = TypeVar("_Text")


def nth_time(texts: Sequence[_Text], count: int) -> _Text:
    """What to say after `count` unclear turns: each text once, then the last two by turns, so that
    nobody reads the same three times running.
    """
    if count < len(texts):
        return texts[count]
    return texts[-1 - (count - len(texts) + 1) % 2]
