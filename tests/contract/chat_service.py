"""The assistant with one chat channel, whole but for its loops: a test turns them by hand.

Real are the routes or the poller, the receiver, the turns, the sender, the store on SQLite, the
engine and the content. The clock is that of the fake vendor, and stands still until it is told.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from sqlalchemy import select

from bot.channels.web import Health, WebSettings, build_web_app
from bot.dialogue.turn_worker import TurnWorker
from bot.domain.pictures import PICTURES_FOLDER
from bot.outbox.sender import Sender
from bot.running.channel_parts import ChannelParts
from bot.running.channels import build_channels
from bot.running.live import LiveApp
from bot.running.parts import Parts, wire_parts
from bot.settings import Settings
from bot.store.deliveries import SqlDeliveries
from bot.store.tables import conversations
from tests.fakes.zalo.clock import CloudClock

#: What the vendors know of this machine; each fake maps it to where it really is.
PUBLIC_URL = "https://tro-ly.example.vn"
#: 10:00 in Vietnam on the first day of all scripted conversations.
BEGINNING = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


class ServiceClock:
    """The time of the fake cloud."""

    def __init__(self, cloud: CloudClock) -> None:
        self.cloud = cloud

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.cloud.now(), UTC)


def stopped_clock() -> CloudClock:
    return CloudClock(factor=0, start=BEGINNING.timestamp())


class ChatService:
    """All parts of one process, with nothing running by itself."""

    def __init__(self, parts: Parts, clock: CloudClock) -> None:
        self.parts = parts
        self.clock = clock
        self.database_path = parts.settings.data_dir / "troly06.db"
        self.address = ""
        self._channels = build_channels(parts)
        self._composers = {}
        self._worker = TurnWorker(parts.taker, parts.additions, parts.store, self._composers)
        self._senders = {one.id: self._sender(one) for one in self._channels}
        self._listening: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()
        settings = WebSettings("UBND xã A", 2000, 16_384, 1_000_000, _pictures(parts.settings))
        self._app = build_web_app(parts.conversations, parts.app, settings, Health())

    def _sender(self, channel: ChannelParts) -> Sender:
        parts = self.parts
        return Sender(
            channel.client,
            SqlDeliveries(parts.database),
            parts.clock,
            parts.metrics,
            channel.sending,
        )

    async def prepare(self) -> None:
        """Let the vendors know how we want it, and listen where there is no webhook."""
        for one in self._channels:
            await one.client.open()
            ready = await one.prepare()
            self._composers[one.id] = ready.compose_with(self.parts.app.catalog)
            for route in ready.routes:
                self._app.include_router(route)
            if ready.listen is not None:
                self._listening.append(asyncio.create_task(ready.listen(self._stopping)))

    async def work(self) -> None:
        """Take all turns that wait and send all that is due; time goes on by some seconds."""
        deliveries = SqlDeliveries(self.parts.database)
        while True:
            count = await self._worker.work_once()
            self.clock.advance(1.0)
            soon = self.parts.clock.now() + timedelta(seconds=5)
            for channel, sender in self._senders.items():
                count += await sender.send_due()
                due_at = await deliveries.next_due_at(channel, self.parts.clock.now())
                count += due_at is not None and due_at < soon
            if not count:
                return

    async def standings(self) -> list[str]:
        """How we stand with everybody."""
        async with self.parts.database.reading() as connection:
            return list((await connection.execute(select(conversations.c.standing))).scalars())

    async def close(self) -> None:
        self._stopping.set()
        for one in self._listening:
            one.cancel()
        await asyncio.gather(*self._listening, return_exceptions=True)
        for one in self._channels:
            if one.close is not None:
                await one.close()
            await one.client.close()
        await self.parts.close()

    @contextlib.asynccontextmanager
    async def on_a_port(self) -> AsyncIterator[str]:
        """Serve the page and the webhooks; gives the address."""
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(self._app, log_config=None, lifespan="off", log_level="warning")
        server = _QuietServer(config)
        serving = asyncio.create_task(server.serve([listener]))
        self.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            yield self.address
        finally:
            server.should_exit = server.force_exit = True
            await serving
            listener.close()


class _QuietServer(uvicorn.Server):
    """Leaves the signals of the test run alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def chat_service(
    app: LiveApp, data_dir: Path, clock: CloudClock, **settings: object
) -> AsyncIterator[ChatService]:
    """The service on an empty database, with the channels that the settings ask for, before any
    vendor is called.
    """
    wanted = Settings(
        _env_file=None, data_dir=data_dir, secret_key="a key for tests only", **settings
    )
    service = ChatService(wire_parts(wanted, app, ServiceClock(clock)), clock)
    await service.parts.open()
    try:
        async with service.on_a_port():
            yield service
            await service.close()
    except BaseException:
        with contextlib.suppress(Exception):
            await service.close()
        raise


def _pictures(settings: Settings) -> Path:
    return settings.content_root / PICTURES_FOLDER
