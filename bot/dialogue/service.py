"""The I/O around the engine: load the session, run the turn, save the session."""

from __future__ import annotations

import logging

from bot.dialogue.engine import Engine
from bot.domain.clock import vietnam_day
from bot.domain.errors import Conflict
from bot.domain.messages import Utterance
from bot.domain.ports import Clock, SessionStore
from bot.domain.session import Session, Turn

_MAX_ATTEMPTS = 5

log = logging.getLogger(__name__)


class ConversationService:
    """Conversations kept in a store."""

    def __init__(self, engine: Engine, store: SessionStore, clock: Clock) -> None:
        self._engine = engine
        self._store = store
        self._clock = clock

    async def take_turn(self, session_id: str, utterance: Utterance) -> Turn:
        """Run one turn; when two turns of a session cross, the later one runs again on the newer
        session.

        Raises:
            StoreError: the session could not be loaded or saved.
        """
        for attempt in range(1, _MAX_ATTEMPTS + 1):
            session, version = await self._store.find(session_id) or (Session(session_id), 0)
            now = self._clock.now()
            turn = self._engine.run_turn(session, utterance, vietnam_day(now))
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
        """Forget a conversation."""
        await self._store.forget(session_id)

    async def check(self) -> None:
        """Raises StoreError when the store cannot be used."""
        await self._store.check()
