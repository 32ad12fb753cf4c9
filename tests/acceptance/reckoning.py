"""What citizens asked against what they were sent: counts of what must be none.

A citizen asks `/tra 103` and gets one message that holds "(mã 103)". Nobody asks for one code
twice, so each answer belongs to one question, and their order can be told.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import select

from bot.store.database import Database
from bot.store.tables import conversations, deliveries

_CODE = re.compile(r"\(mã (\d+)\)")
#: Statuses with which a delivery is not sent, and staff can see why.
_RECORDED = frozenset({"doubtful", "rejected", "unreachable", "expired"})


@dataclass(frozen=True)
class Ask:
    """A question with the moment in the life of the bot in which it was asked."""

    chat: str
    code: int
    stage: str


@dataclass
class Tally:
    """What became of questions."""

    asked: int = 0
    answered: int = 0
    #: Neither answered nor recorded as anything but sent.
    lost: int = 0
    #: Answered twice or more.
    doubled: int = 0
    #: Answered after a question that the same citizen asked later.
    out_of_order: int = 0
    #: Recorded as doubtful.
    doubtful: int = 0
    #: Of these, those that the citizen did get.
    doubtful_arrived: int = 0
    #: The turn was taken twice: two deliveries of one answer.
    promised_twice: int = 0
    #: Rejected, unreachable or expired.
    refused: int = 0

    def wrongs(self) -> dict[str, int]:
        """The counts that must be none, where they are not."""
        names = ("lost", "doubled", "out_of_order", "promised_twice", "refused")
        return {name: count for name in names if (count := getattr(self, name))}

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


async def promised(database: Database) -> dict[tuple[str, int], list[str]]:
    """The statuses of the deliveries of each answer, by chat and code."""
    query = (
        select(conversations.c.chat, deliveries.c.status, deliveries.c.data)
        .join(conversations, conversations.c.id == deliveries.c.conversation)
        .order_by(deliveries.c.id)
    )
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    async with database.reading() as connection:
        for chat, status, data in await connection.execute(query):
            for code in codes_in(data["params"]):
                found[chat, code].append(status)
    return found


def codes_in(params: Mapping[str, Any]) -> list[int]:
    """The codes of the answer that a message carries."""
    text = params.get("text") or params.get("message", {}).get("text") or ""
    return [int(one) for one in _CODE.findall(text)]


def reckon(
    asks: Sequence[Ask],
    seen: Mapping[str, Sequence[int]],
    promises: Mapping[tuple[str, int], Sequence[str]],
) -> dict[str, Tally]:
    """Tallies by stage. `seen` are the codes of the answers in each chat, as they arrived."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    places = {(one.chat, one.code): place for place, one in enumerate(asks)}
    for one in asks:
        tally = tallies[one.stage]
        count = Counter(seen.get(one.chat, ()))[one.code]
        statuses = promises.get((one.chat, one.code), ())
        tally.asked += 1
        tally.answered += count > 0
        tally.doubled += count > 1
        tally.promised_twice += len(statuses) > 1
        tally.doubtful += "doubtful" in statuses
        tally.doubtful_arrived += "doubtful" in statuses and count > 0
        tally.refused += bool(_RECORDED.intersection(statuses) - {"doubtful"})
        tally.lost += count == 0 and not _RECORDED.intersection(statuses)
    for chat, codes in seen.items():
        latest = -1
        for code in dict.fromkeys(codes):
            place = places[chat, code]
            tallies[asks[place].stage].out_of_order += place < latest
            latest = max(latest, place)
    return tallies
