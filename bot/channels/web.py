"""The web channel: the chat page at `/`, the JSON interface behind it, and the health checks."""

from __future__ import annotations

import html
import json
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from bot.channels.limits import BodyLimit, RequestBudget
from bot.channels.web_json import ErrorOut, MessageIn, SessionKey, TurnOut, to_turn_out
from bot.domain.catalog import Catalog
from bot.domain.errors import BotError
from bot.domain.messages import Utterance
from bot.domain.ports import Conversations

PAGE_DIR = Path(__file__).parent / "page"
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class WebSettings:
    """What the web channel needs to know of the settings."""

    operator_name: str
    max_body_bytes: int
    requests_per_minute: int


def build_web_app(
    conversations: Conversations,
    catalog: Catalog,
    settings: WebSettings,
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
    _add_page(app, settings.operator_name)
    _add_messages(app, conversations, catalog, settings.requests_per_minute)
    _add_health_checks(app, conversations, catalog)
    _add_error_answers(app, catalog)
    _add_guards(app, catalog, settings.max_body_bytes)
    return app


def _add_page(app: FastAPI, operator_name: str) -> None:
    page = _page(operator_name)

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    async def home() -> HTMLResponse:
        return HTMLResponse(page, headers={"Cache-Control": "no-cache"})

    app.mount("/static", StaticFiles(directory=PAGE_DIR), name="static")


def _add_messages(
    app: FastAPI, conversations: Conversations, catalog: Catalog, requests_per_minute: int
) -> None:
    budget = RequestBudget(requests_per_minute)

    @app.post(
        "/api/messages",
        response_model=TurnOut,
        responses={code: {"model": ErrorOut} for code in (413, 422, 429, 503)},
        summary="Send one message and get the replies",
    )
    async def messages(message: MessageIn, request: Request) -> TurnOut | JSONResponse:
        client = request.client.host if request.client else "unknown"
        wait = budget.take(client, time.monotonic())
        if wait > 0:
            seconds = str(int(wait) + 1)
            return JSONResponse(
                {"error": catalog.message("too_many", seconds=seconds)},
                429,
                headers={"Retry-After": seconds},
            )
        text = message.text.encode("utf-8", "replace").decode("utf-8")
        turn = await conversations.take_turn(
            message.session, Utterance(text=text, payload=message.press)
        )
        return to_turn_out(message.session, turn)

    @app.delete("/api/sessions/{session}", status_code=204, summary="Forget a conversation")
    async def forget(session: SessionKey) -> None:
        await conversations.forget(session)


def _add_health_checks(app: FastAPI, conversations: Conversations, catalog: Catalog) -> None:
    @app.get("/healthz", summary="Whether the process is alive")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get(
        "/readyz", summary="Whether questions can be answered", responses={503: {"model": ErrorOut}}
    )
    async def readyz() -> dict[str, str | int]:
        await conversations.check()
        return {"status": "ready", "topics": len(catalog.topics)}


def _add_error_answers(app: FastAPI, catalog: Catalog) -> None:
    @app.exception_handler(RequestValidationError)
    async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
        fields = ", ".join(sorted({str(one["loc"][-1]) for one in error.errors()}))
        return JSONResponse(
            {"error": catalog.message("bad_request", fields=fields)}, status_code=422
        )

    @app.exception_handler(BotError)
    async def unavailable(_: Request, error: BotError) -> JSONResponse:
        log.error("request failed: %s", error)
        return JSONResponse({"error": catalog.message("unavailable")}, status_code=503)


def _add_guards(app: FastAPI, catalog: Catalog, max_body_bytes: int) -> None:
    """What every request goes through; the one added last comes first."""

    @app.middleware("http")
    async def add_headers(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = await call_next(request)
        response.headers.update(_headers(request.url.path))
        return response

    too_large = json.dumps(
        {"error": catalog.message("body_too_large")}, ensure_ascii=False
    ).encode()
    app.add_middleware(BodyLimit, max_bytes=max_body_bytes, too_large=too_large)


def _headers(path: str) -> dict[str, str]:
    """What responses carry. Static files are asked for again, so an update is seen at once."""
    return {**_HEADERS, "Cache-Control": "no-cache"} if path.startswith("/static/") else _HEADERS


def _page(operator_name: str) -> str:
    return (
        (PAGE_DIR / "index.html")
        .read_text(encoding="utf-8")
        .replace("{{operator}}", html.escape(operator_name))
    )
