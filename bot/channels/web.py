"""The web channel: the chat page at `/`, the JSON interface behind it, and the health checks."""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from bot.channels.headers import ResponseHeaders
from bot.channels.limits import BodyLimit, RateLimit, SharedCheck
from bot.channels.web_json import (
    PICTURES_URL,
    ErrorOut,
    MessageIn,
    SessionKey,
    TurnOut,
    to_turn_out,
)
from bot.domain.errors import BotError
from bot.domain.messages import Utterance
from bot.domain.ports import Content, Conversations
from bot.domain.system_texts import SystemText

PAGE_DIR = Path(__file__).parent / "page"
#: A refused request may have a body left that nobody reads.
_CLOSE = {"Connection": "close"}

#: The name of a field, or where in the body the mistake is.
_FIELD = re.compile(r"[a-z_]{1,20}|\d{1,5}")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class WebSettings:
    """What the web channel needs to know of the settings."""

    operator_name: str
    max_utterance_chars: int
    max_body_bytes: int
    requests_per_minute: int
    #: Where the pictures of the content lie; there need be none.
    pictures_dir: Path


@dataclass(frozen=True)
class Health:
    """What the health checks tell of the rest of the process."""

    #: Whether what goes on in the background goes on.
    is_alive: Callable[[], bool] = lambda: True
    #: The state of each chat channel, in a word.
    channels: Callable[[], Mapping[str, str]] = dict


def build_web_app(
    conversations: Conversations,
    content: Content,
    settings: WebSettings,
    health: Health,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
) -> FastAPI:
    """The ASGI application."""
    app = FastAPI(
        title="Trợ lý 06",
        description="Hỏi đáp về VNeID và dịch vụ công.",
        docs_url=None,  # the documentation page of FastAPI loads scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
    )
    _add_page(app, settings)
    _add_messages(app, conversations)
    _add_health_checks(app, conversations, content, health)
    _add_error_answers(app, content)
    _add_guards(app, content, settings)
    return app


def _add_page(app: FastAPI, settings: WebSettings) -> None:
    page = _page(settings)

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    async def home() -> HTMLResponse:
        return HTMLResponse(page)

    app.mount("/static", StaticFiles(directory=PAGE_DIR), name="static")
    if settings.pictures_dir.is_dir():
        app.mount(PICTURES_URL, StaticFiles(directory=settings.pictures_dir), name="pictures")


def _add_messages(app: FastAPI, conversations: Conversations) -> None:
    @app.post(
        "/api/messages",
        response_model=TurnOut,
        responses={code: {"model": ErrorOut} for code in (413, 422, 429, 503)},
        summary="Send one message and get the replies",
    )
    async def messages(message: MessageIn) -> TurnOut:
        text = message.text.encode("utf-8", "replace").decode("utf-8")
        turn = await conversations.take_turn(
            message.session, Utterance(text=text, payload=message.press), message.id
        )
        return to_turn_out(message.session, turn)

    @app.delete(
        "/api/sessions/{session}",
        status_code=204,
        responses={code: {"model": ErrorOut} for code in (422, 429, 503)},
        summary="Forget a conversation",
    )
    async def forget(session: SessionKey) -> None:
        await conversations.forget(session)


def _add_health_checks(
    app: FastAPI, conversations: Conversations, content: Content, health: Health
) -> None:
    check = SharedCheck(conversations.check)

    @app.get(
        "/healthz",
        responses={503: {"model": ErrorOut}},
        summary="Whether the process is alive; if not, it should be started again",
    )
    async def healthz() -> Response:
        if health.is_alive():
            return JSONResponse({"status": "ok"})
        return JSONResponse({"status": "stuck"}, status_code=503)

    @app.get(
        "/readyz",
        responses={code: {"model": ErrorOut} for code in (429, 503)},
        summary="Whether questions can be answered, and how the chat channels stand",
    )
    async def readyz() -> dict[str, str | int | dict[str, str]]:
        await check()
        return {
            "status": "ready",
            "topics": len(content.catalog.topics),
            "content": content.catalog.content_hash[:12],
            "channels": dict(health.channels()),
        }


def _add_error_answers(app: FastAPI, content: Content) -> None:
    @app.exception_handler(RequestValidationError)
    async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
        named = {str(one["loc"][-1]) for one in error.errors()}
        # A field that we do not know is not named back: whatever it is, it is none of our words.
        fields = ", ".join(sorted(one for one in named if _FIELD.fullmatch(one)) or ("JSON",))
        return JSONResponse(
            {"error": content.catalog.message(SystemText.BAD_REQUEST, fields=fields)},
            status_code=422,
        )

    @app.exception_handler(BotError)
    async def unavailable(_: Request, error: BotError) -> JSONResponse:
        log.error("request failed: %s", error)
        return JSONResponse(
            {"error": content.catalog.message(SystemText.UNAVAILABLE)}, status_code=503
        )


def _add_guards(app: FastAPI, content: Content, settings: WebSettings) -> None:
    """What every request goes through; the one added last comes first."""

    def too_large() -> Response:
        error = {"error": content.catalog.message(SystemText.BODY_TOO_LARGE)}
        return JSONResponse(error, 413, _CLOSE)

    def too_many(seconds: int) -> Response:
        error = {"error": content.catalog.message(SystemText.TOO_MANY, seconds=seconds)}
        return JSONResponse(error, 429, {"Retry-After": str(seconds), **_CLOSE})

    app.add_middleware(
        BodyLimit,
        max_bytes=settings.max_body_bytes,
        too_large=too_large,
        # Channels limit what comes to them themselves, each as its vendor has it.
        elsewhere="/webhook/",
    )
    app.add_middleware(RateLimit, per_minute=settings.requests_per_minute, too_many=too_many)
    app.add_middleware(ResponseHeaders)


def _page(settings: WebSettings) -> str:
    return (
        (PAGE_DIR / "index.html")
        .read_text(encoding="utf-8")
        .replace("{{operator}}", html.escape(settings.operator_name))
        .replace("{{max_chars}}", str(settings.max_utterance_chars))
    )
