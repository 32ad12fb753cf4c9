"""How alike two short texts are, letter by letter, so that a slip of the finger does not matter."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz, process


def likeness(first: str, second: str, least: float = 0.0) -> float:
    """From 0 to 1, 1 for the same text; 0 when it would be less than `least`.

    The share of letters that stand in the same order in both: twice their number by the lengths of
    both texts (rapidfuzz's `ratio`).
    """
    return fuzz.ratio(first, second, score_cutoff=least * 100) / 100


def closest(text: str, known: Sequence[str], least: float) -> str | None:
    """The most alike of the known texts; the first of them when several are; None when none is at
    least so alike.
    """
    found = process.extractOne(text, known, scorer=fuzz.ratio, score_cutoff=least * 100)
    return found[0] if found else None
