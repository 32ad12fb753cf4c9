"""`python -m bot`, with an exact place at which the process kills itself, as a power cut would.

    python -m tests.acceptance.dying_bot --die-at after-call --nth 3 serve --port 0

The product knows nothing of this: its functions are wrapped here, by name, before the command runs.
SIGKILL leaves no time for anything: what the database and the vendor have by then is all there is.
Leases can be made shorter, so that a test need not wait as long as an operator does.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import wraps
from typing import Any

from bot.channels.telegram.client import TelegramClient
from bot.channels.zalo_bot.client import ZaloBotClient
from bot.channels.zalo_oa.client import ZaloOaClient
from bot.channels.zalo_oa.oauth import OAuth
from bot.cli.main import main as run_command
from bot.dialogue.receiving import StoringReceiver
from bot.dialogue.turn_taker import TurnTaker
from bot.dialogue.turn_worker import TurnWorker
from bot.outbox import sender
from bot.running import background, channel_loop
from bot.store import grants
from bot.store.database import Database
from bot.store.deliveries import SqlDeliveries
from bot.store.inbox import SqlInbox
from bot.store.leases import SqlLeases
from bot.store.outbox import SqlOutbox

#: What is done, and by which function of which class. A point is the moment before or after it, or
#: that before its transaction is committed. Calls that come to nothing do not count.
_WORKS = {
    "store": (StoringReceiver, "_store_together"),
    "claim-turns": (SqlInbox, "claim"),
    "think": (TurnTaker, "take"),
    "promise": (SqlOutbox, "add"),
    "turns": (TurnWorker, "work_once"),
    "claim": (SqlDeliveries, "claim"),
    "call": (TelegramClient, "send"),
    "call-zalo": (ZaloOaClient, "send"),
    "call-zalo-bot": (ZaloBotClient, "send"),
    "record": (SqlDeliveries, "record"),
    "settle": (SqlDeliveries, "settle"),
    "listen": (SqlLeases, "take"),
    "refresh": (OAuth, "refresh"),
    "save-tokens": (grants.SqlTokenVault, "save"),
}
_CALLS = ("call", "call-zalo", "call-zalo-bot")
_BEFORE = ("store", "think", *_CALLS, "record", "refresh", "save-tokens")
_UNCOMMITTED = ("store", "turns", "claim", "record", "settle", "listen", "save-tokens")
POINTS = (
    *(f"before-{one}" for one in _BEFORE),
    *(f"uncommitted-{one}" for one in _UNCOMMITTED),
    *(f"after-{one}" for one in _WORKS),
)
#: Works whose transaction may turn out to have nothing in it; what is done within that counts.
_COUNTED_BY = {"turns": "promise"}

_under_way: ContextVar[tuple[str, ...]] = ContextVar("_under_way", default=())


class Fate:
    """Counts how often a point was reached, and ends the process in time."""

    def __init__(self, point: str, nth: int) -> None:
        self._point = point
        self._left = nth

    def reach(self, point: str) -> None:
        """Die here, if this is the place and the time."""
        if point != self._point:
            return
        self._left -= 1
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


def _wrap_work(fate: Fate, work: str) -> None:
    owner, name = _WORKS[work]
    original = getattr(owner, name)

    @wraps(original)
    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        if work == "listen" and not args[1].startswith("listen:"):
            return await original(*args, **kwargs)  # a lease for something else
        if work in _BEFORE:
            fate.reach(f"before-{work}")
        token = _under_way.set((*_under_way.get(), work))
        try:
            result = await original(*args, **kwargs)
        finally:
            _under_way.reset(token)
        # Functions that give nothing always did something; others say how much.
        if result is None or result:
            fate.reach(f"after-{work}")
        return result

    setattr(owner, name, wrapped)


def _wrap_commits(fate: Fate) -> None:
    original = Database.writing

    @asynccontextmanager
    async def writing(self: Database) -> AsyncIterator[Any]:
        promised: list[str] = []
        async with original(self) as connection:
            token = _done_within.set(promised)
            try:
                yield connection
            finally:
                _done_within.reset(token)
            for work in _under_way.get():
                wanted = _COUNTED_BY.get(work)
                if wanted is None or wanted in promised:
                    fate.reach(f"uncommitted-{work}")

    Database.writing = writing  # type: ignore[method-assign]


_done_within: ContextVar[list[str] | None] = ContextVar("_done_within", default=None)


def _note_within(work: str) -> None:
    """Let a transaction know that something was done in it."""
    owner, name = _WORKS[work]
    original = getattr(owner, name)

    @wraps(original)
    async def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = await original(*args, **kwargs)
        if (within := _done_within.get()) is not None:
            within.append(work)
        return result

    setattr(owner, name, wrapped)


def _shorten_delivery_leases(seconds: float) -> None:
    original = sender.Sender.__init__

    @wraps(original)
    def wrapped(self: Any, *others: Any) -> None:
        *parts, how = others
        shorter = replace(how, lease_seconds=seconds, call_seconds=seconds * 0.75)
        original(self, *parts, shorter)

    sender.Sender.__init__ = wrapped  # type: ignore[method-assign]
    background._SETTLE_SECONDS = seconds / 8


def main(arguments: list[str] | None = None) -> int:
    """Run one command of the bot until it ends or dies."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--die-at", choices=POINTS)
    parser.add_argument("--nth", type=int, default=1)
    parser.add_argument("--delivery-lease", type=float, help="seconds")
    parser.add_argument("--listen-lease", type=float, help="seconds")
    parser.add_argument("--refresh-lease", type=float, help="seconds")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args(arguments)
    if options.die_at:
        fate = Fate(options.die_at, options.nth)
        for work in set(_COUNTED_BY.values()):
            _note_within(work)
        for work in _WORKS:
            _wrap_work(fate, work)
        _wrap_commits(fate)
    if options.delivery_lease:
        _shorten_delivery_leases(options.delivery_lease)
    if options.listen_lease:
        channel_loop.LISTEN_SECONDS = options.listen_lease
    if options.refresh_lease:
        grants.REFRESH_SECONDS = options.refresh_lease
    run: Callable[[list[str]], int] = run_command
    return run(options.command)


if __name__ == "__main__":
    sys.exit(main())
