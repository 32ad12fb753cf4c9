"""Who our bot is on Telegram, as getMe tells it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BotIdentity:
    """The name and number by which groups address us."""

    id: int
    #: Without the @.
    username: str
    #: Whether inline mode was switched on for it (@BotFather, /setinline).
    has_inline_mode: bool = False
