"""Citizens who go on asking and pressing while the bot dies and comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select

from bot.store.tables import conversations, deliveries
from tests.acceptance.crashing import BotProcess, Installation, until
from tests.acceptance.reckoning import Ask, Tally, promised, reckon
from tests.acceptance.wires import TelegramWire
from tests.fakes.telegram_world import Citizen

_SENT = frozenset({"sendMessage", "sendPhoto"})
#: A link to the flow that is walked, and how many buttons are pressed in it.
_WALK, _PRESSES = "f_kich-hoat", 9


@dataclass
class _Asker:
    chat: str
    codes: list[int]


class Town:
    """Citizens who look topics up, several questions at a time."""

    def __init__(self, installation: Installation, codes: Sequence[int]) -> None:
        """`codes` are those of topics."""
        self.installation = installation
        self.wire = installation.wire
        self._codes = list(codes)
        self._askers: list[_Asker] = []
        self.asks: list[Ask] = []
        #: What is going on with the bot now.
        self.stage = "whole"

    async def grow(self, count: int) -> None:
        """So many more citizens."""
        for _ in range(count):
            self._askers.append(await self._new_asker())

    async def _new_asker(self) -> _Asker:
        return _Asker(await self.wire.new_citizen(), list(self._codes))

    async def ask(self, each: int = 2) -> None:
        """Each citizen asks so many questions at once."""
        for place, asker in enumerate(self._askers):
            if len(asker.codes) < each:
                # Whoever has asked everything makes room for somebody new.
                self._askers[place] = await self._new_asker()
        for _ in range(each):
            for asker in self._askers:
                code = asker.codes.pop(0)
                self.asks.append(Ask(asker.chat, code, self.stage))
                await self.wire.says(asker.chat, f"/tra {code}")

    async def ask_on(self, ending: asyncio.Event, backlog: int = 6) -> None:
        """Go on asking, one question each, whenever little waits, until `ending` is set."""

        async def has_room() -> bool:
            if ending.is_set():
                return True
            waiting = await self.wire.waiting_count()
            return waiting + await self.installation.open_work() < backlog

        while not ending.is_set():
            await self.ask(1)
            await until(self.wire, has_room, f"room after {self.stage}")

    async def quiet(self) -> None:
        """Wait until all is dealt with."""
        await until(self.wire, self.installation.is_quiet, f"quiet after {self.stage}")

    async def ask_until_dead(self, process: BotProcess, stage: str, each: int = 2) -> None:
        """Go on asking until a process that is to die has died.

        Raises:
            AssertionError: it lives on.
        """
        self.stage = stage
        dying = asyncio.create_task(process.ended())
        try:
            for _ in range(20):
                await self.ask(each)
                quiet = asyncio.create_task(self.quiet())
                await asyncio.wait({dying, quiet}, return_when=asyncio.FIRST_COMPLETED)
                if dying.done():
                    quiet.cancel()
                    await asyncio.gather(quiet, return_exceptions=True)
                    assert dying.result() < 0, f"{stage}: it ended by itself\n{process.log}"
                    return
                await quiet
            raise AssertionError(f"{stage} was never reached\n{process.log}")
        finally:
            dying.cancel()

    async def tallies(self) -> dict[str, Tally]:
        """What became of all questions so far, by stage."""
        asked = {(one.chat, one.code) for one in self.asks}
        seen = {
            chat: [code for code in codes if (chat, code) in asked]
            for chat, codes in (await self.wire.seen()).items()
        }
        return reckon(self.asks, seen, await promised(self.installation.database))

    async def assert_all_is_well(self) -> Tally:
        """Nothing went wrong with anybody's questions; the sum of what became of them."""
        tallies = await self.tallies()
        assert {stage: one.wrongs() for stage, one in tallies.items() if one.wrongs()} == {}
        assert await self.wire.violations() == []
        assert self.installation.complaints() == []
        return sum(tallies.values(), Tally())


@dataclass(frozen=True)
class Walk:
    """What somebody saw on their way through a flow."""

    screens: tuple[str, ...]
    #: New messages, in order. Which ones are changed in place instead is a matter of how fast one
    #: presses.
    messages: tuple[str, ...]
    #: A message became doubtful on the way, and it ended there if that never came.
    was_in_doubt: bool = False

    def goes_like(self, whole: Walk) -> bool:
        """Whether one saw the same as on a walk that nothing happened to, and nothing twice; all
        of it, unless there was doubt.
        """
        if len(set(self.messages)) < len(self.messages):
            return False
        screens = whole.screens[: len(self.screens)] if self.was_in_doubt else whole.screens
        return self.screens == screens


@dataclass
class Walker:
    """Somebody new for each walk, who presses the first button until the way is long enough."""

    installation: Installation
    wire: TelegramWire
    walks: list[Walk] = field(default_factory=list)

    async def walk_on(self, ending: asyncio.Event) -> None:
        """One walk after the other, until `ending` is set and the last is at its end."""
        while not ending.is_set():
            await self.walk()

    async def walk(self) -> Walk:
        """Once through the flow."""
        citizen = await self.wire.world.citizen("Bác Ba")
        screens: list[str] = []
        shown = await self._next(citizen, None, citizen.starts(_WALK))
        while shown is not None and len(screens) < _PRESSES:
            screens.append(shown[1])
            shown = await self._next(citizen, shown, citizen.presses(shown[2]))
        sent = [one for one in await self.wire.world.arrived(citizen.id) if one["status"] == 200]
        texts = [
            one["parameters"].get("text") or one["parameters"].get("caption") or ""
            for one in sent
            if one["method"] in _SENT
        ]
        walk = Walk(tuple(screens), tuple(texts), await self._doubtful(citizen) > 0)
        self.walks.append(walk)
        return walk

    async def _next(self, citizen: Citizen, shown, act):
        """Do something, then wait for another screen than the one `shown`; None where the answer is
        lost in doubt.
        """
        before = await self._doubtful(citizen)
        await act
        found = None

        async def look() -> bool:
            nonlocal found
            found = await self._screen(citizen)
            return found not in {None, shown} or await self._doubtful(citizen) > before

        await until(self.wire, look, f"the screen after {shown!r}")
        return None if found in {None, shown} else found

    async def _screen(self, citizen: Citizen) -> tuple[int, str, str] | None:
        """The newest message that can be answered: its id, its words and its first button."""
        seen = [one for one in await citizen.sees() if one.buttons]
        return (seen[-1].message_id, seen[-1].text, seen[-1].buttons[0][0]) if seen else None

    async def _doubtful(self, citizen: Citizen) -> int:
        query = (
            select(func.count())
            .select_from(deliveries)
            .join(conversations, conversations.c.id == deliveries.c.conversation)
            .where(conversations.c.chat == str(citizen.id), deliveries.c.status == "doubtful")
        )
        async with self.installation.database.reading() as connection:
            return int((await connection.execute(query)).scalar_one())
