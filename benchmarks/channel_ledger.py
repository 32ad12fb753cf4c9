"""What became of every update: the database and the wire, held against each other.

An update's deliveries are those of its conversation that were promised while its turn was taken
(between the end of the turn before and its own end). A delivery's call at the cloud is found by the
number of the message.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from sqlalchemy import Row, select

from benchmarks.channel_load import Arrival, Sent
from bot.store.database import Database
from bot.store.tables import conversations, deliveries, inbox

SENDS = frozenset({"sendMessage", "sendPhoto"})
EDIT = "editMessageText"


@dataclass
class Books:
    """What the database says in the end."""

    updates: list[Row[Any]]
    deliveries: list[Row[Any]]
    chats: Mapping[str, int]


@dataclass
class Fate:
    """One update and the moments at which its answers arrived."""

    sent: Sent
    arrived_at: list[float] = field(default_factory=list)
    is_answered: bool = False


@dataclass
class Verdict:
    """All updates, and what must not happen."""

    fates: list[Fate]
    counts: Counter[str]


async def read_books(url: str) -> Books:
    """Read everything; for when the bot is done."""
    database = Database(url)
    try:
        async with database.reading() as connection:
            taken = await connection.execute(select(inbox).order_by(inbox.c.position))
            promised = await connection.execute(select(deliveries).order_by(deliveries.c.id))
            who = await connection.execute(select(conversations.c.id, conversations.c.chat))
            return Books(
                list(taken.all()), list(promised.all()), {row.id: int(row.chat) for row in who}
            )
    finally:
        await database.close()


def settle(books: Books, sent: Iterable[Sent], arrivals: Sequence[Arrival]) -> Verdict:
    """Hold what was said, what was promised and what arrived against each other."""
    counts: Counter[str] = Counter()
    at_cloud = _Calls(arrivals)
    arrived = {row.id: at_cloud.take(row, books.chats) for row in books.deliveries}
    of_update = _deliveries_of_updates(books)
    taken = {row.update_id: row for row in books.updates}
    fates, pressed_before = [], dict[int, str]()
    for one in sorted(sent, key=lambda one: one.update_id):
        row, promised = taken.get(str(one.update_id)), of_update.get(str(one.update_id), [])
        # The bot answers a double tap once, and never leaves anything else without an answer.
        if row and not promised and one.press and one.press == pressed_before.get(one.chat):
            counts["tapped twice"] += 1
            continue
        pressed_before[one.chat] = one.press
        fates.append(_fate(one, row, promised, arrived, counts))
    doubtful = sum(row.status == "doubtful" for row in books.deliveries)
    counts["doubtful"] = doubtful
    counts["deliveries"] = len(books.deliveries)
    counts["doubled"] = max(at_cloud.sends_left() - doubtful, 0)
    counts["edits refused or repeated"] = at_cloud.edits_left()
    counts["out of order"] = _out_of_order(books, arrived)
    for row in books.deliveries:
        counts[f"delivery {row.status}"] += 1
    return Verdict(fates, counts)


def _fate(
    sent: Sent,
    row: Row[Any] | None,
    promised: Sequence[Row[Any]],
    arrived: Mapping[int, float | None],
    counts: Counter[str],
) -> Fate:
    moments = [at for at in (arrived[one.id] for one in promised) if at is not None]
    fate = Fate(sent, moments)
    if not sent.accepted_at:
        counts["not accepted"] += 1
    elif row is None:
        counts["lost: not stored"] += 1
    elif row.state != "done":
        counts[f"lost: {row.state}"] += 1
    elif not promised:
        counts["lost: no answer promised"] += 1
    elif any(one.status in {"pending", "sending"} for one in promised):
        counts["lost: not sent yet"] += 1
    elif len(moments) < len(promised):
        counts["in doubt or refused"] += 1
    else:
        fate.is_answered = True
        counts["answered"] += 1
    return fate


class _Calls:
    """Calls that arrived, each given to one delivery."""

    def __init__(self, arrivals: Sequence[Arrival]) -> None:
        well = [one for one in arrivals if one.status == 200]
        self._sends = {(one.chat, one.message_id): one for one in well if one.method in SENDS}
        self._edits: dict[tuple[int, int], deque[Arrival]] = defaultdict(deque)
        for one in arrivals:
            if one.method == EDIT:
                self._edits[one.chat, one.message_id].append(one)

    def take(self, row: Row[Any], chats: Mapping[str, int]) -> float | None:
        """When the call of a delivery arrived; None when it has none."""
        if not row.message_id:
            return None
        key = (chats[row.conversation], int(row.message_id))
        # An edit of a message that cannot be edited (a picture) becomes a new message.
        if str(row.data["params"].get("message_id", "")) == row.message_id:
            return self._edits[key].popleft().at if self._edits[key] else None
        found = self._sends.pop(key, None)
        return found.at if found else None

    def sends_left(self) -> int:
        """Messages that no delivery knows of."""
        return len(self._sends)

    def edits_left(self) -> int:
        """Edits that were refused or repeated; that changes nothing."""
        return sum(map(len, self._edits.values()))


def _deliveries_of_updates(books: Books) -> dict[str, list[Row[Any]]]:
    promised: dict[str, deque[Row[Any]]] = defaultdict(deque)
    for row in books.deliveries:
        promised[row.conversation].append(row)
    found = {}
    for row in books.updates:
        waiting, mine = promised[row.conversation], []
        while row.done_at and waiting and waiting[0].created_at <= row.done_at:
            mine.append(waiting.popleft())
        found[row.update_id] = mine
    return found


def _out_of_order(books: Books, arrived: Mapping[int, float | None]) -> int:
    """Neighbours in a conversation that arrived, or whose turns were taken, the wrong way round."""
    moments: dict[str, list[float]] = defaultdict(list)
    for row in books.deliveries:
        if (at := arrived[row.id]) is not None:
            moments[row.conversation].append(at)
    ends: dict[str, list[float]] = defaultdict(list)
    for row in books.updates:
        if row.done_at:
            ends[row.conversation].append(row.done_at.timestamp())
    every = [*moments.values(), *ends.values()]
    return sum(first > second for one in every for first, second in pairwise(one))
