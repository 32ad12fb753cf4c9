"""The I/O around the engine for channels that answer at once, such as the web page: load the
session, run the turn, save the session.
"""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary

from bot.dialogue.additions import Additions
from bot.dialogue.turn_taker import TurnTaker
from bot.domain.answered import Answered
from bot.domain.errors import Conflict
from bot.domain.identity import ConversationNames
from bot.domain.messages import Utterance
from bot.domain.people import ChannelId, ConversationId
from bot.domain.session import DataRequest, Session, Turn
from bot.domain.store import Store

_MAX_ATTEMPTS = 5


class ConversationService:
    """Conversations kept in a store. The turns of one session follow each other as they came in;
    those of different sessions run side by side, off the event loop.
    """

    def __init__(
        self, taker: TurnTaker, additions: Additions, store: Store, names: ConversationNames
    ) -> None:
        self._taker = taker
        self._additions = additions
        self._store = store
        self._names = names
        #: A lock for each session with a turn under way; one that nobody holds is forgotten.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def _lock(self, name: ConversationId) -> asyncio.Lock:
        """What lets one caller at a time at a session, in the order of their coming."""
        return self._locks.setdefault(name, asyncio.Lock())

    async def take_turn(self, session_key: str, utterance: Utterance, message: str = "") -> Turn:
        """Run one turn, after those of the same session that came before. A message that the client
        named, and that comes again right after, is answered as it was: its answer was lost on the
        way.

        Raises:
            StoreError: the session could not be loaded or saved.
        """
        name = self._names.of_web(session_key)
        async with self._lock(name):
            return await self._take_turn(name, utterance, message)

    async def _take_turn(self, name: ConversationId, utterance: Utterance, message: str) -> Turn:
        """Run one turn; when another process saved the session meanwhile, run it again."""
        for attempt in range(1, _MAX_ATTEMPTS + 1):
            async with self._store.transaction() as unit:
                if message and (told := await unit.sessions.find_answered(name, message)):
                    return told
                session, version = await unit.sessions.find(name) or (Session(name), 0)
            # Outside of any transaction: nobody waits for ours while it is thought about.
            turn = await self._taker.take(session, utterance, ChannelId.WEB)
            try:
                return await self._save(name, turn, version, message)
            except Conflict:
                if attempt == _MAX_ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    async def _save(self, name: ConversationId, turn: Turn, version: int, message: str) -> Turn:
        now = self._taker.now()
        async with self._store.transaction() as unit:
            if turn.data_request is not None:
                turn = await self._additions.fulfil(unit, turn, name, now)
            if turn.data_request is not DataRequest.DELETE:
                answered = Answered(message, turn) if message else None
                await unit.sessions.save(turn.session, version, now, answered)
        return turn

    async def forget(self, session_key: str) -> None:
        """Forget a conversation, with the turns that came in before."""
        name = self._names.of_web(session_key)
        async with self._lock(name), self._store.transaction() as unit:
            await unit.sessions.forget(name)

    async def check(self) -> None:
        """Raises StoreError when the store cannot be used."""
        await self._store.check()
