"""Where Telegram brings updates: POST /webhook/telegram.

https://core.telegram.org/bots/api#setwebhook (read 2026-11-20). An answer other than 2xx makes
Telegram bring the update again, and until then nothing more of that chat: so it is stored, then
answered, and what can never be read is answered as well. One call to Telegram may be made in the
body of the answer (https://core.telegram.org/bots/api#making-requests-when-getting-updates).
"""

from __future__ import annotations

import hmac
import json
import logging
import re
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from bot.channels.bodies import MAX_BODY_BYTES, BodyRefused, closing, read_body
from bot.channels.telegram.incoming import TelegramInbox, Waiting
from bot.channels.telegram.inline import InlineLookup
from bot.channels.telegram.limits import MAX_SECRET_CHARS
from bot.domain.errors import StoreError

PATH = "/webhook/telegram"
#: What setWebhook takes as a secret.
SECRET = re.compile(rf"[A-Za-z0-9_-]{{1,{MAX_SECRET_CHARS}}}")
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
#: When the database may be back; Telegram then brings the update again.
_RETRY_AFTER_SECONDS = 5

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class WebhookSettings:
    """What the webhook needs to know of the settings."""

    secret_token: str = field(repr=False)
    max_body_bytes: int = MAX_BODY_BYTES
    read_seconds: float = 5.0


def telegram_webhook(
    inbox: TelegramInbox, settings: WebhookSettings, inline: InlineLookup | None = None
) -> APIRouter:
    """The route. Without `inline`, queries in other chats are not answered.

    Raises:
        ValueError: the secret is none that Telegram takes; an empty one would let anybody in.
    """
    if not SECRET.fullmatch(settings.secret_token):
        raise ValueError("the secret of the webhook must be 1 to 256 of A-Z, a-z, 0-9, _ and -")
    router = APIRouter()

    @router.post(PATH, include_in_schema=False)
    async def webhook(request: Request) -> Response:
        if not _is_from_telegram(request, settings.secret_token):
            return closing(403)
        try:
            body = await read_body(request, settings.max_body_bytes, settings.read_seconds)
            raw = json.loads(body)
        except BodyRefused as refusal:
            log.warning("refused a body with %d", refusal.status)
            return closing(refusal.status)
        except (ValueError, RecursionError):
            log.warning("passed over a body that is no JSON")
            return Response()
        try:
            waiting = await inbox.take([raw])
        except StoreError:
            log.exception("cannot store what came from Telegram; it will come again")
            return Response(status_code=503, headers={"Retry-After": str(_RETRY_AFTER_SECONDS)})
        call = await _call(waiting, inline)
        return JSONResponse(call) if call else Response()

    return router


async def _call(waiting: Waiting, inline: InlineLookup | None) -> dict[str, Any] | None:
    """What Telegram is to do at once: one update asks for one thing at most."""
    for callback_id in waiting.callback_ids:
        return {"method": "answerCallbackQuery", "callback_query_id": callback_id}
    for query in waiting.inline_queries:
        if inline is not None:
            return {"method": "answerInlineQuery", **await inline.answer(query)}
    return None


def _is_from_telegram(request: Request, secret: str) -> bool:
    given = request.headers.get(_SECRET_HEADER, "")
    # As bytes: compare_digest refuses texts that are not ASCII.
    return hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode())
