"""The pair of tokens of an OAuth grant, and where it is kept."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class TokenPair:
    """An access token with the refresh token that gets the next one. Its repr shows neither."""

    access: str
    refresh: str
    access_expires_at: datetime
    refresh_expires_at: datetime
    #: Raised by one with every new pair.
    version: int = 0

    def __repr__(self) -> str:
        return f"TokenPair(version={self.version}, access_expires_at={self.access_expires_at})"


class TokenVault(Protocol):
    """Keeps the pair of each grant, for all processes; encrypted where it rests."""

    async def find(self, grant: str) -> TokenPair | None:
        """The newest pair, or None before the first grant."""
        ...

    async def find_version(self, grant: str) -> int:
        """The version of the newest pair, even where it cannot be opened; 0 before the first."""
        ...

    async def save(self, grant: str, pair: TokenPair) -> None:
        """Store a new pair for good before anybody uses it. `pair.version` is one above the one it
        takes the place of.

        Raises:
            Conflict: somebody else stored a newer one.
        """
        ...

    def refreshing(self, grant: str) -> AbstractAsyncContextManager[bool]:
        """Within it, one caller of all processes may refresh: True for that one, False for others.
        Ends by itself some time after a process died within it.
        """
        ...

    async def note_trouble(self, grant: str, code: str) -> None:
        """Remember that a person is needed; an empty code: all is well again."""
        ...

    async def find_trouble(self, grant: str) -> str:
        """The code of the trouble, or nothing."""
        ...
