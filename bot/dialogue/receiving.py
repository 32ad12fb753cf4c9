"""Stores what came in from chat channels, before anything is done about it."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from bot.domain.bell import Bell
from bot.domain.errors import StoreError
from bot.domain.observer import Observer
from bot.domain.payloads import storable_payload
from bot.domain.people import Address, ChannelId, Conversation, ConversationId
from bot.domain.ports import Clock
from bot.domain.store import Store, Unit
from bot.domain.updates import Update
from bot.text.stand_ins import say_without_personal_data

#: Updates stored in one transaction.
_MAX_TOGETHER = 256

log = logging.getLogger(__name__)


class StoringReceiver:
    """Stores updates of all channels. Those that come in while a transaction is under way share
    the next: a disk takes as long for one as for a hundred.
    """

    def __init__(  # noqa: PLR0913 - wired in one place
        self,
        store: Store,
        clock: Clock,
        bell: Bell,
        observer: Observer,
        max_utterance_chars: int,
        *,
        is_off: Callable[[ChannelId], bool] = lambda _: False,
    ) -> None:
        """`bell` is rung for those who take turns. `is_off` says which channels a person switched
        off: nothing of theirs is stored.
        """
        self._store = store
        self._clock = clock
        self._bell = bell
        self._observer = observer
        self._max_utterance_chars = max_utterance_chars
        self._is_off = is_off
        self._waiting: list[tuple[Sequence[Update], asyncio.Future[None]]] = []
        self._storing: asyncio.Task[None] | None = None

    async def accept(self, updates: Sequence[Update]) -> None:
        """Store updates; when it returns they are safe, and the vendor may forget them. One that
        was stored before is passed over, one of a channel that is off is dropped. Personal data is
        masked before anything is stored.

        Raises:
            StoreError: nothing is certain to be stored; the vendor must send them again.
        """
        updates = self._drop_of_channels_off(updates)
        if not updates:
            return
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((updates, stored))
        if self._storing is None or self._storing.done():
            self._storing = asyncio.create_task(self._store_waiting())
        await stored

    def _drop_of_channels_off(self, updates: Sequence[Update]) -> Sequence[Update]:
        kept = [one for one in updates if not self._is_off(one.address.channel)]
        dropped = Counter(one.address.channel for one in updates)
        dropped.subtract(one.address.channel for one in kept)
        for channel, count in (+dropped).items():
            self._observer.dropped(channel, count)
        return kept

    async def _store_waiting(self) -> None:
        while self._waiting:
            batch = [self._waiting.pop(0)]
            while self._waiting and sum(len(one) for one, _ in batch) < _MAX_TOGETHER:
                batch.append(self._waiting.pop(0))
            fault: StoreError | None = None
            try:
                await self._store_all([one for updates, _ in batch for one in updates])
            except StoreError as error:
                fault = error
            for _, stored in batch:
                if stored.done():  # who asked has gone
                    continue
                if fault is None:
                    stored.set_result(None)
                else:
                    stored.set_exception(fault)

    async def _store_all(self, updates: Sequence[Update]) -> None:
        """Store updates, except those that cannot be by a fault of ours: the vendor would send them
        for ever, and nothing else would come through.
        """
        try:
            await self._store_together(updates)
        except StoreError:
            raise
        except Exception:
            if len(updates) > 1:
                for one in updates:
                    await self._store_all([one])
                return
            channel = updates[0].address.channel
            log.exception("an update cannot be stored and is dropped, on %s", channel.value)
            self._observer.failed(channel)

    async def _store_together(self, updates: Sequence[Update]) -> None:
        async with self._store.transaction() as unit:
            people = await unit.people.meet({one.address for one in updates}, self._clock.now())
            led = await self._led(unit, people, updates)
            # Off the event loop: a long text full of numbers takes its time.
            masked = await asyncio.to_thread(self._mask_all, updates, people, led)
            new = await unit.inbox.add(masked, self._clock.now())
        self._bell.ring()
        for channel, count in Counter(one.address.channel for one in new).items():
            self._observer.stored(channel, count)

    async def _led(
        self, unit: Unit, people: Mapping[Address, Conversation], updates: Sequence[Update]
    ) -> set[ConversationId]:
        """Conversations in which a bare short number is taken for a code: somebody is being led
        through a flow, or may be once what waits is answered.
        """
        names = Counter(people[one.address].id for one in updates)
        # In this order: a turn that ends between the two questions is seen by the latter.
        led = await unit.inbox.have_waiting(names)
        led |= {name for name, count in names.items() if count > 1}
        # Only a number can be a code.
        asked = {people[one.address].id for one in updates if _has_digit(one.utterance.text)}
        for one in sorted(asked - led):
            found = await unit.sessions.find(one)
            if found is not None and found[0].frames:
                led.add(one)
        return led

    def _mask_all(
        self,
        updates: Sequence[Update],
        people: Mapping[Address, Conversation],
        led: Collection[ConversationId],
    ) -> Sequence[tuple[ConversationId, Update]]:
        named = ((people[one.address].id, one) for one in updates)
        return [(name, self._mask(one, is_led=name in led)) for name, one in named]

    def _mask(self, update: Update, *, is_led: bool) -> Update:
        utterance = update.utterance
        text = ""
        if utterance.text:
            text = say_without_personal_data(
                utterance.text, self._max_utterance_chars, is_led=is_led
            )
        payload = storable_payload(utterance.payload)
        return replace(update, utterance=replace(utterance, text=text, payload=payload))


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))
