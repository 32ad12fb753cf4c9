"""How long a team member waits for what they look up: inline while typing, and by `/tra`.

An inline query is answered in the body of the webhook's response; it is timed from the request to
that body. `/tra` is stored, answered and sent; it is timed from the request to the arrival of the
message at the fake Telegram. Nothing goes further than this machine. What is looked up are the
team's questions of the test set.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from benchmarks.channel_bot import RunningBot, Setup, running_bot
from benchmarks.channel_citizens import Chat, Citizens
from benchmarks.channel_cloud import CloudProcess, cloud_process
from benchmarks.channel_figures import measuring, milliseconds
from benchmarks.channel_ledger import SENDS
from benchmarks.channel_load import HEADERS, Load, loading
from benchmarks.channel_runs import acquainted
from bot.domain.catalog import Catalog
from bot.domain.payloads import TOPIC, parse_payload
from bot.retrieval.evaluation import load_questions
from bot.settings import PROJECT_ROOT

_AT_A_TIME = (1, 8)
_WARM_UP_SECONDS = 5.0
#: They take turns, since a chat gets one message a second at most, however fast it asks.
_CHATS = 200
#: Above the numbers of all other updates.
_FIRST_UPDATE_ID = 1_900_000_001

#: Looks something up for somebody: how many were found, and the seconds that it took.
LookUp = Callable[[Chat], Awaitable[tuple[int, float]]]


@dataclass
class TeamMembers(Citizens):
    """People who do nothing but look things up."""

    _wanted: Iterator[str] = field(init=False)
    _query_ids: Iterator[int] = field(default_factory=lambda: itertools.count(_FIRST_UPDATE_ID))

    def __post_init__(self) -> None:
        super().__post_init__()
        found = load_questions(PROJECT_ROOT / "evaluation" / "test.jsonl")
        self._wanted = itertools.cycle([one.text for one in found if one.style == "team"])

    def next_update(self, chat: Chat) -> tuple[str, dict[str, Any]]:
        """A message with the command."""
        return "look-up", self._says(chat, {"text": f"/tra {next(self._wanted)}"})

    def next_query(self, chat: Chat) -> dict[str, Any]:
        """A query in some other chat."""
        number = next(self._query_ids)
        person = {"id": chat.id, "is_bot": False, "first_name": f"Tổ viên {chat.id}"}
        query = {"id": str(number), "from": person, "query": next(self._wanted), "offset": ""}
        return {"update_id": number, "inline_query": query}


def measure_look_up(setup: Setup, catalog: Catalog, seconds: float) -> Iterable[dict[str, Any]]:
    """Inline and by command, by one person and by eight at a time."""
    members = TeamMembers(catalog)
    with cloud_process() as cloud, running_bot(setup, cloud) as bot:
        for at_a_time in _AT_A_TIME:
            for name, way in (("inline", _inline), ("/tra", _by_command)):
                found = asyncio.run(_measure(bot, cloud, members, way, at_a_time, seconds))
                yield {"run": f"lookup {name}, {at_a_time} at a time", "setup": setup.name, **found}


async def _measure(  # noqa: PLR0913, PLR0917 - what there is to vary
    bot: RunningBot,
    cloud: CloudProcess,
    members: TeamMembers,
    way: Callable[[Load, TeamMembers], LookUp],
    at_a_time: int,
    seconds: float,
) -> dict[str, Any]:
    took: list[tuple[float, int, float]] = []
    async with loading(bot, cloud, members) as load:
        chats = await acquainted(load, _CHATS)
        async with _looking_up(chats, way(load, members), at_a_time, took):
            await asyncio.sleep(_WARM_UP_SECONDS)
            async with measuring(bot, cloud) as measured:
                await asyncio.sleep(seconds)
    times = [one for ended, _, one in took if measured.holds(ended)]
    return {
        "answered_a_second": round(len(times) / measured.seconds, 1),
        "ms": milliseconds(times),
        "nothing_found": sum(measured.holds(ended) and not count for ended, count, _ in took),
        "cores": measured.cores,
    }


@asynccontextmanager
async def _looking_up(
    chats: Iterable[Chat],
    look_up: LookUp,
    at_a_time: int,
    took: list[tuple[float, int, float]],
) -> AsyncIterator[None]:
    """One thing after the other; notes when it was found, how much, how long it took."""
    resting, ending = deque(chats), asyncio.Event()

    async def go_on() -> None:
        while not ending.is_set():
            chat = resting.popleft()  # who has rested longest
            count, seconds = await look_up(chat)
            resting.append(chat)
            took.append((time.monotonic(), count, seconds))

    tasks = [asyncio.create_task(go_on()) for _ in range(at_a_time)]
    try:
        yield
    finally:
        ending.set()
        await asyncio.gather(*tasks)


def _inline(load: Load, members: TeamMembers) -> LookUp:
    async def look_up(chat: Chat) -> tuple[int, float]:
        began = time.monotonic()
        update = members.next_query(chat)
        async with load.http.post(load.urls[0], json=update, headers=HEADERS) as answer:
            answer.raise_for_status()
            call = await answer.json()
        seconds = time.monotonic() - began
        assert call["inline_query_id"] == update["inline_query"]["id"]
        return len(call["results"]), seconds

    return look_up


def _by_command(load: Load, _: TeamMembers) -> LookUp:
    async def look_up(chat: Chat) -> tuple[int, float]:
        before = len(load.arrivals)
        sent = await load.say(chat)
        assert await load.hear(chat), "no answer"
        new = (one for one in load.arrivals[before:] if one.chat == chat.id)
        arrival = next(one for one in new if one.method in SENDS)
        count = sum(parse_payload(one)[0] == TOPIC for one in chat.buttons[1])
        return count, arrival.at - sent.posted_at

    return look_up
