"""Talk as a citizen: to a fake cloud in this process or in another."""

from __future__ import annotations

import re
from typing import Any

import httpx

from tests.fakes.zalo.control import PREFIX, Control


class RemoteControl:
    """Steers a cloud in another process. Close it when done."""

    def __init__(self, address: str) -> None:
        self._client = httpx.AsyncClient(base_url=address, timeout=60.0, trust_env=False)

    async def do(self, verb: str, **values: Any) -> Any:
        """Do what the verb says; raises for what cannot be done."""
        response = await self._client.post(PREFIX + verb, json=values)
        if response.status_code != 200:
            raise ValueError(f"{verb}: {response.text}")
        return response.json()

    async def close(self) -> None:
        """Give the connection back."""
        await self._client.aclose()


class _Citizen:
    product = ""

    def __init__(self, control: Control, person: str) -> None:
        self._control = control
        self.person = person

    async def arrived(self) -> list[dict[str, Any]]:
        """All messages they see, the oldest first."""
        return await self._control.do("arrived", product=self.product, person=self.person)

    async def wait_for(self, count: int, seconds: float = 5.0) -> list[dict[str, Any]]:
        """The same as soon as there are so many, or after so many seconds."""
        return await self._control.do(
            "wait_for", product=self.product, person=self.person, count=count, seconds=seconds
        )

    async def texts(self) -> list[str]:
        """The words of all messages they see."""
        return [text_of(one) for one in await self.arrived()]


class OaCitizen(_Citizen):
    """Somebody who talks to the Official Account."""

    product = "oa"

    async def say(self, text: str) -> str:
        """Type something."""
        return await self._control.do("oa.say", user=self.person, text=text)

    async def press(self, title: str) -> str:
        """Press the button of this title under the last message that has it."""
        for message in reversed(await self.arrived()):
            for button in buttons_of(message):
                if button["title"] == title:
                    return await self.say(button["payload"])
        raise AssertionError(f"no button {title!r}")

    async def send(self, kind: str, text: str = "") -> str:
        """Send a picture, voice, place and so on."""
        return await self._control.do("oa.media", user=self.person, kind=kind, text=text)

    async def follow(self) -> None:
        """Begin to follow."""
        await self._control.do("oa.follow", user=self.person)

    async def unfollow(self) -> None:
        """Stop following."""
        await self._control.do("oa.unfollow", user=self.person)


class BotCitizen(_Citizen):
    """Somebody who talks to the bot."""

    product = "bot"

    async def say(self, text: str) -> str:
        """Type something."""
        return await self._control.do("bot.say", chat=self.person, text=text)

    async def choose(self, label: str) -> str:
        """Type the number that stands before this label, in the last message that has it."""
        line = re.compile(rf"^\s*\[?(\d+)[.)\]] *{re.escape(label)}$", re.MULTILINE)
        for text in reversed(await self.texts()):
            if match := line.search(text):
                return await self.say(match[1])
        raise AssertionError(f"no choice {label!r}")

    async def send(self, kind: str, text: str = "") -> str:
        """Send a picture, sticker, voice, or what Zalo does not show."""
        return await self._control.do("bot.media", chat=self.person, kind=kind, text=text)

    async def block(self) -> None:
        """Want nothing more."""
        await self._control.do("bot.block", chat=self.person)


def text_of(arrival: dict[str, Any]) -> str:
    """The words of a message."""
    message = arrival["message"]
    return message.get("text") or message.get("caption") or ""


def buttons_of(arrival: dict[str, Any]) -> list[dict[str, Any]]:
    """The buttons of an OA message."""
    return arrival["message"].get("attachment", {}).get("payload", {}).get("buttons", [])
