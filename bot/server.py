"""Composition root of the web server: the assistant of `bot.app`, a database and the web channel.

Apart from `bot.app` because the other commands must not load a web framework or a database.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

from fastapi import FastAPI

from bot.app import build_app
from bot.channels.web import WebSettings, build_web_app
from bot.dialogue.service import ConversationService
from bot.domain.errors import StoreError
from bot.domain.pictures import PICTURES_FOLDER
from bot.domain.ports import Clock
from bot.settings import Settings
from bot.store.sessions import SqlSessionStore

SECONDS_BETWEEN_CLEANINGS = 24 * 60 * 60

log = logging.getLogger(__name__)


class SystemClock:
    """The time of the machine."""

    def now(self) -> datetime:
        """An aware UTC time."""
        return datetime.now(UTC)


async def forget_daily(
    store: SqlSessionStore,
    clock: Clock,
    session_days: int,
    wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Delete sessions unused for so many days: now, then once a day until cancelled."""
    while True:
        try:
            count = await store.forget_before(clock.now() - timedelta(days=session_days))
            log.info("forgot %d old sessions", count)
        except StoreError:
            log.exception("could not forget old sessions; trying again tomorrow")
        await wait(SECONDS_BETWEEN_CLEANINGS)


def build_server(settings: Settings, before_indexing: Callable[[], None] = lambda: None) -> FastAPI:
    """The web application on its database, ready for an ASGI server."""
    app = build_app(settings, before_indexing)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = SqlSessionStore(settings.database_url, settings.max_sessions)
    clock = SystemClock()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await store.open()
        forgetting = asyncio.create_task(forget_daily(store, clock, settings.session_days))
        yield
        forgetting.cancel()
        with suppress(asyncio.CancelledError):
            await forgetting
        await store.close()

    web = WebSettings(
        operator_name=settings.operator_name,
        max_utterance_chars=settings.max_utterance_chars,
        max_body_bytes=settings.max_body_bytes,
        requests_per_minute=settings.requests_per_minute,
        pictures_dir=settings.content_root / PICTURES_FOLDER,
    )
    service = ConversationService(app.engine, store, clock)
    return build_web_app(service, app.catalog, web, lifespan)
