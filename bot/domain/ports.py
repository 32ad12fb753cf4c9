"""What the inside asks of the outside, as Protocols. Adapters are built in `bot.app`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from bot.domain.catalog import Catalog
from bot.domain.messages import Utterance
from bot.domain.session import Session, Turn
from bot.domain.understanding import IntentMatch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Clock(Protocol):
    """Tells the time; frozen in tests."""

    def now(self) -> datetime:
        """An aware UTC time."""
        ...


class Encoder(Protocol):
    """Turns texts into unit vectors whose dot product says how close their meanings are."""

    @property
    def id(self) -> str:
        """Which encoder this is, down to its weights; the same id gives the same vectors."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (n, dimensions), float32, rows of length 1 or all zero; (0, dimensions)
        for no texts.
        """
        ...


class Understander(Protocol):
    """A second way to understand, beside the built-in one."""

    def rank(self, texts: Sequence[str]) -> Mapping[str, Sequence[IntentMatch]]:
        """What each text may mean, most likely first. A text that nothing is known of is left out;
        never raises.
        """
        ...


class TurnRunner(Protocol):
    """The engine, whatever understands for it."""

    def run_turn(self, session: Session, utterance: Utterance, today: date) -> Turn:
        """Process one utterance. Never raises for anything a citizen can send."""
        ...


class Content(Protocol):
    """Where the content is, which may change while the program runs."""

    @property
    def catalog(self) -> Catalog:
        """The content that is answered from now."""
        ...


class LiveTurnRunner(TurnRunner, Content, Protocol):
    """An engine with the content that it answers from."""


class Conversations(Protocol):
    """What a channel needs: give an utterance, get the turn."""

    async def take_turn(self, session_key: str, utterance: Utterance, message: str = "") -> Turn:
        """Run one turn of a conversation and remember it. A message that the client named, and that
        comes again right after, is answered as it was.
        """
        ...

    async def forget(self, session_id: str) -> None:
        """Forget a conversation."""
        ...

    async def check(self) -> None:
        """Raises BotError when no turn could be taken now."""
        ...
