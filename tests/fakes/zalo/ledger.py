"""What the fake cloud writes down: what arrived with whom, and what it refused and why."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that a citizen now sees."""

    seq: int
    product: str
    person: str
    method: str
    #: What stood in the call about the message.
    message: dict[str, Any]
    message_id: str
    at_ms: int
    #: Which quota paid; empty where it was billed.
    quota: str = ""

    @property
    def text(self) -> str:
        """The words of it."""
        return str(self.message.get("text") or self.message.get("caption") or "")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A call that was not performed."""

    seq: int
    product: str
    method: str
    code: int
    why: str
    person: str = ""
    #: Whether a client that does everything right never causes it.
    is_violation: bool = True


class Ledger:
    """Keeps the order of everything."""

    def __init__(self) -> None:
        self._seq = 0
        self._by_person: dict[tuple[str, str], list[Arrival]] = defaultdict(list)
        self.arrivals: list[Arrival] = []
        self.refusals: list[Refusal] = []
        #: How often each call was made, whatever came of it.
        self.calls: Counter[str] = Counter()
        self._changed = asyncio.Event()

    def next_seq(self) -> int:
        """A number greater than all before."""
        self._seq += 1
        return self._seq

    def arrive(self, **values: Any) -> Arrival:
        """Write down a message that arrived."""
        arrival = Arrival(seq=self.next_seq(), **values)
        self.arrivals.append(arrival)
        self._by_person[arrival.product, arrival.person].append(arrival)
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
        return arrival

    def refuse(self, **values: Any) -> Refusal:
        """Write down a call that was refused."""
        refusal = Refusal(seq=self.next_seq(), **values)
        self.refusals.append(refusal)
        return refusal

    @property
    def violations(self) -> list[Refusal]:
        """What a correct client never causes."""
        return [one for one in self.refusals if one.is_violation]

    def arrived(self, product: str, person: str) -> list[Arrival]:
        """What a citizen sees, in order."""
        return list(self._by_person[product, person])

    async def wait_for(
        self, product: str, person: str, count: int, seconds: float
    ) -> list[Arrival]:
        """What a citizen sees as soon as there is so much of it, or after so many real seconds."""
        try:
            async with asyncio.timeout(seconds):
                while len(self._by_person[product, person]) < count:
                    await self._changed.wait()
        except TimeoutError:
            pass
        return self.arrived(product, person)


def to_data(row: Arrival | Refusal) -> dict[str, Any]:
    """JSON-ready."""
    return asdict(row)
