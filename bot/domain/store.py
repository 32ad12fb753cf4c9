"""What is kept between turns and between processes, as Protocols: one transaction at a time.

A unit is one transaction: all that is done in it happens, or nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.domain.answered import Answered
from bot.domain.deliveries import Delivery, Lane, Message, Verdict
from bot.domain.people import Address, ChannelId, Conversation, ConversationId, Standing
from bot.domain.session import Session, Turn
from bot.domain.updates import Update


class Sessions(Protocol):
    """Conversations as the engine knows them."""

    async def find(self, session_id: str) -> tuple[Session, int] | None:
        """A session and its version, or None."""
        ...

    async def find_answered(self, session_id: str, message: str) -> Turn | None:
        """The turn that was saved as the answer to this message, if that was the last one."""
        ...

    async def was_last(self, session_id: str, message: str, since: datetime) -> bool:
        """Whether the last turn was that of this message, and was taken since then."""
        ...

    async def save(
        self, session: Session, version: int, now: datetime, answered: Answered | None = None
    ) -> None:
        """Save what was loaded at `version`, 0 for a new session, with what was answered last where
        that may be asked for again; raises Conflict when it changed meanwhile.
        """
        ...

    async def forget(self, session_id: str) -> None:
        """Delete one session, if it is there."""
        ...


class People(Protocol):
    """Who conversations are with."""

    async def meet(
        self, addresses: Collection[Address], now: datetime
    ) -> Mapping[Address, Conversation]:
        """The conversations with these addresses; those that are new are begun."""
        ...

    async def find(self, conversation: ConversationId) -> Conversation | None:
        """What is kept of one."""
        ...

    async def hear_from(self, conversation: ConversationId, at: datetime) -> None:
        """They did something: they can be reached, and our last message is the last no more."""
        ...

    async def set_standing(self, conversation: ConversationId, standing: Standing) -> None:
        """Whether anything can be sent there."""
        ...

    async def move(self, conversation: ConversationId, chat: str) -> None:
        """They have a new address."""
        ...

    async def note_notice(self, conversation: ConversationId, version: str) -> None:
        """They were shown this privacy notice."""
        ...

    async def note_consent(self, conversation: ConversationId, at: datetime) -> None:
        """They went on after the notice."""
        ...

    async def forget(self, conversation: ConversationId, now: datetime) -> None:
        """Forget who it is as soon as what is still to be sent there is sent."""
        ...


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update that waits for its turn."""

    id: int
    conversation: ConversationId
    update: Update
    received_at: datetime


class Inbox(Protocol):
    """Updates that came in, until their turn is taken."""

    async def add(
        self, updates: Sequence[tuple[ConversationId, Update]], now: datetime
    ) -> Sequence[Update]:
        """Store updates; gives those that were not there yet, each once.

        Raises:
            InboxFull: too many wait already; nothing was stored.
        """
        ...

    async def have_waiting(self, conversations: Collection[ConversationId]) -> set[ConversationId]:
        """Those of the conversations for which something waits."""
        ...

    async def claim(
        self, limit: int, each: int, channels: Collection[ChannelId]
    ) -> Sequence[Waiting]:
        """What waits longest, of at most `limit` conversations and `each` of every one, in the
        order to be taken. Until this transaction ends, nobody else gets these conversations.
        """
        ...

    async def finish(self, ids: Sequence[int], now: datetime, *, failed: bool = False) -> None:
        """Their turns were taken, or cannot be; what they said is erased."""
        ...

    async def count_known(self, conversation: ConversationId) -> int:
        """Of how many updates of a conversation it is still known that they came."""
        ...

    async def forget(self, conversation: ConversationId) -> None:
        """Erase what waits of a conversation; that it came stays known."""
        ...


class Outbox(Protocol):
    """Messages on their way out."""

    async def add(
        self,
        conversation: Conversation,
        messages: Sequence[Message],
        now: datetime,
        lane: Lane = Lane.REPLY,
    ) -> None:
        """Promise messages, to be sent in this order."""
        ...

    async def drop(self, conversation: ConversationId, code: str, now: datetime) -> int:
        """Give up what is pending for a conversation that cannot be reached; gives the number."""
        ...

    async def forget(self, conversation: ConversationId) -> None:
        """Delete every trace of what was sent or promised to a conversation."""
        ...

    async def list_data(self, conversation: ConversationId) -> Sequence[Mapping[str, Any]]:
        """What is kept of the messages to a conversation, newest last."""
        ...


class Unit(Protocol):
    """One transaction."""

    @property
    def sessions(self) -> Sessions:
        """Conversations as the engine knows them."""
        ...

    @property
    def people(self) -> People:
        """Who they are with."""
        ...

    @property
    def inbox(self) -> Inbox:
        """What came in."""
        ...

    @property
    def outbox(self) -> Outbox:
        """What goes out."""
        ...

    def passing_faults(self) -> AbstractAsyncContextManager[None]:
        """Within it, faults of the database that may be gone the next time are StoreErrors; others
        come through as they are.
        """
        ...


class Store(Protocol):
    """Where all of it is kept."""

    def transaction(self) -> AbstractAsyncContextManager[Unit]:
        """One transaction, committed at the end and rolled back on any exception.

        Raises:
            StoreError: on entering, within, or at the end, when the database fails.
        """
        ...

    async def check(self) -> None:
        """Raises StoreError when nothing could be stored now."""
        ...


@dataclass(frozen=True, slots=True)
class Budget:
    """How fast a channel may be sent to, all processes together."""

    per_second: float
    #: How many may go at once after a rest. The bucket starts empty.
    burst: float


class Deliveries(Protocol):
    """The outbox as senders see it; every call is a transaction of its own."""

    async def claim(
        self, channel: ChannelId, limit: int, lease_seconds: float, budget: Budget, now: datetime
    ) -> Sequence[Delivery]:
        """Up to `limit` due deliveries, replies first, oldest first, at most one a conversation, so
        that no other sender has them. Taken from the channel's budget; none while it is paused.
        They count as being sent from here on.
        """
        ...

    async def record(self, results: Sequence[tuple[Delivery, Verdict]], now: datetime) -> None:
        """What came of claimed deliveries. Doing it twice changes nothing; too late, only news that
        a message did arrive is taken.
        """
        ...

    async def settle(self, now: datetime) -> int:
        """Deal with deliveries whose sender died: those that can be repeated are due again, the
        others are doubtful. Gives the number of the doubtful.
        """
        ...

    async def next_due_at(self, channel: ChannelId, now: datetime) -> datetime | None:
        """When to look again: the earliest moment at which something may be due, or None."""
        ...
