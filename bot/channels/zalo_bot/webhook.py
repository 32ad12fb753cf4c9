"""`POST /webhook/zalo-bot`: checks an event, stores what it asks, and only then answers 200.

https://docs.zaloplatforms.com/docs/BOT/webhook (notes, 2026-10): the header
`X-Bot-Api-Secret-Token` holds the secret given to setWebhook. How long Zalo waits and whether it
sends again is not published; where storing fails the answer is 503, and storing twice is safe.
"""

from __future__ import annotations

import hmac
import json
import logging
import time
from collections.abc import Callable

from fastapi import APIRouter, Request, Response

from bot.channels.bodies import MAX_BODY_BYTES, BodyRefused, closing, read_body
from bot.channels.quiet_log import SeldomLog
from bot.channels.zalo_bot.settings import SECRET_CHARS, ZaloBotSettings
from bot.channels.zalo_bot.updates import parse_update
from bot.domain.errors import ConfigError, StoreError
from bot.domain.identity import UpdateNames
from bot.domain.intake import Receiver

WEBHOOK_PATH = "/webhook/zalo-bot"
SECRET_HEADER = "X-Bot-Api-Secret-Token"  # noqa: S105 - the name of it
_READ_SECONDS = 5.0
_OK, _UNAUTHORIZED, _UNAVAILABLE = 200, 401, 503

log = logging.getLogger(__name__)


def zalo_bot_webhook(
    receiver: Receiver,
    settings: ZaloBotSettings,
    names: UpdateNames,
    now: Callable[[], float] = time.monotonic,
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
            return closing(_UNAUTHORIZED)
        try:
            body = await read_body(request, MAX_BODY_BYTES, _READ_SECONDS)
        except BodyRefused as refusal:
            return closing(refusal.status)
        return Response(status_code=await _take(body, receiver, names))

    return router


async def _take(body: bytes, receiver: Receiver, names: UpdateNames) -> int:
    """The status to answer with. What asks nothing of us would be no better sent again."""
    try:
        update = parse_update(json.loads(body), names)
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
