"""Runs one turn off the event loop, and tells how it went; what all ways to take turns share."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import datetime

from bot.domain.clock import vietnam_day
from bot.domain.messages import Reply, Utterance
from bot.domain.observer import Observer
from bot.domain.people import ChannelId
from bot.domain.ports import Clock, LiveTurnRunner
from bot.domain.session import Outcome, Session, Turn
from bot.domain.system_texts import SystemText

log = logging.getLogger(__name__)


class TurnTaker:
    """Takes turns with one engine."""

    def __init__(self, engine: LiveTurnRunner, clock: Clock, observer: Observer) -> None:
        self._engine = engine
        self._clock = clock
        self._observer = observer

    def now(self) -> datetime:
        """An aware UTC time."""
        return self._clock.now()

    def note_failure(self, channel: ChannelId) -> None:
        """A turn could not be taken, by a fault of ours."""
        self._observer.failed(channel)

    async def take(self, session: Session, utterance: Utterance, channel: ChannelId) -> Turn:
        """Run one turn. Up to 10 ms of computing, more for hostile input, and a second where
        another server understands: the event loop does not wait.
        """
        started = time.perf_counter()
        today = vietnam_day(self.now())
        turn = await asyncio.to_thread(self._engine.run_turn, session, utterance, today)
        self._observer.turned(channel, turn.outcome, time.perf_counter() - started)
        log.info(
            "turn channel=%s outcome=%s rule=%s replies=%d",
            channel.value,
            turn.outcome.value,
            turn.rule,
            len(turn.replies),
        )
        return turn

    async def take_or_apologise(
        self, session: Session, utterance: Utterance, channel: ChannelId
    ) -> Turn:
        """The same; a turn that fails by a fault of ours leaves the citizen where they are, and
        holds nobody up.
        """
        try:
            return await self.take(session, utterance, channel)
        except Exception:
            log.exception("a turn failed on %s", channel.value)
            self.note_failure(channel)
            reply = Reply(self._engine.catalog.message(SystemText.UNAVAILABLE))
            return Turn(session, (reply,), Outcome.UNKNOWN, rule="fault")
