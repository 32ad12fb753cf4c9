"""What a look-up of topics promises: team members and inline queries ask it, `bot.dialogue` does
it.
"""

from __future__ import annotations

from typing import Protocol

from bot.domain.knowledge import Topic


class Lookup(Protocol):
    """Finds topics by a few words, for people who choose among them."""

    def find(self, text: str, limit: int) -> tuple[Topic, ...]:
        """Up to `limit` topics, best first; one whose code or title is the text comes before all
        others. Empty when nothing fits. Never raises for any text.
        """
        ...
