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


class ZaloOaWire:
    """A Zalo Official Account; what cannot be posted to the webhook is posted again soon."""

    def __init__(self, address: str, port: int) -> None:
        """`port` is where the bot will listen."""
        rules = OaRules()
        self.control = RemoteControl(address)
        self.address = address
        self.bot_address = f"http://127.0.0.1:{port}"
        self.settings = {
            "ZALO_APP_ID": rules.app_id,
            "ZALO_APP_SECRET": rules.app_secret,
            "ZALO_OA_ID": rules.oa_id,
            "ZALO_OA_SECRET_KEY": rules.oa_secret_key,
            "TROLY06_PUBLIC_URL": PUBLIC_URL,
            "TROLY06_ZALO_OA_API_URL": address,
            "TROLY06_ZALO_OA_OAUTH_URL": address,
        }
        self._citizens: list[str] = []

    async def open_webhook(self) -> None:
        """What a person does in the console, but that Zalo tries again every half second."""
        await self.control.do(
            "webhook",
            product="oa",
            url=f"{PUBLIC_URL}/webhook/zalo-oa",
            hosts={PUBLIC_URL: self.bot_address},
            retry_pauses=[0.5] * 400,
            is_switched_off_after_failure=False,
        )

    async def new_citizen(self) -> str:
        """An id as Zalo makes them."""
        self._citizens.append(str(2_512_523_625_412_515_001 + len(self._citizens)))
        return self._citizens[-1]

    async def says(self, chat: str, text: str) -> None:
        """Write to the account."""
        await self.control.do("oa.say", user=chat, text=text)

    async def seen(self) -> Mapping[str, Sequence[int]]:
        """Consultation messages."""
        return {
            one: [code for row in await self._arrived(one) for code in codes_in(row["message"])]
            for one in self._citizens
        }

    async def _arrived(self, chat: str) -> list[dict[str, Any]]:
        return list(await self.control.do("arrived", product="oa", person=chat))

    async def waiting_count(self) -> int:
        """Events that are being posted, receipts among them."""
        return int((await self.control.do("state"))["oa"]["events_waiting"])

    async def violations(self) -> Sequence[object]:
        """All of them."""
        return list((await self.control.do("state"))["violations"])

    async def look_again(self, seconds: float) -> None:
        """Wait for more than will ever come to nobody."""
        await self.control.do("wait_for", product="oa", person="0", count=1, seconds=seconds)


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
