"""Asking Telegram for updates, where it cannot reach us.

Telegram forgets an update when it is asked for a later one, so that is done only after the update
is stored: https://core.telegram.org/bots/api#getupdates (read 2026-11-20).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence

from bot.channels.poll_rest import PollRest
from bot.channels.telegram.client import TelegramClient
from bot.channels.telegram.faults import CONFLICT
from bot.channels.telegram.incoming import InlineQuery, TelegramInbox, Waiting
from bot.channels.telegram.inline import InlineLookup
from bot.domain.errors import ChannelError, ChannelMisconfigured, RetryLater, StoreError

POLL_SECONDS = 30
#: After a fault: one second, then twice as long each time, up to this.
MAX_BACKOFF_SECONDS = 30.0
#: After what a person must mend: two programs with one bot, a token that is refused.
PERSON_BACKOFF_SECONDS = 60.0
#: Presses and queries being answered; beyond that a button spins until it gives up.
MAX_COURTESIES = 100

log = logging.getLogger(__name__)


class TelegramPoller:
    """Fetches updates, one batch after the other."""

    def __init__(  # noqa: PLR0913 - the last stand in for time in tests
        self,
        client: TelegramClient,
        inbox: TelegramInbox,
        inline: InlineLookup | None = None,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
        show_trouble: Callable[[str], None] = lambda _: None,
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Without `inline`, queries in other chats are not answered. `show_trouble` is told the
        code of what a person must mend, and nothing when all is well. `now` gives seconds from any
        beginning.
        """
        self._client = client
        self._inbox = inbox
        self._inline = inline
        self._wait = wait
        self._show_trouble = show_trouble
        self._now = now
        self._rest = PollRest()
        self._offset: int | None = None
        self._fault_count = 0
        self._courtesies: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Go on until cancelled. Begins by switching a webhook off; what waited for it is kept."""
        try:
            while not await self._survives(self._client.leave_webhook()):
                pass
            while True:
                await self._survives(self.poll_once())
        finally:
            await self._drop_courtesies()

    async def poll_once(self) -> None:
        """Fetch one batch, store it, and let Telegram forget it with the next one. Rests where
        an answer of no use came at once.

        Raises:
            ChannelError: nothing was fetched.
            StoreError: what was fetched was not stored, and will be fetched again.
        """
        asked_at = self._now()
        raws = await self._client.fetch_updates(self._offset, POLL_SECONDS)
        took_seconds = self._now() - asked_at
        waiting = await self._inbox.take(raws)
        if waiting.last_update_id is not None:
            self._offset = waiting.last_update_id + 1
        self._answer(waiting)
        if rest := self._rest_after(raws, waiting, took_seconds):
            await self._wait(rest)

    def _rest_after(self, raws: Sequence[object], waiting: Waiting, took_seconds: float) -> float:
        if waiting.last_update_id is not None:
            return self._rest.after_something()
        if raws:
            return self._rest.after_useless(took_seconds)
        return self._rest.after_nothing(took_seconds)

    async def _survives(self, work: Awaitable[None]) -> bool:
        """Do it; after a fault wait, longer each time."""
        try:
            await work
        except StoreError:
            log.exception("cannot store what came from Telegram; it will be fetched again")
            await self._back_off()
        except RetryLater as fault:
            log.warning("Telegram asks to wait %.0f seconds", fault.after_seconds)
            await self._wait(fault.after_seconds)
        except ChannelMisconfigured as fault:
            log.error("%s", _what_to_mend(fault.code))
            self._show_trouble(fault.code)
            await self._wait(PERSON_BACKOFF_SECONDS)
        except ChannelError as fault:
            log.warning("cannot fetch from Telegram: %s", fault.code)
            await self._back_off()
        else:
            self._fault_count = 0
            self._show_trouble("")
            return True
        return False

    async def _back_off(self) -> None:
        seconds = min(2.0**self._fault_count, MAX_BACKOFF_SECONDS)
        self._fault_count = min(self._fault_count + 1, 10)
        await self._wait(seconds)

    def _answer(self, waiting: Waiting) -> None:
        """Answer presses and queries beside the polling, which does not wait for it."""
        for callback_id in waiting.callback_ids:
            self._begin(self._client.acknowledge(callback_id))
        for query in waiting.inline_queries:
            if self._inline is not None:
                self._begin(self._look_up(self._inline, query))

    async def _look_up(self, inline: InlineLookup, query: InlineQuery) -> None:
        await self._client.answer_inline(await inline.answer(query))

    def _begin(self, courtesy: Coroutine[None, None, None]) -> None:
        if len(self._courtesies) >= MAX_COURTESIES:
            courtesy.close()
            log.warning("too many presses and queries at once; one is not answered")
            return
        task = asyncio.create_task(courtesy)
        self._courtesies.add(task)
        task.add_done_callback(self._courtesies.discard)

    async def _drop_courtesies(self) -> None:
        tasks = tuple(self._courtesies)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _what_to_mend(code: str) -> str:
    if code == CONFLICT:
        return (
            f"{code}: another program fetches the updates of this bot, or it has a webhook; "
            "stop the other program"
        )
    return f"{code}: Telegram refuses to give updates; look at the token and the address"
