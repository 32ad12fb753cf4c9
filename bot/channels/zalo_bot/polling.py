"""Asks Zalo for events, one at a time, where there is no webhook.

https://docs.zaloplatforms.com/docs/BOT/apis/getUpdates (notes, 2026-10): one object, no offset. An
event is gone once Zalo has handed it over, so it is stored at once; while storing fails, it is kept
in memory and tried again before the next one is asked for, also by a later `run`. What this cannot
save: an event whose answer was lost on the way, and the one that was not stored yet when the
process had to end or was killed. The webhook is the better way; this one needs no public address.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from bot.channels.poll_rest import PollRest
from bot.channels.zalo_bot.api import ZaloBotApi
from bot.channels.zalo_bot.updates import is_event, parse_update
from bot.domain.errors import ChannelError, ChannelMisconfigured, RetryLater, StoreError
from bot.domain.identity import UpdateNames
from bot.domain.intake import Receiver
from bot.domain.updates import Update

#: Pauses after failures in a row: 1, 2, 4 … seconds, at most this.
MAX_PAUSE_SECONDS = 30.0
#: Nothing gets better by itself when the token is wrong or a webhook is set.
MISCONFIGURED_SECONDS = 60.0
#: How often storing is still tried once the process is to stop.
LAST_TRIES = 3

log = logging.getLogger(__name__)


class ZaloBotPoller:
    """Hands events to a receiver. Only one may run for a bot: there is no way to share."""

    def __init__(  # noqa: PLR0913, PLR0917 - the last stand in for time in tests
        self,
        api: ZaloBotApi,
        receiver: Receiver,
        names: UpdateNames,
        poll_seconds: int,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        show_trouble: Callable[[str], None] = lambda _: None,
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`show_trouble` is told the code of what a person must mend, and nothing when all is
        well. `now` gives seconds from any beginning.
        """
        self._api = api
        self._receiver = receiver
        self._names = names
        self._poll_seconds = poll_seconds
        self._sleep = sleep
        self._show_trouble = show_trouble
        self._now = now
        self._rest = PollRest()
        #: What Zalo has handed over and the store has not taken.
        self._unstored: Update | None = None

    @property
    def lost_count(self) -> int:
        """How many events are lost if the process ends now."""
        return int(self._unstored is not None)

    async def run(self, stopping: asyncio.Event) -> None:
        """Ask and store until `stopping` is set; a question under way is waited for, since its
        answer may be an event.
        """
        failures = 0
        if self._unstored is not None:
            await self._store(self._unstored, stopping)
        while not stopping.is_set():
            asked_at = self._now()
            try:
                event = await self._api.get_update(self._poll_seconds)
            except ChannelError as fault:
                failures += 1
                log.error("the Zalo bot cannot be asked for events: %s", fault)
                if isinstance(fault, ChannelMisconfigured):
                    self._show_trouble(fault.code)
                await self._pause(_pause_after(fault, failures), stopping)
                continue
            failures = 0
            self._show_trouble("")
            update = parse_update(event, self._names) if event is not None else None
            if update is not None:
                await self._store(update, stopping)
            if rest := self._rest_after(event, self._now() - asked_at):
                await self._pause(rest, stopping)

    def _rest_after(self, event: object, took_seconds: float) -> float:
        if event is None:
            return self._rest.after_nothing(took_seconds)
        if is_event(event):
            return self._rest.after_something()
        log.warning("an answer of the Zalo bot is no event")
        return self._rest.after_useless(took_seconds)

    async def _store(self, update: Update, stopping: asyncio.Event) -> None:
        failures = last_tries = 0
        self._unstored = update
        while True:
            try:
                await self._receiver.accept([update])
            except StoreError as error:
                failures += 1
                last_tries += stopping.is_set()
                log.error("an event of the Zalo bot is not stored yet: %s", error)
            else:
                self._unstored = None
                return
            if last_tries == LAST_TRIES:
                log.error("an event of the Zalo bot is lost if the process ends now")
                return
            if last_tries:
                await self._sleep(1.0)
            else:
                await self._pause(_backoff_seconds(failures), stopping)

    async def _pause(self, seconds: float, stopping: asyncio.Event) -> None:
        """Wait so long, or until it is time to stop."""
        waits = [asyncio.ensure_future(one) for one in (self._sleep(seconds), stopping.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
            await asyncio.gather(*waits, return_exceptions=True)


def _pause_after(fault: ChannelError, failures: int) -> float:
    if isinstance(fault, ChannelMisconfigured):
        return MISCONFIGURED_SECONDS
    if isinstance(fault, RetryLater):
        return min(fault.after_seconds, MISCONFIGURED_SECONDS)
    return _backoff_seconds(failures)


def _backoff_seconds(failures: int) -> float:
    return min(2.0 ** min(failures - 1, 10), MAX_PAUSE_SECONDS)
