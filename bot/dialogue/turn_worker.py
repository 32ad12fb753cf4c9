"""Takes the turns of what waits in the inbox: one transaction loads sessions, runs the turns, saves
the sessions and promises the replies.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from bot.dialogue.additions import Additions
from bot.dialogue.turn_taker import TurnTaker
from bot.domain.answered import Answered
from bot.domain.bell import Bell
from bot.domain.errors import StoreError
from bot.domain.intake import Composer, Occasion
from bot.domain.messages import Utterance
from bot.domain.people import Address, ChannelId, Conversation, ConversationId, Standing
from bot.domain.session import DataRequest, Session, Turn
from bot.domain.store import Store, Unit, Waiting
from bot.domain.updates import Update, UpdateKind

#: Conversations and updates of each that share a transaction. More of them make better use of a
#: slow disk, and make who comes after wait longer.
_CONVERSATIONS, _EACH = 16, 4
#: No turn is begun in a transaction that is older. SQLite lets nobody store anything meanwhile, and
#: vendors wait some seconds for our word that an update is safe.
_TOGETHER = timedelta(seconds=0.25)
#: How often to look for work that another process stored.
_POLL_SECONDS = 0.1
_SECONDS_AFTER_FAULT = 1.0
#: Who has waited for longer is shown that an answer is on its way.
_LATE_SECONDS = 1.5
#: To so many at a time: when all wait, showing it to all would make them wait longer still (it took
#: a fifth of the processor before there was a limit).
_TYPING_AT_A_TIME = 2

#: A button that is pressed again before its answer was made, or so soon after it that nobody can
#: have read it, was tapped twice. Going back or skipping for a second time in earnest takes longer.
_DOUBLE_TAP = timedelta(seconds=1.5)
#: Positions from here on are moments: 2001-09-09, in milliseconds.
_FIRST_MILLISECOND = 10**12
#: Shows somebody that an answer is on its way.
ShowTyping = Callable[[Address], Coroutine[Any, Any, None]]

log = logging.getLogger(__name__)


class TurnWorker:
    """Takes turns. Any number of them, in any number of processes, never take a turn twice, nor two
    of one conversation at the same time or in another order than they came.
    """

    def __init__(
        self,
        taker: TurnTaker,
        additions: Additions,
        store: Store,
        composers: Mapping[ChannelId, Composer],
        typing: Mapping[ChannelId, ShowTyping] = MappingProxyType({}),
    ) -> None:
        """Turns are taken of the channels that have a composer, which may be added later. Who has
        waited for a while is shown that an answer is on its way, with `typing`.
        """
        self._taker = taker
        self._additions = additions
        self._store = store
        self._composers = composers
        self._typing = typing
        self._shown: set[asyncio.Task[None]] = set()

    async def run(
        self,
        work: Bell,
        promised: Collection[Bell],
        stopping: asyncio.Event,
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        """Take turns until `stopping` is set. `work` wakes it; it rings `promised` when there is
        something to send, and calls `beat` each time it comes round.
        """
        while not stopping.is_set():
            beat()
            try:
                count = await self.work_once()
            except StoreError as fault:
                log.error("could not take turns: %s", fault)
                await asyncio.sleep(_SECONDS_AFTER_FAULT)
                continue
            except Exception:
                log.exception("could not take turns")
                await asyncio.sleep(_SECONDS_AFTER_FAULT)
                continue
            if count:
                for bell in promised:
                    bell.ring()
            else:
                await work.wait(_POLL_SECONDS)

    async def work_once(self) -> int:
        """Take the turns of some of what waits; gives how many updates were dealt with.

        Raises:
            StoreError: nothing of it happened; the updates wait on.
        """
        try:
            async with self._store.transaction() as unit:
                return await self._work_within(unit)
        except _Unworkable as fault:
            return await self._give_up(fault)

    async def _work_within(self, unit: Unit) -> int:
        claimed = await unit.inbox.claim(_CONVERSATIONS, _EACH, tuple(self._composers))
        self._show_typing(claimed)
        # Claiming takes its time where much waits; at least one turn is taken whatever it took.
        began = self._taker.now()
        count = 0
        erased: set[ConversationId] = set()
        for one in claimed:
            if one.conversation in erased:
                continue
            if count and self._taker.now() - began > _TOGETHER:
                break
            try:
                # A database that is away is no fault of the update.
                async with unit.passing_faults():
                    is_erased = await self._deal_with(unit, one)
            except StoreError:
                raise
            except Exception as error:
                raise _Unworkable(one) from error
            if is_erased:
                erased.add(one.conversation)
            await unit.inbox.finish([one.id], self._taker.now())
            count += 1
        return count

    async def _give_up(self, fault: _Unworkable) -> int:
        """One update that we cannot deal with must not hold up all the others for ever. What else
        was done in its transaction is undone, and done again.
        """
        channel = fault.waiting.update.address.channel
        log.error("update %d failed on %s", fault.waiting.id, channel.value, exc_info=fault)
        self._taker.note_failure(channel)
        async with self._store.transaction() as unit:
            await unit.inbox.finish([fault.waiting.id], self._taker.now(), failed=True)
        return 1

    def _show_typing(self, claimed: Sequence[Waiting]) -> None:
        """To who has waited so long that they may think nobody listens; beside the turns."""
        now, late = self._taker.now(), timedelta(seconds=_LATE_SECONDS)
        waited = (one.update.address for one in claimed if now - one.received_at > late)
        for address in dict.fromkeys(waited):
            show = self._typing.get(address.channel)
            if show is not None and len(self._shown) < _TYPING_AT_A_TIME:
                task = asyncio.create_task(show(address))
                self._shown.add(task)
                task.add_done_callback(self._shown.discard)

    async def _deal_with(self, unit: Unit, waiting: Waiting) -> bool:
        """Do what an update asks for; whether that was to erase all, and so what else waits of the
        conversation.
        """
        update, person = waiting.update, await unit.people.find(waiting.conversation)
        if person is None:  # forgotten meanwhile
            return False
        if update.kind is UpdateKind.LEFT and _is_overtaken(update, person):
            return False
        if update.kind is UpdateKind.LEFT:
            await unit.people.set_standing(person.id, Standing.UNREACHABLE)
            await unit.outbox.drop(person.id, "left", self._taker.now())
            return False
        if update.kind is UpdateKind.MOVED:
            await unit.people.move(person.id, update.moved_to)
            return False
        if await _is_tapped_twice(unit, waiting):
            log.info("a button was tapped twice on %s", update.address.channel.value)
            return False
        return await self._hear(unit, waiting, person)

    async def _hear(self, unit: Unit, waiting: Waiting, person: Conversation) -> bool:
        """They did something; see `_deal_with`."""
        update = waiting.update
        await unit.people.hear_from(person.id, _heard_at(waiting))
        if update.kind is UpdateKind.JOINED and update.utterance == Utterance():
            return False
        turn = await self._take_turn(unit, update, person)
        return turn.data_request is DataRequest.DELETE

    async def _take_turn(self, unit: Unit, update: Update, person: Conversation) -> Turn:
        now, channel = self._taker.now(), person.address.channel
        before, version = await unit.sessions.find(person.id) or (Session(person.id), 0)
        # What several people read is answered by itself: nobody is led there.
        session = Session(person.id) if person.address.is_group else before
        turn = await self._taker.take_or_apologise(session, update.utterance, channel)
        turn = await self._additions.add(unit, turn, person, now)
        messages = self._composers[channel].compose(turn, Occasion.of(update, person, session))
        if not person.address.is_group and turn.data_request is not DataRequest.DELETE:
            answered = Answered(_press_of(update)) if _press_of(update) else None
            await unit.sessions.save(turn.session, version, now, answered)
        await unit.outbox.add(person, messages, now)
        return turn


class _Unworkable(Exception):
    """A fault of ours keeps us from dealing with one update."""

    def __init__(self, waiting: Waiting) -> None:
        super().__init__(f"update {waiting.id}")
        self.waiting = waiting


async def _is_tapped_twice(unit: Unit, waiting: Waiting) -> bool:
    press = _press_of(waiting.update)
    since = waiting.received_at - _DOUBLE_TAP
    return bool(press) and await unit.sessions.was_last(waiting.conversation, press, since)


def _press_of(update: Update) -> str:
    """The name of a press: of this button under this message. Empty for what was typed."""
    payload = update.utterance.payload
    # Who begins to follow is greeted each time.
    if not payload or update.kind is not UpdateKind.UTTERANCE:
        return ""
    return sha256(f"{payload} {update.pressed_under}".encode()).hexdigest()


def _heard_at(waiting: Waiting) -> datetime:
    """When they did it. What could not be stored at once came earlier than it was stored."""
    if waiting.update.position < _FIRST_MILLISECOND:
        return waiting.received_at
    said_at = datetime.fromtimestamp(waiting.update.position / 1000, UTC)
    return min(waiting.received_at, said_at)


def _is_overtaken(update: Update, person: Conversation) -> bool:
    """Whether they did something since: Zalo promises no order, and sends again for over an hour.
    Its positions are milliseconds; Telegram's are small, and keep the order by themselves.
    """
    heard_at = person.last_interaction_at
    if heard_at is None or update.position < _FIRST_MILLISECOND:
        return False
    return update.position < heard_at.timestamp() * 1000
