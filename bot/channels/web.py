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
from typing import Annotated

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bot.channels.limits import BodyLimit, RequestBudget
from bot.domain.catalog import Catalog
from bot.domain.errors import BotError
from bot.domain.messages import Utterance
from bot.domain.ports import Conversations
from bot.domain.session import Turn
from bot.domain.system_texts import SystemText

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

SessionKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,64}$")]


class MessageIn(BaseModel):
    """One message of a citizen: typed text, or the payload of a pressed button."""

    model_config = ConfigDict(extra="forbid")

    session: SessionKey = Field(description="Random name of the conversation, made by the client.")
    text: str = Field("", description="What was typed.")
    press: str = Field("", description="Payload of the pressed button.")


class ButtonOut(BaseModel):
    """A choice under a reply."""

    label: str
    payload: str


class ReplyOut(BaseModel):
    """One reply; words between ** are names on a screen."""

    text: str
    buttons: list[ButtonOut]
    image: str | None


class TopicOut(BaseModel):
    """A topic found, with its probability."""

    id: str
    score: float


class TurnOut(BaseModel):
    """What came of a message."""

    session: str
    #: What was understood as written, with personal data masked.
    heard: str
    outcome: str
    topics: list[TopicOut]
    replies: list[ReplyOut]


class ErrorOut(BaseModel):
    """What was wrong with a request, in Vietnamese."""

    error: str


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
    budget = RequestBudget(settings.requests_per_minute)
    page = _page(settings.operator_name)

    @app.middleware("http")
    async def add_headers(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = await call_next(request)
        response.headers.update(_headers(request.url.path))
        return response

    @app.exception_handler(RequestValidationError)
    async def refuse(_: Request, error: RequestValidationError) -> JSONResponse:
        fields = ", ".join(sorted({str(one["loc"][-1]) for one in error.errors()}))
        return JSONResponse(
            {"error": catalog.message(SystemText.BAD_REQUEST, fields=fields)}, status_code=422
        )

    @app.exception_handler(BotError)
    async def unavailable(_: Request, error: BotError) -> JSONResponse:
        log.error("request failed: %s", error)
        return JSONResponse({"error": catalog.message(SystemText.UNAVAILABLE)}, status_code=503)

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    async def home() -> HTMLResponse:
        return HTMLResponse(page, headers={"Cache-Control": "no-cache"})

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
                {"error": catalog.message(SystemText.TOO_MANY, seconds=seconds)},
                429,
                headers={"Retry-After": seconds},
            )
        text = message.text.encode("utf-8", "replace").decode("utf-8")
        turn = await conversations.take_turn(
            message.session, Utterance(text=text, payload=message.press)
        )
        return _to_turn_out(message.session, turn)

    @app.delete("/api/sessions/{session}", status_code=204, summary="Forget a conversation")
    async def forget(session: SessionKey) -> None:
        await conversations.forget(session)

    @app.get("/healthz", summary="Whether the process is alive")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get(
        "/readyz", summary="Whether questions can be answered", responses={503: {"model": ErrorOut}}
    )
    async def readyz() -> dict[str, str | int]:
        await conversations.check()
        return {"status": "ready", "topics": len(catalog.topics)}

    app.mount("/static", StaticFiles(directory=PAGE_DIR), name="static")
    too_large = json.dumps(
        {"error": catalog.message(SystemText.BODY_TOO_LARGE)}, ensure_ascii=False
    ).encode()
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes, too_large=too_large)
    return app


def _headers(path: str) -> dict[str, str]:
    """What responses carry. Static files are asked for again, so an update is seen at once."""
    return {**_HEADERS, "Cache-Control": "no-cache"} if path.startswith("/static/") else _HEADERS


def _page(operator_name: str) -> str:
    return (
        (PAGE_DIR / "index.html")
        .read_text(encoding="utf-8")
        .replace("{{operator}}", html.escape(operator_name))
    )


def _to_turn_out(session: str, turn: Turn) -> TurnOut:
    return TurnOut(
        session=session,
        heard=turn.heard,
        outcome=turn.outcome.value,
        topics=[TopicOut(id=topic.id, score=round(topic.score, 4)) for topic in turn.topics],
        replies=[
            ReplyOut(
                text=reply.text,
                buttons=[ButtonOut(label=one.label, payload=one.payload) for one in reply.buttons],
                image=reply.image,
            )
            for reply in turn.replies
        ],
    )
