"""A fake cloud for each test, and the three ways to talk to it as a bot."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiogram
import httpx
import pytest
import telegram
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer

from tests.fakes.telegram_cloud import TelegramCloud, telegram_cloud
from tests.fakes.telegram_world import Citizen, TelegramWorld


@pytest.fixture(autouse=True)
def ptb_tells_time_in_timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else python-telegram-bot 22 warns of the change each time it raises RetryAfter."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
async def cloud() -> AsyncIterator[TelegramCloud]:
    async with telegram_cloud() as cloud:
        yield cloud


@pytest.fixture
def world(cloud: TelegramCloud) -> TelegramWorld:
    return TelegramWorld.of(cloud)


@pytest.fixture
async def lan(world: TelegramWorld) -> Citizen:
    """A citizen who wrote to the bot before."""
    return await world.citizen("Lan", is_known=True)


@pytest.fixture
async def bot(world: TelegramWorld) -> AsyncIterator[telegram.Bot]:
    """The bot of python-telegram-bot."""
    async with telegram.Bot(world.token, base_url=world.base_url) as bot:
        yield bot


@pytest.fixture
async def aiogram_bot(world: TelegramWorld) -> AsyncIterator[aiogram.Bot]:
    session = AiohttpSession(api=TelegramAPIServer.from_base(world.address))
    bot = aiogram.Bot(world.token, session=session)
    yield bot
    await bot.session.close()


Call = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
async def call(world: TelegramWorld) -> AsyncIterator[Call]:
    """Calls a method with a JSON body, as no library would."""
    base_url = f"{world.address}/bot{world.token}"
    async with httpx.AsyncClient(base_url=base_url, timeout=10) as client:

        async def call_method(method: str, **parameters: Any) -> httpx.Response:
            return await client.post(f"/{method}", json=parameters)

        yield call_method
