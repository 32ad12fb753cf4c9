"""Which processes run, and at which stages one of them is killed while citizens ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.acceptance.crashing import BotProcess
from tests.acceptance.townspeople import Town

#: Each place at which a process that polls, answers and sends can die, and at which time of being
#: there; in such an order that the next process finds the dead one's deliveries.
STAGES = (
    ("before-store", 5),
    ("uncommitted-store", 1),
    ("after-store", 3),
    ("after-claim-turns", 2),
    ("after-think", 4),
    ("after-promise", 6),
    ("uncommitted-turns", 2),
    ("after-turns", 3),
    ("uncommitted-claim", 4),
    ("after-claim", 5),
    ("uncommitted-settle", 1),
    ("after-settle", 1),
    ("before-call", 3),
    ("after-call", 6),
    ("uncommitted-record", 2),
    ("after-record", 4),
    ("after-listen", 1),
)
#: What a server with a webhook does, and what it leaves to a worker.
STORING = ("before-store", "uncommitted-store", "after-store")
#: Done by whoever comes first, or not at all where there is a webhook.
_SHARED = ("uncommitted-settle", "after-settle", "after-listen")
APART_STAGES = tuple(one for one in STAGES if one[0] not in _SHARED)


@dataclass
class Together:
    """One process that polls, answers and sends."""

    town: Town

    async def kill_at(self, stage: str, nth: int) -> None:
        """Let citizens ask until the process dies there; nobody takes its place yet."""
        process = await self.town.installation.start("serve", "--port", "0", die_at=stage, nth=nth)
        await self.town.ask_until_dead(process, stage)

    async def mend(self) -> None:
        """Run a process that lives, until all is dealt with, and stop it."""
        process = await self.town.installation.start("serve", "--port", "0")
        await self.town.quiet()
        await process.stop()


@dataclass
class Apart:
    """A server that takes in what Telegram brings to its webhook, and a worker; on one database."""

    town: Town
    port: int
    _running: dict[str, BotProcess] = field(default_factory=dict)

    async def kill_at(self, stage: str, nth: int) -> None:
        """Let citizens ask until the one of the two dies that does this; the other lives."""
        dying, living = ("server", "worker") if stage in STORING else ("worker", "server")
        await self._start_missing(living)
        if (before := self._running.pop(dying, None)) is not None:
            await before.die()
        process = await self._start(dying, stage, nth)
        await self.town.ask_until_dead(process, stage)

    async def mend(self) -> None:
        """Run both until all is dealt with, and stop them."""
        await self._start_missing("server", "worker")
        await self.town.quiet()
        for one in self._running.values():
            await one.stop()
        self._running.clear()

    async def _start_missing(self, *roles: str) -> None:
        for role in roles:
            if role not in self._running:
                self._running[role] = await self._start(role)

    async def _start(self, role: str, die_at: str = "", nth: int = 1) -> BotProcess:
        server = ("serve", "--no-worker", "--port", str(self.port))
        command: Sequence[str] = server if role == "server" else ("worker",)
        return await self.town.installation.start(*command, die_at=die_at, nth=nth)
