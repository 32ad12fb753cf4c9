"""Questions and examples as they are compared: one spelling, without what carries no meaning."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from bot.domain.catalog import Catalog
from bot.text.normalize import fold_phrase, to_syllables

#: A text as the syllables that are searched.
ReadQuestion: TypeAlias = Callable[[str], list[str]]


def question_reader(catalog: Catalog) -> ReadQuestion:
    """Reads texts with the abbreviations and the fillers of a catalog."""
    fillers = frozenset(map(fold_phrase, catalog.fillers))

    def read(text: str) -> list[str]:
        return to_syllables(text, catalog.abbreviations, fillers)

    return read
