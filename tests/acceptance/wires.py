"""The vendors' clouds as crash tests need them: citizens, what they were sent, and waiting.

Each cloud is a process of its own, which lives on when the bot dies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

from tests.acceptance.reckoning import codes_in
from tests.fakes.process import cloud_beside
from tests.fakes.telegram_world import TelegramWorld, telegram_process
from tests.fakes.zalo.bot_rules import BotRules
from tests.fakes.zalo.citizens import RemoteControl
from tests.fakes.zalo.oa_rules import OaRules
from tests.fakes.zalo.process import CLOUD

#: What the bot is known by on the Internet.
PUBLIC_URL = "https://bot.example"
_SENT = frozenset({"sendMessage", "sendPhoto"})


class Wire(Protocol):
    """One vendor, as its citizens see it."""

    #: What a bot must be told of it, by the names of environment variables.
    settings: dict[str, str]

    async def new_citizen(self) -> str:
        """Somebody who has never written before: their chat."""
        ...

    async def says(self, chat: str, text: str) -> None:
        """They write."""
        ...

    async def seen(self) -> Mapping[str, Sequence[int]]:
        """By chat, the codes of the answers there, in the order in which they arrived."""
        ...

    async def waiting_count(self) -> int:
        """Updates that the bot has not taken yet."""
        ...

    async def violations(self) -> Sequence[object]:
        """What no careful bot does."""
        ...

    async def look_again(self, seconds: float) -> None:
        """Return when something may have changed, after so long at most."""
        ...


class TelegramWire:
    """Telegram, polled for updates until there is a webhook."""

    def __init__(self, world: TelegramWorld) -> None:
        self.world = world
        self.settings = {
            "TELEGRAM_BOT_TOKEN": world.token,
            "TROLY06_TELEGRAM_API_URL": world.address,
            "TROLY06_TELEGRAM_SENDS_PER_SECOND": "100",
        }
        self._revision = -1

    async def open_webhook(self, *ports: int) -> None:
        """Bring updates to these ports by turns; where nobody is, try again twenty times as soon
        as Telegram does.
        """
        self.settings["TROLY06_PUBLIC_URL"] = PUBLIC_URL
        addresses = [f"http://127.0.0.1:{port}" for port in ports]
        await self.world.control("set_webhook_hosts", hosts={PUBLIC_URL: addresses})
        await self.world.control("set_webhook_pace", time_factor=20.0)

    async def new_citizen(self) -> str:
        """Their chat has their own number."""
        return str((await self.world.citizen("Công dân")).id)

    async def says(self, chat: str, text: str) -> None:
        """Write in private."""
        await self.world.control("says", person_id=int(chat), text=text)

    async def seen(self) -> Mapping[str, Sequence[int]]:
        """Messages that were sent; what was changed in place has no codes."""
        found: dict[str, list[int]] = defaultdict(list)
        for row in (await self.world.control("ledger"))["rows"]:
            if row["method"] in _SENT and row["status"] == 200:
                found[row["chat_id"]] += codes_in(row["parameters"])
        return found

    async def waiting_count(self) -> int:
        """Updates that were neither confirmed nor brought."""
        return int((await self.world.status())["pending_updates"])

    async def violations(self) -> Sequence[object]:
        """All of them."""
        return await self.world.violations()

    async def look_again(self, seconds: float) -> None:
        """Wait for the next change of the cloud."""
        self._revision = await self.world.control(
            "wait", revision=self._revision, timeout_seconds=seconds
        )


class _ZaloWire:
    """One product of Zalo; what cannot be posted to the webhook is posted again soon."""

    #: As the fake cloud calls it; who writes to it.
    _product, _who = "", ""

    def __init__(self, address: str, settings: Mapping[str, str]) -> None:
        self.control = RemoteControl(address)
        self.settings = dict(settings)
        self._citizens: list[str] = []

    async def _post_to(self, port: int, **more: Any) -> None:
        """Bring events to this port; again every half second where that fails."""
        await self.control.do(
            "webhook",
            product=self._product,
            hosts={PUBLIC_URL: f"http://127.0.0.1:{port}"},
            retry_pauses=[0.5] * 400,
            is_switched_off_after_failure=False,
            **more,
        )

    async def says(self, chat: str, text: str) -> None:
        """Write to it."""
        await self.control.do(f"{self._product}.say", **{self._who: chat}, text=text)

    async def seen(self) -> Mapping[str, Sequence[int]]:
        """All messages."""
        return {
            one: [code for row in await self._arrived(one) for code in codes_in(row["message"])]
            for one in self._citizens
        }

    async def _arrived(self, chat: str) -> list[dict[str, Any]]:
        return list(await self.control.do("arrived", product=self._product, person=chat))

    async def waiting_count(self) -> int:
        """Events that are being posted, receipts among them, or that nobody has asked for."""
        return int((await self.control.do("state"))[self._product]["events_waiting"])

    async def violations(self) -> Sequence[object]:
        """All of them."""
        return list((await self.control.do("state"))["violations"])

    async def look_again(self, seconds: float) -> None:
        """Wait for more than will ever come to nobody."""
        values = {"product": self._product, "person": "0", "count": 1, "seconds": seconds}
        await self.control.do("wait_for", **values)


class ZaloOaWire(_ZaloWire):
    """A Zalo Official Account."""

    _product, _who = "oa", "user"

    def __init__(self, address: str, port: int) -> None:
        """`port` is where the bot will listen."""
        rules = OaRules()
        settings = {
            "ZALO_APP_ID": rules.app_id,
            "ZALO_APP_SECRET": rules.app_secret,
            "ZALO_OA_ID": rules.oa_id,
            "ZALO_OA_SECRET_KEY": rules.oa_secret_key,
            "TROLY06_PUBLIC_URL": PUBLIC_URL,
            "TROLY06_ZALO_OA_API_URL": address,
            "TROLY06_ZALO_OA_OAUTH_URL": address,
        }
        super().__init__(address, settings)
        self._port = port

    async def open_webhook(self) -> None:
        """What a person does in the console."""
        await self._post_to(self._port, url=f"{PUBLIC_URL}/webhook/zalo-oa")

    async def new_citizen(self) -> str:
        """An id as Zalo makes them."""
        self._citizens.append(str(2_512_523_625_412_515_001 + len(self._citizens)))
        return self._citizens[-1]


class ZaloBotWire(_ZaloWire):
    """A bot of the Zalo Bot Platform, asked for events until there is a webhook. That Zalo posts
    again what it could not post is an assumption: it has published nothing about that.
    """

    _product, _who = "bot", "chat"

    def __init__(self, address: str) -> None:
        settings = {"ZALO_BOT_TOKEN": BotRules().token, "TROLY06_ZALO_BOT_API_URL": address}
        super().__init__(address, settings)

    async def open_webhook(self, port: int) -> None:
        """The bot tells Zalo the address itself."""
        self.settings["TROLY06_PUBLIC_URL"] = PUBLIC_URL
        await self._post_to(port)

    async def new_citizen(self) -> str:
        """An id as Zalo makes them."""
        self._citizens.append(f"{len(self._citizens) + 1:020x}")
        return self._citizens[-1]


@asynccontextmanager
async def telegram_wire() -> AsyncIterator[TelegramWire]:
    """Telegram, with a bot that nobody runs yet."""
    async with telegram_process() as world:
        yield TelegramWire(world)


@asynccontextmanager
async def zalo_oa_wire(port: int) -> AsyncIterator[ZaloOaWire]:
    """Zalo, with an account that has granted nothing yet."""
    async with cloud_beside(CLOUD) as told:
        wire = ZaloOaWire(told["address"], port)
        try:
            yield wire
        finally:
            await wire.control.close()


@asynccontextmanager
async def zalo_bot_wire() -> AsyncIterator[ZaloBotWire]:
    """Zalo, with a bot that nobody runs yet."""
    async with cloud_beside(CLOUD) as told:
        wire = ZaloBotWire(told["address"])
        try:
            yield wire
        finally:
            await wire.control.close()
