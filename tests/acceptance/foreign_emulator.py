"""Our Telegram channel on Telemelya, a Telegram emulator that nobody here wrote (PyPI, 0.2.2).

Telemelya brings updates to a webhook without a secret and has no `getUpdates`; our poller is given
what it brought. Everything else that our client calls goes to it as it is.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from threading import Timer
from typing import Any

import httpx
from aiohttp import web

from bot.app import App
from bot.channels.telegram.client import TelegramClient, TelegramSettings
from bot.channels.telegram.composing import TelegramComposer
from bot.channels.telegram.identity import BotIdentity
from bot.channels.telegram.incoming import TelegramInbox
from bot.channels.telegram.inline import InlineLookup
from bot.channels.telegram.polling import TelegramPoller
from bot.channels.telegram.updates import ALLOWED_UPDATES
from bot.domain.clock import vietnam_day
from bot.domain.deliveries import Delivery, Lane, Message
from bot.domain.intake import Occasion, Upload
from bot.domain.people import ConversationId
from bot.domain.pictures import PICTURES_FOLDER
from bot.domain.session import Session
from bot.domain.updates import Update
from bot.settings import PROJECT_ROOT

#: Where `make emulator` installs it.
PYTHON = PROJECT_ROOT / ".venv-telemelya/bin/python"
CITIZEN = 700_000_001
NOW = datetime(2026, 11, 21, 5, tzinfo=UTC)
_LAUNCHER = PROJECT_ROOT / "tests/fakes/telemelya_launcher.py"
_TOKEN = "1000000001:AAFakeTokenOfTheForeignEmulator00"
_SECONDS_TO_START = 60


class Noon:
    """A clock that stands."""

    def now(self) -> datetime:
        return NOW


class Shelf:
    """Remembers uploads."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Upload] = {}

    async def find_upload(self, channel, picture, content_hash):
        return self.kept.get((picture, content_hash))

    async def save_upload(self, channel, picture, content_hash, upload):
        self.kept[picture, content_hash] = upload


class Relay(httpx.AsyncBaseTransport):
    """The wire to the emulator, which hands out what the emulator brought to its webhook."""

    def __init__(self) -> None:
        self.brought: list[dict[str, Any]] = []
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/getUpdates"):
            return await self._inner.handle_async_request(request)
        brought, self.brought = self.brought, []
        return httpx.Response(200, json={"ok": True, "result": brought})

    async def aclose(self) -> None:
        await self._inner.aclose()


class Emulator:
    """What a citizen does there, and what it read of our calls."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def does(self, what: str, **fields: Any) -> dict[str, Any]:
        """Let a citizen act; the bot's webhook has the update by then."""
        path, bot = f"/api/v1/test/{what}", {"bot_token": _TOKEN}
        answer = await self._http.post(path, params=bot, json={"chat_id": CITIZEN, **fields})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def recorded(self, *methods: str) -> list[dict[str, Any]]:
        """The calls of these methods, in order."""
        calls = (await self._http.get("/api/v1/test/responses")).json()["responses"]
        return [one for one in calls if one["method"] in methods]

    async def eventually(self, method: str, at_least: int = 1) -> dict[str, Any]:
        """The latest call of a method that our poller makes beside its polling."""
        for _ in range(1000):  # each look asks another process, which takes its time
            if len(calls := await self.recorded(method)) >= at_least:
                return calls[-1]
        raise AssertionError(f"{method} was not called")


class OurBot:
    """Poller, engine, composer and client, as they run; sessions and outbox alone are missing."""

    def __init__(self, app: App, client: TelegramClient, identity: BotIdentity) -> None:
        self.client = client
        self.identity = identity
        self.inline = InlineLookup(app.lookup, app, Noon(), identity.username)
        self._app = app
        self._composer = TelegramComposer(app.catalog, identity.username)
        self._poller = TelegramPoller(client, TelegramInbox(self, identity), self.inline)
        self.forget()
        self._heard: list[Update] = []
        self._numbers = count(1)

    def forget(self) -> None:
        """Who writes next is somebody new."""
        self._session = Session("foreign")
        self._last_message = ""

    async def accept(self, updates: Sequence[Update]) -> None:
        """As the inbox stores them."""
        self._heard += updates

    async def poll(self) -> list[Update]:
        """What our parser made of what came."""
        self._heard = []
        await self._poller.poll_once()
        return self._heard

    async def answer(self) -> list[Message]:
        """Poll, take the turns, send what was composed; which messages those were."""
        composed = []
        for update in await self.poll():
            is_under_last = (
                bool(update.pressed_under) and update.pressed_under == self._last_message
            )
            occasion = Occasion(update, is_under_last, bool(self._session.frames))
            turn = self._app.engine.run_turn(self._session, update.utterance, vietnam_day(NOW))
            self._session = turn.session
            for message in self._composer.compose(turn, occasion):
                self._last_message = await self._send(update, message)
                composed.append(message)
        return composed

    async def _send(self, update: Update, message: Message) -> str:
        number, conversation = next(self._numbers), ConversationId("foreign")
        delivery = Delivery(number, conversation, update.address, Lane.REPLY, message, 1, NOW)
        return (await self.client.send(delivery)).message_id


@contextmanager
def running_emulator(folder: Path) -> Iterator[str]:
    """Its address."""
    process = subprocess.Popen(
        [PYTHON, _LAUNCHER],
        cwd=folder,
        env={"PATH": os.environ.get("PATH", "")},
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    too_late = Timer(_SECONDS_TO_START, process.kill)
    too_late.start()
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "http://" in line, f"no emulator within {_SECONDS_TO_START} s"
        yield line.strip()
    finally:
        too_late.cancel()
        process.terminate()
        process.communicate(timeout=20)


@asynccontextmanager
async def on_emulator(app: App, address: str) -> AsyncIterator[tuple[OurBot, Emulator]]:
    """Our bot and the emulator, who know each other and nothing else yet."""
    relay = Relay()

    async def receive(request: web.BaseRequest) -> web.Response:
        relay.brought.append(json.loads(await request.read()))
        return web.Response()

    runner = web.ServerRunner(web.Server(receive), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    settings = TelegramSettings(_TOKEN, PROJECT_ROOT / PICTURES_FOLDER, f"{address}/bot")
    client = TelegramClient(settings, Shelf(), beneath=relay)
    headers = {"Authorization": "Bearer none"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=30) as http:
        (await http.post("/api/v1/test/reset")).raise_for_status()
        await client.open()
        me = await client.calls.get_me()
        await client.calls.set_webhook(
            f"http://127.0.0.1:{runner.addresses[0][1]}/",
            secret_token="bi-mat",
            allowed_updates=ALLOWED_UPDATES,
        )
        yield OurBot(app, client, BotIdentity(me.id, me.username or "")), Emulator(http)
        await client.close()
    await runner.cleanup()
