"""The web server: the chat page, the webhooks of the channels, and unless told otherwise all that
goes on in the background.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI

from bot.channels.web import Health, WebSettings, build_web_app
from bot.domain.pictures import PICTURES_FOLDER
from bot.running.background import Background
from bot.running.channel_parts import ReadyChannel
from bot.running.channels import build_channels
from bot.running.parts import Parts, build_parts
from bot.settings import Settings


def build_server(
    settings: Settings,
    before_indexing: Callable[[], None] = lambda: None,
    *,
    does_work: bool = True,
) -> FastAPI:
    """The web application, ready for an ASGI server. Without `does_work` another process takes the
    turns of chat channels and sends.

    Raises:
        ConfigError: the settings or the content cannot be used.
    """
    parts = build_parts(settings, before_indexing)
    background = Background(
        parts,
        build_channels(parts),
        does_work=does_work,
        on_ready=lambda ready: _add_routes(app, ready),
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            await parts.open()
            running = asyncio.create_task(background.run())
            yield
            background.stop()
            await running
        finally:
            await parts.close()

    app = build_web_app(
        parts.conversations,
        parts.app,
        _web_settings(parts),
        Health(lambda: background.is_alive, lambda: background.channel_states),
        lifespan,
    )
    return app


def _add_routes(app: FastAPI, ready: ReadyChannel) -> None:
    """Take in what a channel brings. Before it is ready there is nothing at its address, and the
    vendor comes again.
    """
    for router in ready.routes:
        app.include_router(router)


def _web_settings(parts: Parts) -> WebSettings:
    settings = parts.settings
    return WebSettings(
        operator_name=settings.operator_name,
        max_utterance_chars=settings.max_utterance_chars,
        max_body_bytes=settings.max_body_bytes,
        requests_per_minute=settings.requests_per_minute,
        pictures_dir=settings.content_root / PICTURES_FOLDER,
    )
