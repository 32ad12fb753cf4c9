"""`POST /webhook/zalo-bot`: checks an event, stores what it asks, and only then answers 200.

https://docs.zaloplatforms.com/docs/BOT/webhook (read 2026-11-20): the header
`X-Bot-Api-Secret-Token` holds the secret given to setWebhook. How long Zalo waits and whether it
sends again is not published; where storing fails the answer is 503, and storing twice is safe.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import time
from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from bot.channels.quiet_log import SeldomLog
from bot.channels.zalo_bot.settings import SECRET_CHARS, ZaloBotSettings
from bot.channels.zalo_bot.updates import parse_update
from bot.domain.errors import ConfigError, StoreError
from bot.domain.intake import Receiver

WEBHOOK_PATH = "/webhook/zalo-bot"
SECRET_HEADER = "X-Bot-Api-Secret-Token"  # noqa: S105 - the name of it
#: The largest event seen in any document has less than 1 KiB.
MAX_BODY_BYTES = 256 * 1024
_READ_SECONDS = 5.0
_OK, _UNAUTHORIZED, _TOO_LARGE, _UNAVAILABLE = 200, 401, 413, 503
#: A body may be left that nobody reads.
_CLOSE = {"Connection": "close"}

log = logging.getLogger(__name__)


def zalo_bot_webhook(
    receiver: Receiver, settings: ZaloBotSettings, now: Callable[[], float] = time.monotonic
) -> APIRouter:
    """The route. It limits its own bodies. `now` gives seconds from any beginning.

    Raises:
        ConfigError: there is no secret, so that anybody could post.
    """
    if len(settings.webhook_secret) not in SECRET_CHARS:
        raise ConfigError("the webhook secret of the Zalo bot must have 8 to 256 characters")
    secret = settings.webhook_secret.encode()
    router = APIRouter()
    # Anybody can post here.
    refusals = SeldomLog(log, now)

    @router.post(WEBHOOK_PATH, include_in_schema=False)
    async def receive(request: Request) -> Response:
        shown = request.headers.get(SECRET_HEADER, "").encode("utf-8", "replace")
        if not hmac.compare_digest(shown, secret):
            refusals.tell(logging.WARNING, "an event of the Zalo bot is refused: wrong secret")
            return Response(status_code=_UNAUTHORIZED, headers=_CLOSE)
        try:
            async with asyncio.timeout(_READ_SECONDS):
                body = await _read(request)
        except (TimeoutError, ClientDisconnect):
            return Response(status_code=_UNAVAILABLE, headers=_CLOSE)
        if body is None:
            return Response(status_code=_TOO_LARGE, headers=_CLOSE)
        return Response(status_code=await _take(body, receiver))

    return router


async def _read(request: Request) -> bytes | None:
    """The body, or None when it is too large; then it is not read to its end."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY_BYTES:
            return None
    return body


async def _take(body: bytes, receiver: Receiver) -> int:
    """The status to answer with. What asks nothing of us would be no better sent again."""
    try:
        update = parse_update(json.loads(body))
    except (ValueError, RecursionError):
        log.warning("an event of the Zalo bot is no JSON")
        return _OK
    if update is None:
        return _OK
    try:
        await receiver.accept([update])
    except StoreError as error:
        log.error("an event of the Zalo bot is not stored: %s", error)
        return _UNAVAILABLE
    return _OK
