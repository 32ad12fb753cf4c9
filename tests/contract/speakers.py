"""Citizens of each channel, at the wire: what they do, and what then stands on their screens."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import httpx

from bot.channels.telegram.deep_links import to_start_parameter
from bot.channels.zalo_oa.updates import PRESS_PREFIX
from bot.domain.tokens import TokenPair
from bot.running.live import LiveApp
from bot.settings import PROJECT_ROOT
from tests.contract.chat_service import PUBLIC_URL, ChatService, chat_service, stopped_clock
from tests.fakes.telegram_citizens import open_press
from tests.fakes.telegram_cloud import telegram_cloud
from tests.fakes.telegram_world import TelegramWorld
from tests.fakes.zalo.wire import to_json_bytes
from tests.fakes.zalo_cloud import ZaloCloud

PICTURES = PROJECT_ROOT / "knowledge" / "pictures"
Work = Callable[[], Coroutine[Any, Any, object]]


@dataclass(frozen=True)
class Shown:
    """A message on a screen."""

    words: str
    buttons: tuple[str, ...] = ()
    #: The id of the picture in it.
    picture: str = ""


class Speaker(ABC):
    """Somebody in front of a channel. Each method is one thing that they do, without waiting."""

    #: Whether choices can be pressed.
    has_buttons = True
    #: Whether a link can begin a flow.
    has_links = True
    #: How the channel calls itself to citizens, in what is kept of them; empty where nothing is.
    label = ""
    is_on_trial = False
    #: Kinds of what cannot be read, by the names in scripts.
    media: ClassVar[Mapping[str, str]] = {}

    def __init__(self, service: ChatService) -> None:
        self.service = service
        self._before: dict[object, object] = {}

    async def hears(self, *does: Work) -> list[Shown]:
        """What is new on the screen, or changed, after these were done and answered."""
        for one in does:
            await one()
        await self.arrive()
        await self.service.work()
        await self.settle()
        after = await self.screen()
        new = [one for key, one in after.items() if self._before.get(key) != one]
        self._before = dict(after)
        return new

    @abstractmethod
    async def screen(self) -> dict[object, Shown]:
        """All messages as they stand now, by what names each, oldest first."""

    @abstractmethod
    async def arrive(self) -> None:
        """Return when all that was done has been stored."""

    @abstractmethod
    async def settle(self) -> None:
        """Return when nothing more happens by itself."""

    @abstractmethod
    async def says(self, text: str) -> None:
        """Type something, whatever it is."""

    @abstractmethod
    async def presses(self, label: str) -> None:
        """Take the newest choice of this label as people do here: press it, or type its number."""

    @abstractmethod
    async def begins(self, payload: str) -> None:
        """Come by a link that stands for a button with this payload."""

    @abstractmethod
    async def sends(self, kind: str, text: str = "") -> None:
        """Send a picture, a voice, a sticker."""

    async def forges(self, payload: str) -> None:
        """Press a button that we never showed."""
        raise NotImplementedError

    async def does_the_last_again(self) -> None:
        """The vendor tells the last thing once more."""
        raise NotImplementedError

    async def blocks(self) -> None:
        """Want nothing more from us."""
        raise NotImplementedError

    async def comes_back(self) -> None:
        """Be ready to hear us again: who writes, is."""
        return

    async def violations(self) -> list[Any]:
        """What the vendor holds against us."""
        return []

    async def another(self) -> Speaker:
        """Somebody else on the same channel."""
        raise NotImplementedError


def typed_choice(shown: Sequence[Shown], label: str) -> str:
    """What to type for a choice, as its line tells: its number, or its words."""
    for one in reversed(shown):
        for line in reversed(one.words.splitlines()):
            if line == label and (own := re.match(r"\d+", label)):
                return own[0]
            if match := re.fullmatch(r"(\d+)\. (.*)", line):
                if match[2] == label or match[2].startswith(f"{label} ("):
                    return match[1]
            elif line == f"- {label}":
                return label
    raise AssertionError(f"no choice {label!r}")


class WebSpeaker(Speaker):
    """The reference: the JSON interface, which tells all as it is."""

    def __init__(self, service: ChatService) -> None:
        super().__init__(service)
        self._key = secrets.token_urlsafe(16)
        self._shown: list[Shown] = []
        self._payloads: dict[str, str] = {}

    async def screen(self) -> dict[object, Shown]:
        return dict(enumerate(self._shown))

    async def arrive(self) -> None:
        return  # it is answered at once

    async def settle(self) -> None:
        return

    async def _post(self, **body: str) -> None:
        content = to_json_bytes({"session": self._key, **body})
        headers = {"Content-Type": "application/json"}
        async with httpx.AsyncClient(base_url=self.service.address, trust_env=False) as http:
            response = await http.post("/api/messages", content=content, headers=headers)
        for reply in response.raise_for_status().json()["replies"]:
            buttons = {one["label"]: one["payload"] for one in reply["buttons"]}
            self._payloads |= buttons
            image = reply.get("image")
            picture = Path(image["path"]).stem if image else ""
            self._shown.append(Shown(reply["text"].replace("**", ""), tuple(buttons), picture))

    async def says(self, text: str) -> None:
        await self._post(text=text)

    async def presses(self, label: str) -> None:
        await self._post(press=self._payloads[label])

    async def begins(self, payload: str) -> None:
        await self._post(press=payload)

    async def forges(self, payload: str) -> None:
        await self._post(press=payload)

    async def sends(self, kind: str, text: str = "") -> None:
        raise NotImplementedError

    async def another(self) -> Speaker:
        return WebSpeaker(self.service)


class TelegramSpeaker(Speaker):
    """Telegram, by polling or by webhook."""

    label = "Telegram"
    media: ClassVar = {"image": "photo", "voice": "voice", "sticker": "sticker"}

    def __init__(self, service: ChatService, world: TelegramWorld, core: Any, person: Any) -> None:
        super().__init__(service)
        self._world = world
        self._core = core
        self._person = person

    async def screen(self) -> dict[object, Shown]:
        return {one.message_id: _of_telegram(one) for one in await self._person.sees()}

    async def arrive(self) -> None:
        async def pending() -> int:
            return (await self._world.status())["pending_updates"]

        await self._world.eventually(pending, lambda one: one == 0, what="all taken")

    async def settle(self) -> None:
        async def spinning() -> list[str]:
            return (await self._world.status())["unanswered_presses"]

        await self._world.eventually(spinning, lambda one: not one, what="no button spins")

    async def says(self, text: str) -> None:
        if text.strip() and len(text) <= 4096:
            await self._person.says(text)
            return
        # No app sends it, but whoever knows the webhook's secret might.
        await self._push("message", {"message_id": 1, "from": self._from, "text": text})

    @property
    def _from(self) -> dict[str, Any]:
        return self._core.state.people[self._person.id].to_json()

    async def _push(self, kind: str, body: dict[str, Any]) -> None:
        chat = self._core.state.chats[self._person.id]
        chat.is_known_to_bot = True
        if kind == "message":
            body = {**body, "chat": chat.to_json(), "date": 0}
        self._core.push(kind, body, self._person.id)

    async def presses(self, label: str) -> None:
        await self._person.presses(label)

    async def begins(self, payload: str) -> None:
        await self._person.starts(to_start_parameter(payload) or "")

    async def sends(self, kind: str, text: str = "") -> None:
        # A sticker has no words beside it, but stands for an emoji.
        fields = {"emoji": text or "🌸"} if kind == "sticker" else {"caption": text}
        await self._person.sends(self.media[kind], **fields)

    async def forges(self, payload: str) -> None:
        under = {"message_id": 1, "chat": self._core.state.chats[self._person.id].to_json()}
        number = open_press(self._core, self._person.id)
        body = {"id": number, "from": self._from, "message": {**under, "date": 0}, "data": payload}
        await self._push("callback_query", body)

    async def does_the_last_again(self) -> None:
        self._core.updates.push_again()

    async def blocks(self) -> None:
        await self._person.blocks()

    async def comes_back(self) -> None:
        await self._person.unblocks()

    async def violations(self) -> list[Any]:
        return await self._world.violations()

    async def another(self) -> Speaker:
        person = await self._world.citizen("Mai")
        return TelegramSpeaker(self.service, self._world, self._core, person)


def _of_telegram(seen: Any) -> Shown:
    buttons = tuple(label for row in seen.buttons for label in row)
    photo = seen.raw.get("photo")
    picture = picture_of(photo[-1]["file_id"].removeprefix("AgACAgUAAxkB")) if photo else ""
    return Shown(seen.text, buttons, picture)


@cache
def _pictures() -> dict[str, str]:
    paths = PICTURES.glob("*.png")
    return {hashlib.sha256(one.read_bytes()).hexdigest()[:40]: one.stem for one in paths}


def picture_of(digest: str) -> str:
    """The id of the picture whose bytes give this digest."""
    return _pictures()[digest]


class ZaloSpeaker(Speaker):
    """What both products of Zalo share."""

    def __init__(self, service: ChatService, cloud: ZaloCloud, person: Any) -> None:
        super().__init__(service)
        self._cloud = cloud
        self._person = person

    async def arrive(self) -> None:
        await self._cloud.settle()

    async def settle(self) -> None:
        await self._cloud.settle()

    async def says(self, text: str) -> None:
        self._cloud.clock.advance(0.01)
        await self._person.say(text)

    async def sends(self, kind: str, text: str = "") -> None:
        self._cloud.clock.advance(0.01)
        await self._person.send(self.media[kind], text)

    async def violations(self) -> list[Any]:
        return self._cloud.ledger.violations

    @contextlib.contextmanager
    def events_reversed(self) -> Iterator[None]:
        """What is done within this comes in the other way round."""
        poster = self._cloud.oa.poster if self._person.product == "oa" else self._cloud.bot.poster
        held: list[tuple[Any, ...]] = []
        post, poster.post = poster.post, lambda *event: held.append(event)  # type: ignore[method-assign]
        try:
            yield
        finally:
            poster.post = post  # type: ignore[method-assign]
            for event in reversed(held):
                post(*event)


class ZaloOaSpeaker(ZaloSpeaker):
    """Zalo OA."""

    label = "Zalo OA"
    media: ClassVar = {"image": "image", "voice": "audio", "sticker": "sticker"}

    async def screen(self) -> dict[object, Shown]:
        arrived = await self._person.arrived()
        return {one["message_id"]: self._shown(one["message"]) for one in arrived}

    def _shown(self, message: dict[str, Any]) -> Shown:
        payload = message.get("attachment", {}).get("payload", {})
        buttons = tuple(one["title"] for one in payload.get("buttons", ()))
        names = self._cloud.oa.uploads.names
        ids = [one["attachment_id"] for one in payload.get("elements", ())]
        picture = names[ids[0]].removesuffix(".png") if ids else ""
        return Shown(message.get("text", ""), buttons, picture)

    async def presses(self, label: str) -> None:
        arrived = await self._person.arrived()
        for one in reversed(arrived):
            payload = one["message"].get("attachment", {}).get("payload", {})
            for button in payload.get("buttons", ()):
                title = re.sub(r"^\d+\. ", "", button["title"])
                if title == label or (title.endswith("…") and label.startswith(title[:-1])):
                    await self.says(button["payload"])
                    return
        await self.says(typed_choice(list((await self.screen()).values()), label))

    async def begins(self, payload: str) -> None:
        # An entry of the menu of the account, or a button in an article.
        await self.says(PRESS_PREFIX + payload)

    async def forges(self, payload: str) -> None:
        await self.says(PRESS_PREFIX + payload)

    async def does_the_last_again(self) -> None:
        self._cloud.oa.poster.post_again()

    async def follows(self) -> None:
        """Begin to follow the account."""
        await self._person.follow()

    async def blocks(self) -> None:
        await self._person.unfollow()

    async def another(self) -> Speaker:
        return type(self)(self.service, self._cloud, self._cloud.oa_citizen(_new_number()))


class ZaloBotSpeaker(ZaloSpeaker):
    """Zalo Bot, by webhook or by polling."""

    label = "Zalo Bot"
    has_buttons = False
    has_links = False
    is_on_trial = True
    media: ClassVar = {"image": "image", "voice": "voice", "sticker": "sticker"}

    async def screen(self) -> dict[object, Shown]:
        arrived = await self._person.arrived()
        return {one["message_id"]: _of_zalo_bot(one["message"]) for one in arrived}

    async def arrive(self) -> None:
        updates = self._cloud.bot.updates
        if updates.hook.url:
            await self._cloud.settle()
        else:
            async with asyncio.timeout(10):
                while updates.queued_count:
                    await updates.wait_for_listener(updates.listened_count + 1)
                # Who asks again has stored what it got.
                await updates.wait_for_listener(self._taken_before + self._put_count)

    _taken_before = 0
    _put_count = 0

    async def hears(self, *does: Work) -> list[Shown]:
        updates = self._cloud.bot.updates
        if not updates.hook.url:
            async with asyncio.timeout(10):
                await updates.wait_for_listener()
        self._taken_before, self._put_count = updates.listened_count, 0
        return await super().hears(*does)

    async def says(self, text: str) -> None:
        self._put_count += 1
        await super().says(text)

    async def sends(self, kind: str, text: str = "") -> None:
        self._put_count += 1
        await super().sends(kind, text)

    async def presses(self, label: str) -> None:
        await self.says(typed_choice(list((await self.screen()).values()), label))

    async def begins(self, payload: str) -> None:
        raise NotImplementedError

    async def forges(self, payload: str) -> None:
        await self.says(payload)

    async def does_the_last_again(self) -> None:
        self._put_count += 1
        if self._cloud.bot.updates.hook.url:
            self._cloud.bot.poster.post_again()
        else:
            self._cloud.bot.updates.put_again()

    async def blocks(self) -> None:
        await self._person.block()

    async def another(self) -> Speaker:
        return type(self)(self.service, self._cloud, self._cloud.bot_citizen(secrets.token_hex(10)))


def _of_zalo_bot(message: dict[str, Any]) -> Shown:
    picture = Path(message["photo"]).stem if "photo" in message else ""
    return Shown(message.get("text") or message.get("caption") or "", (), picture)


def _new_number() -> str:
    return str(1_000_000_000_000_000_000 + secrets.randbelow(8 * 10**18))


# --- who speaks where


@contextlib.asynccontextmanager
async def web(app: LiveApp, data_dir: Path) -> AsyncIterator[Speaker]:
    async with chat_service(app, data_dir, stopped_clock()) as service:
        yield WebSpeaker(service)


@contextlib.asynccontextmanager
async def telegram(
    app: LiveApp, data_dir: Path, *, by_webhook: bool = False
) -> AsyncIterator[Speaker]:
    async with telegram_cloud() as cloud:
        settings = {
            "telegram_bot_token": cloud.token,
            "telegram_api_url": cloud.address,
            "public_url": PUBLIC_URL if by_webhook else "",
        }
        async with chat_service(app, data_dir, stopped_clock(), **settings) as service:
            await cloud.control("set_webhook_hosts", hosts={PUBLIC_URL: [service.address]})
            await service.prepare()
            world = TelegramWorld.of(cloud)
            yield TelegramSpeaker(service, world, cloud.core, await world.citizen("Lan"))


@contextlib.asynccontextmanager
async def zalo_oa(
    app: LiveApp, data_dir: Path, *, is_plain: bool = False
) -> AsyncIterator[Speaker]:
    """`is_plain`: as if buttons and pictures had turned out not to work."""
    async with ZaloCloud(clock=stopped_clock()) as cloud:
        rules = cloud.oa.rules
        rules.escapes_bodies = True
        settings = {
            "zalo_app_id": rules.app_id,
            "zalo_app_secret": rules.app_secret,
            "zalo_oa_id": rules.oa_id,
            "zalo_oa_secret_key": rules.oa_secret_key,
            "zalo_oa_api_url": cloud.address,
            "zalo_oa_oauth_url": cloud.address,
            "zalo_oa_sends_buttons": not is_plain,
            "zalo_oa_sends_pictures": not is_plain,
            "public_url": PUBLIC_URL,
        }
        async with chat_service(app, data_dir, cloud.clock, **settings) as service:
            await _grant(service, cloud)
            await service.prepare()
            webhook = cloud.oa.poster.webhook
            webhook.url, webhook.hosts = (
                f"{PUBLIC_URL}/webhook/zalo-oa",
                {PUBLIC_URL: service.address},
            )
            webhook.patience_seconds = 10.0
            yield ZaloOaSpeaker(service, cloud, cloud.oa_citizen())


async def _grant(service: ChatService, cloud: ZaloCloud) -> None:
    given, now = cloud.oa.tokens.issue(), service.parts.clock.now()
    pair = TokenPair(
        given["access_token"],
        given["refresh_token"],
        now + timedelta(hours=25),
        now + timedelta(days=90),
        version=1,
    )
    await service.parts.vault.save(f"zalo_oa:{cloud.oa.rules.oa_id}", pair)


@contextlib.asynccontextmanager
async def zalo_bot(
    app: LiveApp, data_dir: Path, *, by_webhook: bool = True
) -> AsyncIterator[Speaker]:
    async with ZaloCloud(clock=stopped_clock()) as cloud:
        settings = {
            "zalo_bot_token": cloud.bot.rules.token,
            "zalo_bot_api_url": cloud.address,
            "public_url": PUBLIC_URL if by_webhook else "",
        }
        async with chat_service(app, data_dir, cloud.clock, **settings) as service:
            webhook = cloud.bot.poster.webhook
            webhook.hosts, webhook.patience_seconds = {PUBLIC_URL: service.address}, 10.0
            await service.prepare()
            yield ZaloBotSpeaker(service, cloud, cloud.bot_citizen())


#: Every channel in every way it runs.
SPEAKERS = {
    "web": web,
    "telegram": telegram,
    "telegram-webhook": lambda app, folder: telegram(app, folder, by_webhook=True),
    "zalo-oa": zalo_oa,
    "zalo-oa-plain": lambda app, folder: zalo_oa(app, folder, is_plain=True),
    "zalo-bot": zalo_bot,
    "zalo-bot-polling": lambda app, folder: zalo_bot(app, folder, by_webhook=False),
}
