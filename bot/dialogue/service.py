"""The I/O around the engine: load the session, run the turn, save the session."""

from __future__ import annotations

import asyncio
import logging
from weakref import WeakValueDictionary

from bot.domain.clock import vietnam_day
from bot.domain.errors import Conflict
from bot.domain.messages import Utterance
from bot.domain.ports import Clock, SessionStore, TurnRunner
from bot.domain.session import Session, Turn

_MAX_ATTEMPTS = 5

log = logging.getLogger(__name__)


class ConversationService:
    """Conversations kept in a store. The turns of one session follow each other as they came in;
    those of different sessions run side by side, off the event loop.
    """

    def __init__(self, engine: TurnRunner, store: SessionStore, clock: Clock) -> None:
        self._engine = engine
        self._store = store
        self._clock = clock
        #: A lock for each session with a turn under way; one that nobody holds is forgotten.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def _lock(self, session_id: str) -> asyncio.Lock:
        """What lets one caller at a time at a session, in the order of their coming."""
        return self._locks.setdefault(session_id, asyncio.Lock())

    async def take_turn(self, session_id: str, utterance: Utterance) -> Turn:
        """Run one turn, after those of the same session that came before.

        Raises:
            StoreError: the session could not be loaded or saved.
        """
        async with self._lock(session_id):
            return await self._take_turn(session_id, utterance)

    async def _take_turn(self, session_id: str, utterance: Utterance) -> Turn:
        """Run one turn; when another process saved the session meanwhile, run it again."""
        for attempt in range(1, _MAX_ATTEMPTS + 1):
            session, version = await self._store.find(session_id) or (Session(session_id), 0)
            now = self._clock.now()
            # Up to 10 ms of computing, more for hostile input, and a second where another server
            # understands: the event loop must not wait.
            turn = await asyncio.to_thread(
                self._engine.run_turn, session, utterance, vietnam_day(now)
            )
            try:
                await self._store.save(turn.session, version, now)
            except Conflict:
                if attempt == _MAX_ATTEMPTS:
                    raise
                continue
            log.info(
                "turn outcome=%s rule=%s replies=%d",
                turn.outcome.value,
                turn.rule,
                len(turn.replies),
            )
            return turn
        raise AssertionError("unreachable")

    async def forget(self, session_id: str) -> None:
        """Forget a conversation, with the turns that came in before."""
        async with self._lock(session_id):
            await self._store.forget(session_id)

    async def check(self) -> None:
        """Raises StoreError when the store cannot be used."""
        await self._store.check()
