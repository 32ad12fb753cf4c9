"""Citizens for tests: they write, press and see, through the fake cloud's control API.

A `TelegramWorld` works over a cloud in the same loop or in another process. Nothing here sleeps:
waiting is asking the cloud to answer at its next change, until a condition holds or time is up.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from tests.fakes.process import cloud, cloud_beside
from tests.fakes.telegram_cloud import TelegramCloud
from tests.fakes.telegram_errors import JsonObject
from tests.fakes.telegram_faults import Fault

DEADLINE_SECONDS = 10.0
_CLOUD = "tests.fakes.telegram_cloud"

Control = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class SeenMessage:
    """A message as it stands on the citizen's screen."""

    message_id: int
    text: str
    buttons: tuple[tuple[str, ...], ...]
    is_from_bot: bool
    is_edited: bool
    raw: JsonObject

    @classmethod
    def from_json(cls, raw: JsonObject) -> SeenMessage:
        """Of the control API's `shown`."""
        markup = raw.get("reply_markup") or {}
        rows = [*markup.get("inline_keyboard", []), *markup.get("keyboard", [])]
        return cls(
            raw["message_id"],
            raw.get("text") or raw.get("caption") or "",
            tuple(
                tuple(one["text"] if isinstance(one, dict) else one for one in row) for row in rows
            ),
            raw["is_from_bot"],
            "edit_date" in raw,
            raw,
        )


class TelegramWorld:
    """The fake cloud as a test sees it."""

    def __init__(self, control: Control, address: str, token: str) -> None:
        self.control = control
        self.address = address
        self.token = token

    @classmethod
    def of(cls, cloud: TelegramCloud) -> TelegramWorld:
        """Around a cloud in this process."""
        return cls(cloud.control, cloud.address, cloud.token)

    @property
    def base_url(self) -> str:
        """What python-telegram-bot takes as `base_url` (it adds token and method)."""
        return f"{self.address}/bot"

    async def citizen(self, name: str, *, is_known: bool = False, **details: Any) -> Citizen:
        """A person; one who is known wrote to the bot before."""
        given = {"names": [name], "is_known": is_known, **details}
        return Citizen(self, name, (await self.control("add_people", **given))[0])

    async def group(self, title: str, *members: Citizen, is_supergroup: bool = False) -> int:
        """A group with the bot in it; its id."""
        ids = [one.id for one in members]
        given = {"title": title, "members": ids, "is_supergroup": is_supergroup}
        return int(await self.control("add_group", **given))

    async def script(self, *faults: Fault) -> None:
        """Let the next calls meet faults."""
        await self.control("add_faults", faults=[one.to_json() for one in faults])

    async def status(self) -> JsonObject:
        """Counters, violations and what is left over."""
        return dict(await self.control("status"))

    async def violations(self) -> list[JsonObject]:
        """What no careful bot does; a test wants none."""
        return list((await self.status())["violations"])

    async def arrived(
        self, chat_id: int | None = None, method: str | None = None
    ) -> list[JsonObject]:
        """The calls that arrived, in order."""
        found = await self.control("ledger", chat_id=chat_id, method=method)
        return list(found["rows"])

    async def eventually(
        self,
        look: Callable[[], Awaitable[Any]],
        holds: Callable[[Any], object] = bool,
        *,
        what: str = "the condition",
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> Any:
        """What `look` finds once `holds` is true of it.

        Raises:
            AssertionError: time is up; says what was found last.
        """
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + deadline_seconds
        while True:
            revision = await self.control("wait", revision=-1, timeout_seconds=0.0)
            found = await look()
            if holds(found):
                return found
            left = ends_at - loop.time()
            if left <= 0:
                raise AssertionError(f"{what} not within {deadline_seconds} s; found {found!r}")
            await self.control("wait", revision=revision, timeout_seconds=left)


class Citizen:
    """A person in front of their Telegram app; in groups, name the chat."""

    def __init__(self, world: TelegramWorld, name: str, person_id: int) -> None:
        self.world = world
        self.name = name
        self.id = person_id

    async def says(self, text: str, *, chat_id: int | None = None, reply_to: int = 0) -> int:
        """Write; the id of the message."""
        return int(await self._do("says", text=text, chat_id=chat_id, reply_to=reply_to))

    async def starts(self, payload: str = "") -> int:
        """Press Start, by a link with a payload perhaps."""
        return int(await self._do("starts", payload=payload))

    async def sends(self, kind: str, *, chat_id: int | None = None, **fields: Any) -> int:
        """Send a photo, a voice message, a sticker, a document or a location."""
        return int(await self._do("sends", kind=kind, chat_id=chat_id, **fields))

    async def edits(self, message_id: int, text: str) -> int:
        """Change what was written."""
        return int(await self._do("edits", message_id=message_id, text=text))

    async def presses(
        self, label: str, *, chat_id: int | None = None, message_id: int | None = None
    ) -> JsonObject:
        """Press the newest button of this label."""
        given = {"label": label, "chat_id": chat_id, "message_id": message_id}
        return dict(await self._do("presses", **given))

    async def asks_inline(self, query: str) -> str:
        """Ask in inline mode; the id of the query."""
        return str(await self._do("asks_inline", query=query))

    async def blocks(self) -> None:
        """Stop the bot."""
        await self._do("blocks")

    async def unblocks(self) -> None:
        """Let the bot write again."""
        await self._do("unblocks")

    async def sees(self, *, chat_id: int | None = None) -> list[SeenMessage]:
        """What the bot shows in the chat now, oldest first."""
        found = await self.world.control("shown", chat_id=chat_id or self.id)
        seen = [SeenMessage.from_json(one) for one in found["messages"]]
        return [one for one in seen if one.is_from_bot]

    async def waits_for(
        self,
        text: str,
        *,
        chat_id: int | None = None,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> SeenMessage:
        """The newest message of the bot that holds this text, as soon as it is shown.

        Raises:
            AssertionError: time is up.
        """

        async def look() -> list[SeenMessage]:
            return await self.sees(chat_id=chat_id)

        def holding(messages: Iterable[SeenMessage]) -> list[SeenMessage]:
            return [one for one in messages if text in one.text]

        found = await self.world.eventually(
            look, holding, what=f"a message with {text!r}", deadline_seconds=deadline_seconds
        )
        return holding(found)[-1]

    async def waits_for_answer(self, query_id: str) -> JsonObject:
        """What the bot answers to a press or an inline query, as soon as it does."""

        async def look() -> Any:
            return (await self.world.control("answer_of", query_id=query_id))["answer"]

        found = await self.world.eventually(look, lambda one: one is not None, what="an answer")
        return dict(found)

    async def _do(self, operation: str, **arguments: Any) -> Any:
        return await self.world.control(operation, person_id=self.id, **arguments)


@contextlib.asynccontextmanager
async def telegram_process(*arguments: str) -> AsyncIterator[TelegramWorld]:
    """A fake cloud in a process of its own, started from the root of the project."""
    async with (
        cloud_beside(_CLOUD, *arguments) as told,
        httpx.AsyncClient(base_url=told["address"], timeout=60) as client,
    ):
        yield TelegramWorld(_over_http(client), told["address"], told["token"])


@contextlib.contextmanager
def telegram_server(*arguments: str) -> Iterator[tuple[str, str]]:
    """The same for fixtures without an event loop: address and token."""
    with cloud(_CLOUD, *arguments) as told:
        yield told["address"], told["token"]


@contextlib.asynccontextmanager
async def telegram_at(address: str, token: str) -> AsyncIterator[TelegramWorld]:
    """The world of a fake cloud that runs already."""
    async with httpx.AsyncClient(base_url=address, timeout=60, trust_env=False) as client:
        yield TelegramWorld(_over_http(client), address, token)


def _over_http(client: httpx.AsyncClient) -> Control:
    async def control(operation: str, **arguments: Any) -> Any:
        answer = await client.post(f"/control/{operation}", json=arguments)
        if answer.status_code != 200:
            raise ValueError(answer.json()["error"])
        return answer.json()["result"]

    return control
